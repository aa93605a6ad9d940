//! What is wrong with the input.

use crate::{MOST_BYTES, MOST_COMPARED, MOST_DOCUMENTS, MOST_FINGERPRINTS};
use std::fmt;

/// What the caller must mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A number of letters or of hashes that winnowing does not do.
    Parameter {
        /// Which one.
        what: &'static str,
        /// What it is.
        value: i64,
        /// The least that it may be.
        least: i64,
        /// The most that it may be.
        most: i64,
    },
    /// A text is too long.
    Long {
        /// How many bytes it has.
        bytes: usize,
    },
    /// A packed document that this version has not made.
    Unknown,
    /// A document that was winnowed in another way than the others.
    Other {
        /// How it was winnowed: `k` and `w`.
        found: (u16, u16),
        /// How the others were.
        expected: (u16, u16),
    },
    /// There are too many documents.
    Documents,
    /// The documents have too many fingerprints together.
    Fingerprints,
    /// There are too many documents to compare each with each.
    Compared {
        /// How many there are.
        documents: usize,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parameter { what, value, least, most } => {
                write!(to, "{what} is {value}, not between {least} and {most}")
            }
            Self::Long { bytes } => write!(to, "it has {bytes} bytes, more than {MOST_BYTES}"),
            Self::Unknown => write!(to, "it is no packed document of version 1"),
            Self::Other { found: (k, w), expected: (other_k, other_w) } => {
                write!(to, "it has k {k} and w {w}, the others have k {other_k} and w {other_w}")
            }
            Self::Documents => write!(to, "it is one too many, the most is {MOST_DOCUMENTS}"),
            Self::Fingerprints => write!(to, "with it there are more than {MOST_FINGERPRINTS} fingerprints"),
            Self::Compared { documents } => {
                write!(to, "{documents} documents are too many for a report, the most is {MOST_COMPARED}")
            }
        }
    }
}

impl std::error::Error for Problem {}
