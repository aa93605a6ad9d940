//! The PHP extension `gradebook_fastpath`: totals of a Moodle grade category, for many students in one call.
//!
//! Nothing here unwraps; what PHP gave wrong is thrown as a `ValueError`, and a panic, should there be one, ext-php-rs turns
//! into an `Error` of PHP.
#![forbid(unsafe_code)]
#![cfg_attr(windows, feature(abi_vectorcall))]

mod number;
mod record;
mod rows;

use ext_php_rs::binary::Binary;
use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::boxed::ZBox;
use ext_php_rs::exception::PhpException;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;
use ext_php_rs::zend::ce;
use grade_core::{Category, Grades, Item, Packed, Totals, aggregate};

/// An exception for a value that the caller must mend.
pub(crate) fn refuse(message: impl Into<String>) -> PhpException {
    PhpException::new(message.into(), 0, ce::value_error())
}

/// Totals of packed grades: `values`, `mins` and `maxes` as `pack('d*', ...)` makes them, row by row, one row a student, NAN
/// where there is nothing; `excluded` (one byte a grade) and `kept` (one byte a student) are "\1" where it is so.
/// Gives `grades`, `mins` and `maxes`, packed alike, with one entry a student.
///
/// # Errors
/// A `ValueError` that names what is missing, is no number, or has the wrong length.
#[php_function]
#[expect(clippy::needless_pass_by_value, reason = "ext-php-rs hands parameters over by value")]
#[expect(clippy::too_many_arguments, reason = "PHP names them: a caller gives only those that it has")]
pub fn gradebook_fastpath_packed(
    category: &ZendHashTable,
    items: &ZendHashTable,
    students: i64,
    values: BinarySlice<u8>,
    excluded: Option<BinarySlice<u8>>,
    mins: Option<BinarySlice<u8>>,
    maxes: Option<BinarySlice<u8>>,
    kept: Option<BinarySlice<u8>>,
) -> PhpResult<ZBox<ZendHashTable>> {
    let (category, items) = (record::category(category)?, record::items(items)?);
    let students = usize::try_from(students).map_err(|_| refuse("students must not be negative"))?;
    let grades = Grades {
        students,
        values: doubles("values", *values)?,
        excluded: excluded.as_deref().copied(),
        mins: mins.as_deref().map(|bytes| doubles("mins", bytes)).transpose()?,
        maxes: maxes.as_deref().map(|bytes| doubles("maxes", bytes)).transpose()?,
        kept: kept.as_deref().copied(),
    };
    let Totals { grades, mins, maxes } = totals(&category, &items, &grades)?;
    let mut result = ZendHashTable::with_capacity(3);
    result.insert("grades", Binary::new(grades))?;
    result.insert("mins", Binary::new(mins))?;
    result.insert("maxes", Binary::new(maxes))?;
    Ok(result)
}

/// Totals of rows as a database gives them: one array a student, in it null, a number or a numeric string for each item.
/// Gives lists named `grades`, `mins` and `maxes`, null where there is no total.
///
/// # Errors
/// A `ValueError` that names what is missing, is no number, or has the wrong length.
#[php_function]
pub fn gradebook_fastpath_rows(
    category: &ZendHashTable,
    items: &ZendHashTable,
    rows: &ZendHashTable,
) -> PhpResult<ZBox<ZendHashTable>> {
    let (category, items) = (record::category(category)?, record::items(items)?);
    let values = rows::pack(rows, items.len())?;
    let grades = Grades { students: rows.len(), values: &values, ..Grades::default() };
    let Totals { grades, mins, maxes } = totals(&category, &items, &grades)?;
    let mut result = ZendHashTable::with_capacity(3);
    result.insert("grades", rows::nullable(grades))?;
    result.insert("mins", mins)?;
    result.insert("maxes", maxes)?;
    Ok(result)
}

fn totals(category: &Category, items: &[Item], grades: &Grades<'_>) -> PhpResult<Totals> {
    aggregate(category, items, grades).map_err(|problem| refuse(problem.to_string()))
}

fn doubles<'a>(what: &str, bytes: &'a [u8]) -> PhpResult<&'a [Packed]> {
    match bytes.as_chunks() {
        (doubles, []) => Ok(doubles),
        _ => Err(refuse(format!("{what} has {} bytes, which is no whole number of doubles", bytes.len()))),
    }
}

/// What PHP asks for when it loads the extension.
#[php_module]
pub fn get_module(module: ModuleBuilder) -> ModuleBuilder {
    module.function(wrap_function!(gradebook_fastpath_packed)).function(wrap_function!(gradebook_fastpath_rows))
}
