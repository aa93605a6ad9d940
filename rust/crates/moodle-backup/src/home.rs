//! Where a repository lies: in a folder, or in a bucket of an object store.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustic_backend::BackendOptions;
use rustic_core::WriteBackend;
use rustic_core::jiff::Timestamp;

use crate::folder::{self, Folder};
use crate::problem::{Problem, Result, unreachable};
use crate::report::warn;
use crate::s3::{Bucket, Options};

/// restic takes an older lock for a lost one.
const STALE: Duration = Duration::from_mins(30);

/// Where a repository lies.
pub enum Home {
    /// On a volume.
    Folder(PathBuf),
    /// In an object store.
    Bucket(Bucket),
}

impl Home {
    /// What restic's spelling names.
    ///
    /// # Errors
    /// Where it is neither a folder nor a bucket, or the bucket's keys are not given.
    pub fn of(location: &str, options: &Options) -> Result<Self> {
        if let Some(bucket) = location.strip_prefix("s3:") {
            return Bucket::of(bucket, options).map(Self::Bucket);
        }
        let folder = location.strip_prefix("local:").unwrap_or(location);
        let other = ["sftp:", "rest:", "azure:", "gs:", "b2:", "swift:", "rclone:", "opendal:"]
            .into_iter()
            .find(|kind| folder.starts_with(kind));
        match other {
            Some(kind) => Err(Problem::usage(format!("a repository in `{kind}` is neither a folder nor a bucket"))
                .mend("this version knows folders and s3:https://HOST/BUCKET/PREFIX; use restic there")),
            None => Ok(Self::Folder(PathBuf::from(folder))),
        }
    }

    /// Whether reading it takes a network.
    pub fn is_distant(&self) -> bool {
        matches!(self, Self::Bucket(_))
    }

    /// Whether a repository is there.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub fn is_repository(&self) -> Result<bool> {
        match self {
            Self::Folder(folder) => Ok(folder.join("config").exists()),
            Self::Bucket(bucket) => bucket.is_repository(),
        }
    }

    /// What rustic reads and writes.
    ///
    /// # Errors
    /// Where the folder cannot be used.
    pub fn backend(&self) -> Result<Arc<dyn WriteBackend>> {
        match self {
            Self::Folder(folder) => {
                let options = BackendOptions::default().repository(folder.display().to_string());
                let backends = options.to_backends().map_err(unreachable("the repository cannot be reached"))?;
                Ok(Arc::new(Folder::new(folder, backends.repository())))
            }
            Self::Bucket(bucket) => Ok(Arc::new(bucket.clone())),
        }
    }

    /// Take away what killed processes have left; a store keeps no halves.
    pub fn sweep(&self) -> usize {
        match self {
            Self::Folder(root) => folder::sweep(root),
            Self::Bucket(_) => 0,
        }
    }

    /// Why the store was given up, if it was.
    pub fn given_up(&self) -> Option<Problem> {
        match self {
            Self::Folder(_) => None,
            Self::Bucket(bucket) => bucket.given_up(),
        }
    }

    /// Another program's lock that is not lost.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub fn lock(&self) -> Result<Option<String>> {
        let found = match self {
            Self::Folder(folder) => locks(folder),
            Self::Bucket(bucket) => bucket.locks()?,
        };
        Ok(found.into_iter().find(|(name, written)| !is_lost(name, *written)).map(|(name, _)| name))
    }
}

impl fmt::Display for Home {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(out, "{}", folder.display()),
            Self::Bucket(bucket) => write!(out, "{}", rustic_core::ReadBackend::location(bucket)),
        }
    }
}

fn locks(folder: &Path) -> Vec<(String, Option<Timestamp>)> {
    let Ok(files) = std::fs::read_dir(folder.join("locks")) else { return Vec::new() };
    let found = files.filter_map(std::result::Result::ok).map(|file| file.path());
    let written = |file: &Path| file.metadata().and_then(|found| found.modified()).ok();
    let time = |file: &Path| written(file).and_then(|time| Timestamp::try_from(time).ok());
    found.map(|file| (file.display().to_string(), time(&file))).collect()
}

fn is_lost(name: &str, written: Option<Timestamp>) -> bool {
    let age = written.and_then(|time| SystemTime::now().duration_since(time.into()).ok());
    let lost = age.is_some_and(|age| age > STALE);
    if lost {
        warn("locks", &format!("{name} is older than half an hour and taken for lost, as restic does"));
    }
    lost
}
