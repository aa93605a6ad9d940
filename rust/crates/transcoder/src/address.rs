//! Signed addresses: whoever has one may fetch one video, until it ends. One signature is good for all parts of the video, so that a player needs
//! no more than the playlist.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use service_frame::token::Keys;

/// No address is good for longer, in seconds: a day, as the catalogue bounds it, and a little for clocks.
const LONGEST: u64 = 86_400 + 300;

/// What stands in the query of an address.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// When it ends, in seconds since 1970.
    pub e: u64,
    /// The signature, in base64url.
    pub s: String,
    /// The original's address, where the video is to be made as it is watched.
    #[serde(default)]
    pub source: String,
}

impl Signed {
    /// Whether it is good for this video now.
    #[must_use]
    pub fn allows(&self, keys: &Keys, id: &str, now: u64) -> bool {
        let in_time = self.e > now && self.e <= now.saturating_add(LONGEST);
        let sum = URL_SAFE_NO_PAD.decode(&self.s).unwrap_or_default();
        in_time && keys.made(message(id, self.e, &self.source).as_bytes(), &sum)
    }

    /// The query that a part of the same video has.
    #[must_use]
    pub fn query(&self) -> String {
        format!("e={}&s={}", self.e, self.s)
    }
}

/// It begins with a word of its own: the same keys sign tokens.
fn message(id: &str, end: u64, source: &str) -> String {
    format!("media\n{id}\n{end}\n{source}")
}

/// Whether it is Moodle's name of a file's content: its SHA-1.
#[must_use]
pub fn is_id(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// A playlist whose addresses carry the signature of its own.
#[must_use]
pub fn with_query(playlist: &str, query: &str) -> String {
    let line = |line: &str| match line {
        "" => String::new(),
        map if map.starts_with("#EXT-X-MAP:URI=\"") => map.replacen(".mp4\"", &format!(".mp4?{query}\""), 1),
        tag if tag.starts_with('#') => tag.to_owned(),
        address => format!("{address}?{query}"),
    };
    playlist.lines().map(|each| line(each) + "\n").collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    fn signed(id: &str, end: u64, source: &str) -> Option<(Keys, Signed)> {
        let keys = Keys::of(KEY).ok()?;
        let sum = URL_SAFE_NO_PAD.encode(keys.sum(message(id, end, source).as_bytes()));
        Some((keys, Signed { e: end, s: sum, source: source.to_owned() }))
    }

    fn allows(changed: impl Fn(&mut Signed), id: &str, now: u64) -> bool {
        signed("a", 1000, "").is_some_and(|(keys, mut signed)| {
            changed(&mut signed);
            signed.allows(&keys, id, now)
        })
    }

    #[test]
    fn an_address_is_good_for_one_video_until_its_end() {
        assert!(allows(|_| (), "a", 999));
        assert!(!allows(|_| (), "a", 1000), "ended");
        assert!(!allows(|_| (), "b", 999), "another video");
        assert!(!allows(|signed| signed.e += 1, "a", 999), "a later end");
        assert!(!allows(|signed| signed.source = "/x".to_owned(), "a", 999), "another original");
        assert!(!allows(|signed| signed.s.clear(), "a", 999), "no signature");
        assert!(signed("a", u64::MAX, "").is_some_and(|(keys, signed)| !signed.allows(&keys, "a", 1)), "no end");
    }

    #[test]
    fn a_playlist_carries_its_signature_on() {
        let text = "#EXTM3U\n#EXT-X-MAP:URI=\"240p.mp4\",BYTERANGE=\"800@0\"\n#EXTINF:4.0,\n240p.mp4\n#EXT-X-ENDLIST\n";
        let wanted = "#EXTM3U\n#EXT-X-MAP:URI=\"240p.mp4?e=1&s=x\",BYTERANGE=\"800@0\"\n#EXTINF:4.0,\n240p.mp4?e=1&s=x\n#EXT-X-ENDLIST\n";
        assert_eq!(with_query(text, "e=1&s=x"), wanted);
    }

    proptest! {
        #[test]
        fn any_signature_is_refused(s in ".{0,60}", e in any::<u64>(), now in any::<u64>()) {
            let keys = Keys::of(KEY).map_err(TestCaseError::fail)?;
            let refused = !(Signed { e, s, source: String::new() }).allows(&keys, "a", now);
            prop_assert!(refused);
        }
    }
}
