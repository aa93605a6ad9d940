//! PHP's `hash()` once more, in Rust: what rust/bench measures it against.
#![forbid(unsafe_code)]
#![cfg_attr(windows, feature(abi_vectorcall))]

use ext_php_rs::binary::Binary;
use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::exception::PhpException;
use ext_php_rs::prelude::*;
use ext_php_rs::zend::ce;
use sha1::{Digest, Sha1};
use xxhash_rust::xxh3::xxh3_64;

/// The hash of a text, as bytes.
///
/// # Errors
/// A `ValueError` where the algorithm is none that the bench measures.
#[php_function]
#[expect(clippy::needless_pass_by_value, reason = "ext-php-rs hands parameters over by value")]
pub fn bench_hash(algorithm: &str, text: BinarySlice<u8>) -> PhpResult<Binary<u8>> {
    Ok(Binary::new(match algorithm {
        "md5" => md5::Md5::digest(*text).to_vec(),
        "sha1" => Sha1::digest(*text).to_vec(),
        "sha256" => sha2::Sha256::digest(*text).to_vec(),
        "xxh3" => xxh3_64(&text).to_be_bytes().to_vec(),
        _ => return Err(PhpException::new(format!("no algorithm {algorithm}"), 0, ce::value_error())),
    }))
}

/// What PHP asks for when it loads the extension.
#[php_module]
pub fn get_module(module: ModuleBuilder) -> ModuleBuilder {
    module.function(wrap_function!(bench_hash))
}
