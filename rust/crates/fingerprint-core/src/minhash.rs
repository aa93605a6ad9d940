//! MinHash: for each of 128 permutations the least of a set. As many entries are the same as the sets are alike, about.

use crate::hash::spread;
use std::sync::LazyLock;

/// How many permutations there are.
pub(crate) const ENTRIES: usize = 128;
/// 2^31 - 1, a prime, so that the products fit PHP's integers; and so no entry of a set that is not empty.
const PRIME: u32 = 0x7fff_ffff;

pub(crate) type Signature = [u32; ENTRIES];

/// The factor and the summand of a permutation, never changed: signatures are stored.
static PERMUTATIONS: LazyLock<[(u32, u32); ENTRIES]> = LazyLock::new(|| {
    let mut all = [(0, 0); ENTRIES];
    for (next, permutation) in (1..).step_by(2).zip(&mut all) {
        *permutation = (spread(next) % (PRIME - 1) + 1, spread(next + 1) % PRIME);
    }
    all
});

/// Of a text without fingerprints.
pub(crate) const EMPTY: Signature = [PRIME; ENTRIES];

pub(crate) fn signature(hashes: impl Iterator<Item = i64>) -> Signature {
    let (permutations, mut least) = (&*PERMUTATIONS, EMPTY);
    for hash in hashes {
        let hash = hash.cast_unsigned();
        let short = u32::try_from((hash ^ hash >> 32) & u64::from(PRIME)).unwrap_or_default();
        for (least, &(factor, summand)) in least.iter_mut().zip(permutations) {
            *least = (*least).min(modulo(u64::from(factor) * u64::from(short) + u64::from(summand)));
        }
    }
    least
}

/// By the prime, for what is less than its square and once more itself: its bits are all ones, so that no division is needed.
fn modulo(value: u64) -> u32 {
    let fold = |value: u64| (value & u64::from(PRIME)) + (value >> 31);
    #[expect(clippy::cast_possible_truncation, reason = "folded twice it is at most the prime and 1")]
    let folded = fold(fold(value)) as u32;
    folded.min(folded.wrapping_sub(PRIME))
}

/// How many entries are the same; those of a text without fingerprints never are.
pub(crate) fn alike(a: &Signature, b: &Signature) -> usize {
    a.iter().zip(b).filter(|&(a, b)| a == b && *a != PRIME).count()
}
