//! What two documents have in common.

use crate::document::Fingerprint;
use crate::index::Indexed;

/// A run of letters that is in both texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The byte of the first text at which it begins.
    pub start: u32,
    /// The byte after it.
    pub end: u32,
    /// The byte of the second text at which it begins.
    pub other_start: u32,
    /// The byte after it.
    pub other_end: u32,
    /// How many letters it has.
    pub units: u32,
}

/// What a document has in common with another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Different hashes that both have.
    pub shared: usize,
    /// As [`crate::Document::alike`].
    pub alike: usize,
    /// Letters of the first within shared runs.
    pub covered: u32,
    /// Letters of the second within shared runs.
    pub other_covered: u32,
    /// In the order of the first text. What the second has several times is shown in one place.
    pub passages: Vec<Passage>,
}

pub(crate) fn overlap(first: &Indexed, second: &Indexed) -> Overlap {
    let k = u32::from(first.document.winnowing().k());
    Overlap {
        shared: first.hashes().filter(|&hash| second.has(hash)).count(),
        alike: first.document.alike(&second.document),
        covered: covered(first, second, k),
        other_covered: covered(second, first, k),
        passages: passages(first, second, k),
    }
}

/// The letters of the first that stand in a run of `k` which the second has too.
fn covered(first: &Indexed, second: &Indexed, k: u32) -> u32 {
    let shared = first.document.fingerprints().iter().filter(|print| second.has(print.hash));
    shared
        .fold((0, 0), |(covered, end), print| (covered + k - end.max(print.unit).abs_diff(print.unit), print.unit + k))
        .0
}

/// A passage while it grows: its first and its last hash, in either text.
#[derive(Clone, Copy)]
struct Growing<'a> {
    first: (&'a Fingerprint, &'a Fingerprint),
    last: (&'a Fingerprint, &'a Fingerprint),
}

fn passages(first: &Indexed, second: &Indexed, k: u32) -> Vec<Passage> {
    let mut passages = Vec::new();
    let mut growing: Option<Growing<'_>> = None;
    for print in first.document.fingerprints() {
        let Some(other) = second.first(print.hash) else { continue };
        let longer = growing.and_then(|growing| growing.with(print, second, k));
        if longer.is_none() {
            passages.extend(growing.map(|done| done.passage(k)));
        }
        growing = longer.or(Some(Growing { first: (print, other), last: (print, other) }));
    }
    passages.extend(growing.map(|done| done.passage(k)));
    passages
}

impl<'a> Growing<'a> {
    /// Longer by a hash that both texts have equally far on, and so near that no letter between is not looked at.
    fn with(self, print: &'a Fingerprint, second: &'a Indexed, k: u32) -> Option<Self> {
        let step = print.unit - self.last.0.unit;
        let other = second.at(self.last.1.unit.saturating_add(step), print.hash)?;
        (step <= k).then_some(Self { last: (print, other), ..self })
    }

    const fn passage(self, k: u32) -> Passage {
        let Self { first, last } = self;
        Passage {
            start: first.0.start,
            end: last.0.end,
            other_start: first.1.start,
            other_end: last.1.end,
            units: last.0.unit + k - first.0.unit,
        }
    }
}
