//! Whether the repository itself is whole: rustic's check, and what it found in words.

use std::str::FromStr;

use rustic_core::{CheckOptions, CheckResults, Open, ReadSubsetOption, Repository};

use crate::panics::{Known, caught};
use crate::problem::{Problem, Result, damaged};
use crate::report::warn;

/// How much of what is stored is read.
#[derive(Clone, Copy, Debug)]
pub enum ReadData {
    /// Names and sizes only.
    None,
    /// As rustic and restic say it.
    Some(ReadSubsetOption),
}

impl FromStr for ReadData {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "none" => Ok(Self::None),
            // rustic divides by what follows the stroke.
            _ if text.ends_with("/0") => Err(format!("`{text}` has no parts")),
            _ => {
                text.parse().map(Self::Some).map_err(|_| format!("`{text}` is none of none, all, 5%, 3/53 and 200MiB"))
            }
        }
    }
}

/// What is damaged, one line each.
///
/// # Errors
/// Where the check cannot be done.
pub fn check<S: Open>(repository: &Repository<S>, read: ReadData) -> Result<Vec<String>> {
    let options = match read {
        ReadData::None => CheckOptions::default(),
        ReadData::Some(part) => CheckOptions::default().read_data(true).read_data_subset(part),
    };
    let results = caught(KNOWN, || repository.check(options).map_err(damaged("the repository cannot be checked")))?;
    let mut damages = Vec::new();
    for (level, finding) in results.0 {
        let text = finding.to_string();
        if CheckResults(vec![(level, finding)]).is_ok().is_err() {
            damages.push(text);
        } else {
            warn("check", &text);
        }
    }
    Ok(damages)
}

/// Where a folder cannot be read while others are still asked for.
const KNOWN: Known = Known {
    words: "index still in use",
    problem: |_| Problem::data("the check broke off: folders of the backup cannot be read"),
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts_are_as_restic_says_them() {
        let known = ["none", "all", "5%", "3/53", "200MiB"].map(|text| text.parse::<ReadData>().is_ok());
        assert_eq!(known, [true; 5]);
        let wrong = ["", "half", "1/0", "x%", "0/0"].map(|text| text.parse::<ReadData>().is_ok());
        assert_eq!(wrong, [false; 5]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[0-9a-z/%.]{0,12}") {
            let _ = text.parse::<ReadData>();
        }
    }
}
