//! Points in time as people write them.

use std::str::FromStr;

use rustic_core::jiff::Timestamp;

/// What `--at` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The newest point there is.
    Latest,
    /// The newest point that is not later than this.
    At(Timestamp),
}

impl FromStr for Moment {
    type Err = String;

    /// `latest`, or a time of RFC 3339 with its zone: `2026-11-22T03:00:00Z`, `2026-11-22 03:00+01:00`.
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "latest" {
            return Ok(Self::Latest);
        }
        let wrong = |_| format!("`{text}` is neither `latest` nor a time with its zone, as 2026-11-22T03:00:00Z");
        text.parse().map(Self::At).map_err(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_time_has_a_zone() {
        assert_eq!("latest".parse(), Ok(Moment::Latest));
        let utc: Result<Moment, _> = "2026-11-22T03:00:00Z".parse();
        assert_eq!("2026-11-22 04:00+01:00".parse(), utc);
        assert!(utc.is_ok());
        for wrong in ["", "Latest", "2026-11-22", "2026-11-22T03:00:00", "now", "1763780400"] {
            assert!(wrong.parse::<Moment>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,60}") {
            let _ = text.parse::<Moment>();
        }

        #[test]
        fn what_is_written_is_read(seconds in -60_000_000_000_i64..250_000_000_000) {
            let time = Timestamp::from_second(seconds).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(time.to_string().parse(), Ok(Moment::At(time)));
        }
    }
}
