//! What can be asked for. Nobody sends SQL: a job names one of our reports and numbers for it.

pub mod run;

use serde::{Deserialize, Serialize};
use service_frame::hex;
use sha2::{Digest, Sha256};

use crate::report::Report;

/// A job as it lies in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Job {
    /// All rows of a report, as CSV.
    Export {
        /// Which rows.
        report: Report,
    },
    /// What the rows of a report say together, as JSON and HTML.
    Summary {
        /// Which rows.
        report: Report,
    },
    /// Tags for the posts of a forum.
    Tag {
        /// The forum's id.
        forum: u32,
        /// How many tags a post gets at the most.
        #[serde(default = "three")]
        most: u8,
    },
}

fn three() -> u8 {
    3
}

/// A request for a job.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The caller's name for it: asked twice, it is done once.
    pub key: String,
    /// What is to be done.
    pub job: Job,
}

impl Request {
    /// What the body of a request says.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of(body: &[u8]) -> Result<Self, String> {
        let request: Self = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte);
        if request.key.is_empty() || request.key.len() > 100 || !request.key.bytes().all(plain) {
            return Err("`key` is 1 to 100 letters, digits and -._:".to_owned());
        }
        match &request.job {
            Job::Export { report } | Job::Summary { report } => report.judge()?,
            Job::Tag { forum: 0, .. } => return Err("`forum` is a number above 0".to_owned()),
            Job::Tag { most, .. } if !(1..=10).contains(most) => return Err("`most` goes from 1 to 10".to_owned()),
            Job::Tag { .. } => (),
        }
        Ok(request)
    }

    /// The job's name here: the same for the same key.
    #[must_use]
    pub fn id(&self) -> String {
        hex(&Sha256::digest(&self.key)).chars().take(32).collect()
    }
}

impl Job {
    /// Its word, for logs and metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Export { .. } => "export",
            Self::Summary { .. } => "summary",
            Self::Tag { .. } => "tag",
        }
    }
}

/// Whether a text is a job's id.
#[must_use]
pub fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Job, String> {
        Request::of(text.as_bytes()).map(|request| request.job)
    }

    #[test]
    fn a_job_is_read_and_written_the_same() {
        let text = r#"{"key":"a:1","job":{"kind":"export","report":{"name":"log","course":7,"from":1,"to":2}}}"#;
        let job = read(text);
        assert_eq!(job.as_ref().map(Job::kind), Ok("export"));
        let again = job.as_ref().ok().and_then(|job| serde_json::to_string(job).ok());
        assert_eq!(again.and_then(|text| serde_json::from_str(&text).ok()), job.ok());
        assert_eq!(read(r#"{"key":"a","job":{"kind":"tag","forum":3}}"#), Ok(Job::Tag { forum: 3, most: 3 }));
    }

    #[test]
    fn what_is_no_job_is_refused() {
        let wrong = [
            "",
            "[]",
            r#"{"key":"","job":{"kind":"tag","forum":3}}"#,
            r#"{"key":"../../x","job":{"kind":"tag","forum":3}}"#,
            r#"{"key":"a","job":{"kind":"tag","forum":0}}"#,
            r#"{"key":"a","job":{"kind":"tag","forum":-1}}"#,
            r#"{"key":"a","job":{"kind":"tag","forum":"1; DROP TABLE mdl_user"}}"#,
            r#"{"key":"a","job":{"kind":"tag","forum":3,"most":11}}"#,
            r#"{"key":"a","job":{"kind":"shell","command":"id"}}"#,
            r#"{"key":"a","job":{"kind":"export","report":{"name":"users"}}}"#,
            r#"{"key":"a","job":{"kind":"export","report":{"name":"grades","course":1,"sql":"SELECT 1"}}}"#,
            r#"{"key":"a","job":{"kind":"export","report":{"name":"log","course":1,"from":2,"to":1}}}"#,
            r#"{"key":"a","job":{"kind":"tag","forum":3},"url":"http://169.254.169.254/"}"#,
        ];
        for text in wrong {
            assert!(read(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Request::of(&bytes);
        }

        #[test]
        fn an_id_is_an_id(key in "[a-zA-Z0-9._:-]{1,100}") {
            let request = Request { key, job: Job::Tag { forum: 1, most: 1 } };
            prop_assert!(is_id(&request.id()));
        }
    }
}
