//! Requests to the store: signed, bounded in time, and sent again where that may help.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use bytes::Bytes;
use rustic_core::BytesList;
use rustic_core::jiff::Timestamp;
use ureq::http::{Request, Response};
use ureq::{Agent, Body, Error, SendBody};

use crate::report::warn;
use crate::s3::address::Address;
use crate::s3::sign::{Asked, Keys, NOTHING, encoded, headers};
use crate::s3::trouble::{Trouble, of_answer, of_network};

/// The largest answer that is read, in bytes; more is asked for in ranges.
pub const LIMIT: u32 = 8 << 20;
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(16);
const CONNECT: Duration = Duration::from_secs(10);
const MIB: u64 = 1 << 20;

/// How often is tried, and how long waited.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Requests before the store is given up.
    pub tries: u32,
    /// What a request may take, besides the time for what it carries.
    pub time: Duration,
    /// MiB a second.
    pub rate: u32,
}

impl Patience {
    fn with(self, bytes: u64) -> Duration {
        self.time + Duration::from_secs(bytes / MIB) / self.rate
    }
}

/// A bucket's folder, and how it is reached.
pub struct Store {
    /// Where it is.
    pub address: Address,
    keys: Keys,
    agent: Agent,
    patience: Patience,
    given_up: Arc<Mutex<Option<Trouble>>>,
}

/// What is asked of the store.
pub struct Ask<'a> {
    /// GET, PUT, DELETE.
    pub method: &'static str,
    /// The object, below the prefix; none for the bucket.
    pub key: Option<&'a str>,
    /// Names and values, in the order of the names.
    pub query: &'a [(&'a str, &'a str)],
    /// The first and the last byte that are wanted.
    pub range: Option<(u64, u64)>,
    /// What is sent, with its sha256 in hexadecimal digits.
    pub content: Option<(&'a BytesList, &'a str)>,
}

/// What the store answered.
pub struct Answer {
    /// 404 where there is no such object, else 200 and so on.
    pub status: u16,
    /// Bytes of the whole object, where a range was asked for and given.
    pub whole: Option<u64>,
    /// The content.
    pub body: Bytes,
}

impl Store {
    /// Nothing is asked yet.
    pub fn new(address: Address, keys: Keys, agent: Agent, patience: Patience) -> Self {
        Self { address, keys, agent, patience, given_up: Arc::default() }
    }

    /// Why the store was given up, if it was.
    pub fn given_up(&self) -> Option<Trouble> {
        self.given_up.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ask, and ask again where the trouble may pass.
    ///
    /// # Errors
    /// Why the store was given up; [`Store::given_up`] says it too.
    pub fn ask(&self, ask: &Ask<'_>) -> Result<Answer, Trouble> {
        if let Some(trouble) = self.given_up() {
            return Err(trouble); // What follows would wait as long, each request by itself.
        }
        let mut tried = 1;
        loop {
            let trouble = match self.once(ask) {
                Ok(answer) => return Ok(answer),
                Err(trouble) => trouble,
            };
            let what = format!("{} {}", ask.method, ask.key.unwrap_or("the listing"));
            if !trouble.passes || tried >= self.patience.tries {
                let trouble = trouble.told(&self.address.location(), &what, tried);
                *self.given_up.lock().unwrap_or_else(PoisonError::into_inner) = Some(trouble.clone());
                return Err(trouble);
            }
            warn("store", &format!("try {tried} of {}: {what}: {}", self.patience.tries, trouble.what));
            sleep(pause(tried));
            tried += 1;
        }
    }

    fn once(&self, ask: &Ask<'_>) -> Result<Answer, Trouble> {
        let send = |(content, _): (&BytesList, _)| SendBody::from_owned_reader(content.clone().reader());
        let body = ask.content.map_or_else(SendBody::none, send);
        let request = self.request(ask).body(body).map_err(|error| Trouble::lasting(error.to_string()))?;
        let carried = ask.content.map_or(u64::from(LIMIT), |(content, _)| content.size() as u64);
        let time = Some(self.patience.with(carried));
        let request = self.agent.configure_request(request).timeout_global(time).build();
        let mut response = self.agent.run(request).map_err(|error| of_network(&error))?;
        let (status, whole) = (response.status().as_u16(), whole(&response));
        let body = response.body_mut().with_config().limit(u64::from(LIMIT) + 1).read_to_vec();
        let body = body.map_err(|error| match error {
            Error::BodyExceedsLimit(_) => Trouble::lasting("its answer has no end"),
            error => of_network(&error),
        })?;
        let answer = Answer { status, whole, body: body.into() };
        of_answer(&answer).map_or(Ok(answer), Err)
    }

    fn request(&self, ask: &Ask<'_>) -> ureq::http::request::Builder {
        let path = self.address.path(ask.key);
        let pairs: Vec<_> = ask.query.iter().map(|(name, value)| format!("{name}={}", encoded(value, false))).collect();
        let query = pairs.join("&");
        let stroke = if query.is_empty() { "" } else { "?" };
        let asked = Asked {
            method: ask.method,
            host: &self.address.host,
            path: &path,
            query: &query,
            content: ask.content.map_or(NOTHING, |(_, sum)| sum),
        };
        let mut request =
            Request::builder().method(ask.method).uri(format!("{}{path}{stroke}{query}", self.address.base));
        for (name, value) in headers(&self.keys, &asked, Timestamp::now()) {
            request = request.header(name, value);
        }
        if let Some((first, last)) = ask.range {
            request = request.header("range", format!("bytes={first}-{last}"));
        }
        match ask.content {
            Some((content, _)) => request.header("content-length", content.size()),
            None => request,
        }
    }
}

/// Bytes of the whole object, of `bytes 0-9/100`.
fn whole(response: &Response<Body>) -> Option<u64> {
    total(response.headers().get("content-range")?.to_str().ok()?)
}

fn total(range: &str) -> Option<u64> {
    range.rsplit_once('/')?.1.parse().ok()
}

/// Twice as long each time, and not the same for all who wait.
fn pause(tried: u32) -> Duration {
    let longest = LONGEST_PAUSE.min(PAUSE.saturating_mul(1 << (tried - 1).min(8)));
    let percent = u32::try_from(RandomState::new().hash_one(tried) % 50).unwrap_or(0) + 50;
    longest * percent / 100
}

/// How the store is connected to: who vouches for it, and that nothing is followed elsewhere.
pub fn agent(address: &Address, roots: ureq::tls::RootCerts) -> Agent {
    let tls = ureq::tls::TlsConfig::builder().root_certs(roots).build();
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_connect(Some(CONNECT))
        .user_agent(concat!("moodle-backup/", env!("CARGO_PKG_VERSION")))
        .max_idle_connections_per_host(16)
        .tls_config(tls);
    if address.here { config.proxy(None).build().new_agent() } else { config.build().new_agent() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_range_is_read_or_passed_over(text in "(bytes )?.{0,30}", size in any::<u64>()) {
            let _ = total(&text);
            prop_assert_eq!(total(&format!("bytes 0-9/{size}")), Some(size));
        }
    }

    #[test]
    fn pauses_grow_and_end() {
        let waits: Vec<_> = (1..12).map(pause).collect();
        assert!(waits.iter().all(|wait| *wait >= PAUSE / 2 && *wait <= LONGEST_PAUSE), "{waits:?}");
        assert!(waits.last() > waits.first());
    }
}
