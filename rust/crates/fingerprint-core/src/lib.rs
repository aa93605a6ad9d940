//! Which texts overlap, how much and where.
//!
//! A text is read as letters alone, without case, spaces, punctuation or normal form; of every `k` letters in a row a hash is
//! made, and winnowing keeps the least hash of every `w`. Two texts that share `w + k - 1` letters in a row share a
//! fingerprint, in any script. Nothing here touches the world, and the same texts give the same bytes everywhere.
#![forbid(unsafe_code)]

mod corpus;
mod document;
mod filter;
mod hash;
mod index;
mod letters;
mod minhash;
mod overlap;
mod problem;
mod units;
mod winnow;

pub use corpus::{Corpus, Pair, Report};
pub use document::{Document, Fingerprint};
pub use overlap::{Overlap, Passage};
pub use problem::Problem;
pub use units::{Unit, units};
pub use winnow::Winnowing;

/// The longest text, in bytes.
pub const MOST_BYTES: usize = 4 << 20;
/// The most documents of a corpus.
pub const MOST_DOCUMENTS: usize = 100_000;
/// The most documents of a report, which compares each with each.
pub const MOST_COMPARED: usize = 2000;
/// The most fingerprints of a corpus.
pub const MOST_FINGERPRINTS: usize = 8 << 20;

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
