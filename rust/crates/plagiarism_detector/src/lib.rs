//! The PHP extension `plagiarism_detector`: which texts overlap, how much and where, many texts at a time.
//!
//! Nothing here unwraps; what PHP gave wrong is thrown as a `ValueError`, and a panic, should there be one, ext-php-rs turns
//! into an `Error` of PHP.
#![forbid(unsafe_code)]
#![cfg_attr(windows, feature(abi_vectorcall))]

mod given;
mod result;

use ext_php_rs::binary::Binary;
use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::boxed::ZBox;
use ext_php_rs::exception::PhpException;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;
use ext_php_rs::zend::ce;
use fingerprint_core::{Document, Winnowing};
use given::{corpus, each, problem, text, within};

/// The most texts of a call.
const MOST_TEXTS: usize = 10_000;
/// The most pairs that a report shows.
const MOST_PAIRS: i64 = 100_000;

/// An exception for a value that the caller must mend.
pub(crate) fn refuse(message: impl Into<String>) -> PhpException {
    PhpException::new(message.into(), 0, ce::value_error())
}

/// The fingerprints of texts in UTF-8: a list of packed documents, in the order of the texts.
///
/// # Errors
/// A `ValueError` that names the text that is none, is not UTF-8 or is too long, or the number that is out of range.
#[php_function]
#[php(defaults(k = 25, w = 20))]
pub fn plagiarism_detector_fingerprint(texts: &ZendHashTable, k: i64, w: i64) -> PhpResult<ZBox<ZendHashTable>> {
    let winnowing = Winnowing::new(k, w).map_err(|found| refuse(found.to_string()))?;
    if texts.len() > MOST_TEXTS {
        return Err(refuse(format!("{} texts are too many, the most is {MOST_TEXTS}", texts.len())));
    }
    let mut documents = ZendHashTable::with_capacity(u32::try_from(texts.len()).unwrap_or_default());
    for (index, bytes) in each("text", texts) {
        let document = Document::of(text(index, bytes?)?, winnowing).map_err(|found| problem("text", index, &found))?;
        documents.push(Binary::new(document.pack()))?;
    }
    Ok(documents)
}

/// What a packed document has in common with those of a corpus: for each that has something, its `index`, how many
/// fingerprints are `shared`, how many of 128 MinHash entries are `alike`, how many letters of the document and of the other
/// are `covered` and `othercovered`, and `passages`, each a list of start, end, start and end in the other, and letters.
/// What `ignored` has too does not count.
///
/// # Errors
/// A `ValueError` that names the document that is none, or that was made with another `k` or `w`.
#[php_function]
#[expect(clippy::needless_pass_by_value, reason = "ext-php-rs hands parameters over by value")]
pub fn plagiarism_detector_compare(
    document: BinarySlice<u8>,
    corpus: &ZendHashTable,
    ignored: Option<BinarySlice<u8>>,
) -> PhpResult<ZBox<ZendHashTable>> {
    let document = given::document("the document", *document)?;
    let corpus = given::corpus(corpus, ignored.as_deref().copied())?;
    let overlaps = corpus.compare(document).map_err(|found| refuse(format!("the document: {found}")))?;
    let mut result = ZendHashTable::new();
    for (index, overlap) in overlaps {
        result.push(result::overlap(&[("index", index)], &overlap)?)?;
    }
    Ok(result)
}

/// Which of many packed documents overlap, each compared with each: how many pairs are `found` that share at least so many
/// fingerprints, and in `pairs` those that share most, at most so many, with the indexes `first` and `second` and else as
/// `plagiarism_detector_compare` gives them.
///
/// # Errors
/// A `ValueError` that names the document that is none, or that was made with another `k` or `w`, or the number out of range.
#[php_function]
#[php(defaults(least = 1, most = 1000))]
#[expect(clippy::needless_pass_by_value, reason = "ext-php-rs hands parameters over by value")]
pub fn plagiarism_detector_report(
    documents: &ZendHashTable,
    least: i64,
    most: i64,
    ignored: Option<BinarySlice<u8>>,
) -> PhpResult<ZBox<ZendHashTable>> {
    let (least, most) = (within("least", least, i64::from(i32::MAX))?, within("most", most, MOST_PAIRS)?);
    let corpus = corpus(documents, ignored.as_deref().copied())?;
    let report = corpus.report(least, most as usize).map_err(|found| refuse(found.to_string()))?;
    let mut pairs = ZendHashTable::new();
    for pair in &report.pairs {
        pairs.push(result::overlap(&[("first", pair.first), ("second", pair.second)], &pair.overlap)?)?;
    }
    let mut result = ZendHashTable::with_capacity(2);
    result.insert("found", result::count(report.found))?;
    result.insert("pairs", pairs)?;
    Ok(result)
}

/// What PHP asks for when it loads the extension.
#[php_module]
pub fn get_module(module: ModuleBuilder) -> ModuleBuilder {
    module
        .function(wrap_function!(plagiarism_detector_fingerprint))
        .function(wrap_function!(plagiarism_detector_compare))
        .function(wrap_function!(plagiarism_detector_report))
}
