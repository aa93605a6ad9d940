//! The restic repository: opened, its snapshots as pairing sees them, other programs' locks.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytesize::ByteSize;
use rustic_core::repofile::{SnapshotFile, SnapshotId};
use rustic_core::{
    ConfigOptions, Credentials, IndexedFullStatus, KeyOptions, Open, OpenStatus, Repository, RepositoryBackends,
    RepositoryOptions, RusticError,
};

use crate::gate::{Gate, Gated};
use crate::home::Home;
use crate::points::Snap;
use crate::problem::{Problem, Result, damaged, said, unreachable};
use crate::report::{Bars, warn};
use crate::s3;

/// How large a pack is in a new repository. rustic restores 20 packs at a time, and has each in memory as it is stored and as it was.
const PACK: ByteSize = ByteSize::mib(8);

/// Where the repository is and what opens it.
pub struct Place {
    home: Home,
    password: String,
    cache: Option<PathBuf>,
}

impl Place {
    /// What the command line and the environment say; the password is in a file or in `RESTIC_PASSWORD`.
    ///
    /// # Errors
    /// Where something is not given, a secret cannot be read, or the repository is in no folder and no bucket.
    pub fn of(location: Option<&str>, password_file: Option<&Path>, store: &s3::Options) -> Result<Self> {
        let location = location.ok_or_else(|| {
            Problem::usage("no repository is given")
                .mend("`--repository`, or RESTIC_REPOSITORY: a folder or s3:https://HOST/BUCKET/PREFIX")
        })?;
        let home = Home::of(location, store)?;
        // A folder is its own cache; restic's own cache is another program's.
        let cache = store.cache_dir.as_ref().filter(|_| home.is_distant()).map(|folder| folder.join("moodle-backup"));
        Ok(Self { home, password: password(password_file)?, cache })
    }

    /// Open the repository; its snapshots pass the gate.
    ///
    /// # Errors
    /// Where there is none, or the password is another.
    pub fn open(&self, gate: &Gate) -> Result<Repository<OpenStatus>> {
        if !self.home.is_repository()? {
            let problem = Problem::reach(format!("there is no repository in {}", self.home));
            return Err(problem.mend(match self.home {
                Home::Folder(_) => "is the volume mounted? `moodle-backup init` makes a new one",
                Home::Bucket(_) => "is the prefix right? `moodle-backup init` makes a new one",
            }));
        }
        self.unopened(gate)?.open(&Credentials::password(&self.password)).map_err(|error| self.refused(&error))
    }

    /// Make the repository, or see that it is there and opens. Whether it was made.
    ///
    /// # Errors
    /// Where it cannot be made, or one is there that another password opens.
    pub fn init(&self) -> Result<bool> {
        if self.home.is_repository()? {
            return self.open(&Gate::default()).map(|_| false);
        }
        let fresh = self.unopened(&Gate::default())?;
        let options = ConfigOptions::default().set_datapack_size(PACK).set_datapack_growfactor(0u32);
        let made = fresh.init(&Credentials::password(&self.password), &KeyOptions::default(), &options);
        made.map(|_| true).map_err(unreachable("the repository cannot be made"))
    }

    fn unopened(&self, gate: &Gate) -> Result<Repository<()>> {
        let gated = Gated { inner: self.home.backend()?, gate: gate.clone() };
        let backends = RepositoryBackends::new(Arc::new(gated), None);
        let mut options = RepositoryOptions::default().no_cache(self.cache.is_none());
        options.cache_dir.clone_from(&self.cache);
        Repository::new_with_progress(&options, &backends, Bars)
            .map_err(unreachable("the repository cannot be reached"))
    }

    fn refused(&self, error: &RusticError) -> Problem {
        if error.is_incorrect_password() {
            let problem = Problem::reach(format!("the password does not open the repository in {}", self.home));
            return problem.mend("look at RESTIC_PASSWORD_FILE; each tenant has its own");
        }
        Problem::reach(format!("the repository cannot be opened: {}", said(error)))
    }

    /// Take away what killed processes have left of files that they were writing; how many.
    pub fn sweep(&self) -> usize {
        self.home.sweep()
    }

    /// See that the store was not given up: what a check could not read is not damaged then.
    ///
    /// # Errors
    /// Where it was.
    pub fn is_there(&self) -> Result<()> {
        self.home.given_up().map_or(Ok(()), Err)
    }

