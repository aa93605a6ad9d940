//! What is found, as PHP arrays.

use ext_php_rs::boxed::ZBox;
use ext_php_rs::exception::PhpResult;
use ext_php_rs::types::ZendHashTable;
use fingerprint_core::{Overlap, Passage};

pub(crate) fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub(crate) fn overlap(places: &[(&str, usize)], overlap: &Overlap) -> PhpResult<ZBox<ZendHashTable>> {
    let mut result = ZendHashTable::with_capacity(8);
    for &(name, place) in places {
        result.insert(name, count(place))?;
    }
    result.insert("shared", count(overlap.shared))?;
    result.insert("alike", count(overlap.alike))?;
    result.insert("covered", i64::from(overlap.covered))?;
    result.insert("othercovered", i64::from(overlap.other_covered))?;
    result.insert("passages", overlap.passages.iter().map(passage).collect::<Vec<_>>())?;
    Ok(result)
}

fn passage(passage: &Passage) -> Vec<i64> {
    let Passage { start, end, other_start, other_end, units } = *passage;
    [start, end, other_start, other_end, units].map(i64::from).to_vec()
}
