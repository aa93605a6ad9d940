//! Back to a point in time: the files into a folder, the database into a database. What is not empty is not touched.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rustic_core::jiff::Timestamp;
use rustic_core::repofile::{Metadata, Node, NodeType, SnapshotFile};
use rustic_core::{IndexedFullStatus, LocalDestination, LsOptions, Repository, RestoreOptions, RusticResult};
use serde_json::{Value, json};

use crate::clone::CloneOf;
use crate::database::Database;
use crate::evidence::dump;
use crate::once::RestoreId;
use crate::panics::{Known, caught};
use crate::points::Snap;
use crate::problem::{Problem, Result, damaged, unreachable};
use crate::report::{seconds, step, warn};

type Opened = Repository<IndexedFullStatus>;

/// Lies in a folder as long as its restore is not finished, and names the snapshot.
pub const MARK: &str = ".moodle-backup-restore";

/// Where a volume is full, or takes no more for another reason.
const FULL: Known = Known {
    words: "CouldNotWriteToBuffer",
    problem: |text| {
        let why = text
            .rsplit("message: \"")
            .next()
            .and_then(|rest| rest.split('"').next())
            .unwrap_or("of a reason of its own");
        Problem::reach(format!("the folder takes no more: {why}"))
            .mend("give it room, and run the same command again: it goes on where it stopped")
    },
};

/// Keeps a site closed while it lies in moodledata. No backup has it, and a restore over a site leaves it: who closed the site opens it.
const PAGE: &str = "climaintenance.html";

/// What may be overwritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Nothing.
    Nothing,
    /// The site whose name was typed.
    Site,
}

/// What `--replace` allows: the site that is overwritten, a clone by its host, for the backup's own site is to be left alone then.
///
/// # Errors
/// Where another site was named.
pub fn over(replace: Option<&str>, tenant: &str, clone: Option<&CloneOf>) -> Result<Over> {
    let site = clone.map_or(tenant, CloneOf::host);
    match replace {
        None => Ok(Over::Nothing),
        Some(name) if name == site => Ok(Over::Site),
        Some(name) => {
            let what = if clone.is_some() { "the clone's host is" } else { "the backup is of" };
            let words = format!("--replace names `{name}`, {what} `{site}`");
            Err(Problem::usage(words).mend("nothing was touched"))
        }
    }
}

/// See that the folder may be filled from this snapshot.
///
/// # Errors
/// Where something else is in it.
pub fn may_fill(folder: &Path, snapshot: &Snap, over: Over) -> Result<()> {
    let Ok(mut entries) = std::fs::read_dir(folder) else {
        return if folder.exists() {
            Err(Problem::usage(format!("{} is no folder", folder.display())))
        } else {
            Ok(())
        };
    };
    let begun = std::fs::read_to_string(folder.join(MARK)).is_ok_and(|id| id == snapshot.id);
    if begun || over == Over::Site || entries.all(|entry| entry.is_ok_and(|entry| is_nothing(&entry.file_name()))) {
        return Ok(());
    }
    Err(refused(&format!("{} is not empty", folder.display())))
}

/// See that the database may be filled.
///
/// # Errors
/// Where tables are in it, or it does not answer.
pub fn may_fill_database(database: &Database, over: Over) -> Result<()> {
    if over == Over::Site || database.is_empty()? { Ok(()) } else { Err(refused("the database is not empty")) }
}

fn refused(what: &str) -> Problem {
    Problem::usage(format!("{what}, and nothing was touched"))
        .mend("name an empty one, or `--replace SITE-NAME` to overwrite the site for good")
}

