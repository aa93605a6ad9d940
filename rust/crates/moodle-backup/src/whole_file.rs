//! Files that other programs read while they are written: whole, or as they were.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::problem::{Problem, Result};

/// Where a file will lie.
#[derive(Debug)]
pub struct WholeFile {
    path: PathBuf,
    fresh: PathBuf,
}

impl WholeFile {
    /// See that it can be written, before any work is done for it.
    ///
    /// # Errors
    /// Where its folder is not there, or nothing can be written into it.
    pub fn of(path: &Path) -> Result<Self> {
        let name = path.file_name().filter(|_| !path.is_dir());
        let name = name.ok_or_else(|| Problem::usage(format!("{} is no name of a file", path.display())))?;
        // No program that looks for `*.prom` or `*.json` takes this one, and a run that was killed leaves no second one.
        let fresh = path.with_file_name(format!(".{}.new", name.display()));
        let wrong = |error| Problem::usage(format!("{} cannot be written: {error}", path.display()));
        File::create(&fresh).and_then(|_| std::fs::remove_file(&fresh)).map_err(wrong)?;
        Ok(Self { path: path.to_owned(), fresh })
    }

    /// What is there now, if it can be read.
    pub fn read(&self) -> String {
        std::fs::read_to_string(&self.path).unwrap_or_default()
    }

    /// Put the text there, at once.
    ///
    /// # Errors
    /// Where it cannot be written; what was there stays.
    pub fn write(&self, text: &str) -> Result<()> {
        let put = || {
            let mut file = File::create(&self.fresh)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&self.fresh, &self.path)
        };
        put().map_err(|error: std::io::Error| {
            Problem::reach(format!("{} cannot be written: {error}", self.path.display()))
        })
    }
}
