//! What the learning kit's services share: settings, signed requests, limits, health, metrics, traces, safe requests outward.

#![forbid(unsafe_code)]

pub mod api;
pub mod limit;
pub mod metrics;
pub mod outbound;
pub mod problem;
pub mod settings;
pub mod stop;
pub mod token;
pub mod traces;

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970.
#[must_use]
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Milliseconds since 1970.
#[must_use]
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A line of the log: what, and the fields of it, as JSON on standard error.
pub fn log(what: &str, fields: &serde_json::Value) {
    let line = serde_json::json!({"time": now_ms(), "what": what, "fields": fields});
    eprintln!("{line}");
}

/// So many hexadecimal digits, as good as nobody else has them: of the standard library's seeds, never of use as a secret.
#[must_use]
pub fn random_id() -> String {
    use std::hash::{BuildHasher, RandomState};
    format!("{:016x}", RandomState::new().hash_one((std::process::id(), now_ms())).max(1))
}
