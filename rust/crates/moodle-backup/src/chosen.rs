//! The point in time that a command is about.

use rustic_core::jiff::Timestamp;
use rustic_core::repofile::SnapshotFile;
use rustic_core::{IndexedFullStatus, Repository};
use serde_json::json;

use crate::list;
use crate::manifest::Manifest;
use crate::moment::Moment;
use crate::points::{Point, Snap, at, points};
use crate::problem::{Problem, Result, unreachable};
use crate::report;
use crate::repository::{id, snapshots};

/// A point in time, its database first, ready to be read.
pub struct Chosen {
    /// Where it lies.
    pub repository: Repository<IndexedFullStatus>,
    /// The snapshots, as rustic has them.
    pub files: [SnapshotFile; 2],
    /// The same, as pairing sees them.
    pub snaps: [Snap; 2],
}

impl Chosen {
    /// The newest whole point that is not later.
    ///
    /// # Errors
    /// Where there is none, or the snapshots cannot be read.
    pub fn of(repository: Repository<IndexedFullStatus>, tenant: &str, moment: Moment) -> Result<Self> {
        let (found, snaps) = snapshots(&repository)?;
        let points = points(&snaps, tenant);
        let none = || {
            Problem::data(format!("`{tenant}` has no whole point in time then"))
                .mend("`moodle-backup list` shows which there are")
        };
        let (database, files) = at(&points, moment).ok_or_else(none)?;
        let file = |snap: &Snap| found.iter().find(|file| id(file) == snap.id).cloned().ok_or_else(none);
        let chosen =
            Self { files: [file(database)?, file(files)?], snaps: [database.clone(), files.clone()], repository };
        chosen.note(&found, &snaps);
        if chosen.snaps[0].time > Timestamp::now() {
            report::warn(
                "point",
                "it is of a time to come: a clock was wrong, and newer points may have earlier times; see `list`, and name one with --at",
            );
        }
        Ok(chosen)
    }

    /// The manifest is no more than a note, but a damaged one says that something is wrong.
    fn note(&self, found: &[SnapshotFile], snaps: &[Snap]) {
        let [database, files] = self.snaps.clone();
        let point = Point { database, files: Some(files) };
        let Some(wanted) = list::manifest(&point, snaps) else { return };
        let Some(file) = found.iter().find(|file| id(file) == wanted) else { return };
        let read = || {
            let node = self.repository.node_from_snapshot_and_path(file, "/manifest.json")?;
            let mut bytes = Vec::new();
            self.repository.dump(&node, &mut bytes).map(|()| bytes)
        };
        let manifest = read().map_err(unreachable("the manifest cannot be read")).and_then(|bytes| {
            Manifest::parse(&bytes).map_err(|why| Problem::data(format!("the manifest {wanted} is none: {why}")))
        });
        match manifest {
            Ok(manifest) => report::step("point", &json!({"time": manifest.time, "site": manifest.site})),
            Err(problem) => report::warn("point", &problem.to_string()),
        }
    }
}
