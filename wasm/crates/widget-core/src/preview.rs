//! What other settings of a category would make of its totals.

use grade_core::{Category, Grades, Item, Problem, aggregate};

/// A student's total under other settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// The total now; none where there is no grade.
    pub before: Option<f64>,
    /// The total that it would be.
    pub after: Option<f64>,
}

impl Outcome {
    /// By how much the total would change, at the five decimals that Moodle stores. None where one of them is none.
    #[must_use]
    pub fn change(self) -> Option<f64> {
        let change = self.after? - self.before?;
        Some(if change.abs() < 0.000_005 { 0.0 } else { change })
    }

    /// Whether the total would be another one.
    #[must_use]
    pub fn differs(self) -> bool {
        self.change().map_or(self.before.is_some() != self.after.is_some(), |change| change != 0.0)
    }
}

/// All students together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// How many totals would be others.
    pub changed: usize,
    /// The mean of the totals now.
    pub before: Option<f64>,
    /// The mean of what they would be.
    pub after: Option<f64>,
}

/// What a class has, apart from the settings: one row a student, one grade an item.
#[derive(Clone, Debug, Default)]
pub struct Class {
    /// Totals now; NaN where there is none.
    pub totals: Vec<f64>,
    /// Not 0 where the total stays, as it is locked or overridden.
    pub kept: Vec<u8>,
    /// Grades, row by row; NaN where there is none.
    pub grades: Vec<f64>,
    /// Not 0 where a grade is excluded.
    pub excluded: Vec<u8>,
}

/// The outcomes of all students.
///
/// # Errors
/// As [`aggregate`].
pub fn preview(category: &Category, items: &[Item], class: &Class) -> Result<Vec<Outcome>, Problem> {
    let values: Vec<_> = class.grades.iter().map(|grade| grade.to_ne_bytes()).collect();
    let (excluded, kept) = (Some(&class.excluded[..]), Some(&class.kept[..]));
    let grades = Grades { students: class.totals.len(), values: &values, excluded, kept, ..Grades::default() };
    let totals = aggregate(category, items, &grades)?;
    let after =
        |((before, kept), after): ((&f64, &u8), f64)| if *kept == 0 { (*before, after) } else { (*before, *before) };
    let both = class.totals.iter().zip(&class.kept).zip(totals.grades).map(after);
    Ok(both.map(|(before, after)| Outcome { before: some(before), after: some(after) }).collect())
}

/// What the outcomes come to.
#[must_use]
pub fn summary(outcomes: &[Outcome]) -> Summary {
    Summary {
        changed: outcomes.iter().filter(|outcome| outcome.differs()).count(),
        before: mean(outcomes.iter().filter_map(|outcome| outcome.before)),
        after: mean(outcomes.iter().filter_map(|outcome| outcome.after)),
    }
}

fn some(grade: f64) -> Option<f64> {
    (!grade.is_nan()).then_some(grade)
}

fn mean(grades: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = grades.fold((0.0, 0.0), |(sum, count), grade| (sum + grade, count + 1.0));
    (count > 0.0).then_some(sum / count)
}
