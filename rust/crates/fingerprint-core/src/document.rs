//! The fingerprints of one text, and how they are packed.

use crate::MOST_BYTES;
use crate::minhash::{self, ENTRIES, Signature, alike, signature};
use crate::problem::Problem;
use crate::units::units;
use crate::winnow::{Winnower, Winnowing};

const TAG: &[u8; 4] = b"QFP1";
const HEAD: usize = 16;
const SIGNED: usize = HEAD + 4 * ENTRIES;
const FINGERPRINT: usize = 20;

/// A hash that winnowing has kept, and where it is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// The hash of `k` letters.
    pub hash: i64,
    /// The first of them, counted from 0.
    pub unit: u32,
    /// The byte at which the first begins.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

/// What is kept of a text: enough to compare it, too little to read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    winnowing: Winnowing,
    units: u32,
    bytes: u32,
    signature: Signature,
    fingerprints: Vec<Fingerprint>,
}

impl Document {
    /// The fingerprints of a text.
    ///
    /// # Errors
    /// Where the text is too long.
    pub fn of(text: &str, winnowing: Winnowing) -> Result<Self, Problem> {
        let too_long = Problem::Long { bytes: text.len() };
        let bytes = u32::try_from(text.len()).ok().filter(|_| text.len() <= MOST_BYTES).ok_or(too_long)?;
        let mut winnower = Winnower::new(winnowing);
        units(text, |unit| winnower.push(unit));
        let (units, fingerprints) = winnower.finish();
        let signature = signature(fingerprints.iter().map(|print| print.hash));
        Ok(Self { winnowing, units, bytes, signature, fingerprints })
    }

    /// How the text was winnowed.
    #[must_use]
    pub const fn winnowing(&self) -> Winnowing {
        self.winnowing
    }

    /// How many letters the text has.
    #[must_use]
    pub const fn units(&self) -> u32 {
        self.units
    }

    /// In the text's order.
    #[must_use]
    pub fn fingerprints(&self) -> &[Fingerprint] {
        &self.fingerprints
    }

    /// How many of 128 `MinHash` entries are the same: 128 times how alike the sets of fingerprints are, about.
    #[must_use]
    pub fn alike(&self, other: &Self) -> usize {
        alike(&self.signature, &other.signature)
    }

    pub(crate) fn retain(&mut self, counts: impl Fn(i64) -> bool) {
        self.fingerprints.retain(|print| counts(print.hash));
    }

    /// Little-endian: tag, `k`, `w`, units, bytes, `MinHash` entries; for each fingerprint hash, unit, start, end.
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        let mut packed = Vec::with_capacity(SIGNED + FINGERPRINT * self.fingerprints.len());
        packed.extend_from_slice(TAG);
        packed.extend([self.winnowing.k(), self.winnowing.w()].into_iter().flat_map(u16::to_le_bytes));
        packed.extend([self.units, self.bytes].into_iter().flat_map(u32::to_le_bytes));
        packed.extend(self.signature.into_iter().flat_map(u32::to_le_bytes));
        for print in &self.fingerprints {
            packed.extend_from_slice(&print.hash.to_le_bytes());
            packed.extend([print.unit, print.start, print.end].into_iter().flat_map(u32::to_le_bytes));
        }
        packed
    }

    /// What [`Document::pack`] has packed.
    ///
    /// # Errors
    /// Where it has not: the bytes may come from anywhere.
    pub fn unpack(packed: &[u8]) -> Result<Self, Problem> {
        read(packed).filter(Self::is_sound).ok_or(Problem::Unknown)
    }

    /// In order, within the text, and not more of them than the text has hashes.
    fn is_sound(&self) -> bool {
        let in_order = self.fingerprints.is_sorted_by(|a, b| a.unit < b.unit && a.start <= b.start && a.end <= b.end);
        let hashes = self.units.saturating_add(1).saturating_sub(self.winnowing.k().into());
        self.units <= 6 * self.bytes // `\u{fdfa}` has three bytes and becomes fifteen letters.
            && in_order
            && self.fingerprints.last().is_none_or(|last| last.unit < hashes && last.end <= self.bytes)
            && self.fingerprints.iter().all(|print| print.start < print.end)
    }
}

fn read(packed: &[u8]) -> Option<Document> {
    let (tag, rest) = packed.split_first_chunk()?;
    let (k, rest) = rest.split_first_chunk()?;
    let (w, rest) = rest.split_first_chunk()?;
    let (units, rest) = rest.split_first_chunk()?;
    let (bytes, rest) = rest.split_first_chunk()?;
    let (entries, prints) = rest.split_at_checked(4 * ENTRIES)?;
    let winnowing = Winnowing::new(u16::from_le_bytes(*k).into(), u16::from_le_bytes(*w).into()).ok()?;
    let (units, bytes) = (u32::from_le_bytes(*units), u32::from_le_bytes(*bytes));
    let (prints, rest) = prints.as_chunks();
    if tag != TAG || !rest.is_empty() || usize::try_from(bytes).ok()? > MOST_BYTES {
        return None;
    }
    let mut signature = minhash::EMPTY;
    signature.iter_mut().zip(entries.as_chunks().0).for_each(|(entry, bytes)| *entry = u32::from_le_bytes(*bytes));
    let fingerprints = prints.iter().map(fingerprint).collect::<Option<_>>()?;
    Some(Document { winnowing, units, bytes, signature, fingerprints })
}

fn fingerprint(packed: &[u8; FINGERPRINT]) -> Option<Fingerprint> {
    let (hash, places) = packed.split_first_chunk()?;
    let (&[unit, start, end], _) = places.as_chunks().0.split_first_chunk()?;
    Some(Fingerprint {
        hash: i64::from_le_bytes(*hash),
        unit: u32::from_le_bytes(unit),
        start: u32::from_le_bytes(start),
        end: u32::from_le_bytes(end),
    })
}
