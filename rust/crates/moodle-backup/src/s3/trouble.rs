//! What went wrong with a store, in words, and whether it may pass by itself.

use ureq::Error;

use crate::problem::Problem;
use crate::s3::store::Answer;
use crate::s3::words::Refusal;

/// What went wrong. It never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// In words.
    pub what: String,
    /// Whether trying again may help.
    pub passes: bool,
    mend: String,
}

impl Trouble {
    /// Trying again is of no use.
    pub fn lasting(what: impl Into<String>) -> Self {
        Self { what: what.into(), passes: false, mend: "see the endpoint: is it a store that speaks S3?".to_owned() }
    }

    /// It may pass.
    pub fn passing(what: impl Into<String>) -> Self {
        let mend =
            "see the endpoint, the network and the NetworkPolicy; what is stored stays whole, run the command again";
        Self { what: what.into(), passes: true, mend: mend.to_owned() }
    }

    fn mend(mut self, how: impl Into<String>) -> Self {
        self.mend = how.into();
        self
    }

    /// The same, with where it happened.
    pub fn told(self, location: &str, asked: &str, count: u32) -> Self {
        let tries = if count > 1 { format!(" ({count} tries)") } else { String::new() };
        Self {
            what: format!("the store of {location} does not do what is asked: {asked}: {}{tries}", self.what),
            ..self
        }
    }

    /// As the user reads it.
    pub fn problem(self) -> Problem {
        Problem::reach(self.what).mend(self.mend)
    }
}

/// What the network did.
pub fn of_network(error: &Error) -> Trouble {
    let text = error.to_string().replace('\n', " ");
    if matches!(error, Error::Rustls(_) | Error::Tls(_) | Error::Pem(_)) || text.contains("certificate") {
        let mend =
            "name the file of the authority that signed the store's certificate: `--ca-file FILE` or SSL_CERT_FILE";
        return Trouble::lasting(format!("no secure connection: {text}")).mend(mend);
    }
    match error {
        Error::BadUri(_) | Error::Http(_) | Error::InvalidProxyUrl => Trouble::lasting(text),
        _ => Trouble::passing(text),
    }
}

/// What an answer says of trouble, if anything. That there is no such object is an answer.
pub fn of_answer(answer: &Answer) -> Option<Trouble> {
    if (200..300).contains(&answer.status) {
        return None;
    }
    let Refusal { code, region } = Refusal::of(&answer.body);
    let said = format!("{} {code}", answer.status).trim_end().to_owned();
    let trouble = match (answer.status, code.as_str()) {
        (404, "NoSuchBucket") => Trouble::lasting(said).mend("make the bucket first; this program makes none"),
        (404, _) => return None,
        (_, "SlowDown" | "RequestTimeout" | "InternalError" | "ServiceUnavailable") => Trouble::passing(said),
        (408 | 429 | 500..=599, _) if answer.status != 501 => Trouble::passing(said),
        (_, "RequestTimeTooSkewed") => Trouble::lasting(said).mend("set this machine's clock"),
        (_, "SignatureDoesNotMatch") => {
            Trouble::lasting(said).mend("see the secret access key, and AWS_DEFAULT_REGION")
        }
        (_, "InvalidAccessKeyId") => Trouble::lasting(said).mend("see the access key's id"),
        (_, "ExpiredToken" | "InvalidToken") => Trouble::lasting(said).mend("see AWS_SESSION_TOKEN"),
        (301 | 307 | 308, _) | (_, "AuthorizationHeaderMalformed") => {
            let region = region.map_or_else(String::new, |region| format!(" to {region}"));
            Trouble::lasting(said).mend(format!("set AWS_DEFAULT_REGION{region}, or name the region's own endpoint"))
        }
        (401 | 403, _) => Trouble::lasting(said)
            .mend("see the keys; they need s3:ListBucket, GetObject, PutObject and DeleteObject there"),
        (416, _) => Trouble::lasting("an object is shorter than it was"),
        _ => Trouble::lasting(said),
    };
    Some(trouble)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(status: u16, code: &str) -> Option<bool> {
        let body = format!("<Error><Code>{code}</Code></Error>").into_bytes().into();
        of_answer(&Answer { status, whole: None, body }).map(|trouble| trouble.passes)
    }

    #[test]
    fn what_may_pass_is_tried_again_and_nothing_else() {
        let passing = [(500, ""), (503, "SlowDown"), (429, ""), (400, "RequestTimeout"), (502, ""), (408, "")];
        assert_eq!(passing.map(|(status, code)| trouble(status, code)), [Some(true); 6]);
        let lasting = [(403, "AccessDenied"), (404, "NoSuchBucket"), (301, ""), (501, ""), (400, "InvalidRequest")];
        assert_eq!(lasting.map(|(status, code)| trouble(status, code)), [Some(false); 5]);
        assert_eq!(
            [(200, ""), (204, ""), (404, "NoSuchKey"), (404, "")].map(|(status, code)| trouble(status, code)),
            [None; 4]
        );
    }

    #[test]
    fn the_region_that_a_store_wants_is_named() {
        let body = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>".into();
        let said = of_answer(&Answer { status: 400, whole: None, body }).map(|trouble| trouble.problem().to_string());
        assert!(said.is_some_and(|text| text.contains("AWS_DEFAULT_REGION to eu-west-1")));
    }
}
