//! Texts and documents as PHP has them.

use crate::refuse;
use ext_php_rs::exception::{PhpException, PhpResult};
use ext_php_rs::types::ZendHashTable;
use fingerprint_core::{Corpus, Document, Problem};

/// What is wrong with one of many.
pub(crate) fn problem(what: &str, index: usize, problem: &Problem) -> PhpException {
    refuse(format!("{what} {index}: {problem}"))
}

/// The strings of an array, with their places and whatever its keys are.
pub(crate) fn each<'a>(what: &str, strings: &'a ZendHashTable) -> impl Iterator<Item = (usize, PhpResult<&'a [u8]>)> {
    strings.values().enumerate().map(move |(index, value)| {
        let bytes = value.dereference().binary_slice();
        (index, bytes.ok_or_else(|| refuse(format!("{what} {index} is no string"))))
    })
}

pub(crate) fn text(index: usize, bytes: &[u8]) -> PhpResult<&str> {
    str::from_utf8(bytes).map_err(|_| refuse(format!("text {index} is not UTF-8")))
}

pub(crate) fn document(name: &str, packed: &[u8]) -> PhpResult<Document> {
    Document::unpack(packed).map_err(|problem| refuse(format!("{name}: {problem}")))
}

pub(crate) fn corpus(documents: &ZendHashTable, ignored: Option<&[u8]>) -> PhpResult<Corpus> {
    let mut corpus = match ignored {
        Some(ignored) => Corpus::ignoring(document("ignored", ignored)?),
        None => Corpus::default(),
    };
    for (index, packed) in each("document", documents) {
        let document = document(&format!("document {index}"), packed?)?;
        corpus.add(document).map_err(|found| problem("document", index, &found))?;
    }
    Ok(corpus)
}

/// A number from 1.
pub(crate) fn within(what: &'static str, value: i64, most: i64) -> PhpResult<u32> {
    let number = u32::try_from(value).ok().filter(|_| (1..=most).contains(&value));
    number.ok_or_else(|| refuse(Problem::Parameter { what, value, least: 1, most }.to_string()))
}
