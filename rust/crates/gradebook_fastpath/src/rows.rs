//! Grades from arrays of arrays, and totals back into one.

use crate::number::number;
use crate::refuse;
use ext_php_rs::exception::PhpResult;
use ext_php_rs::types::{ZendHashTable, Zval};
use grade_core::Packed;

/// All rows in one list; each must have as many entries as there are items.
pub(crate) fn pack(rows: &ZendHashTable, items: usize) -> PhpResult<Vec<Packed>> {
    let mut packed = Vec::with_capacity(rows.len() * items);
    for (student, row) in rows.values().enumerate() {
        let row = row.dereference().array().ok_or_else(|| refuse(format!("row {student} is no array")))?;
        if row.len() != items {
            return Err(refuse(format!("row {student} has {} entries instead of {items}", row.len())));
        }
        for (index, value) in row.values().enumerate() {
            packed.push(grade(student, index, value)?.to_ne_bytes());
        }
    }
    Ok(packed)
}

fn grade(student: usize, index: usize, value: &Zval) -> PhpResult<f64> {
    if value.dereference().is_null() {
        return Ok(f64::NAN);
    }
    number(value).ok_or_else(|| refuse(format!("row {student}, item {index}: neither null nor a number")))
}

/// Null in the place of NaN.
pub(crate) fn nullable(totals: Vec<f64>) -> Vec<Option<f64>> {
    totals.into_iter().map(|total| (!total.is_nan()).then_some(total)).collect()
}
