//! Short ways to say what a gradebook is.
#![allow(dead_code, reason = "each test file uses a part of it")]

use grade_core::{Category, Grades, Item, Method, Packed, Problem, Totals, aggregate};

pub const NONE: f64 = f64::NAN;

pub fn category(code: i64) -> Category {
    Category {
        aggregation: Method::of(code),
        aggregateonlygraded: true,
        droplow: 0,
        keephigh: 0,
        grademin: 0.0,
        grademax: 100.0,
        scale: false,
        maxfactor: 1.0,
        oldextracredit: false,
    }
}

pub fn item(grademax: f64) -> Item {
    Item {
        grademin: 0.0,
        grademax,
        aggregationcoef: 0.0,
        aggregationcoef2: 0.0,
        weightoverride: false,
        category: false,
    }
}

/// With an extra credit flag or weight.
pub fn coef(grademax: f64, aggregationcoef: f64) -> Item {
    Item { aggregationcoef, ..item(grademax) }
}

/// With the weight of natural weighting.
pub fn part(grademax: f64, aggregationcoef2: f64) -> Item {
    Item { aggregationcoef2, ..item(grademax) }
}

pub fn packed(values: &[f64]) -> Vec<Packed> {
    values.iter().map(|value| value.to_ne_bytes()).collect()
}

pub fn totals(category: &Category, items: &[Item], values: &[f64]) -> Result<Totals, Problem> {
    let (students, values) = (values.len() / items.len(), packed(values));
    aggregate(category, items, &Grades { students, values: &values, ..Grades::default() })
}

/// The total of one student, with the five decimals that Moodle stores.
pub fn total(category: &Category, items: &[Item], values: &[f64]) -> f64 {
    let exact = totals(category, items, values).expect("a gradebook without faults").grades[0];
    (exact * 1e5).round() / 1e5
}
