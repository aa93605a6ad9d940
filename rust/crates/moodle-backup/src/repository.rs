//! The restic repository: opened, its snapshots as pairing sees them, other programs' locks.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use rustic_backend::BackendOptions;
use rustic_core::repofile::SnapshotFile;
use rustic_core::{
    ConfigOptions, Credentials, IndexedFullStatus, KeyOptions, Open, OpenStatus, Repository, RepositoryBackends,
    RepositoryOptions, RusticError,
};

use crate::gate::{Gate, Gated};
use crate::points::Snap;
use crate::problem::{Problem, Result, damaged, said, unreachable};
use crate::report::{Bars, warn};

/// restic takes an older lock for a lost one.
const STALE: Duration = Duration::from_mins(30);

/// Where the repository is and what opens it.
pub struct Place {
    folder: PathBuf,
    password: String,
}

impl Place {
    /// What the command line and the environment say; the password is in a file or in `RESTIC_PASSWORD`.
    ///
    /// # Errors
    /// Where something is not given, the password cannot be read, or the repository is in no folder.
    pub fn of(location: Option<&str>, password_file: Option<&Path>) -> Result<Self> {
        let location = location.ok_or_else(|| {
            Problem::usage("no repository is given").mend("`--repository FOLDER` or RESTIC_REPOSITORY")
        })?;
        let folder = location.strip_prefix("local:").unwrap_or(location);
        if ["s3:", "sftp:", "rest:", "azure:", "gs:", "b2:", "swift:", "rclone:", "opendal:"]
            .iter()
            .any(|kind| folder.starts_with(kind))
        {
            return Err(Problem::usage(format!("`{location}` is no folder"))
                .mend("this version reads and writes folders only; use restic there"));
        }
        Ok(Self { folder: PathBuf::from(folder), password: password(password_file)? })
    }

    /// Open the repository; its snapshots pass the gate.
    ///
    /// # Errors
    /// Where there is none, or the password is another.
    pub fn open(&self, gate: &Gate) -> Result<Repository<OpenStatus>> {
        if !self.folder.join("config").is_file() {
            let problem = Problem::reach(format!("there is no repository in {}", self.folder.display()));
            return Err(problem.mend("is the volume mounted? `moodle-backup init` makes a new one"));
        }
        self.unopened(gate)?.open(&Credentials::password(&self.password)).map_err(|error| self.refused(&error))
    }

    /// Make the repository, or see that it is there and opens. Whether it was made.
    ///
    /// # Errors
    /// Where it cannot be made, or one is there that another password opens.
    pub fn init(&self) -> Result<bool> {
        if self.folder.join("config").exists() {
            return self.open(&Gate::default()).map(|_| false);
        }
        let fresh = self.unopened(&Gate::default())?;
        let made =
            fresh.init(&Credentials::password(&self.password), &KeyOptions::default(), &ConfigOptions::default());
        made.map(|_| true).map_err(unreachable("the repository cannot be made"))
    }

    fn unopened(&self, gate: &Gate) -> Result<Repository<()>> {
        let options = BackendOptions::default().repository(self.folder.display().to_string());
        let backends = options.to_backends().map_err(unreachable("the repository cannot be reached"))?;
        let gated = Gated { inner: backends.repository(), gate: gate.clone() };
        let backends = RepositoryBackends::new(Arc::new(gated), None);
        Repository::new_with_progress(&RepositoryOptions::default().no_cache(true), &backends, Bars)
            .map_err(unreachable("the repository cannot be reached"))
    }

    fn refused(&self, error: &RusticError) -> Problem {
        if error.is_incorrect_password() {
            let problem =
                Problem::reach(format!("the password does not open the repository in {}", self.folder.display()));
            return problem.mend("look at RESTIC_PASSWORD_FILE; each tenant has its own");
        }
        Problem::reach(format!("the repository cannot be opened: {}", said(error)))
    }

    /// Wait until no other program holds a lock. rustic needs none itself, and writes none: restic does not see this program.
    ///
    /// # Errors
    /// Where one is still held when the time is over.
    pub fn wait_for_locks(&self, limit: Duration) -> Result<()> {
        let start = Instant::now();
        loop {
            let Some(lock) = self.lock() else { return Ok(()) };
            if start.elapsed() >= limit {
                let problem = Problem::reach(format!("another program works on the repository: {}", lock.display()));
                return Err(
                    problem.mend("let it end, or wait with --retry-lock; `restic unlock` removes locks that were lost")
                );
            }
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    fn lock(&self) -> Option<PathBuf> {
        let files = std::fs::read_dir(self.folder.join("locks")).ok()?;
        files.filter_map(std::result::Result::ok).map(|file| file.path()).find(|file| {
            let changed = file.metadata().and_then(|found| found.modified());
            let age = changed.ok().and_then(|time| SystemTime::now().duration_since(time).ok());
            let stale = age.is_some_and(|age| age > STALE);
            if stale {
                warn(
                    "locks",
                    &format!("{} is older than half an hour and taken for lost, as restic does", file.display()),
                );
            }
            !stale
        })
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

/// All snapshots, and all of them as pairing sees them.
///
/// # Errors
/// Where one cannot be read.
pub fn snapshots<S: Open>(repository: &Repository<S>) -> Result<(Vec<SnapshotFile>, Vec<Snap>)> {
    let found = repository.get_all_snapshots().map_err(damaged("the snapshots cannot be read"))?;
    let snaps = found.iter().map(snap).collect();
    Ok((found, snaps))
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
