//! JSON Web Tokens by a shared key: HS256 and nothing else, with exactly the claims that are known here, and a short life.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// No token may be good for longer, in seconds: one that is found in a log is old.
pub const LONGEST: u64 = 300;
/// What two clocks may differ, in seconds.
const SKEW: u64 = 30;
const MOST_BYTES: usize = 2048;
/// RFC 7518: a key of HS256 has at least as many bits as its hash.
const LEAST_KEY: usize = 32;

/// Shared keys. All are good, the first one signs. It has no `Debug`, so that no log can hold it.
#[derive(Clone)]
pub struct Keys(Vec<Vec<u8>>);

impl Keys {
    /// One a line; empty lines are none.
    ///
    /// # Errors
    /// Where there is none, or one is too short to be a secret.
    pub fn of(text: &str) -> Result<Self, &'static str> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let keys: Vec<_> = lines.map(|line| line.as_bytes().to_vec()).collect();
        match keys.iter().map(Vec::len).min() {
            None => Err("holds no key"),
            Some(short) if short < LEAST_KEY => Err("a key has less than 32 characters"),
            Some(_) => Ok(Self(keys)),
        }
    }

    /// Whether any key made this sum of the message. Compared in a time that tells nothing.
    #[must_use]
    pub fn made(&self, message: &[u8], sum: &[u8]) -> bool {
        self.0.iter().filter_map(|key| mac(key, message)).any(|mac| mac.verify_slice(sum).is_ok())
    }

    /// The first key's sum of the message.
    #[must_use]
    pub fn sum(&self, message: &[u8]) -> Vec<u8> {
        let made = self.0.first().and_then(|key| mac(key, message));
        made.map(|mac| mac.finalize().into_bytes().to_vec()).unwrap_or_default()
    }
}

fn mac(key: &[u8], message: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(message);
    Some(mac)
}

/// What a token says; no more and no less.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Who made it: always `moodle`.
    pub iss: String,
    /// For which service it is.
    pub aud: String,
    /// For whom Moodle asks.
    pub sub: String,
    /// When it was made.
    pub iat: u64,
    /// When it ends.
    pub exp: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    #[serde(default)]
    typ: Option<String>,
}

/// Who may ask, and for what service.
#[derive(Clone)]
pub struct Verifier {
    /// Moodle's.
    pub keys: Keys,
    /// This service's name.
    pub audience: &'static str,
}

impl Verifier {
    /// What the token says, if it is good now.
    ///
    /// # Errors
    /// Why it is not. That is no secret, for the sum is compared first.
    pub fn verify(&self, token: &str, now: u64) -> Result<Claims, &'static str> {
        if token.len() > MOST_BYTES {
            return Err("the token is too long");
        }
        let (signed, sum) = token.rsplit_once('.').ok_or("the token has not three parts")?;
        let (header, claims) = signed.split_once('.').ok_or("the token has not three parts")?;
        let sum = URL_SAFE_NO_PAD.decode(sum).map_err(|_| "the signature is no base64url")?;
        if !self.keys.made(signed.as_bytes(), &sum) {
            return Err("the signature is not ours");
        }
        let header: Header = part(header)?;
        if header.alg != "HS256" || header.typ.is_some_and(|typ| typ != "JWT") {
            return Err("the algorithm is not HS256");
        }
        self.judge(part(claims)?, now)
    }

    fn judge(&self, claims: Claims, now: u64) -> Result<Claims, &'static str> {
        if claims.iss != "moodle" || claims.aud != self.audience || claims.sub.len() > 100 {
            return Err("the token is for another service");
        }
        if claims.iat > now.saturating_add(SKEW) || claims.exp.saturating_sub(claims.iat) > LONGEST {
            return Err("the token is good for too long");
        }
        if claims.exp <= now { Err("the token has ended") } else { Ok(claims) }
    }
}

fn part<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, &'static str> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| "the token is no base64url")?;
    serde_json::from_slice(&bytes).map_err(|_| "the token has other claims than iss, aud, sub, iat, exp")
}

/// A token as Moodle makes it; for tests and for callers in Rust.
#[must_use]
pub fn signed(keys: &Keys, header: &str, claims: &str) -> String {
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let sum = URL_SAFE_NO_PAD.encode(keys.sum(text.as_bytes()));
    format!("{text}.{sum}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef";
    const OTHER: &str = "another key, that has 32 characters";
    const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
    const GOOD: &str = r#"{"iss":"moodle","aud":"worker","sub":"2","iat":1000,"exp":1060}"#;

    fn verify(key: &str, header: &str, claims: &str, now: u64) -> Result<Claims, &'static str> {
        let keys = Keys::of(&format!("{KEY}\n\nsecond key, that has 32 characters\n"))?;
        let token = signed(&Keys::of(key)?, header, claims);
        Verifier { keys, audience: "worker" }.verify(&token, now)
    }

    #[test]
    fn a_good_token_is_read_by_any_key() {
        for key in [KEY, "second key, that has 32 characters"] {
            assert!(verify(key, HEADER, GOOD, 1010).is_ok_and(|claims| claims.sub == "2"));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        assert_eq!(verify(OTHER, HEADER, GOOD, 1010), Err("the signature is not ours"));
        assert_eq!(verify(KEY, HEADER, GOOD, 1060), Err("the token has ended"));
        assert_eq!(verify(KEY, HEADER, GOOD, 900), Err("the token is good for too long"));
        for header in [r#"{"alg":"none"}"#, r#"{"alg":"HS512"}"#, r#"{"alg":"HS256","kid":"x"}"#, "{}", "[]"] {
            assert!(verify(KEY, header, GOOD, 1010).is_err(), "{header}");
        }
        let changes = [
            ("\"moodle\"", "\"other\""),
            ("\"worker\"", "\"transcoder\""),
            ("1060", "1301"),
            ("1060", "-1"),
            ("\"sub\":\"2\",", ""),
            ("\"sub\"", "\"admin\":true,\"sub\""),
            ("\"sub\"", "\"exp\":9999999,\"sub\""),
            ("\"aud\":\"worker\"", "\"aud\":[\"worker\"]"),
        ];
        for (from, to) in changes {
            assert!(verify(KEY, HEADER, &GOOD.replace(from, to), 1010).is_err(), "{from} as {to}");
        }
        assert!(Keys::of("short").is_err() && Keys::of(" \n").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_refused(text in "([A-Za-z0-9_-]{0,40}\\.){0,4}.{0,20}") {
            let keys = Keys::of(KEY).map_err(TestCaseError::fail)?;
            let read = Verifier { keys, audience: "worker" }.verify(&text, 1010);
            prop_assert!(read.is_err());
        }

        #[test]
        fn a_changed_byte_is_refused(at in 0_usize..120, with in 0_u8..127) {
            let keys = Keys::of(KEY).map_err(TestCaseError::fail)?;
            let token = signed(&keys, HEADER, GOOD);
            let changed: String = token.bytes().enumerate()
                .map(|(place, byte)| char::from(if place == at { with } else { byte })).collect();
            let read = Verifier { keys, audience: "worker" }.verify(&changed, 1010);
            prop_assert_eq!(read.is_ok(), changed == token);
        }
    }
}