/// Fill the folder. What is there and equal stays; the rest of a replaced site goes.
///
/// # Errors
/// Where something cannot be read or written, or does not come back equal.
pub fn folder(repository: &Opened, found: &SnapshotFile, snapshot: &Snap, folder: &Path, over: Over) -> Result<()> {
    let start = Instant::now();
    let failed = |error: std::io::Error| Problem::reach(format!("{} cannot be written: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mark = || mark(folder, &snapshot.id).map_err(failed);
    mark()?;
    let node = repository
        .node_from_snapshot_and_path(found, &snapshot.path)
        .map_err(damaged("the files are not in their snapshot"))?;
    let listing =
        repository.ls(&node, &LsOptions::default().recursive(true)).map_err(damaged("the files cannot be listed"))?;
    let target = LocalDestination::new(&folder.display().to_string(), true, false)
        .map_err(unreachable("the folder cannot be made"))?;
    let options = RestoreOptions::default().delete(over == Over::Site).no_ownership(!is_root());
    let stays = if over == Over::Site { staying(folder) } else { Vec::new() };
    let plan = repository
        .prepare_restore(&options, keeping(listing.clone(), stays), &target, false)
        .map_err(damaged("the restore cannot be planned"))?;
    mark()?;
    let (bytes, kept) = (plan.restore_size, plan.matched_size);
    caught(FULL, || {
        repository.restore(plan, &options, listing.clone(), &target).map_err(damaged("the files cannot be restored"))
    })?;
    let again = RestoreOptions::default().verify_existing(true);
    let left = repository
        .prepare_restore(&again, listing, &target, true)
        .map_err(damaged("what was restored cannot be read"))?;
    if left.restore_size > 0 || left.stats.files.restore > 0 {
        return Err(Problem::data(format!(
            "{} bytes in {} did not come back equal",
            left.restore_size,
            folder.display()
        ))
        .mend("run the same command again: it goes on where it stopped"));
    }
    step(
        "restore-files",
        &json!({"snapshot": snapshot.short(), "written_bytes": bytes, "kept_bytes": kept, "read_back": "equal", "seconds": seconds(start)}),
    );
    Ok(())
}

/// What stays of a replaced site, as rustic would find it unchanged: the mark, and the page where the site is closed.
fn staying(folder: &Path) -> Vec<(PathBuf, Node)> {
    let node = |name: &str| {
        let found = std::fs::symlink_metadata(folder.join(name)).ok().filter(std::fs::Metadata::is_file)?;
        let mtime = found.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
        let meta = Metadata { size: found.len(), mtime, ..Metadata::default() };
        Some((PathBuf::from(name), Node::new_node(OsStr::new(name), NodeType::File, meta)))
    };
    [MARK, PAGE].into_iter().filter_map(node).collect()
}

/// A sorted listing with sorted files more, which are not removed with what no backup has.
fn keeping(
    listing: impl Iterator<Item = RusticResult<(PathBuf, Node)>>,
    stays: Vec<(PathBuf, Node)>,
) -> impl Iterator<Item = RusticResult<(PathBuf, Node)>> {
    let mut listing = listing.peekable();
    let mut stays = stays.into_iter().peekable();
    std::iter::from_fn(move || match (stays.peek(), listing.peek()) {
        (Some((kept, _)), Some(Ok((path, _)))) if kept < path => stays.next().map(Ok),
        (Some((kept, _)), Some(Ok((path, _)))) if kept == path => {
            stays.next();
            listing.next()
        }
        (Some(_), None) => stays.next().map(Ok),
        _ => listing.next(),
    })
}

/// At once or not at all: a restore that is killed here can go on too.
fn mark(folder: &Path, id: &str) -> std::io::Result<()> {
    let fresh = folder.join(format!("{MARK}.new"));
    std::fs::write(&fresh, id)?;
    std::fs::rename(fresh, folder.join(MARK))
}

/// Whether a folder is empty with this in it.
fn is_nothing(name: &OsStr) -> bool {
    name == "lost+found" || name.to_str() == Some(&format!("{MARK}.new"))
}

/// The restore is finished.
///
/// # Errors
/// Where the mark cannot be removed.
pub fn finish(folder: &Path) -> Result<()> {
    match std::fs::remove_file(folder.join(MARK)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Problem::reach(format!("{} cannot be removed: {error}", folder.join(MARK).display())))
        }
        _ => Ok(()),
    }
}

/// What comes after the rows, in the same transaction.
#[derive(Debug, Default)]
pub struct After<'a> {
    /// Is recorded, so that it is not restored twice.
    pub id: Option<&'a RestoreId>,
    /// What it becomes.
    pub clone: Option<&'a CloneOf>,
}

/// Fill the database, all of it or nothing.
///
/// # Errors
/// Where the dump cannot be read, or the database does not take it.
pub fn database(
    repository: &Opened,
    found: &SnapshotFile,
    snapshot: &Snap,
    database: &Database,
    after: &After<'_>,
) -> Result<()> {
    let start = Instant::now();
    let said = database.restore(Box::new(|input| dump(repository, found, input)), &snapshot.id, after)?;
    step("restore-database", &json!({"snapshot": snapshot.short(), "seconds": seconds(start)}));
    if let Some(clone) = after.clone {
        let changed: Value = serde_json::from_str(&said).unwrap_or_default();
        step("clone", &json!({"site": clone.to_string(), "changed": changed}));
        if changed.get("rows").and_then(Value::as_u64) == Some(0) {
            warn("clone", "no text had the old address: is it the site's own? The clone may link to the site");
        }
    }
    Ok(())
}

/// Only root may give files away.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|found| found.uid() == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_comes_in_its_place_and_once() {
        let node =
            |name: &str| (PathBuf::from(name), Node::new_node(OsStr::new(name), NodeType::File, Metadata::default()));
        for (names, expected) in [
            (vec![], vec![MARK, PAGE]),
            (vec!["a", "filedir"], vec![MARK, "a", PAGE, "filedir"]),
            (vec!["a", "b"], vec![MARK, "a", "b", PAGE]),
            (vec!["a", PAGE, "filedir"], vec![MARK, "a", PAGE, "filedir"]),
        ] {
            let listing = names.into_iter().map(|name| Ok(node(name)));
            let stays = vec![node(MARK), node(PAGE)];
            let found: Vec<_> = keeping(listing, stays).flatten().map(|(path, _)| path).collect();
            assert_eq!(found, expected.into_iter().map(PathBuf::from).collect::<Vec<_>>());
        }
    }

    #[test]
    fn only_the_sites_own_name_overwrites_it() {
        assert!(over(None, "acme", None).is_ok_and(|over| over == Over::Nothing));
        assert!(over(Some("acme"), "acme", None).is_ok_and(|over| over == Over::Site));
        for wrong in ["", "ACME", "acme ", "birch"] {
            assert!(over(Some(wrong), "acme", None).is_err_and(|problem| problem.code() == 2), "{wrong}");
        }
    }

    #[test]
    fn a_clone_overwrites_what_has_its_own_host() {
        let address = |text: &str| text.parse().unwrap_or_else(|_| unreachable!("an address"));
        let new = address("https://clone.example.net:8443/acme");
        let Ok(clone) = CloneOf::of(address("https://acme.example.org"), new, None) else {
            unreachable!("two addresses")
        };
        assert!(over(Some("clone.example.net"), "acme", Some(&clone)).is_ok_and(|over| over == Over::Site));
        for wrong in ["acme", "acme.example.org", "clone.example.net:8443", "https://clone.example.net:8443/acme"] {
            assert!(over(Some(wrong), "acme", Some(&clone)).is_err_and(|problem| problem.code() == 2), "{wrong}");
        }
    }
}
