//! A site's address, as Moodle's `wwwroot` has it, and the forms in which texts have it.

use std::fmt;
use std::str::FromStr;

use sha1::{Digest, Sha1};

/// `http://` or `https://`, a host, and maybe a port and a path; nothing that needs a quote anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    scheme: &'static str,
    host: String,
    port: Option<u16>,
    path: String,
}

impl Address {
    /// Whether a browser that is sent to one comes to the other.
    pub fn is_same_as(&self, other: &Self) -> bool {
        (&self.host, self.port, &self.path) == (&other.host, other.port, &other.path)
    }

    /// The host, in lower case.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether the site is not alone on its host; a path has letters of two cases.
    pub fn has_path(&self) -> bool {
        !self.path.is_empty()
    }

    /// A name for files and objects that no other address has.
    pub fn as_name(&self) -> String {
        let sum = Sha1::digest(self.place()).iter().take(4).fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
        format!("{}-{sum:08x}", self.host)
    }

    /// Each form in which a text has this address, as a regular expression, and what stands there afterwards. The longer name of another
    /// host, another port and a longer name of a folder are other addresses; a full stop ends a sentence.
    pub fn forms(&self, new: &Self) -> [(String, String); 4] {
        let end = match (self.path.is_empty(), self.port) {
            (true, None) => "(?![A-Za-z0-9@-]|:[0-9]|[.][A-Za-z0-9-])",
            (true, Some(_)) => "(?![0-9@])",
            (false, _) => "(?![A-Za-z0-9_~%-]|[.][A-Za-z0-9_-])",
        };
        let place = self.place().replace('.', "[.]");
        let in_json = |text: &str| text.replace('/', "\\/");
        let in_pattern = |text: &str| text.replace('/', "\\\\/");
        let word = "(?<![A-Za-z0-9+.-])https?:";
        let (place_in_json, new_place) = (in_pattern(&place), new.place());
        // A backslash stands for itself where it is doubled, in a pattern and in what takes its place.
        let doubled = |text: String| text.replace('\\', "\\\\");
        [
            (format!("{word}//{place}{end}"), new.to_string()),
            (format!("{word}{}{place_in_json}{end}", in_pattern("//")), doubled(in_json(&new.to_string()))),
            (format!("(?<!:)//{place}{end}"), format!("//{new_place}")),
            (format!("(?<!:){}{place_in_json}{end}", in_pattern("//")), doubled(in_json(&format!("//{new_place}")))),
        ]
    }

    /// Without its scheme.
    fn place(&self) -> String {
        let port = self.port.map_or_else(String::new, |port| format!(":{port}"));
        format!("{}{port}{}", self.host, self.path)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}://{}", self.scheme, self.place())
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{}` is no address of a site, as https://moodle.example.org", text.escape_debug());
        let known = ["https", "http"];
        let scheme =
            known.into_iter().find(|scheme| text.strip_prefix(scheme).is_some_and(|rest| rest.starts_with("://")));
        let scheme = scheme.ok_or_else(wrong)?;
        let rest = text.get(scheme.len() + 3..).filter(|rest| rest.len() <= 250).ok_or_else(wrong)?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
        let is_port = |port: &&str| !port.starts_with(['0', '+']);
        let port = port
            .map(|port| Some(port).filter(is_port)?.parse::<u16>().ok())
            .map_or(Ok(None), |port| port.map(Some).ok_or_else(wrong))?;
        let path = path.strip_suffix('/').unwrap_or(path);
        if !host.split('.').all(is_label) || !path.split('/').skip(1).all(is_folder) {
            return Err(wrong());
        }
        Ok(Self { scheme, host: host.to_ascii_lowercase(), port, path: path.to_owned() })
    }
}

fn is_label(text: &str) -> bool {
    let good = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    (1..64).contains(&text.len()) && text.chars().all(good) && !text.starts_with('-') && !text.ends_with('-')
}

fn is_folder(text: &str) -> bool {
    let good = |letter: char| letter.is_ascii_alphanumeric() || "-_.~".contains(letter);
    !text.is_empty() && text.chars().all(good) && text.chars().any(|letter| letter != '.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_is_of_a_scheme_a_host_a_port_and_a_path() {
        let read = |text: &str| text.parse().map(|address: Address| address.to_string());
        for (text, whole) in [
            ("https://moodle.example.org", "https://moodle.example.org"),
            ("http://localhost:8080/", "http://localhost:8080"),
            ("https://Learn.Example.ORG/Moodle/de", "https://learn.example.org/Moodle/de"),
        ] {
            assert_eq!(read(text), Ok(whole.to_owned()));
        }
        for wrong in [
            "",
            "moodle.example.org",
            "ftp://moodle.example.org",
            "https://",
            "https:///x",
            "https://a..b",
            "https://-a",
            "https://a:0",
            "https://a:+80",
            "https://a:99999",
            "https://a:",
            "https://a/x//y",
            "https://a/..",
            "https://a/x?y",
            "https://a/x#y",
            "https://user@a",
            "https://a'",
            "https://a\"",
            "https://a/x\\y",
            "https://a/$$",
            "https://a\n",
            "https://ä.example",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_needs_no_quotes(text in "(https?://)?.{0,60}", inner in "[ -~]{0,40}") {
            for text in [text, format!("https://a.example{inner}")] {
                if let Ok(address) = text.parse::<Address>() {
                    let said = address.to_string();
                    prop_assert!(said.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/.-_~".contains(&byte)), "{}", said);
                    prop_assert_eq!(said.parse::<Address>(), Ok(address));
                }
            }
        }
    }
}
