//! The evidence that a point in time is whole: every row of `mdl_files` has its file, and of some the content is read.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};

use rustic_core::repofile::{Node, SnapshotFile};
use rustic_core::{IndexedFullStatus, LsOptions, Repository};
use serde::Serialize;
use sha1::{Digest, Sha1};

use crate::database::{Form, contents};
use crate::points::Snap;
use crate::problem::{Problem, Result, damaged, said};
use crate::rows::{Hash, Row, hash, place};

type Opened = Repository<IndexedFullStatus>;

/// How many contents are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// Every one.
    All,
    /// So many, picked anew each time.
    Some(usize),
}

impl std::str::FromStr for Sample {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            _ => text.parse().map(Self::Some).map_err(|_| format!("`{text}` is neither `all` nor a number")),
        }
    }
}

/// What was found.
#[derive(Debug, Default, Serialize)]
pub struct Evidence {
    /// Rows of `mdl_files`.
    pub rows: u64,
    /// Contents that they name, each once, without the empty one.
    pub contents: u64,
    /// Contents that were read and have their sha1.
    pub read: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Contents that lie in `trashdir` only; Moodle takes them back from there.
    pub in_trash: u64,
    /// Contents that are not there, in words.
    pub missing: Vec<String>,
    /// Contents that are there and are others, in words.
    pub corrupt: Vec<String>,
}

impl Evidence {
    /// Whether the point is whole.
    pub fn holds(&self) -> bool {
        self.missing.is_empty() && self.corrupt.is_empty()
    }
}

/// Hold the rows of the dump against the files.
///
/// # Errors
/// Where the dump or the folders cannot be read at all.
pub fn gather(
    repository: &Opened,
    database: &SnapshotFile,
    files: &SnapshotFile,
    dataroot: &Snap,
    sample: Sample,
) -> Result<Evidence> {
    let contents = contents(form(database), Box::new(|input| dump(repository, database, input)))?;
    let mut found = listing(repository, files, &dataroot.path, "trashdir", &contents.named)?;
    let trashed = found.len();
    let kept = listing(repository, files, &dataroot.path, "filedir", &contents.named)?;
    let in_trash = found.keys().filter(|hash| !kept.contains_key(*hash)).count().min(trashed);
    found.extend(kept);
    let mut evidence = Evidence {
        rows: contents.rows,
        contents: count(contents.named.len()),
        in_trash: count(in_trash),
        ..Evidence::default()
    };
    for hash in picked(contents.named.keys().filter(|hash| found.contains_key(*hash)), sample) {
        if let (Some(node), Some(row)) = (found.get(&hash), contents.named.get(&hash)) {
            read(repository, node, &hash, row, &mut evidence);
        }
    }
    let missing = contents.named.iter().filter(|(hash, _)| !found.contains_key(*hash));
    evidence.missing = missing.map(|(hash, row)| format!("{} ({})", place(hash), of(row))).collect();
    evidence.missing.sort();
    evidence.corrupt.sort();
    Ok(evidence)
}

/// Write the dump that a snapshot holds.
///
/// # Errors
/// Where it is not there, or cannot be read.
pub fn dump(repository: &Opened, snapshot: &SnapshotFile, mut input: &mut dyn Write) -> Result<()> {
    let node = repository
        .node_from_snapshot_and_path(snapshot, form(snapshot).file())
        .map_err(damaged("the snapshot holds no dump"))?;
    repository.dump(&node, &mut input).map_err(damaged("the dump cannot be read"))
}

/// How the dump that a snapshot holds is written.
pub fn form(snapshot: &SnapshotFile) -> Form {
    Form::of(snapshot.paths.iter().next().map_or("", String::as_str))
}

