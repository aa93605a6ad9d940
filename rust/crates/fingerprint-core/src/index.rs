//! A document in which hashes can be looked up.

use crate::document::{Document, Fingerprint};
use crate::filter::Filter;
use std::sync::OnceLock;

pub(crate) struct Indexed {
    pub(crate) document: Document,
    /// Made when they are first asked for: most documents of a corpus never are.
    places: OnceLock<Places>,
}

struct Places {
    /// Each hash and which fingerprint has it, in order.
    sorted: Vec<(i64, usize)>,
    filter: Filter,
}

impl Indexed {
    pub(crate) const fn of(document: Document) -> Self {
        Self { document, places: OnceLock::new() }
    }

    /// The first fingerprint of a hash.
    pub(crate) fn first(&self, hash: i64) -> Option<&Fingerprint> {
        let Places { sorted, filter } = self.places();
        let place =
            if filter.may_have(hash) { sorted.partition_point(|&(other, _)| other < hash) } else { sorted.len() };
        let &(_, index) = sorted.get(place).filter(|&&(other, _)| other == hash)?;
        self.document.fingerprints().get(index)
    }

    /// The fingerprint that begins with a letter, where it has this hash.
    pub(crate) fn at(&self, unit: u32, hash: i64) -> Option<&Fingerprint> {
        let prints = self.document.fingerprints();
        let found = prints.binary_search_by_key(&unit, |print| print.unit).ok()?;
        prints.get(found).filter(|print| print.hash == hash)
    }

    pub(crate) fn has(&self, hash: i64) -> bool {
        self.first(hash).is_some()
    }

    /// Each hash once, in order.
    pub(crate) fn hashes(&self) -> impl Iterator<Item = i64> {
        let same = self.places().sorted.chunk_by(|(a, _), (b, _)| a == b);
        same.filter_map(|same| same.first()).map(|&(hash, _)| hash)
    }

    fn places(&self) -> &Places {
        self.places.get_or_init(|| {
            let hashes = || self.document.fingerprints().iter().map(|print| print.hash);
            let mut sorted: Vec<_> = hashes().zip(0..).collect();
            sorted.sort_unstable();
            let mut filter = Filter::for_hashes(sorted.len());
            for hash in hashes() {
                filter.insert(hash);
            }
            Places { sorted, filter }
        })
    }
}
