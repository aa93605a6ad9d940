//! Where a drill restores to: a folder and a database that are its own, and that nothing else is ever kept in.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use sha1::{Digest, Sha1};

use crate::database::Database;
use crate::problem::{Problem, Result};

/// A place for one drill of a site at a time; what a killed one has left goes with the next.
pub struct Scratch {
    /// Moodledata goes here.
    pub folder: PathBuf,
    /// The dump goes here.
    pub database: Database,
    server: Database,
    name: String,
    /// Held as long as this process lives.
    _lock: File,
}

impl Scratch {
    /// Below `folder`, and beside the database that the options name.
    ///
    /// # Errors
    /// Where the folder cannot be written, or another drill of the site is at work there.
    pub fn of(folder: &Path, server: Database, tenant: &str) -> Result<Self> {
        let name = name("drill", tenant);
        let wrong = |error| {
            Problem::usage(format!("{} cannot be written: {error}", folder.display()))
                .mend("`--scratch FOLDER`: a folder with room for moodledata")
        };
        let folder = std::path::absolute(folder).map_err(wrong)?;
        std::fs::create_dir_all(&folder).map_err(wrong)?;
        let lock = File::create(folder.join(format!("{name}.lock"))).map_err(wrong)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => Problem::reach(format!("another drill of `{tenant}` is at work"))
                .mend("let it end; a drill that was killed holds nothing"),
            TryLockError::Error(error) => wrong(error),
        })?;
        Ok(Self { folder: folder.join(&name), database: server.beside(&name), server, name, _lock: lock })
    }

    /// Take away what is there, of this drill or of one that was killed.
    ///
    /// # Errors
    /// Where it cannot be taken away.
    pub fn clear(&self) -> Result<()> {
        match std::fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(Problem::reach(format!("{} cannot be removed: {error}", self.folder.display())));
            }
            _ => {}
        }
        self.server.remove(&self.name)
    }

    /// Make the database, empty.
    ///
    /// # Errors
    /// Where the user may not, or the server does not answer.
    pub fn make(&self) -> Result<()> {
        self.server.make(&self.name)
    }
}

/// A database of our own: its name needs no quotes, and no two sites share it.
pub fn name(purpose: &str, of: &str) -> String {
    let plain: String = of.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).take(24).collect();
    let sum = Sha1::digest(of).iter().take(4).fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
    format!("moodle_backup_{purpose}_{plain}_{sum:08x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_name_is_an_identifier_of_its_own(tenant in ".{0,80}", other in ".{0,80}") {
            let found = name("drill", &tenant);
            prop_assert!(found.len() < 63 && found.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'));
            prop_assert_eq!(found == name("drill", &other), tenant == other);
        }
    }
}
