//! Which grades of a student count, and what each is worth between 0 and 1.

use crate::batch::Row;
use crate::category::{Category, Item, Method};
use crate::range::{Problem, column, standardise};

/// A grade that counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted<'a> {
    /// The grade within its range, usually 0 to 1.
    pub(crate) value: f64,
    /// The range that it has for this student.
    pub(crate) grademin: f64,
    pub(crate) grademax: f64,
    /// The part of the total that natural weighting gives it.
    pub(crate) weight: f64,
    pub(crate) item: &'a Item,
}

/// The values of one student, in buffers that serve the next one too.
#[derive(Default)]
pub(crate) struct Values<'a> {
    in_place: Vec<Counted<'a>>,
    keys: Vec<u128>,
    /// By value; what is equal stays in the items' order.
    pub(crate) sorted: Vec<Counted<'a>>,
}

impl<'a> Values<'a> {
    /// Read a student, and say whether there is a grade that counts: what stands for a missing one is none.
    pub(crate) fn read(&mut self, category: &Category, items: &'a [Item], row: &Row<'_>) -> Result<bool, Problem> {
        let mut any = false;
        self.in_place.clear();
        for (index, item) in items.iter().enumerate() {
            let grade = row.grade(index);
            if row.is_excluded(index) || (grade.is_none() && category.aggregateonlygraded) {
                continue;
            }
            any |= grade.is_some();
            let (grademin, grademax) = row.range(index, item)?;
            // Natural weighting counts points from 0, so that negative ones stay what they are.
            let least = if category.aggregation == Method::Natural { 0.0 } else { grademin };
            let value = match grade {
                None => 0.0,
                Some(points) => {
                    column("a grade", points)?;
                    standardise(points, (least, grademax), (0.0, 1.0))
                }
            };
            self.in_place.push(Counted { value, grademin, grademax, weight: 0.0, item });
        }
        self.sort();
        Ok(any)
    }

    /// Sorting takes most of the time of a total, and sorting integers the least: value and place in one.
    fn sort(&mut self) {
        self.keys.clear();
        self.keys.extend((0u128..).zip(&self.in_place).map(|(place, counted)| ordered(counted.value) << 64 | place));
        self.keys.sort_unstable();
        self.sorted.clear();
        self.sorted.extend(self.keys.iter().filter_map(|key| self.in_place.get(*key as usize)).copied());
    }
}

/// An integer that is greater where the number is.
fn ordered(number: f64) -> u128 {
    let bits = number.to_bits();
    u128::from(if number.is_sign_negative() { !bits } else { bits | 1 << 63 })
}

#[cfg(test)]
mod tests {
    use super::ordered;

    #[test]
    fn integers_are_ordered_as_numbers_are() {
        let numbers = [f64::MIN, -2.5, -1.0, -1e-300, 0.0, 1e-300, 0.5, 1.0, 1e9, f64::MAX];
        assert!(numbers.is_sorted_by(|a, b| ordered(*a) < ordered(*b)));
    }
}