/// The files of a folder whose names are contents that rows name.
fn listing(
    repository: &Opened,
    files: &SnapshotFile,
    dataroot: &str,
    folder: &str,
    named: &HashMap<Hash, Row>,
) -> Result<HashMap<Hash, Node>> {
    let Ok(node) = repository.node_from_snapshot_and_path(files, &format!("{dataroot}/{folder}")) else {
        return Ok(HashMap::new());
    };
    let options = LsOptions::default().recursive(true);
    let entries = repository.ls(&node, &options).map_err(damaged("the files cannot be listed"))?;
    let mut found = HashMap::new();
    for entry in entries {
        let (path, node) = entry.map_err(damaged("the files cannot be listed"))?;
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(hash)
            .filter(|hash| node.is_file() && named.contains_key(hash));
        // `aa/bb/aabb...`: anywhere else Moodle does not look.
        if let Some(hash) = name.filter(|hash| place(hash).ends_with(&format!("/{}", path.display()))) {
            found.insert(hash, node);
        }
    }
    Ok(found)
}

/// So many of them, others each time.
pub fn picked<'a>(hashes: impl Iterator<Item = &'a Hash>, sample: Sample) -> Vec<Hash> {
    let shuffle = RandomState::new();
    let mut hashes: Vec<_> = hashes.copied().collect();
    hashes.sort_by_cached_key(|hash| shuffle.hash_one(hash));
    if let Sample::Some(number) = sample {
        hashes.truncate(number);
    }
    hashes
}

fn read(repository: &Opened, node: &Node, hash: &Hash, row: &Row, evidence: &mut Evidence) {
    let mut sum = Sum::default();
    let wrong = match repository.dump(node, &mut sum) {
        Err(error) => said(&error),
        Ok(()) if sum.bytes != row.size => format!("{} bytes, the row says {}", sum.bytes, row.size),
        Ok(()) if <[u8; 20]>::from(sum.sha1.finalize()) != *hash => "its sha1 is another".to_owned(),
        Ok(()) => {
            evidence.read += 1;
            evidence.bytes += sum.bytes;
            return;
        }
    };
    evidence.corrupt.push(format!("{} ({}): {wrong}", place(hash), of(row)));
}

/// A row, in words.
pub fn of(row: &Row) -> String {
    format!("row {}, {}", row.id, row.place)
}

/// For a number that is written down.
pub fn count(number: usize) -> u64 {
    number as u64
}

/// What is written to it is summed.
#[derive(Default)]
pub struct Sum {
    /// Of all of it.
    pub sha1: Sha1,
    bytes: u64,
}

impl Write for Sum {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        self.sha1.update(part);
        self.bytes += count(part.len());
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is wrong with a point, if something is.
///
/// # Errors
/// Where it is not whole: what is missing and what is corrupt, the first of each by name.
pub fn judge(evidence: &Evidence, damages: &[String]) -> Result<()> {
    if evidence.holds() && damages.is_empty() {
        return Ok(());
    }
    let mut lines = Vec::new();
    for (what, names) in
        [("damaged in the repository", damages), ("missing", &evidence.missing), ("corrupt", &evidence.corrupt)]
    {
        if !names.is_empty() {
            lines.push(format!(
                "{} {what}: {}",
                names.len(),
                names.iter().take(10).cloned().collect::<Vec<_>>().join("; ")
            ));
        }
    }
    Err(Problem::data(lines.join("\n")).mend("restore another point (`moodle-backup list`), and make a new backup now; a missing file may lie on in the site"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_sample_is_as_large_as_asked() {
        let hashes: Vec<Hash> = (0..50).map(|at| [at; 20]).collect();
        let sizes = ["all", "7", "0", "99"].map(|text| text.parse().map(|sample| picked(hashes.iter(), sample).len()));
        assert_eq!(sizes, [Ok(50), Ok(7), Ok(0), Ok(50)]);
        assert!("some".parse::<Sample>().is_err());
    }

    #[test]
    fn what_is_missing_is_named() {
        let evidence = Evidence { missing: vec!["filedir/aa/bb/x (row 1, a/b)".to_owned()], ..Evidence::default() };
        let said = judge(&evidence, &[]).map_err(|problem| (problem.code(), problem.to_string()));
        assert!(said.is_err_and(|(code, text)| code == 1 && text.starts_with("1 missing: filedir/aa/bb/x")));
    }

    proptest! {
        #[test]
        fn any_text_is_a_sample_or_refused(text in ".{0,30}") {
            let _ = text.parse::<Sample>();
        }
    }
}
