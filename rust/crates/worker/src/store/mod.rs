//! The bucket for finished files: put, in parts where a file is large, and links by which users fetch them.

pub mod sign;

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use service_frame::hex;
use service_frame::settings::Wrong;
use sha2::{Digest, Sha256};
use ureq::http::{Request, Response, Uri};
use ureq::{Agent, Body, SendBody};

use sign::{Asked, Keys, encoded, headers, link};

const TRIES: u32 = 4;
const MOST_ANSWER: u64 = 1 << 20;

/// What went wrong with the store. It never holds a secret.
#[derive(Debug)]
pub struct Trouble {
    /// In words.
    pub what: String,
    /// Whether it may pass by itself.
    pub passes: bool,
}

/// A folder of a bucket.
pub struct Store {
    agent: Agent,
    keys: Keys,
    base: String,
    host: String,
    bucket: String,
    prefix: String,
}

struct Answer {
    status: u16,
    etag: String,
    length: u64,
    body: String,
}

impl Store {
    /// Nothing is asked yet.
    ///
    /// # Errors
    /// Where the endpoint is no address, or not HTTPS. Plain HTTP stays on this machine.
    pub fn of(endpoint: &str, bucket: &str, prefix: &str, keys: Keys) -> Result<Self, Wrong> {
        let wrong = |why: &str| Wrong(format!("the store's endpoint {why}"));
        let uri = endpoint.parse::<Uri>().map_err(|_| wrong("is no address"))?;
        let authority = uri.authority().ok_or_else(|| wrong("names no host"))?;
        let here = ["127.0.0.1", "localhost", "[::1]"].contains(&authority.host());
        if uri.scheme_str() != Some("https") && !(here && uri.scheme_str() == Some("http")) {
            return Err(wrong("is not https://HOST"));
        }
        if uri.path_and_query().is_some_and(|path| path.as_str() != "/") || authority.as_str().contains('@') {
            return Err(wrong("has more than scheme, host and port"));
        }
        let folder = prefix.ends_with('/') && prefix.split('/').all(|part| part != "." && part != "..");
        if !folder || bucket.is_empty() || bucket.contains('/') {
            return Err(Wrong(
                "bucket and prefix of the store are a name and a folder with a stroke at its end".to_owned(),
            ));
        }
        Ok(Self {
            agent: agent(here),
            keys,
            base: endpoint.trim_end_matches('/').to_owned(),
            host: authority.as_str().to_owned(),
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
        })
    }

    fn path(&self, key: &str) -> String {
        format!("/{}/{}", self.bucket, encoded(&format!("{}{key}", self.prefix), true))
    }

