//! What is compared of a text.
#![allow(clippy::expect_used, reason = "a test stops by panicking")]

mod common;

use common::{text, values};
use fingerprint_core::units;
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};
use proptest::prelude::*;

/// Upper case makes a letter of it, so that it must stand behind a letter and its other marks.
const YPOGEGRAMMENI: char = '\u{345}';

#[test]
fn the_same_letters_are_the_same() {
    let same = [
        ("Straße", "STRASSE"),
        ("ﬁnden", "FINDEN"),
        ("don't — stop!", "Dont Stop"),
        ("don’t", "don\u{b4}t"),
        ("Ångström", "A\u{30a}ngstro\u{308}m"),
        ("e\u{323}\u{301}", "e\u{301}\u{323}"),
        ("ᾴ", "ΆΙ"),
        ("α\u{345}\u{301}", "ΆΙ"),
        ("ΟΔΟΣ", "οδος"),
        ("한국", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}"),
        ("ｶﾞ１２", "ガ12"),
        ("soft\u{ad}hy\u{200b}phen", "softhyphen"),
        ("x²+½", "x21 2"),
        ("我们，比较", "我们 比较"),
        ("\u{301}a", "a"),
        ("a \u{301}b", "ab"),
        ("İ", "i\u{307}"),
        ("kIrmızı", "KIRMIZI"),
    ];
    for (one, other) in same {
        assert_eq!(values(one), values(other), "{one:?} {other:?}");
    }
}

#[test]
fn other_letters_are_others() {
    for (one, other) in
        [("a", "b"), ("a", "á"), ("á", "à"), ("क", "कि"), ("か", "が"), ("1", "2"), ("ab", "ba"), ("α", "a")]
    {
        assert_ne!(values(one), values(other), "{one:?} {other:?}");
    }
}

#[test]
fn no_letter_has_a_case() {
    for letter in ('\0'..=char::MAX).filter(|&letter| letter != YPOGEGRAMMENI).map(String::from) {
        assert_eq!(values(&letter), values(&letter.to_uppercase()), "{letter:?}");
        assert_eq!(values(&letter), values(&letter.to_lowercase()), "{letter:?}");
    }
}

#[test]
fn places_are_those_of_the_text() {
    let mut found = Vec::new();
    units("«E\u{301}»  ﬁ한", |unit| found.push((unit.start, unit.end)));
    assert_eq!(found, [(2, 5), (9, 12), (9, 12), (12, 15), (12, 15), (12, 15)]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn normal_form_does_not_matter(text in text(40)) {
        let found = values(&text);
        prop_assert_eq!(&found, &values(&ComposingNormalizer::new_nfc().normalize(&text)));
        prop_assert_eq!(&found, &values(&DecomposingNormalizer::new_nfd().normalize(&text)));
        prop_assert_eq!(&found, &values(&ComposingNormalizer::new_nfkc().normalize(&text)));
        prop_assert_eq!(&found, &values(&DecomposingNormalizer::new_nfkd().normalize(&text)));
    }

    #[test]
    fn case_does_not_matter(text in text(40)) {
        let text = DecomposingNormalizer::new_nfd().normalize(&text.replace(YPOGEGRAMMENI, "ᾳ")).into_owned();
        let text = text.replace(['\u{34f}', '\u{ad}', '\u{200b}', '\u{200d}'], "");
        prop_assert_eq!(values(&text), values(&text.to_uppercase()));
        prop_assert_eq!(values(&text), values(&text.to_lowercase()));
    }

    #[test]
    fn spaces_and_punctuation_do_not_matter(words in prop::collection::vec("[a-zäж我가]{1,9}", 0..9)) {
        let found = values(&words.concat());
        prop_assert_eq!(&found, &values(&words.join(" ")));
        prop_assert_eq!(&found, &values(&words.join(",\u{a0}— \r\n«\0")));
    }

    #[test]
    fn units_are_in_order_and_within_the_text(text in text(60)) {
        let mut last = (0, 0);
        units(&text, |unit| {
            assert!(unit.start < unit.end && last.0 <= unit.start && last.1 <= unit.end);
            assert!(text.get(unit.start as usize..unit.end as usize).is_some());
            last = (unit.start, unit.end);
        });
        prop_assert!(values(&text).len() <= 6 * text.len());
    }
}
