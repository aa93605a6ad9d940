//! The database, then the files, then the manifest of the two.

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::time::Instant;

use rustic_core::repofile::SnapshotFile;
use rustic_core::{
    BackupOptions, Excludes, IndexedIds, IndexedIdsStatus, LocalSourceFilterOptions, ParentOptions, PathList,
    Repository, SnapshotOptions,
};
use serde_json::json;

use crate::database::Database;
use crate::gate::Gate;
use crate::manifest::{Manifest, Site};
use crate::points::{DATABASE, FILES, INCOMPLETE, MANIFEST, Snap, points};
use crate::problem::{Problem, Result, damaged, unreachable};
use crate::report::{left_out, seconds, step, warn};
use crate::repository::{snap, snapshots};
use crate::rows::hash;
use crate::source::{OneFile, Output};

/// What of moodledata is made anew by Moodle, or belongs to one machine; as `backup.sh` leaves it out.
const LEFT_OUT: [&str; 8] =
    ["cache", "localcache", "temp", "sessions", "lock", "climaintenance.html", "antivirus_quarantine", ".preflight-*"];

/// How often moodledata is read before it moves too fast; each time less is new.
const PASSES: usize = 5;

type Opened = Repository<IndexedIdsStatus>;

/// Dump the database into the repository.
///
/// # Errors
/// Where the dump broke off; there is no snapshot then.
pub fn database(repository: &Opened, gate: &Gate, tenant: &str, database: &Database, told: &Site) -> Result<Snap> {
    let start = Instant::now();
    let asked = database.site().unwrap_or_else(|problem| {
        warn("database", &format!("the manifest will say little of the site: {problem}"));
        Site::default()
    });
    let site = Site {
        image_digest: told.image_digest.clone(),
        db_hash: told.db_hash.clone(),
        plugin_lock: told.plugin_lock.clone(),
        ..asked
    };
    let fresh = fresh(tenant, DATABASE, serde_json::to_string(&site).ok())?;
    let dump = Output::of(database.dump(), gate.clone())?;
    let saved = one_file(repository, Path::new(database.form().file()), dump, fresh);
    let why = gate.why();
    gate.open();
    let saved =
        match why {
            Some(why) => Err(Problem::reach(format!("no snapshot was made: {why}"))
                .mend("see the database's host, user and password")),
            None => saved,
        }?;
    said(DATABASE, &saved, start);
    Ok(saved)
}

/// Copy moodledata into the repository, again where contents went into the trash between the listing of it and of them.
///
/// # Errors
/// Where it cannot be read. What could not be read of it makes the snapshot `incomplete`, and is an error too.
pub fn files(mut repository: Opened, tenant: &str, dataroot: &Path) -> Result<Opened> {
    let mut moved = Vec::new();
    for _ in 0..PASSES {
        moved = pass(&repository, tenant, dataroot)?;
        let Some(first) = moved.first() else { return Ok(repository) };
        warn(FILES, &format!("files were moved while they were read, and are looked for again: {first}"));
        // What the last pass has saved is not read again.
        repository =
            repository.drop_index().to_indexed_ids().map_err(damaged("the repository's index cannot be read"))?;
    }
    Err(incomplete(&moved).mend("the site deletes files faster than they are read; run again when it is quieter"))
}

/// Contents that were there when they were listed, and not when they were read; the snapshot is incomplete then.
fn pass(repository: &Opened, tenant: &str, dataroot: &Path) -> Result<Vec<String>> {
    let start = Instant::now();
    let missing = |error| {
        Problem::usage(format!("{} cannot be read: {error}", dataroot.display()))
            .mend("`--dataroot FOLDER` or MOODLE_DATAROOT")
    };
    let dataroot = std::path::absolute(dataroot).map_err(missing)?;
    std::fs::read_dir(&dataroot).map_err(missing)?;
    let _ = left_out();
    let trash = dataroot.join("trashdir");
    let was_there = trash.exists();
    let path = PathList::from_iter([&dataroot]);
    let saved = repository
        .backup(&options(&dataroot), &path, fresh(tenant, FILES, None)?)
        .map_err(unreachable("moodledata cannot be saved"))?;
    let (gone, lost): (Vec<_>, Vec<_>) = left_out().into_iter().partition(|message| is_harmless(message));
    let mut moved: Vec<_> = gone.into_iter().filter(|message| is_content(message)).collect();
    if !was_there && trash.exists() {
        moved.push(format!("{} is new, and was not read", trash.display()));
    }
    if lost.is_empty() && moved.is_empty() {
        said(FILES, &snap(&saved), start);
        return Ok(moved);
    }
    mark_incomplete(repository, saved)?;
    if lost.is_empty() {
        return Ok(moved);
    }
    Err(incomplete(&lost).mend(format!(
        "the snapshot is tagged `{INCOMPLETE}` and no point in time uses it; mend the file or its rights, and run again"
    )))
}

fn incomplete(lost: &[String]) -> Problem {
    let first = lost.first().map_or("", String::as_str);
    Problem::data(format!("{} files could not be saved, the first: {first}", lost.len()))
}

/// Whether a message names a file that rows may name. Moodle moves it into the trash, which may have been listed by then.
fn is_content(message: &str) -> bool {
    let name = |part| Path::new(part).file_name()?.to_str().and_then(hash);
    message.split('`').any(|part| name(part).is_some())
}

