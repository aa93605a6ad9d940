//! Requests to the two servers of the settings, and to nothing else.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use service_frame::outbound::{Policy, agent};
use service_frame::settings::Wrong;
use ureq::Agent;
use ureq::http::Uri;

const MOST_ANSWER: u64 = 16 << 20;

/// A server with its key.
#[derive(Clone)]
pub struct Remote {
    agent: Agent,
    base: String,
    header: (&'static str, Arc<str>),
    name: &'static str,
}

/// Why it gave nothing. It never holds a key.
#[derive(Debug, PartialEq, Eq)]
pub struct Trouble(pub String);

impl Remote {
    /// A server by its address up to the version; the header holds the key.
    ///
    /// # Errors
    /// Where it is no address.
    pub fn of(name: &'static str, base: &str, header: (&'static str, &str), patience: Duration) -> Result<Self, Wrong> {
        let wrong = |why: &dyn std::fmt::Display| Wrong(format!("the address of {name}: {why}"));
        let uri = base.parse::<Uri>().map_err(|error| wrong(&error))?;
        let path = uri.path_and_query().map_or("", |path| path.as_str());
        let server = base.trim_end_matches('/').strip_suffix(path.trim_end_matches('/')).unwrap_or(base);
        let policy = Policy::only(server).map_err(|why| wrong(&why))?;
        Ok(Self {
            agent: agent(policy, Duration::from_secs(10), patience),
            base: base.trim_end_matches('/').to_owned(),
            header: (header.0, header.1.into()),
            name,
        })
    }

    /// Send JSON: status and what came back, if that is JSON.
    ///
    /// # Errors
    /// Where the server does not answer.
    pub async fn post(&self, path: String, body: Value) -> Result<(u16, Value), Trouble> {
        let (remote, name) = (self.clone(), self.name);
        let done = tokio::task::spawn_blocking(move || remote.send(&path, &body)).await;
        done.unwrap_or_else(|_| Err(Trouble(format!("{name} broke off"))))
    }

    fn send(&self, path: &str, body: &Value) -> Result<(u16, Value), Trouble> {
        let away = |_| Trouble(format!("{} does not answer", self.name));
        let request = self.agent.post(format!("{}{path}", self.base)).header(self.header.0, &*self.header.1);
        let mut answer = request.header("content-type", "application/json").send(body.to_string()).map_err(away)?;
        let text = answer.body_mut().with_config().limit(MOST_ANSWER).read_to_vec().map_err(away)?;
        Ok((answer.status().as_u16(), serde_json::from_slice(&text).unwrap_or_default()))
    }

    /// The same, where any status but 2xx is trouble.
    ///
    /// # Errors
    /// Where the server does not do it.
    pub async fn ask(&self, path: String, body: Value) -> Result<Value, Trouble> {
        match self.post(path, body).await? {
            (200..=299, found) => Ok(found),
            (status, _) => Err(Trouble(format!("{} says {status}", self.name))),
        }
    }
}
