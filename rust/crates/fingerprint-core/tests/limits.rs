//! What is refused, and what only looks dangerous.
#![allow(clippy::expect_used, reason = "a test stops by panicking")]

mod common;

use common::document;
use fingerprint_core::{Corpus, Document, MOST_BYTES, MOST_COMPARED, Problem, Winnowing};

#[test]
fn numbers_out_of_range_are_refused() {
    for (k, w) in [(4, 20), (51, 20), (25, 3), (25, 101), (-1, 20), (i64::MAX, 20), (25, i64::MIN)] {
        assert!(matches!(Winnowing::new(k, w), Err(Problem::Parameter { .. })), "{k} {w}");
    }
    assert_eq!(Winnowing::new(25, 20), Ok(Winnowing::default()));
    assert_eq!(Winnowing::default().guaranteed(), 44);
}

#[test]
fn the_longest_text_is_taken_and_no_longer_one() {
    let long = "a".repeat(MOST_BYTES);
    assert_eq!(document(&long, Winnowing::default()).units() as usize, MOST_BYTES);
    let problem = Document::of(&(long + "a"), Winnowing::default()).expect_err("it is too long");
    assert_eq!(problem.to_string(), format!("it has {} bytes, more than {MOST_BYTES}", MOST_BYTES + 1));
}

#[test]
fn a_million_marks_are_one_letter() {
    let marks = "\u{301}\u{323}".repeat(1_000_000);
    assert_eq!(document(&format!("a{marks}"), Winnowing::default()).units(), 1);
    assert_eq!(document(&marks, Winnowing::default()).units(), 0);
    assert_eq!(document(&"\u{345}".repeat(9), Winnowing::default()).units(), 0);
    assert_eq!(document(&format!("α{}", "\u{345}".repeat(9)), Winnowing::default()).units(), 10);
    assert_eq!(document(&"\u{fdfa}".repeat(1000), Winnowing::default()).units(), 15_000);
}

/// Looking for each hash among all the equal ones would take hours.
#[test]
fn one_letter_repeated_is_compared_at_once() {
    let winnowing = Winnowing::new(5, 4).expect("both are in range");
    let [one, other] = [1_000_000, 999_999].map(|length| document(&"a".repeat(length), winnowing));
    assert!(one.fingerprints().len() <= 250_000);
    let found = common::overlap(&one, &other).expect("they share a hash");
    assert_eq!((found.shared, found.alike), (1, 128));
    assert!(found.passages.iter().map(|passage| passage.units).max() > Some(999_000));
}

#[test]
fn documents_are_winnowed_alike() {
    let fine = Winnowing::new(24, 20).expect("both are in range");
    let mut corpus = Corpus::ignoring(document("", fine));
    let problem = corpus.add(document("", Winnowing::default())).expect_err("it has another k");
    assert_eq!(problem.to_string(), "it has k 25 and w 20, the others have k 24 and w 20");
    assert_eq!(corpus.compare(document("", Winnowing::default())).err(), Some(problem));
}

#[test]
fn a_report_has_a_most() {
    let mut corpus = Corpus::default();
    let copy =
        document("the same sentence, handed in by all of them", Winnowing::new(5, 4).expect("both are in range"));
    for _ in 0..MOST_COMPARED {
        corpus.add(copy.clone()).expect("there is room");
    }
    let report = corpus.report(1, 3).expect("they are just as many as may be");
    assert_eq!((report.found, report.pairs.len()), (MOST_COMPARED * (MOST_COMPARED - 1) / 2, 3));
    corpus.add(copy).expect("there is room");
    assert_eq!(corpus.report(1, 3), Err(Problem::Compared { documents: MOST_COMPARED + 1 }));
}

#[test]
fn what_is_ignored_does_not_count() {
    let winnowing = Winnowing::new(8, 4).expect("both are in range");
    let task = "Describe in your own words how winnowing chooses its fingerprints.";
    let [one, other] = ["It keeps the least hash of each window.", "No idea, sorry; my dog has eaten it."];
    let texts = [format!("{task} {one}"), format!("{task} {other}")];
    let mut corpus = Corpus::ignoring(document(task, winnowing));
    let mut all = Corpus::default();
    for text in &texts {
        corpus.add(document(text, winnowing)).expect("there is room");
        all.add(document(text, winnowing)).expect("there is room");
    }
    assert_eq!((corpus.report(1, 9).expect("few").found, all.report(1, 9).expect("few").found), (0, 1));
    let copied = document(&format!("{task} it keeps the LEAST hash of each window"), winnowing);
    assert_eq!(
        corpus.compare(copied).expect("winnowed alike").iter().map(|(index, _)| *index).collect::<Vec<_>>(),
        [0]
    );
}
