//! A restore that is done once: its id is recorded in the database that it fills, together with what it fills it with.

use std::fmt;
use std::str::FromStr;

/// What names a restore, so that it is done once. It needs no quotes anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreId(String);

impl fmt::Display for RestoreId {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

impl FromStr for RestoreId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let good = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_');
        if (1..=100).contains(&text.len()) && text.chars().all(good) {
            return Ok(Self(text.to_owned()));
        }
        Err("an id is of 1 to 100 letters, digits, `-`, `.` and `_`".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_id_ends_the_text_that_it_stands_in(id in ".{0,120}") {
            if let Ok(found) = id.parse::<RestoreId>() {
                prop_assert!(found.to_string().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)));
            }
        }

        #[test]
        fn a_name_of_kubernetes_is_an_id(id in "[a-z0-9]([-a-z0-9.]{0,60}[a-z0-9])?") {
            prop_assert!(id.parse::<RestoreId>().is_ok());
        }
    }
}