/// Write the manifest of the newest point that has none.
///
/// # Errors
/// Where it cannot be written.
pub fn manifest(repository: &Opened, tenant: &str) -> Result<()> {
    let (_, snaps) = snapshots(repository)?;
    let points = points(&snaps, tenant);
    let Some((database, files)) =
        points.last().and_then(|point| point.files.as_ref().map(|files| (&point.database, files)))
    else {
        step(MANIFEST, &json!({"waits": "for a database with files of later"}));
        return Ok(());
    };
    let name = label(database, files);
    if snaps.iter().any(|snap| snap.host == tenant && snap.is(MANIFEST) && snap.description.as_deref() == Some(&name)) {
        return Ok(());
    }
    let manifest = Manifest::of(tenant, database, files);
    let bytes = serde_json::to_vec_pretty(&manifest)
        .map_err(|error| Problem::data(format!("the manifest cannot be written: {error}")))?;
    let fresh = fresh(tenant, MANIFEST, Some(name))?;
    let saved = one_file(repository, Path::new("/manifest.json"), Cursor::new(bytes), fresh)?;
    step(
        MANIFEST,
        &json!({"snapshot": saved.short(), "point": manifest.time.to_string(), "database": database.short(), "files": files.short()}),
    );
    Ok(())
}

/// How a manifest's snapshot says which two it is of.
pub fn label(database: &Snap, files: &Snap) -> String {
    format!("{} {}", database.id, files.id)
}

fn fresh(tenant: &str, tag: &str, description: Option<String>) -> Result<SnapshotFile> {
    let options = SnapshotOptions::default().host(tenant.to_owned()).description(description);
    options.add_tags(tag).and_then(|options| options.to_snapshot()).map_err(unreachable("no snapshot can be made"))
}

/// Save one file; where it is not in the snapshot whole, there is no snapshot.
fn one_file<R, S>(repository: &Repository<S>, path: &Path, reader: R, fresh: SnapshotFile) -> Result<Snap>
where
    R: Read + Send + 'static,
    S: IndexedIds,
{
    let _ = left_out();
    let options = BackupOptions::default().parent_opts(ParentOptions::default().force(true)).no_scan(true);
    let saved = repository.archive(&options, &OneFile::new(path, reader), fresh, &[path.to_owned()]);
    let saved = saved.map_err(unreachable("the snapshot cannot be saved"))?;
    let lost = left_out();
    if lost.is_empty() {
        return Ok(snap(&saved));
    }
    repository.delete_snapshots(&[saved.id]).map_err(unreachable("an unfinished snapshot cannot be removed"))?;
    Err(Problem::reach(format!("no snapshot was made: {}", lost.join("; "))))
}

fn options(dataroot: &Path) -> BackupOptions {
    let root = escaped(&dataroot.display().to_string());
    let globs: Vec<_> = LEFT_OUT.iter().map(|name| format!("!{root}/{name}")).collect();
    let caches = LocalSourceFilterOptions::default().exclude_if_present(vec!["CACHEDIR.TAG".to_owned()]);
    BackupOptions::default().excludes(Excludes::default().globs(globs)).ignore_filter_opts(caches)
}

/// A path that a glob takes as it is.
fn escaped(path: &str) -> String {
    path.trim_end_matches('/')
        .chars()
        .flat_map(|each| "\\*?[]{}!".contains(each).then_some('\\').into_iter().chain([each]))
        .collect()
}

/// Whether no content is lost: a file was deleted meanwhile; the store has no extended attributes, which Moodle does not use; or the
/// snapshot before is so new that the index does not know it yet, and all is read again.
fn is_harmless(message: &str) -> bool {
    let gone = message.contains("(os error 2)") || message.contains("kind: NotFound");
    let aside = ["ignoring error when loading parent tree", "ignoring error obtaining xargs"];
    gone || aside.iter().any(|known| message.starts_with(known))
}

fn mark_incomplete(repository: &Opened, saved: SnapshotFile) -> Result<()> {
    let old = saved.id;
    let mut marked = saved;
    marked.tags.add(INCOMPLETE.to_owned());
    let renamed = repository.save_snapshots(vec![marked]).and_then(|()| repository.delete_snapshots(&[old]));
    renamed.map_err(unreachable("the snapshot cannot be marked as incomplete"))
}

fn said(name: &str, saved: &Snap, start: Instant) {
    step(
        name,
        &json!({"snapshot": saved.short(), "bytes": saved.bytes, "files": saved.files, "seconds": seconds(start)}),
    );
}

/// A plugin lock is JSON, and is stored as it is.
///
/// # Errors
/// Where the file cannot be read, or is something else.
pub fn plugin_lock(file: &PathBuf) -> Result<serde_json::Value> {
    let wrong =
        |error: &dyn std::fmt::Display| Problem::usage(format!("{} is no plugin lock: {error}", file.display()));
    let text = std::fs::read(file).map_err(|error| wrong(&error))?;
    serde_json::from_slice(&text).map_err(|error| wrong(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_no_pattern() {
        assert_eq!(escaped("/var/moodle[1]*/"), "/var/moodle\\[1\\]\\*");
    }

    #[test]
    fn a_content_that_was_moved_is_looked_for_again() {
        let gone = |name: &str| format!("ignoring error: Failed to open file at `/data/filedir/{name}`. (os error 2)");
        assert!(is_content(&gone(&format!("0e/ed/{}", "0e".repeat(20)))));
        assert!(!is_content(&gone(&format!("0e/ed/{}.tmp", "0e".repeat(20)))));
        assert!(!is_content(&gone("warning.txt")));
    }

    #[test]
    fn a_file_that_was_deleted_meanwhile_is_no_loss() {
        assert!(is_harmless("ignoring error: x (kind: y): caused by: No such file or directory (os error 2)"));
        assert!(is_harmless("ignoring error when loading parent tree TreeId(3): not found in index"));
        assert!(is_harmless("ignoring error obtaining xargs: Operation not supported (os error 95)"));
        assert!(!is_harmless("ignoring error reading parent snapshot: x"));
        assert!(!is_harmless("ignoring error: x: Permission denied (os error 13)"));
    }
}
