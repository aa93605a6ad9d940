//! How long a job that failed waits.

use std::time::Duration;

/// A time as Redis takes it.
pub fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Twice as long each time, an hour at the most, and up to a half more, so that what failed together is not tried together.
pub fn pause(first: Duration, failed: u32) -> u64 {
    let whole = milliseconds(first).saturating_mul(1 << failed.min(20)).min(3_600_000);
    let part = u64::from_str_radix(&service_frame::random_id(), 16).unwrap_or(0) % 50;
    whole + whole * part / 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let first = Duration::from_secs(2);
        for (failed, least) in [(0, 2_000), (1, 4_000), (5, 64_000), (60, 3_600_000)] {
            let found = pause(first, failed);
            assert!((least..=least * 3 / 2).contains(&found), "{found} after {failed}");
        }
    }
}