    /// How large an object is; none where there is none.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub fn size(&self, key: &str) -> Result<Option<u64>, Trouble> {
        let answer = self.ask("HEAD", key, "", &Bytes::new())?;
        Ok((answer.status == 200).then_some(answer.length))
    }

    /// Put a whole object.
    ///
    /// # Errors
    /// Where the store does not take it.
    pub fn put(&self, key: &str, content: &Bytes) -> Result<(), Trouble> {
        self.ask("PUT", key, "", content).and_then(good).map(drop)
    }

    /// Begin an object in parts: the upload's name.
    ///
    /// # Errors
    /// Where the store does not take it.
    pub fn begin(&self, key: &str) -> Result<String, Trouble> {
        let answer = self.ask("POST", key, "uploads=", &Bytes::new()).and_then(good)?;
        let named = answer.body.split_once("<UploadId>").and_then(|(_, rest)| rest.split_once("</UploadId>"));
        let name = named.map(|(name, _)| name.trim().to_owned()).filter(|name| !name.is_empty());
        name.ok_or_else(|| lasting("the store names no upload"))
    }

    /// One part: its tag.
    ///
    /// # Errors
    /// Where the store does not take it.
    pub fn part(&self, key: &str, upload: &str, number: usize, content: &Bytes) -> Result<String, Trouble> {
        let query = format!("partNumber={number}&uploadId={}", encoded(upload, false));
        let answer = self.ask("PUT", key, &query, content).and_then(good)?;
        if answer.etag.is_empty() { Err(lasting("the store gives a part no tag")) } else { Ok(answer.etag) }
    }

    /// The parts are the object, from now on and at once.
    ///
    /// # Errors
    /// Where the store does not do so.
    pub fn complete(&self, key: &str, upload: &str, tags: &[String]) -> Result<(), Trouble> {
        let parts = tags.iter().enumerate().map(|(at, tag)| {
            let tag = tag.replace('&', "&amp;").replace('<', "&lt;");
            format!("<Part><PartNumber>{}</PartNumber><ETag>{tag}</ETag></Part>", at + 1)
        });
        let body = format!("<CompleteMultipartUpload>{}</CompleteMultipartUpload>", parts.collect::<Vec<_>>().concat());
        let query = format!("uploadId={}", encoded(upload, false));
        let answer = self.ask("POST", key, &query, &body.into()).and_then(good)?;
        // S3 may say 200 at once, and later in the same answer that it did not work.
        if answer.body.contains("<Error") { Err(passing("the store could not put the parts together")) } else { Ok(()) }
    }

    /// Take back what is not complete; one that is gone is well.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub fn abort(&self, key: &str, upload: &str) -> Result<(), Trouble> {
        let answer = self.ask("DELETE", key, &format!("uploadId={}", encoded(upload, false)), &Bytes::new())?;
        if answer.status == 404 { Ok(()) } else { good(answer).map(drop) }
    }

    /// An address by which whoever has it fetches the object.
    pub fn link(&self, key: &str, seconds: u64) -> String {
        let path = self.path(key);
        let query = link(&self.keys, &self.host, &path, seconds.clamp(1, 604_800), Timestamp::now());
        format!("{}{path}?{query}", self.base)
    }

    fn ask(&self, method: &str, key: &str, query: &str, content: &Bytes) -> Result<Answer, Trouble> {
        let mut tried = 0;
        loop {
            tried += 1;
            match self.once(method, key, query, content) {
                Err(trouble) if trouble.passes && tried < TRIES => {
                    std::thread::sleep(Duration::from_millis(200 << tried));
                }
                done => return done,
            }
        }
    }

    fn once(&self, method: &str, key: &str, query: &str, content: &Bytes) -> Result<Answer, Trouble> {
        let path = self.path(key);
        let asked = Asked { method, host: &self.host, path: &path, query };
        let stroke = if query.is_empty() { "" } else { "?" };
        let mut request = Request::builder().method(method).uri(format!("{}{path}{stroke}{query}", self.base));
        for (name, value) in headers(&self.keys, &asked, &hex(&Sha256::digest(content)), Timestamp::now()) {
            request = request.header(name, value);
        }
        let carries = ["PUT", "POST"].contains(&method);
        let body =
            if carries { SendBody::from_owned_reader(std::io::Cursor::new(content.clone())) } else { SendBody::none() };
        let request = if carries { request.header("content-length", content.len()) } else { request };
        let request = request.body(body).map_err(|error| lasting(error.to_string()))?;
        let response = self.agent.run(request).map_err(|error| passing(error.to_string()))?;
        let answer = Answer::of(response)?;
        match answer.status {
            408 | 429 | 500 | 502..=599 => Err(passing(format!("the store says {}", answer.status))),
            _ => Ok(answer),
        }
    }
}

impl Answer {
    fn of(mut response: Response<Body>) -> Result<Self, Trouble> {
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (etag, length) = (header("etag").to_owned(), header("content-length").parse().unwrap_or(0));
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(MOST_ANSWER).read_to_string();
        Ok(Self { status, etag, length, body: body.map_err(|error| passing(error.to_string()))? })
    }
}

fn good(answer: Answer) -> Result<Answer, Trouble> {
    if (200..300).contains(&answer.status) {
        Ok(answer)
    } else {
        Err(lasting(format!("the store says {}", answer.status)))
    }
}

fn lasting(what: impl Into<String>) -> Trouble {
    Trouble { what: what.into(), passes: false }
}

fn passing(what: impl Into<String>) -> Trouble {
    Trouble { what: what.into(), passes: true }
}

fn agent(here: bool) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_connect(Some(Duration::from_secs(10)))
        .timeout_global(Some(Duration::from_secs(120)));
    if here { config.proxy(None).build().new_agent() } else { config.build().new_agent() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(endpoint: &str, prefix: &str) -> Option<Store> {
        let keys = Keys { id: "id".to_owned(), secret: "S3CRET".to_owned(), region: "r".to_owned() };
        Store::of(endpoint, "acme", prefix, keys).ok()
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for good in ["https://s3.example.org", "https://s3.example.org:9000/", "http://127.0.0.1:9000"] {
            assert!(store(good, "exports/acme/").is_some(), "{good}");
        }
        for wrong in ["http://s3.example.org", "https://u:p@h", "https://h/path", "ftp://127.0.0.1", "", "https://"] {
            assert!(store(wrong, "exports/acme/").is_none(), "{wrong}");
        }
        assert!(store("https://h", "a/../b/").is_none() && store("https://h", "a").is_none());
    }

    #[test]
    fn a_link_has_key_and_end_and_no_secret() {
        let link = store("https://h", "p/").map(|store| store.link("a b.csv", 9_999_999)).unwrap_or_default();
        assert!(link.starts_with("https://h/acme/p/a%20b.csv?X-Amz-Algorithm=AWS4-HMAC-SHA256&"), "{link}");
        assert!(link.contains("X-Amz-Expires=604800&") && !link.contains("S3CRET"), "{link}");
    }
}
