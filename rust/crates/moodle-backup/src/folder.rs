//! A repository in a folder, whose files are there whole or not at all.
//!
//! rustic writes a file in its place. Where the volume is full, or the process is killed, half of one stays under its name, and half of a
//! snapshot's file is a repository that nobody can list.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustic_core::{BytesList, ErrorKind, FileType, Id, RusticError, RusticResult, WriteBackend};

use crate::gate::reads_from_inner;

/// What a killed process has left goes when it is so old.
const LEFT: Duration = Duration::from_hours(24);
/// What is in the name of a file that is not whole yet; restic has it there, too, and neither program looks at such files.
const UNFINISHED: &str = "-tmp-";

/// The folder, and what reads from it.
pub struct Folder {
    root: PathBuf,
    inner: Arc<dyn WriteBackend>,
    written: AtomicU32,
}

impl Folder {
    /// `inner` reads and removes.
    pub fn new(root: &Path, inner: Arc<dyn WriteBackend>) -> Self {
        Self { root: root.to_owned(), inner, written: AtomicU32::new(0) }
    }

    fn place(&self, kind: FileType, id: &Id) -> PathBuf {
        let (folder, name) = (self.root.join(kind.dirname()), id.to_hex());
        match kind {
            FileType::Config => folder,
            FileType::Pack => folder.join(name.as_str().get(..2).unwrap_or("")).join(name.as_str()),
            FileType::Index | FileType::Key | FileType::Snapshot => folder.join(name.as_str()),
        }
    }

    fn write(&self, place: &Path, content: &BytesList) -> io::Result<()> {
        let (Some(folder), Some(name)) = (place.parent(), place.file_name()) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        fs::create_dir_all(folder)?;
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let fresh = folder.join(format!("{}{UNFINISHED}{}-{number}", name.display(), std::process::id()));
        let put = || {
            let mut file = File::create(&fresh)?;
            content.slice().iter().try_for_each(|part| file.write_all(part))?;
            file.sync_all()?;
            fs::rename(&fresh, place)?;
            File::open(folder)?.sync_all()
        };
        put().inspect_err(|_| {
            let _ = fs::remove_file(&fresh);
        })
    }
}

reads_from_inner!(Folder);

impl WriteBackend for Folder {
    fn create(&self) -> RusticResult<()> {
        self.inner.create()
    }

    fn write_bytes(&self, kind: FileType, id: &Id, _cached: bool, content: BytesList) -> RusticResult<()> {
        let place = self.place(kind, id);
        self.write(&place, &content).map_err(|error| {
            RusticError::with_source(ErrorKind::InputOutput, "`{path}` cannot be written", error)
                .attach_context("path", place.display().to_string())
        })
    }

    fn remove(&self, kind: FileType, id: &Id, cached: bool) -> RusticResult<()> {
        self.inner.remove(kind, id, cached)
    }
}

/// Take away what killed processes have left; how many files.
pub fn sweep(root: &Path) -> usize {
    let below = |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let folders =
        ["index", "keys", "snapshots"].map(|name| root.join(name)).into_iter().chain(below(root.join("data")));
    let is_left = |file: &PathBuf| {
        let is_old = || file.metadata().ok()?.modified().ok()?.elapsed().ok().map(|age| age > LEFT);
        file.file_name().is_some_and(|name| name.to_string_lossy().contains(UNFINISHED)) && is_old() == Some(true)
    };
    folders.flat_map(below).filter(is_left).filter(|file| fs::remove_file(file).is_ok()).count()
}
