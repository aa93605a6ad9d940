//! What is stored beside the snapshots of one point in time. What is not known is null.

use std::collections::BTreeMap;

use rustic_core::jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::points::Snap;

/// The largest manifest that is read, in bytes.
pub const LIMIT: usize = 1 << 20;
const FORMAT: u32 = 1;

/// What the site was when its database was dumped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Site {
    /// `version` of Moodle's configuration, as 2026100500.00.
    pub moodle_version: Option<String>,
    /// `release` of Moodle's configuration, as 5.3 (Build: 20261005).
    pub moodle_release: Option<String>,
    /// The digest of the image that served the site.
    pub image_digest: Option<String>,
    /// Moodle's hash of its `db/` folders in that image.
    pub db_hash: Option<String>,
    /// The plugins with their versions and hashes, as the image's build wrote them.
    pub plugin_lock: Option<Value>,
    /// PostgreSQL's version.
    pub server_version: Option<String>,
    /// The position in the write-ahead log just before the dump.
    pub wal_position: Option<String>,
    /// Rows of a few tables just before the dump.
    pub rows: Option<BTreeMap<String, u64>>,
}

/// One snapshot of the point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// 64 hexadecimal digits.
    pub snapshot: String,
    /// When it was begun.
    pub started: Timestamp,
    /// When it was complete.
    pub ended: Option<Timestamp>,
    /// Bytes before compression.
    pub bytes: Option<u64>,
    /// How many files.
    pub files: Option<u64>,
}

/// The site at one point in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// Whose site it is.
    pub tenant: String,
    /// What the point is called: when the dump was begun.
    pub time: Timestamp,
    /// The dump.
    pub database: Part,
    /// The files.
    pub files: Part,
    /// The site as it was.
    pub site: Site,
}

impl Manifest {
    /// What belongs together.
    pub fn of(tenant: &str, database: &Snap, files: &Snap) -> Self {
        let site = database.description.as_deref().and_then(|text| serde_json::from_str(text).ok());
        Self {
            format: FORMAT,
            tenant: tenant.to_owned(),
            time: database.time,
            database: part(database),
            files: part(files),
            site: site.unwrap_or_default(),
        }
    }

    /// Read what a repository holds.
    ///
    /// # Errors
    /// Why it is no manifest: too long, no JSON of this shape, another format, no ids, or files from before the database.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > LIMIT {
            return Err(format!("it is longer than {LIMIT} bytes"));
        }
        let found: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if found.format != FORMAT {
            return Err(format!("its format is {}, this program reads {FORMAT}", found.format));
        }
        if [&found.database, &found.files].iter().any(|part| !is_id(&part.snapshot)) {
            return Err("a snapshot's id is not 64 hexadecimal digits".to_owned());
        }
        if found.files.started < found.database.started {
            return Err("its files are older than its database".to_owned());
        }
        Ok(found)
    }
}

fn part(snap: &Snap) -> Part {
    Part { snapshot: snap.id.clone(), started: snap.time, ended: snap.ended, bytes: snap.bytes, files: snap.files }
}

fn is_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn example(start: i64, rows: Option<BTreeMap<String, u64>>) -> Manifest {
        let time = |seconds| Timestamp::from_second(seconds).unwrap_or_default();
        let part = |id: &str, at| Part {
            snapshot: id.repeat(64),
            started: time(at),
            ended: Some(time(at + 1)),
            bytes: None,
            files: Some(3),
        };
        let site = Site { rows, ..Site::default() };
        Manifest {
            format: 1,
            tenant: "acme".to_owned(),
            time: time(start),
            database: part("a", start),
            files: part("b", start + 9),
            site,
        }
    }

    #[test]
    fn what_is_not_known_is_null() {
        let text = serde_json::to_string(&example(0, None)).unwrap_or_default();
        assert!(text.contains(r#""wal_position":null"#), "{text}");
        assert!(text.contains(r#""plugin_lock":null"#), "{text}");
    }

    #[test]
    fn another_format_a_wrong_id_and_files_of_before_are_refused() {
        let text = serde_json::to_string(&example(0, None)).unwrap_or_default();
        assert!(Manifest::parse(text.as_bytes()).is_ok());
        let wrong = [
            text.replace("\"format\":1", "\"format\":2"),
            text.replace(&"a".repeat(64), &"a".repeat(63)),
            text.replace("1970-01-01T00:00:09Z", "1969-01-01T00:00:09Z"),
            " ".repeat(LIMIT + 1),
        ];
        assert_eq!(wrong.map(|text| Manifest::parse(text.as_bytes()).is_ok()), [false; 4]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = Manifest::parse(&bytes);
        }

        #[test]
        fn a_truncated_manifest_is_refused(start in 0_i64..4_000_000_000, rows in prop::option::of(prop::collection::btree_map(".{0,9}", any::<u64>(), 0..4)), at in any::<prop::sample::Index>()) {
            let whole = example(start, rows);
            let text = serde_json::to_vec(&whole).unwrap_or_default();
            prop_assert_eq!(Manifest::parse(&text), Ok(whole));
            let cut = text.get(..at.index(text.len())).unwrap_or_default();
            prop_assert!(Manifest::parse(cut).is_err());
        }

        #[test]
        fn a_manifest_that_was_changed_is_read_or_refused(start in 0_i64..4_000_000_000, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
            let mut text = serde_json::to_vec(&example(start, None)).unwrap_or_default();
            for (at, byte) in changes {
                let at = at.index(text.len());
                text.splice(at..=at, [byte]);
            }
            if let Ok(found) = Manifest::parse(&text) {
                prop_assert!(found.files.started >= found.database.started && is_id(&found.files.snapshot));
            }
        }

        #[test]
        fn whatever_a_snapshot_says_of_itself_makes_a_manifest(text in ".{0,80}", name in "[a-z_]{0,16}", value in "[\"{}\\[\\]0-9a-z:,-]{0,20}") {
            for description in [Some(text), Some(format!("{{\"{name}\":{value}}}")), None] {
                let snap = Snap {
                    id: "a".repeat(64), time: Timestamp::UNIX_EPOCH, ended: None, host: String::new(), tags: vec![], path: String::new(),
                    bytes: None, files: None, description,
                };
                let made = serde_json::to_vec(&Manifest::of("acme", &snap, &snap)).unwrap_or_default();
                prop_assert!(Manifest::parse(&made).is_ok());
            }
        }
    }
}
