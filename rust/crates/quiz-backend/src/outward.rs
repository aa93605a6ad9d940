//! Requests to the two servers that the settings name, as JSON both ways, within limits of number, size and time. Neither an address of a request's
//! making nor a redirect is followed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use service_frame::metrics::METRICS;
use service_frame::outbound::{Policy, agent};
use service_frame::problem::Problem;
use service_frame::settings::Wrong;
use tokio::sync::Semaphore;
use ureq::http::{Request, Uri};
use ureq::{Agent, Body};

/// One server, and what it is shown.
#[derive(Clone)]
pub struct Server {
    name: &'static str,
    base: String,
    header: (&'static str, String),
    most: u64,
    agent: Agent,
    permits: Arc<Semaphore>,
}

/// What it may take.
pub struct Bounds {
    /// Requests at one time; others wait.
    pub together: usize,
    /// Bytes of an answer.
    pub most: u64,
    /// From the first byte of the request to the last one of the answer.
    pub whole: Duration,
}

/// A status and a body that was not looked at.
pub struct Answer {
    /// HTTP's.
    pub status: u16,
    name: &'static str,
    body: Vec<u8>,
}

impl Server {
    /// Nothing is asked yet.
    ///
    /// # Errors
    /// Where the base is no address of a server with a path.
    pub fn of(name: &'static str, base: &str, header: (&'static str, String), bounds: &Bounds) -> Result<Self, Wrong> {
        let wrong = |why: String| Wrong(format!("{name}: {why}"));
        let uri = base.parse::<Uri>().map_err(|error| wrong(error.to_string()))?;
        if uri.query().is_some() {
            return Err(wrong("the address has a query".to_owned()));
        }
        let (scheme, authority) =
            (uri.scheme_str().unwrap_or_default(), uri.authority().map_or("", |all| all.as_str()));
        let policy = Policy::only(&format!("{scheme}://{authority}")).map_err(wrong)?;
        Ok(Self {
            name,
            base: base.trim_end_matches('/').to_owned(),
            header,
            most: bounds.most,
            agent: agent(policy, Duration::from_secs(10), bounds.whole),
            permits: Arc::new(Semaphore::new(bounds.together)),
        })
    }

    /// Ask, and wait for a place among those that ask. The place is kept until the server has answered, even where nobody waits any more: so no number
    /// of clients that go makes more requests than are allowed.
    ///
    /// # Errors
    /// Where it does not answer, or with too much.
    pub async fn ask(&self, method: &'static str, path: &str, body: Option<&Value>) -> Result<Answer, Problem> {
        let ending = |_| Problem::later("the service is ending");
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(ending)?;
        let (server, url, body) = (self.clone(), format!("{}{path}", self.base), body.map(Value::to_string));
        let work = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let begun = Instant::now();
            let done = server.send(method, &url, body);
            METRICS.took("quiz_outward_seconds", &[("to", server.name)], begun.elapsed());
            done
        });
        let answer = work.await.unwrap_or_else(|_| Err("the request broke off".to_owned()));
        answer.map_err(|why| {
            METRICS.count("quiz_outward_failed_total", &[("to", self.name)]);
            service_frame::log("no answer", &json!({"from": self.name, "why": why}));
            Problem::later(format!("{} does not answer as it should; ask again", self.name))
        })
    }

    fn send(&self, method: &str, url: &str, body: Option<String>) -> Result<Answer, String> {
        let request = Request::builder().method(method).uri(url).header(self.header.0, &self.header.1);
        let failed = |error: ureq::Error| error.to_string();
        let mut response = match body {
            None => self.agent.run(request.body(()).map_err(|error| error.to_string())?).map_err(failed)?,
            Some(body) => {
                let request = request.header("content-type", "application/json").body(body);
                self.agent.run(request.map_err(|error| error.to_string())?).map_err(failed)?
            }
        };
        let body = self.whole(response.body_mut())?;
        Ok(Answer { status: response.status().as_u16(), name: self.name, body })
    }

    fn whole(&self, body: &mut Body) -> Result<Vec<u8>, String> {
        body.with_config().limit(self.most).read_to_vec().map_err(|error| error.to_string())
    }
}

impl Answer {
    /// What a good answer says.
    ///
    /// # Errors
    /// Where it is not a good one: the caller may ask again where the server is busy or broken, and not where it refuses.
    pub fn good<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        if !(200..300).contains(&self.status) {
            return Err(self.refusal());
        }
        serde_json::from_slice(&self.body).map_err(|_| self.unlike())
    }

    /// An answer of another form than its protocol's.
    #[must_use]
    pub fn unlike(&self) -> Problem {
        Problem::new(StatusCode::BAD_GATEWAY, format!("{} answers in another form than it should", self.name))
    }

    /// What to say of a status that is not good. The server's own words may hold what is not the caller's business, and stay here.
    #[must_use]
    pub fn refusal(&self) -> Problem {
        METRICS.count("quiz_outward_failed_total", &[("to", self.name)]);
        service_frame::log("refused", &json!({"by": self.name, "status": self.status}));
        match self.status {
            429 => Problem::later(format!("{} is asked too much; ask again later", self.name)),
            500.. => Problem::later(format!("{} does not work now; ask again later", self.name)),
            status => Problem::new(StatusCode::BAD_GATEWAY, format!("{} says {status}", self.name)),
        }
    }
}
