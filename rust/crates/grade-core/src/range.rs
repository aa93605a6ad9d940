//! Which numbers are grades, and how a grade moves from one range to another.

use std::fmt;

/// What is wrong with the input.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// A list has not as many entries as students and items want.
    Length {
        /// Which list.
        what: &'static str,
        /// How many entries there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A number that no `NUMERIC(10,5)` column of Moodle holds.
    Number {
        /// Which number.
        what: &'static str,
        /// The number.
        value: f64,
    },
    /// There is nothing to make a total of.
    NoItems,
    /// There are more grades than memory has addresses.
    TooMany,
}

impl fmt::Display for Problem {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { what, expected, found } => write!(to, "{what} has {found} entries instead of {expected}"),
            Self::Number { what, value } => {
                write!(to, "{what} is {value}: neither 0 nor between 0.00001 and 100000, with either sign")
            }
            Self::NoItems => write!(to, "a category without items has no totals"),
            Self::TooMany => write!(to, "students times items is more than this machine can address"),
        }
    }
}

impl std::error::Error for Problem {}

/// Half of the last decimal of `NUMERIC(10,5)`: the difference of two numbers of five decimals is a little off in binary.
const LEAST: f64 = 0.000_005;
const MOST: f64 = 100_000.0;

/// Refuse what the database could not have given: such numbers alone could make an infinity, or NaN, on the way.
pub(crate) fn column(what: &'static str, value: f64) -> Result<(), Problem> {
    if value == 0.0 || (LEAST..MOST).contains(&value.abs()) { Ok(()) } else { Err(Problem::Number { what, value }) }
}

/// Refuse a range that is not empty and yet narrower than the database can tell.
pub(crate) fn spread(min: f64, max: f64) -> Result<(), Problem> {
    if max == min || (max - min).abs() >= LEAST {
        Ok(())
    } else {
        Err(Problem::Number { what: "the width of an item's range", value: max - min })
    }
}

/// Move a grade from one range to another; from a range of a single point, to the top.
pub(crate) fn standardise(grade: f64, from: (f64, f64), to: (f64, f64)) -> f64 {
    if from.0 == from.1 {
        return to.1;
    }
    (grade - from.0) / (from.1 - from.0) * (to.1 - to.0) + to.0
}

/// Keep a total within its range; the lower bound is looked at first.
pub(crate) fn bound(grade: f64, min: f64, max: f64) -> f64 {
    if grade < min {
        min
    } else if grade > max {
        max
    } else {
        grade
    }
}

/// The place on a scale: 1.5 is 2. Floor of half more, and not a rounding function: PHP's differs between 8.3 and 8.4.
pub(crate) fn place(grade: f64, min: f64, max: f64) -> f64 {
    // Adding 0 makes +0 of -0, which PHP's integers do not know.
    bound((grade + 0.00001 + 0.5).floor(), min, max).trunc() + 0.0
}
