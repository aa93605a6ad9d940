//! Winnowing: of every `w` hashes in a row the least is kept; of equal ones the one that is kept already, else the last, so that a letter
//! repeated a million times does not keep a million.

use crate::document::Fingerprint;
use crate::hash::Rolling;
use crate::problem::Problem;
use crate::units::Unit;
use std::collections::VecDeque;

/// How fine texts are compared: shared runs of `w + k - 1` letters are always found, of less than `k` never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Winnowing {
    k: u16,
    w: u16,
}

impl Default for Winnowing {
    fn default() -> Self {
        Self { k: 25, w: 20 }
    }
}

/// A cyclic polynomial of 64 letters and more would not tell their runs apart.
const K: (i64, i64) = (5, 50);
/// The least bounds the size of what is kept, the most the time of a text made to be slow.
const W: (i64, i64) = (4, 100);

impl Winnowing {
    /// Letters in a hash, and hashes of which one is kept.
    ///
    /// # Errors
    /// Where one is out of range.
    pub fn new(k: i64, w: i64) -> Result<Self, Problem> {
        Ok(Self { k: within("k", k, K)?, w: within("w", w, W)? })
    }

    /// Letters in a hash.
    #[must_use]
    pub const fn k(self) -> u16 {
        self.k
    }

    /// Hashes of which one is kept.
    #[must_use]
    pub const fn w(self) -> u16 {
        self.w
    }

    /// The length of a shared run that is always found.
    #[must_use]
    pub const fn guaranteed(self) -> usize {
        (self.k + self.w) as usize - 1
    }
}

fn within(what: &'static str, value: i64, (least, most): (i64, i64)) -> Result<u16, Problem> {
    let problem = Problem::Parameter { what, value, least, most };
    u16::try_from(value).ok().filter(|_| (least..=most).contains(&value)).ok_or(problem)
}

/// Takes the units of a text one by one, and keeps no more of them than it needs.
pub(crate) struct Winnower {
    k: u32,
    w: usize,
    units: u32,
    /// The last `k` of them: value and start.
    last: VecDeque<(u64, u32)>,
    rolling: Rolling,
    /// The last `w` hashes.
    window: VecDeque<Fingerprint>,
    least: Option<Fingerprint>,
    kept: Vec<Fingerprint>,
}

impl Winnower {
    pub(crate) fn new(winnowing: Winnowing) -> Self {
        let w = usize::from(winnowing.w);
        let (last, window) = (VecDeque::with_capacity(winnowing.k.into()), VecDeque::with_capacity(w));
        Self {
            k: winnowing.k.into(),
            w,
            units: 0,
            last,
            rolling: Rolling::default(),
            window,
            least: None,
            kept: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, unit: Unit) {
        let oldest = if self.units < self.k { None } else { self.last.pop_front() };
        self.rolling.push(unit.value, oldest.map_or(0, |(value, _)| value), self.k);
        self.last.push_back((unit.value, unit.start));
        self.units += 1;
        if let (Some(first), Some(&(_, start))) = (self.units.checked_sub(self.k), self.last.front()) {
            self.push_hash(Fingerprint { hash: self.rolling.value(), unit: first, start, end: unit.end });
        }
    }

    fn push_hash(&mut self, hash: Fingerprint) {
        let gone = if self.window.len() == self.w { self.window.pop_front() } else { None };
        self.window.push_back(hash);
        let is_gone = gone.is_some_and(|gone| self.least.is_some_and(|least| least.unit == gone.unit));
        if is_gone {
            self.least = self.window.iter().rev().min_by_key(|hash| hash.hash).copied();
        } else if self.least.is_none_or(|least| hash.hash < least.hash) {
            self.least = Some(hash);
        }
        if self.window.len() == self.w {
            self.keep();
        }
    }

    fn keep(&mut self) {
        if let Some(least) = self.least.filter(|least| self.kept.last().is_none_or(|last| last.unit != least.unit)) {
            self.kept.push(least);
        }
    }

    /// How many units there were, and what is kept of them: of a text too short for `w` hashes the least, where there is any.
    pub(crate) fn finish(mut self) -> (u32, Vec<Fingerprint>) {
        self.keep();
        (self.units, self.kept)
    }
}
