//! What holds of any texts.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops by panicking")]

mod common;

use common::{document, overlap, text, values, winnowing};
use fingerprint_core::{Corpus, Document, Winnowing};
use proptest::prelude::*;

/// The least hash of each window, looked for in each window anew: the one kept last while it is such a one, else the last.
fn by_definition(hashes: &[i64], w: usize) -> Vec<usize> {
    let mut kept = Vec::new();
    let windows = if hashes.len() < w { vec![hashes] } else { hashes.windows(w).collect() };
    for (first, window) in windows.into_iter().enumerate() {
        let least = window.iter().min();
        let before = kept.last().filter(|&&place| place >= first && hashes.get(place) == least);
        if before.is_none() {
            kept.extend(window.iter().rposition(|hash| Some(hash) == least).map(|place| first + place));
        }
    }
    kept
}

/// A cyclic polynomial over each run of `k`, each anew.
fn hashes(values: &[u64], k: u16) -> Vec<i64> {
    let hash = |run: &[u64]| run.iter().fold(0_u64, |hash, value| hash.rotate_left(1) ^ value).cast_signed();
    values.windows(k.into()).map(hash).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn winnowing_is_as_defined(text in text(120), winnowing in winnowing()) {
        let found = document(&text, winnowing);
        let hashes = hashes(&values(&text), winnowing.k());
        let units: Vec<usize> = found.fingerprints().iter().map(|print| print.unit as usize).collect();
        prop_assert_eq!(&units, &by_definition(&hashes, winnowing.w().into()));
        prop_assert!(found.fingerprints().iter().all(|print| print.hash == hashes[print.unit as usize]));
    }

    #[test]
    fn a_shared_run_is_found(
        shared in text(60), first in (text(40), text(40)), second in (text(40), text(40)), winnowing in winnowing(),
    ) {
        prop_assume!(!values(&shared).is_empty());
        let mut shared = format!(" {shared} ");
        while values(&shared).len() < winnowing.guaranteed() {
            shared = shared.repeat(2);
        }
        let texts = [first, second].map(|(before, after)| (before.len(), format!("{before}{shared}{after}")));
        let documents = texts.each_ref().map(|(_, text)| document(text, winnowing));
        let found = overlap(&documents[0], &documents[1]).expect("the run is in both");
        let (start, end) = (texts[0].0, texts[0].0 + shared.len());
        prop_assert!(found.passages.iter().any(|passage| (passage.start as usize) < end && passage.end as usize > start));
        prop_assert!(found.covered >= u32::from(winnowing.k()) && found.other_covered >= u32::from(winnowing.k()));
    }

    #[test]
    fn without_a_shared_run_there_is_nothing(first in "[a-m ]{0,200}", second in "[n-z ]{0,200}", winnowing in winnowing()) {
        prop_assert_eq!(overlap(&document(&first, winnowing), &document(&second, winnowing)), None);
    }

    #[test]
    fn both_directions_agree(first in "[ab]{0,90}", second in "[ab]{0,90}", winnowing in winnowing()) {
        let (first, second) = (document(&first, winnowing), document(&second, winnowing));
        prop_assert_eq!(first.alike(&second), second.alike(&first));
        let both = (overlap(&first, &second), overlap(&second, &first));
        prop_assert_eq!(both.0.is_some(), both.1.is_some());
        if let (Some(one), Some(other)) = both {
            prop_assert_eq!((one.shared, one.alike), (other.shared, other.alike));
            prop_assert_eq!((one.covered, one.other_covered), (other.other_covered, other.covered));
        }
    }

    #[test]
    fn passages_are_the_same_letters(first in "[ab ]{0,90}", second in "[ab ]{0,90}", winnowing in winnowing()) {
        let Some(found) = overlap(&document(&first, winnowing), &document(&second, winnowing)) else { return Ok(()) };
        for passage in &found.passages {
            let one = values(&first[passage.start as usize..passage.end as usize]);
            prop_assert_eq!(&one, &values(&second[passage.other_start as usize..passage.other_end as usize]));
            prop_assert_eq!(one.len(), passage.units as usize);
        }
        prop_assert!(found.passages.iter().map(|passage| passage.units).sum::<u32>() >= found.covered);
        prop_assert!(found.covered <= document(&first, winnowing).units());
    }

    #[test]
    fn a_text_is_like_itself(text in text(90), winnowing in winnowing()) {
        let found = document(&text, winnowing);
        prop_assert_eq!(found.alike(&found), if found.fingerprints().is_empty() { 0 } else { 128 });
        let least = u32::from(winnowing.k());
        prop_assert_eq!(overlap(&found, &found).is_some(), found.units() >= least);
    }

    #[test]
    fn a_report_is_all_comparisons(texts in prop::collection::vec("[ab]{0,30}", 0..8), winnowing in winnowing(), least in 1..4_u32) {
        let documents: Vec<Document> = texts.iter().map(|text| document(text, winnowing)).collect();
        let mut corpus = Corpus::default();
        for document in &documents {
            corpus.add(document.clone()).expect("there is room");
        }
        let report = corpus.report(least, 5).expect("they are few");
        let mut expected = Vec::new();
        for (second, other) in documents.iter().enumerate() {
            for (first, one) in documents.iter().enumerate().take(second) {
                expected.extend(overlap(one, other).filter(|found| found.shared >= least as usize).map(|found| (first, second, found)));
            }
        }
        expected.sort_by_key(|(first, second, found)| (usize::MAX - found.shared, *first, *second));
        prop_assert_eq!(report.found, expected.len());
        expected.truncate(5);
        let pairs: Vec<_> = report.pairs.into_iter().map(|pair| (pair.first, pair.second, pair.overlap)).collect();
        prop_assert_eq!(pairs, expected);
    }

    #[test]
    fn what_is_packed_is_unpacked(text in text(120), winnowing in winnowing()) {
        let found = document(&text, winnowing);
        prop_assert_eq!(Document::unpack(&found.pack()), Ok(found));
    }

    #[test]
    fn any_bytes_are_refused_or_harmless(
        text in text(60), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4), length in any::<prop::sample::Index>(),
    ) {
        let good = document(&text, Winnowing::new(5, 4).expect("both are in range"));
        let mut packed = good.pack();
        for (at, byte) in changes {
            let at = at.index(packed.len());
            packed[at] = byte;
        }
        let _ = Document::unpack(&packed[..length.index(packed.len())]);
        if let Ok(document) = Document::unpack(&packed) {
            let mut corpus = Corpus::default();
            for document in [document.clone(), good.clone()] {
                let _ = corpus.add(document);
            }
            let _ = (corpus.compare(document), corpus.report(1, 9));
        }
    }
}
