//! The totals of one grade category of Moodle, for many students at once.
//!
//! The numbers are those of Moodle's own regrade to the last bit, because every sum runs in its order: by value, and among
//! equal values by item. What a category's children are, and what comes before a total (a locked or overridden total, a
//! formula), is the caller's to know; it says so with [`Grades::kept`]. Nothing here touches the world.
#![forbid(unsafe_code)]

mod batch;
mod category;
mod limits;
mod methods;
mod natural;
mod range;
mod values;

pub use batch::{Grades, Packed, Totals, aggregate};
pub use category::{Category, Item, Method};
pub use range::Problem;

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
