//! rustic 0.13 panics in two places where others say what is wrong. Those panics are answers; every other stays one, and is told.

use std::panic;

use crate::problem::{Problem, Result};

/// A panic that is an answer.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// What it says.
    pub words: &'static str,
    /// What that means.
    pub problem: fn(&str) -> Problem,
}

/// Do what may panic in a way that is known.
///
/// # Errors
/// What the work says, or what its panic means.
pub fn caught<T>(known: Known, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |found| {
        if !found.payload_as_str().is_some_and(|text| text.contains(known.words)) {
            usual(found);
        }
    }));
    let done = panic::catch_unwind(panic::AssertUnwindSafe(work));
    let _ = panic::take_hook();
    done.unwrap_or_else(|payload| match payload.downcast_ref::<String>().filter(|text| text.contains(known.words)) {
        Some(text) => Err((known.problem)(text)),
        None => panic::resume_unwind(payload),
    })
}
