//! What can go wrong, in one or two lines: what is wrong, and how to mend it.

use std::fmt;

use rustic_core::RusticError;

/// Who has to act, and with it the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 1: what is stored, or was to be stored, is not whole.
    Data,
    /// 2: the command asks for something that is refused; nothing was touched.
    Usage,
    /// 3: the repository or the database cannot be reached, or a program failed.
    Reach,
}

/// What is wrong, and how to mend it. It never holds a secret.
#[derive(Debug)]
pub struct Problem {
    kind: Kind,
    what: String,
    mend: Option<String>,
}

/// What a step gives, or why it gave nothing.
pub type Result<T> = std::result::Result<T, Problem>;

impl Problem {
    /// What is stored is not whole.
    pub fn data(what: impl Into<String>) -> Self {
        Self { kind: Kind::Data, what: what.into(), mend: None }
    }

    /// The command is refused.
    pub fn usage(what: impl Into<String>) -> Self {
        Self { kind: Kind::Usage, what: what.into(), mend: None }
    }

    /// Something that is needed does not answer.
    pub fn reach(what: impl Into<String>) -> Self {
        Self { kind: Kind::Reach, what: what.into(), mend: None }
    }

    /// The same, and how to mend it.
    pub fn mend(mut self, how: impl Into<String>) -> Self {
        self.mend = Some(how.into());
        self
    }

    /// Whether the command was refused, and nothing was touched.
    pub fn is_refused(&self) -> bool {
        self.kind == Kind::Usage
    }

    /// What the process exits with.
    pub fn code(&self) -> u8 {
        match self.kind {
            Kind::Data => 1,
            Kind::Usage => 2,
            Kind::Reach => 3,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.what)?;
        self.mend.as_ref().map_or(Ok(()), |how| write!(out, "\n  help: {how}"))
    }
}

impl std::error::Error for Problem {}

/// An error of rustic's, on one line.
pub fn said(error: &RusticError) -> String {
    let text = error.display_log().replace('\n', " ");
    text.strip_prefix("Error: ").unwrap_or(&text).to_owned()
}

/// For `map_err`: what was tried did not work because the repository did not let it.
pub fn unreachable(tried: &str) -> impl FnOnce(Box<RusticError>) -> Problem + '_ {
    move |error| Problem::reach(format!("{tried}: {}", said(&error)))
}

/// For `map_err`: what was tried did not work because of what the repository holds.
pub fn damaged(tried: &str) -> impl FnOnce(Box<RusticError>) -> Problem + '_ {
    move |error| {
        let problem = Problem::data(format!("{tried}: {}", said(&error)));
        problem.mend(
            "`moodle-backup verify --read-data all` names what is damaged; restore from another copy of the repository",
        )
    }
}
