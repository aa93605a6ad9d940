//! The file from which the programs of MySQL and MariaDB take where the server is and who asks: no secret is on a command line.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use crate::problem::{Problem, Result};

/// A file that nobody else may read, and that goes with this. A process that is killed leaves it.
#[derive(Debug)]
pub struct OptionsFile(PathBuf);

impl OptionsFile {
    /// Write it into the folder for temporary files.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn of(text: &str) -> Result<Self> {
        let folder = std::env::temp_dir();
        let wrong = |error| Problem::usage(format!("{} cannot be written: {error}", folder.display())).mend("TMPDIR");
        let fresh = |number: u32| folder.join(format!(".moodle-backup-{}-{number}.cnf", std::process::id()));
        for number in 0..1000 {
            let path = fresh(number);
            match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(wrong(error)),
                Ok(mut file) => {
                    let kept = Self(path);
                    return file.write_all(text.as_bytes()).map(|()| kept).map_err(wrong);
                }
            }
        }
        Err(Problem::usage(format!("{} is full of our own files", folder.display()))
            .mend("remove .moodle-backup-*.cnf there"))
    }

    /// What the programs are told first.
    pub fn argument(&self) -> String {
        format!("--defaults-file={}", self.0.display())
    }
}

impl Drop for OptionsFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A value that these programs read as it is.
pub fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_value_ends_its_quotes(value in "[^\\n]{0,40}") {
            let text = quoted(&value);
            let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default();
            let (mut found, mut escaped) = (String::new(), false);
            for letter in inner.chars() {
                prop_assert!(escaped || letter != '"');
                escaped = !escaped && letter == '\\';
                found.extend((!escaped).then_some(letter));
            }
            prop_assert_eq!((found, escaped), (value, false));
        }
    }
}
