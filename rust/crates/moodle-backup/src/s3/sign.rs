//! AWS's signature, version 4, in a header: an access log of the store holds nothing that can be sent again.

use hmac::{Hmac, KeyInit, Mac};
use rustic_core::jiff::Timestamp;
use sha2::{Digest, Sha256};

/// The sha256 of nothing, in hexadecimal digits.
pub const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Whom the store knows us as. It has no `Debug`, so that no log can hold it.
pub struct Keys {
    /// The access key's id.
    pub id: String,
    /// The secret access key.
    pub secret: String,
    /// The token of keys that are lent for some hours.
    pub token: Option<String>,
    /// The region that requests are signed for.
    pub region: String,
}

/// What is signed of a request.
pub struct Asked<'a> {
    /// GET, PUT, DELETE.
    pub method: &'a str,
    /// The header `Host`.
    pub host: &'a str,
    /// The path, encoded.
    pub path: &'a str,
    /// Names and values in the order of the names, encoded.
    pub query: &'a str,
    /// The content's sha256 in hexadecimal digits; the store refuses another.
    pub content: &'a str,
}

/// The headers that make a request ours.
pub fn headers(keys: &Keys, asked: &Asked<'_>, now: Timestamp) -> Vec<(&'static str, String)> {
    let (time, day) = (now.strftime("%Y%m%dT%H%M%SZ").to_string(), now.strftime("%Y%m%d").to_string());
    let mut signed = vec![("host", asked.host.to_owned()), ("x-amz-content-sha256", asked.content.to_owned())];
    signed.push(("x-amz-date", time.clone()));
    signed.extend(keys.token.clone().map(|token| ("x-amz-security-token", token)));
    let names = signed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let lines = signed.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect::<Vec<_>>().concat();
    let Asked { method, path, query, content, .. } = asked;
    let request = hex(&Sha256::digest(format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{content}")));
    let scope = format!("{day}/{}/s3/aws4_request", keys.region);
    let day_key = mac(format!("AWS4{}", keys.secret).as_bytes(), &day);
    let key = ["s3", "aws4_request"].iter().fold(mac(&day_key, &keys.region), |key, part| mac(&key, part));
    let signature = hex(&mac(&key, &format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{request}")));
    let said = format!("AWS4-HMAC-SHA256 Credential={}/{scope},SignedHeaders={names},Signature={signature}", keys.id);
    signed.push(("authorization", said));
    signed
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    // It takes keys of any length.
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| mac.chain_update(text).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

/// A text as it stands in a path, whose strokes stay, or in a query.
pub fn encoded(text: &str, strokes: bool) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || strokes && byte == b'/';
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(token: Option<String>) -> Keys {
        Keys {
            id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
            token,
            region: "us-east-1".to_owned(),
        }
    }

    fn authorization(query: &str, token: Option<String>) -> String {
        let asked = Asked { method: "GET", host: "examplebucket.s3.amazonaws.com", path: "/", query, content: NOTHING };
        let now = "2013-05-24T00:00:00Z".parse().unwrap_or_default();
        headers(&keys(token), &asked, now).pop().map(|(_, value)| value).unwrap_or_default()
    }

    /// "Examples: Signature Calculations" of Amazon S3's API reference.
    #[test]
    fn amazons_examples_are_signed_as_amazon_signs_them() {
        let listed = authorization("max-keys=2&prefix=J", None);
        assert!(listed.ends_with("=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"), "{listed}");
        let lifecycle = authorization("lifecycle=", None);
        assert!(
            lifecycle.ends_with("=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
            "{lifecycle}"
        );
    }

    #[test]
    fn a_token_is_signed_and_no_secret_is_sent() {
        let said = authorization("", Some("lent".to_owned()));
        assert!(said.contains("x-amz-date;x-amz-security-token"), "{said}");
        assert!(!said.contains("wJalr"), "{said}");
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_safe_and_can_be_read_back(text in ".{0,40}") {
            let safe = encoded(&text, false);
            prop_assert!(safe.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)));
            let mut bytes = Vec::new();
            let mut parts = safe.split('%');
            bytes.extend(parts.next().unwrap_or_default().bytes());
            for part in parts {
                let (code, rest) = part.split_at(2);
                bytes.extend(u8::from_str_radix(code, 16));
                bytes.extend(rest.bytes());
            }
            prop_assert_eq!(String::from_utf8(bytes), Ok(text));
        }
    }
}
