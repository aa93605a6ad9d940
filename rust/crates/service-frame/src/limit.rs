//! How many requests one address may send in a second: a bucket of tokens each, and no more buckets than fit.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

const MOST_BUCKETS: usize = 10_000;

/// Buckets of all addresses.
pub struct Limit {
    rate: f64,
    burst: f64,
    buckets: Mutex<HashMap<IpAddr, (f64, Instant)>>,
}

impl Limit {
    /// So many in a second, and twice as many at once.
    #[must_use]
    pub fn per_second(rate: u32) -> Self {
        Self { rate: f64::from(rate), burst: f64::from(rate) * 2.0, buckets: Mutex::default() }
    }

    /// Whether one more may come.
    pub fn allows(&self, from: IpAddr, now: Instant) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_BUCKETS && !buckets.contains_key(&from) {
            buckets.retain(|_, (left, seen)| self.filled(*left, *seen, now) < self.burst);
            if buckets.len() >= MOST_BUCKETS {
                return false; // So many at once are an attack, and who is in it already goes on.
            }
        }
        let (left, seen) = buckets.entry(from).or_insert((self.burst, now));
        *left = self.filled(*left, *seen, now);
        *seen = now;
        let allowed = *left >= 1.0;
        if allowed {
            *left -= 1.0;
        }
        allowed
    }

    fn filled(&self, left: f64, seen: Instant, now: Instant) -> f64 {
        (left + now.saturating_duration_since(seen).as_secs_f64() * self.rate).min(self.burst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use std::time::Duration;

    #[test]
    fn a_bucket_empties_and_fills_by_the_clock() {
        let (limit, start) = (Limit::per_second(2), Instant::now());
        let one = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let asked: Vec<_> = (0..6).map(|_| limit.allows(one, start)).collect();
        assert_eq!(asked, [true, true, true, true, false, false]);
        assert!(limit.allows(IpAddr::V4(Ipv4Addr::UNSPECIFIED), start), "another has its own");
        let later = start + Duration::from_millis(600);
        assert_eq!([limit.allows(one, later), limit.allows(one, later)], [true, false]);
    }

    #[test]
    fn there_are_no_more_buckets_than_fit() {
        let (limit, start) = (Limit::per_second(1), Instant::now());
        let from = |number: u32| IpAddr::V4(Ipv4Addr::from(number));
        let first = (0..10_000).all(|number| limit.allows(from(number), start));
        assert!(first && !limit.allows(from(10_001), start));
        assert!(limit.allows(from(10_001), start + Duration::from_secs(5)), "those that are full again make room");
    }
}