    /// What a problem really is: where the store was given up, what rustic made of that says nothing of what is stored.
    pub fn explain(&self, problem: Problem) -> Problem {
        if problem.is_refused() { problem } else { self.home.given_up().unwrap_or(problem) }
    }

    /// Wait until no other program holds a lock. rustic needs none itself, and writes none: restic does not see this program.
    ///
    /// # Errors
    /// Where one is still held when the time is over.
    pub fn wait_for_locks(&self, limit: Duration) -> Result<()> {
        let start = Instant::now();
        loop {
            let Some(lock) = self.home.lock()? else { return Ok(()) };
            if start.elapsed() >= limit {
                let problem = Problem::reach(format!("another program works on the repository: {lock}"));
                return Err(
                    problem.mend("let it end, or wait with --retry-lock; `restic unlock` removes locks that were lost")
                );
            }
            std::thread::sleep(Duration::from_millis(500));
        }
    }
}

fn password(file: Option<&Path>) -> Result<String> {
    if let Some(file) = file {
        return line_of(file);
    }
    std::env::var("RESTIC_PASSWORD").map_err(|_| {
        Problem::usage("no password is given for the repository")
            .mend("`--password-file FILE`, RESTIC_PASSWORD_FILE or RESTIC_PASSWORD")
    })
}

/// The first line of a file with a secret.
///
/// # Errors
/// Where it cannot be read, or is empty.
pub fn line_of(file: &Path) -> Result<String> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Problem::usage(format!("{} cannot be read: {error}", file.display())))?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(line.to_owned()),
        _ => Err(Problem::usage(format!("{} is empty", file.display())).mend("the secret is its first line")),
    }
}

/// The repository with all that is needed to read what it holds.
///
/// # Errors
/// Where its index is damaged.
pub fn indexed(repository: Repository<OpenStatus>) -> Result<Repository<IndexedFullStatus>> {
    repository.to_indexed().map_err(damaged("the repository's index cannot be read"))
}

/// All snapshots, and all of them as pairing sees them. One that cannot be read hides no other.
///
/// # Errors
/// Where none can be read.
pub fn snapshots<S: Open>(repository: &Repository<S>) -> Result<(Vec<SnapshotFile>, Vec<Snap>)> {
    let error = match repository.get_all_snapshots() {
        Ok(found) => return Ok(seen(found)),
        Err(error) => error,
    };
    let unread = || damaged("the snapshots cannot be read");
    let ids: Vec<String> =
        repository.list().map_err(unread())?.map(|id: SnapshotId| id.to_hex().as_str().to_owned()).collect();
    let mut found = Vec::new();
    for id in &ids {
        match repository.get_snapshots(&[id]) {
            Ok(snapshot) => found.extend(snapshot),
            Err(_) => warn(
                "snapshots",
                &format!(
                    "snapshot {id} is damaged, and passed over; `moodle-backup verify` fails as long as it is there"
                ),
            ),
        }
    }
    if found.is_empty() { Err(unread()(error)) } else { Ok(seen(found)) }
}

/// The same, where each has to be known: what a snapshot names that cannot be read would be taken away.
///
/// # Errors
/// Where one cannot be read.
pub fn all_snapshots<S: Open>(repository: &Repository<S>) -> Result<(Vec<SnapshotFile>, Vec<Snap>)> {
    repository.get_all_snapshots().map(seen).map_err(damaged("the snapshots cannot be read"))
}

fn seen(found: Vec<SnapshotFile>) -> (Vec<SnapshotFile>, Vec<Snap>) {
    let snaps = found.iter().map(snap).collect();
    (found, snaps)
}

/// A snapshot as pairing sees it.
pub fn snap(found: &SnapshotFile) -> Snap {
    let summary = found.summary.as_ref();
    Snap {
        id: id(found),
        time: found.time.timestamp(),
        ended: summary.map(|summary| summary.backup_end.timestamp()).filter(|ended| *ended >= found.time.timestamp()),
        host: found.hostname.clone(),
        tags: found.tags.iter().cloned().collect(),
        path: found.paths.iter().next().cloned().unwrap_or_default(),
        bytes: summary.map(|summary| summary.total_bytes_processed),
        files: summary.map(|summary| summary.total_files_processed),
        description: found.description.clone(),
    }
}

/// A snapshot's 64 hexadecimal digits; its own `Display` shows eight.
pub fn id(found: &SnapshotFile) -> String {
    found.id.to_hex().as_str().to_owned()
}
