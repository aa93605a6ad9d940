//! AWS's signature, version 4: in headers for our own requests, in the address for a link that a user follows.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use service_frame::hex;
use sha2::{Digest, Sha256};

/// Whom the store knows us as. It has no `Debug`, so that no log can hold it.
pub struct Keys {
    /// The access key's id.
    pub id: String,
    /// The secret access key.
    pub secret: String,
    /// The region that requests are signed for.
    pub region: String,
}

/// What is signed of a request.
pub struct Asked<'a> {
    /// GET, PUT, POST, HEAD, DELETE.
    pub method: &'a str,
    /// The header `Host`.
    pub host: &'a str,
    /// The path, encoded.
    pub path: &'a str,
    /// Names and values in the order of the names, encoded.
    pub query: &'a str,
}

/// The headers that make a request ours; `content` is its sha256, and the store refuses another.
pub fn headers(keys: &Keys, asked: &Asked<'_>, content: &str, now: Timestamp) -> Vec<(&'static str, String)> {
    let time = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let mut signed = vec![("host", asked.host.to_owned()), ("x-amz-content-sha256", content.to_owned())];
    signed.push(("x-amz-date", time));
    let names = "host;x-amz-content-sha256;x-amz-date";
    let lines = signed.iter().map(|(name, value)| format!("{name}:{value}\n")).collect::<Vec<_>>().concat();
    let signature = signature(keys, asked, &lines, names, content, now);
    let scope = scope(keys, now);
    let said = format!("AWS4-HMAC-SHA256 Credential={}/{scope},SignedHeaders={names},Signature={signature}", keys.id);
    signed.push(("authorization", said));
    signed
}

/// The query of a link that is good for so many seconds, without further keys.
pub fn link(keys: &Keys, host: &str, path: &str, seconds: u64, now: Timestamp) -> String {
    let time = now.strftime("%Y%m%dT%H%M%SZ");
    let who = encoded(&format!("{}/{}", keys.id, scope(keys, now)), false);
    let query = format!(
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={who}&X-Amz-Date={time}&X-Amz-Expires={seconds}&X-Amz-SignedHeaders=host"
    );
    let asked = Asked { method: "GET", host, path, query: &query };
    let signature = signature(keys, &asked, &format!("host:{host}\n"), "host", "UNSIGNED-PAYLOAD", now);
    format!("{query}&X-Amz-Signature={signature}")
}

fn scope(keys: &Keys, now: Timestamp) -> String {
    format!("{}/{}/s3/aws4_request", now.strftime("%Y%m%d"), keys.region)
}

fn signature(keys: &Keys, asked: &Asked<'_>, lines: &str, names: &str, content: &str, now: Timestamp) -> String {
    let (time, day) = (now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d").to_string());
    let Asked { method, path, query, .. } = asked;
    let request = hex(&Sha256::digest(format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{content}")));
    let day_key = mac(format!("AWS4{}", keys.secret).as_bytes(), &day);
    let key = [keys.region.as_str(), "s3", "aws4_request"].iter().fold(day_key, |key, part| mac(&key, part));
    hex(&mac(&key, &format!("AWS4-HMAC-SHA256\n{time}\n{}\n{request}", scope(keys, now))))
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    // It takes keys of any length.
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| mac.chain_update(text).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

/// A text as it stands in a path, whose strokes stay, or in a query.
pub fn encoded(text: &str, strokes: bool) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || strokes && byte == b'/';
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned();
        Keys { id: "AKIAIOSFODNN7EXAMPLE".to_owned(), secret, region: "us-east-1".to_owned() }
    }

    const HOST: &str = "examplebucket.s3.amazonaws.com";

    /// "Examples: Signature Calculations" and "Authenticating Requests: Using Query Parameters" of Amazon S3's API reference.
    #[test]
    fn amazons_examples_are_signed_as_amazon_signs_them() {
        let now = "2013-05-24T00:00:00Z".parse().unwrap_or_default();
        let asked = Asked { method: "GET", host: HOST, path: "/", query: "max-keys=2&prefix=J" };
        let nothing = hex(&Sha256::digest(""));
        let said = headers(&keys(), &asked, &nothing, now).pop().map(|(_, value)| value).unwrap_or_default();
        assert!(said.ends_with("=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"), "{said}");
        let link = link(&keys(), HOST, "/test.txt", 86400, now);
        assert!(link.ends_with("=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"), "{link}");
        assert!(!link.contains("wJalr") && !said.contains("wJalr"));
    }
}
