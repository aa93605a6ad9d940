//! The PHP extension: how many characters and lines texts have, many texts at a time.
//!
//! Nothing here unwraps; what PHP gave wrong is thrown as a `ValueError`, and a panic, should there be one, ext-php-rs turns
//! into an `Error` of PHP.
#![forbid(unsafe_code)]
#![cfg_attr(windows, feature(abi_vectorcall))]

use ext_php_rs::boxed::ZBox;
use ext_php_rs::exception::PhpException;
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendHashTable, Zval};
use ext_php_rs::zend::ce;

use @name@_core::{Size, size};

/// The most texts of a call.
const MOST_TEXTS: usize = 10_000;

/// The sizes of texts in UTF-8, in their order.
///
/// # Errors
/// A `ValueError` that names the text that is none, is not UTF-8 or is too long.
#[php_function]
#[php(name = "@name@_sizes")]
pub fn sizes(texts: &ZendHashTable) -> PhpResult<ZBox<ZendHashTable>> {
    let count = texts.len();
    if count > MOST_TEXTS {
        return Err(refuse(format!("{count} texts are too many, the most is {MOST_TEXTS}")));
    }
    let mut found = ZendHashTable::new();
    for (index, value) in texts.values().enumerate() {
        let size = size(text(index, value)?);
        let size = size.map_err(|problem| refuse(format!("text {index}: {problem}")))?;
        found.push(shown(size)?)?;
    }
    Ok(found)
}

/// An exception for a value that the caller must mend.
fn refuse(message: String) -> PhpException {
    PhpException::new(message, 0, ce::value_error())
}

fn text(index: usize, value: &Zval) -> PhpResult<&str> {
    let bytes = value.dereference().binary_slice();
    let bytes = bytes.ok_or_else(|| refuse(format!("text {index} is no string")))?;
    str::from_utf8(bytes).map_err(|_| refuse(format!("text {index} is not UTF-8")))
}

fn shown(size: Size) -> PhpResult<ZBox<ZendHashTable>> {
    let Size { characters, lines, longest } = size;
    let mut shown = ZendHashTable::with_capacity(3);
    for (name, count) in [("characters", characters), ("lines", lines), ("longest", longest)] {
        shown.insert(name, i64::try_from(count).unwrap_or(i64::MAX))?;
    }
    Ok(shown)
}

/// What PHP asks for when it loads the extension.
#[php_module]
pub fn get_module(module: ModuleBuilder) -> ModuleBuilder {
    module.function(wrap_function!(sizes))
}
