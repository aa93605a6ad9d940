//! What makes a restored site a clone: it sends nothing, does nothing by itself, has another address, and writes no object of the source's.

mod address;
mod mysql;

pub use address::Address;
pub use mysql::Column;

use std::fmt;
use std::str::FromStr;

use serde_json::json;

const STATEMENTS: &str = include_str!("postgresql.sql");

/// Settings that a clone has, whatever the source has.
const SETTINGS: [(&str, &str); 6] = [
    ("noemailever", "1"),
    ("smtphosts", ""),
    ("smtpuser", ""),
    ("smtppass", ""),
    ("messageinbound_enabled", "0"),
    ("cron_enabled", "0"),
];

/// Where a clone's objects lie in its bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(String);

impl FromStr for Prefix {
    type Err = String;

    /// `clones/acme-2/`: ObjectFS puts it before a name as it is, so that it ends with a stroke.
    fn from_str(text: &str) -> Result<Self, String> {
        let good = |letter: char| letter.is_ascii_alphanumeric() || "-._/".contains(letter);
        if (2..=200).contains(&text.len()) && text.ends_with('/') && !text.starts_with('/') && text.chars().all(good) {
            return Ok(Self(text.to_owned()));
        }
        Err("a prefix is of letters, digits, `-`, `.`, `_` and `/`, and ends with `/`".to_owned())
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

/// What is to become of a restored site.
#[derive(Clone, Debug)]
pub struct CloneOf {
    old: Address,
    new: Address,
    prefix: Prefix,
}

impl CloneOf {
    /// A clone at another address; its objects lie below a prefix that is made of that, where none is given.
    ///
    /// # Errors
    /// Where the two are one address.
    pub fn of(old: Address, new: Address, prefix: Option<Prefix>) -> Result<Self, String> {
        if old.is_same_as(&new) {
            return Err(format!("the clone has the source's own address, {new}"));
        }
        let prefix = prefix.unwrap_or_else(|| Prefix(format!("clones/{}/", new.as_name())));
        Ok(Self { old, new, prefix })
    }

    /// The clone's own host.
    pub fn host(&self) -> &str {
        self.new.host()
    }

    /// What ObjectFS is told, where it is there.
    fn object_settings(&self) -> [(&'static str, &str); 4] {
        [("key_prefix", &self.prefix.0), ("enabletasks", "0"), ("deletelocal", "0"), ("deleteexternal", "0")]
    }

    /// The statements, of which the last one says as JSON what was changed; they stand in a transaction of PostgreSQL's.
    pub fn statements(&self) -> String {
        let settings: serde_json::Map<_, _> =
            SETTINGS.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let objects =
            json!({"key_prefix": self.prefix.0, "enabletasks": "0", "deletelocal": "0", "deleteexternal": "0"});
        let forms = self.old.forms(&self.new);
        let parameters = [
            ("host", self.old.host().to_owned()),
            ("option", if self.old.has_path() { String::new() } else { "(?i)".to_owned() }),
            ("settings", json!(settings).to_string()),
            ("objects", json!(objects).to_string()),
            ("patterns", array(forms.iter().map(|(pattern, _)| pattern))),
            ("places", array(forms.iter().map(|(_, place)| place))),
        ];
        let set =
            |(name, value): (&str, String)| format!("SELECT set_config('moodle_backup.{name}', '{value}', true);\n");
        parameters.into_iter().map(set).chain([STATEMENTS.to_owned()]).collect()
    }
}

impl fmt::Display for CloneOf {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} as {}", self.old, self.new)
    }
}

/// An array as PostgreSQL reads it. No text has a quote in it.
fn array<'a>(texts: impl Iterator<Item = &'a String>) -> String {
    let quoted: Vec<_> = texts.map(|text| format!("\"{}\"", text.replace('\\', "\\\\"))).collect();
    format!("{{{}}}", quoted.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_address_ends_the_text_that_it_stands_in(old in ".{0,40}", path in "[ -~]{0,30}", prefix in "[ -~]{0,20}") {
            let addresses = [old.as_str(), &format!("https://a.example{path}")].map(str::parse::<Address>);
            for address in addresses.into_iter().flatten() {
                let clone = "https://clone.example".parse().and_then(|new| CloneOf::of(address, new, prefix.parse().ok()));
                let said = clone.map(|clone| clone.statements()).unwrap_or_default();
                let parameters = said.split("-- What makes").next().unwrap_or_default();
                prop_assert_eq!(parameters.matches('\'').count(), parameters.lines().count() * 4, "{}", parameters);
            }
        }
    }

    #[test]
    fn a_prefix_is_a_folder_of_its_own() {
        for wrong in ["", "/", "clone", "/clone/", "it's/", "a b/", "ä/"] {
            assert!(wrong.parse::<Prefix>().is_err(), "{wrong}");
        }
        assert!("clones/acme-2/".parse::<Prefix>().is_ok());
    }

    #[test]
    fn a_clone_is_elsewhere() {
        let of = |old: &str, new: &str| CloneOf::of(old.parse()?, new.parse()?, None);
        assert!(of("https://a.example", "http://A.example").is_err());
        assert!(of("https://a.example", "https://a.example/clone").is_ok());
    }
}
