//! Which snapshots together are the site at one point in time.
//!
//! A row's file is there before the row, and is named by its content: a database with any files of *later* is whole. The first files
//! after the database are its pair, since files that rows still name may be deleted the longer one waits.

use rustic_core::jiff::Timestamp;
use serde::Serialize;

use crate::moment::Moment;

/// The tag of a dump of the database.
pub const DATABASE: &str = "database";
/// The tag of moodledata.
pub const FILES: &str = "files";
/// The tag of what says how the two belong together.
pub const MANIFEST: &str = "manifest";
/// The tag of a copy of which something could not be read.
pub const INCOMPLETE: &str = "incomplete";

/// One snapshot, as far as pairing asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Snap {
    /// 64 hexadecimal digits.
    pub id: String,
    /// When it was begun.
    pub time: Timestamp,
    /// When it was complete; older restic does not say.
    pub ended: Option<Timestamp>,
    /// The tenant.
    pub host: String,
    /// What it holds: `database`, `files`, `manifest`; and `incomplete`.
    pub tags: Vec<String>,
    /// What was backed up, the first path of it.
    pub path: String,
    /// Bytes before compression.
    pub bytes: Option<u64>,
    /// How many files.
    pub files: Option<u64>,
    /// What our own program noted of the site.
    #[serde(skip)]
    pub description: Option<String>,
}

impl Snap {
    /// Whether it is a whole copy of this kind.
    pub fn is(&self, tag: &str) -> bool {
        self.tags.iter().any(|found| found == tag) && !self.tags.iter().any(|found| found == INCOMPLETE)
    }

    /// Its first eight digits, as restic shows it.
    pub fn short(&self) -> &str {
        self.id.get(..8).unwrap_or(&self.id)
    }

    fn settled(&self) -> Timestamp {
        self.ended.unwrap_or(self.time)
    }
}

/// The site at one point in time: what its database held when `database` was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Point {
    /// The dump.
    pub database: Snap,
    /// The first files after it; none as long as there are none.
    pub files: Option<Snap>,
}

/// The tenant's points in time, the oldest first.
pub fn points(snaps: &[Snap], tenant: &str) -> Vec<Point> {
    let of = |tag: &str| {
        let mut found: Vec<_> = snaps.iter().filter(|snap| snap.host == tenant && snap.is(tag)).collect();
        found.sort_by_key(|snap| (snap.time, snap.id.as_str()));
        found
    };
    let files = of(FILES);
    let pair = |database: &Snap| files.iter().find(|files| files.time >= database.settled());
    of(DATABASE)
        .into_iter()
        .map(|database| Point { database: database.clone(), files: pair(database).map(|files| (*files).clone()) })
        .collect()
}

/// The newest whole point at that time.
pub fn at(points: &[Point], moment: Moment) -> Option<(&Snap, &Snap)> {
    let fits = |point: &&Point| match moment {
        Moment::Latest => true,
        Moment::At(time) => point.database.time <= time,
    };
    points.iter().rev().filter(fits).find_map(|point| point.files.as_ref().map(|files| (&point.database, files)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn snap(tag: &str, start: i64, end: Option<i64>) -> Snap {
        let time = |seconds| Timestamp::from_second(seconds).unwrap_or_default();
        Snap {
            id: format!("{tag}{start}"),
            time: time(start),
            ended: end.map(time),
            host: "acme".to_owned(),
            tags: vec![tag.to_owned()],
            path: String::new(),
            bytes: None,
            files: None,
            description: None,
        }
    }

    fn pairs(snaps: &[Snap]) -> Vec<(i64, Option<i64>)> {
        let second = |snap: &Snap| snap.time.as_second();
        points(snaps, "acme").iter().map(|point| (second(&point.database), point.files.as_ref().map(second))).collect()
    }

    #[test]
    fn files_that_began_while_the_dump_ran_are_not_its_pair() {
        let snaps =
            [snap(FILES, 5, Some(6)), snap(DATABASE, 10, Some(20)), snap(FILES, 15, Some(16)), snap(FILES, 25, None)];
        assert_eq!(pairs(&snaps), [(10, Some(25))]);
    }

    #[test]
    fn a_point_without_files_is_shown_and_not_restored() {
        let snaps = [snap(DATABASE, 10, None), snap(FILES, 12, None), snap(DATABASE, 30, None)];
        assert_eq!(pairs(&snaps), [(10, Some(12)), (30, None)]);
        let found = points(&snaps, "acme");
        assert_eq!(at(&found, Moment::Latest).map(|(database, _)| database.time.as_second()), Some(10));
        assert_eq!(at(&found, Moment::At(Timestamp::UNIX_EPOCH)), None);
    }

    #[test]
    fn others_and_incomplete_copies_do_not_count() {
        let mut broken = snap(FILES, 12, None);
        broken.tags.push(INCOMPLETE.to_owned());
        let mut other = snap(FILES, 13, None);
        other.host = "birch".to_owned();
        assert_eq!(pairs(&[snap(DATABASE, 10, None), broken, other]), [(10, None)]);
    }

    proptest! {
        #[test]
        fn no_point_has_files_older_than_its_database(kinds in prop::collection::vec((any::<bool>(), 0_i64..50, prop::option::of(0_i64..20)), 0..30)) {
            let snaps: Vec<_> = kinds.iter().map(|(database, start, length)| {
                snap(if *database { DATABASE } else { FILES }, *start, length.map(|length| start + length))
            }).collect();
            let found = points(&snaps, "acme");
            prop_assert_eq!(found.len(), kinds.iter().filter(|kind| kind.0).count());
            prop_assert!(found.iter().all(|point| point.files.as_ref().is_none_or(|files| files.time >= point.database.settled())));
        }
    }
}
