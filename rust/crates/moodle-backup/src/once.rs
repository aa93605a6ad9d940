//! A restore that is done once: its id is recorded in the database that it fills, in the same transaction.

use std::fmt;
use std::str::FromStr;

use crate::database::Database;
use crate::problem::Result;

/// The schema that holds what was restored by which id: no dump has it, and no restore takes it away.
pub const OWN: &str = "moodle_backup";

/// What names a restore, so that it is done once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreId(String);

impl RestoreId {
    /// Whether a restore of this id has filled the database.
    ///
    /// # Errors
    /// Where it does not answer.
    pub fn is_done(&self, database: &Database) -> Result<bool> {
        let known = database.ask(&format!("SELECT to_regclass('{OWN}.restores') IS NOT NULL"))? == "t";
        Ok(known && database.ask(&format!("SELECT count(*) FROM {OWN}.restores WHERE id = '{self}'"))? == "1")
    }

    /// The statements that record it; a second one of the same id breaks off its transaction.
    pub fn record(&self, snapshot: &str) -> String {
        format!(
            "CREATE SCHEMA IF NOT EXISTS {OWN};
CREATE TABLE IF NOT EXISTS {OWN}.restores (id text PRIMARY KEY, snapshot text NOT NULL, at timestamptz NOT NULL DEFAULT now());
INSERT INTO {OWN}.restores (id, snapshot) VALUES ('{self}', '{snapshot}');\n"
        )
    }
}

impl fmt::Display for RestoreId {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

impl FromStr for RestoreId {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
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
                let said = found.record("0f");
                prop_assert_eq!(said.matches('\'').count(), 4, "{}", said);
                let row = format!("('{id}', '0f')");
                prop_assert!(said.contains(&row), "{}", said);
            }
        }

        #[test]
        fn a_name_of_kubernetes_is_an_id(id in "[a-z0-9]([-a-z0-9.]{0,60}[a-z0-9])?") {
            prop_assert!(id.parse::<RestoreId>().is_ok());
        }
    }
}
