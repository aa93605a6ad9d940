//! What a database says of the site and of itself, as JSON.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::manifest::Site;
use crate::problem::{Problem, Result};

#[derive(Deserialize)]
struct Asked {
    wal_position: Option<String>,
    server_version: Option<String>,
    moodle_version: Option<String>,
    moodle_release: Option<String>,
    rows: Option<BTreeMap<String, u64>>,
}

/// Read it.
///
/// # Errors
/// Where it is something else.
pub fn site(text: &str) -> Result<Site> {
    let asked: Asked = serde_json::from_str(text)
        .map_err(|error| Problem::reach(format!("the database's answer cannot be read: {error}")))?;
    Ok(Site {
        wal_position: asked.wal_position.filter(|position| !position.is_empty()),
        server_version: asked.server_version,
        moodle_version: asked.moodle_version,
        moodle_release: asked.moodle_release,
        rows: asked.rows,
        ..Site::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_said_is_null() {
        let found = site(r#"{"wal_position": "", "rows": {"mdl_files": 3}, "more": [1]}"#).ok();
        let rows = Some([("mdl_files".to_owned(), 3)].into());
        assert_eq!(found, Some(Site { rows, ..Site::default() }));
    }

    proptest! {
        #[test]
        fn any_answer_is_read_or_refused(text in ".{0,80}", name in "[a-z_]{0,16}", value in "[\"{}\\[\\]0-9a-z:,-]{0,20}") {
            let _ = site(&text);
            let _ = site(&format!("{{\"{name}\":{value}}}"));
            let _ = site(&format!("{{\"rows\":{{\"{name}\":{value}}}}}"));
        }

        #[test]
        fn any_setting_is_a_text(release in any::<String>()) {
            let text = serde_json::json!({"moodle_release": release}).to_string();
            prop_assert_eq!(site(&text).ok().and_then(|site| site.moodle_release), Some(release));
        }
    }
}
