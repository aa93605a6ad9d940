//! Where a bucket is, in restic's spelling: `s3:https://HOST/BUCKET/PREFIX`.

use std::net::IpAddr;

use crate::problem::{Problem, Result};
use crate::s3::sign::encoded;

/// A folder in a bucket. Its host is part of the path's address, and never of a bucket's name: on-premises stores have no such names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// `https://HOST:PORT`, without a port that goes without saying.
    pub base: String,
    /// `HOST:PORT`, the same.
    pub host: String,
    /// The bucket's name.
    pub bucket: String,
    /// The folder with a stroke at its end, or nothing.
    pub prefix: String,
    /// Whether the host is this machine.
    pub here: bool,
}

impl Address {
    /// What follows `s3:`; without a scheme it is HTTPS, as restic takes it. Plain HTTP leaves the machine only where `insecure` says so.
    ///
    /// # Errors
    /// Where it is no such address, or HTTP is not allowed.
    pub fn of(text: &str, insecure: bool) -> Result<Self> {
        let wrong = |why: &str| {
            Problem::usage(format!("the repository's address {why}")).mend("write s3:https://HOST/BUCKET/PREFIX")
        };
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme @ ("https" | "http"), rest)) => (scheme, rest),
            Some(("", rest)) => ("https", rest),
            Some(_) => return Err(wrong("is neither https nor http")),
            None => ("https", text.trim_start_matches("//")),
        };
        let (authority, path) = rest.split_once('/').ok_or_else(|| wrong("names no bucket"))?;
        // What stands before an @ may be a secret: it is not repeated.
        if authority.contains('@') || text.contains(['?', '#']) {
            return Err(wrong("has more than host, bucket and prefix; keys come from the environment or from files"));
        }
        let standard = if scheme == "https" { ":443" } else { ":80" };
        let host = authority.strip_suffix(standard).unwrap_or(authority).to_ascii_lowercase();
        let (name, port) = parted(&host);
        let odd = |each: char| !(each.is_ascii_alphanumeric() || "-._:[]".contains(each));
        if name.is_empty() || host.contains(odd) || port.is_some_and(|port| port.parse::<u16>().is_err()) {
            return Err(wrong("has no host that can be asked"));
        }
        let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
        let dots = path.split('/').any(|part| part == "." || part == "..");
        if bucket.is_empty() || bucket.contains(|each: char| !(each.is_ascii_alphanumeric() || "-._".contains(each))) {
            return Err(wrong("names no bucket"));
        }
        if dots || path.contains(char::is_control) {
            return Err(wrong("has dots for a folder, or no text"));
        }
        let here = is_here(name);
        if scheme == "http" && !here && !insecure {
            let problem = Problem::usage(format!("{host} is asked over plain HTTP, which everybody on the way reads"));
            return Err(
                problem.mend("use https and `--ca-file` for a store with its own certificate; else --insecure-http")
            );
        }
        let folder = prefix.trim_matches('/');
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        Ok(Self { base: format!("{scheme}://{host}"), host: host.clone(), bucket: bucket.to_owned(), prefix, here })
    }

    /// The path of an object in a request, encoded; of the bucket, where `key` is none.
    pub fn path(&self, key: Option<&str>) -> String {
        let bucket = &self.bucket;
        key.map_or_else(
            || format!("/{bucket}"),
            |key| format!("/{bucket}/{}", encoded(&format!("{}{key}", self.prefix), true)),
        )
    }

    /// As restic spells it.
    pub fn location(&self) -> String {
        format!("s3:{}/{}/{}", self.base, self.bucket, self.prefix).trim_end_matches('/').to_owned()
    }
}

/// Name and port; the name of an address of version 6 has brackets.
fn parted(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        _ => (host, None),
    }
}

fn is_here(name: &str) -> bool {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<(String, String, String)> {
        Address::of(text, false).ok().map(|found| (found.base.clone(), found.path(Some("config")), found.location()))
    }

    #[test]
    fn restics_spellings_are_one_address() {
        let spellings =
            ["https://s3.example.org/acme/a/b", "s3.example.org/acme/a/b/", "//S3.example.org:443/acme/a/b"];
        let wanted = ("https://s3.example.org", "/acme/a/b/config", "s3:https://s3.example.org/acme/a/b");
        for text in spellings {
            let found = read(text);
            let found = found.as_ref().map(|(base, path, location)| (base.as_str(), path.as_str(), location.as_str()));
            assert_eq!(found, Some(wanted), "{text}");
        }
        let bare = read("https://s3.example.org:9000/acme").map(|(base, path, _)| base + &path);
        assert_eq!(bare.as_deref(), Some("https://s3.example.org:9000/acme/config"));
        assert_eq!(read("http://[::1]:9/acme/a b").map(|(_, path, _)| path).as_deref(), Some("/acme/a%20b/config"));
    }

    #[test]
    fn what_is_no_address_is_refused_and_its_secrets_are_not_repeated() {
        for wrong in [
            "",
            "host",
            "https://host",
            "https://host/",
            "ftp://host/b",
            "https:///b",
            "https://h:x/b",
            "https://h/b/../c",
        ] {
            assert!(Address::of(wrong, true).is_err_and(|problem| problem.code() == 2), "{wrong}");
        }
        for secret in ["https://id:S3CRET@host/b", "https://host/b?token=S3CRET"] {
            assert!(
                Address::of(secret, true).is_err_and(|problem| !problem.to_string().contains("S3CRET")),
                "{secret}"
            );
        }
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        let allowed = ["http://127.0.0.1:9000/b", "http://localhost/b", "http://store/b", "http://127.0.0.1.evil/b"]
            .map(|text| Address::of(text, false).is_ok());
        assert_eq!(allowed, [true, true, false, false]);
        assert!(Address::of("http://store:9000/b", true).is_ok());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,60}") {
            let _ = Address::of(&text, true);
        }
    }
}
