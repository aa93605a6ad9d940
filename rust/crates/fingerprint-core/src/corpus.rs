//! Many documents: one compared with all, or each with each.

use crate::document::Document;
use crate::filter::Filter;
use crate::index::Indexed;
use crate::overlap::{Overlap, overlap};
use crate::problem::Problem;
use crate::winnow::Winnowing;
use crate::{MOST_COMPARED, MOST_DOCUMENTS, MOST_FINGERPRINTS};
use std::cmp::Reverse;

/// Documents that were winnowed alike.
#[derive(Default)]
pub struct Corpus {
    winnowing: Option<Winnowing>,
    ignored: Option<Indexed>,
    documents: Vec<Indexed>,
    fingerprints: usize,
}

/// Two documents by their places in the corpus, and what they have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The one that was added first.
    pub first: usize,
    /// The other one.
    pub second: usize,
    /// What they have in common.
    pub overlap: Overlap,
}

/// Which documents have something in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many pairs there are, shown or not.
    pub found: usize,
    /// Those that share most hashes, and of such the first.
    pub pairs: Vec<Pair>,
}

impl Corpus {
    /// A corpus in which nothing counts that `ignored` has too: the task that all quote, the template that all fill in.
    #[must_use]
    pub fn ignoring(ignored: Document) -> Self {
        Self { winnowing: Some(ignored.winnowing()), ignored: Some(Indexed::of(ignored)), ..Self::default() }
    }

    /// Put a document behind the others.
    ///
    /// # Errors
    /// Where it was winnowed in another way than they were, or the corpus is full.
    pub fn add(&mut self, document: Document) -> Result<(), Problem> {
        if self.documents.len() == MOST_DOCUMENTS {
            return Err(Problem::Documents);
        }
        let document = self.counting(document)?;
        self.fingerprints += document.fingerprints().len();
        if self.fingerprints > MOST_FINGERPRINTS {
            return Err(Problem::Fingerprints);
        }
        self.winnowing = Some(document.winnowing());
        self.documents.push(Indexed::of(document));
        Ok(())
    }

    /// Each document that has something in common with this one, and what, seen from this one.
    ///
    /// # Errors
    /// Where it was winnowed in another way than they were.
    pub fn compare(&self, document: Document) -> Result<Vec<(usize, Overlap)>, Problem> {
        let document = Indexed::of(self.counting(document)?);
        let shares = |other: &Indexed| other.document.fingerprints().iter().any(|print| document.has(print.hash));
        let others = self.documents.iter().enumerate().filter(|(_, other)| shares(other));
        Ok(others.map(|(index, other)| (index, overlap(&document, other))).collect())
    }

    /// Each document compared with each, where they share at least so many hashes; of the pairs that share most, so many.
    ///
    /// # Errors
    /// Where there are too many.
    pub fn report(&self, least: u32, most: usize) -> Result<Report, Problem> {
        let documents = self.documents.len();
        if documents > MOST_COMPARED {
            return Err(Problem::Compared { documents });
        }
        let shared = self.shared();
        let mut pairs: Vec<_> =
            (0..documents).flat_map(|second| (0..second).map(move |first| (first, second))).zip(shared).collect();
        pairs.retain(|&(_, shared)| shared >= least.max(1));
        pairs.sort_unstable_by_key(|&(pair, shared)| (Reverse(shared), pair));
        let found = pairs.len();
        pairs.truncate(most);
        Ok(Report {
            found,
            pairs: pairs.into_iter().filter_map(|((first, second), _)| self.pair(first, second)).collect(),
        })
    }

    fn pair(&self, first: usize, second: usize) -> Option<Pair> {
        Some(Pair { first, second, overlap: overlap(self.documents.get(first)?, self.documents.get(second)?) })
    }

    /// How many hashes each pair shares: the second document's pairs with all before it come after those of the one before.
    fn shared(&self) -> Vec<u32> {
        let mut owners = self.repeated();
        owners.sort_unstable();
        owners.dedup();
        let documents = self.documents.len();
        let mut shared = vec![0; documents * documents.saturating_sub(1) / 2];
        for owners in owners.chunk_by(|(a, _), (b, _)| a == b) {
            for (place, &(_, second)) in owners.iter().enumerate() {
                let row = shared.get_mut(second * second.saturating_sub(1) / 2..).unwrap_or_default();
                for &(_, first) in owners.iter().take(place) {
                    row.get_mut(first).into_iter().for_each(|shared| *shared += 1);
                }
            }
        }
        shared
    }

    /// The hashes that there are more than once, with their documents, and by chance a few others.
    fn repeated(&self) -> Vec<(i64, usize)> {
        let (mut once, mut again) = (Filter::for_hashes(self.fingerprints), Filter::for_hashes(self.fingerprints));
        for (hash, _) in self.owned() {
            if once.insert(hash) {
                again.insert(hash);
            }
        }
        self.owned().filter(|&(hash, _)| again.may_have(hash)).collect()
    }

    fn owned(&self) -> impl Iterator<Item = (i64, usize)> {
        let documents = self.documents.iter().enumerate();
        documents
            .flat_map(|(owner, indexed)| indexed.document.fingerprints().iter().map(move |print| (print.hash, owner)))
    }

    /// A document without what does not count.
    fn counting(&self, mut document: Document) -> Result<Document, Problem> {
        let both = |one: Winnowing| (one.k(), one.w());
        let found = document.winnowing();
        match self.winnowing {
            Some(expected) if expected != found => {
                return Err(Problem::Other { found: both(found), expected: both(expected) });
            }
            _ => {}
        }
        if let Some(ignored) = &self.ignored {
            document.retain(|hash| !ignored.has(hash));
        }
        Ok(document)
    }
}
