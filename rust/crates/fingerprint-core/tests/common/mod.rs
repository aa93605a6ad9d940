//! Texts, in all scripts and none.
#![allow(dead_code, reason = "each test file uses a part of it")]

use fingerprint_core::{Document, Overlap, Winnowing, units};
use proptest::prelude::*;

const SCRIPTS: [&str; 10] = [
    "abcdefghijklmnopqrstuvwxyz ABC ßſıİK",
    "αβγδσςάΐᾴᾼΩ \u{345}\u{301}\u{308}",
    "éèêëñÅÅ\u{301}\u{323}\u{30a}\u{327}\u{34f}",
    "абвгдеёжзийъыьЁЙ",
    "我们在这里比较很多文章的内容，。、",
    "한국어도 여기에 있습니다\u{1100}\u{1161}\u{11a8}",
    "اللغة العربية ﷺﻻـ\u{64b}\u{651}",
    "ภาษาไทยก็มีที่นี่ด้วย",
    "हिन्दी क्षत्रिय\u{93c}\u{94d}\u{200d}",
    "ﬁ①½™㎏…¨´ \u{ad}\u{200b}\0\n\t🙂🙃’“”—",
];

/// Some of one script, or of all, or any characters.
pub fn text(letters: usize) -> impl Strategy<Value = String> {
    let of =
        move |script: &str| prop::collection::vec(prop::sample::select(script.chars().collect::<Vec<_>>()), 0..letters);
    let one = prop::sample::select(&SCRIPTS[..]).prop_flat_map(of);
    let mixed = of(&SCRIPTS.concat());
    let any = prop::collection::vec(any::<char>(), 0..letters);
    prop_oneof![3 => one, 2 => mixed, 1 => any].prop_map(|letters| letters.into_iter().collect())
}

pub fn winnowing() -> impl Strategy<Value = Winnowing> {
    (5..12_i64, 4..12_i64).prop_map(|(k, w)| Winnowing::new(k, w).expect("both are in range"))
}

pub fn document(text: &str, winnowing: Winnowing) -> Document {
    Document::of(text, winnowing).expect("it is short enough")
}

pub fn values(text: &str) -> Vec<u64> {
    let mut values = Vec::new();
    units(text, |unit| values.push(unit.value));
    values
}

/// What the first has in common with the second.
pub fn overlap(first: &Document, second: &Document) -> Option<Overlap> {
    let mut corpus = fingerprint_core::Corpus::default();
    corpus.add(second.clone()).expect("there is room");
    corpus.compare(first.clone()).expect("both are winnowed alike").pop().map(|(_, overlap)| overlap)
}
