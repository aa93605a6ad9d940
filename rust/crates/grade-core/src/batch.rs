//! Many students at once, over packed grades.

use crate::category::{Category, Item, Method};
use crate::limits::limit;
use crate::methods::combine;
use crate::natural::{Natural, natural};
use crate::range::{Problem, bound, column, place, spread, standardise};
use crate::values::{Counted, Values};

/// A double in the machine's byte order, as PHP's `pack('d', ...)` writes it: packed grades need neither copy nor alignment.
pub type Packed = [u8; 8];

/// The grades of all students, row by row: one row a student, in a row one entry for each item.
#[derive(Clone, Copy, Debug, Default)]
pub struct Grades<'a> {
    /// How many rows there are.
    pub students: usize,
    /// Final grades in points; NaN where there is none.
    pub values: &'a [Packed],
    /// Not 0 where a grade is excluded from aggregation.
    pub excluded: Option<&'a [u8]>,
    /// Where an item's least grade is another one for this student; NaN where it is not.
    pub mins: Option<&'a [Packed]>,
    /// As `mins`, for the highest grade.
    pub maxes: Option<&'a [Packed]>,
    /// One entry a student, not 0 where the stored total stays as it is, because it is locked or overridden.
    pub kept: Option<&'a [u8]>,
}

/// One entry a student; NaN in all three where the stored total stays.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// The total in points, NaN where there is none.
    pub grades: Vec<f64>,
    /// The least total, in points.
    pub mins: Vec<f64>,
    /// The highest total, in points: with natural weighting it depends on what counts for the student.
    pub maxes: Vec<f64>,
}

/// The totals of a category.
///
/// # Errors
/// Where there is no item, a list has not as many entries as it should, or a number cannot be one of Moodle's.
pub fn aggregate(category: &Category, items: &[Item], grades: &Grades<'_>) -> Result<Totals, Problem> {
    if items.is_empty() {
        return Err(Problem::NoItems);
    }
    category.check()?;
    items.iter().try_for_each(Item::check)?;
    grades.check(items.len())?;
    let has_limits = category.has_limits(items);
    let mut totals = Totals::default();
    let mut values = Values::default();
    for student in 0..grades.students {
        if entry(grades.kept, student).is_some_and(|kept| kept != 0) {
            totals.push(Natural { grade: f64::NAN, grademin: f64::NAN, grademax: f64::NAN });
            continue;
        }
        let any = values.read(category, items, &grades.row(student, items.len()))?;
        if has_limits {
            limit(&mut values.sorted, category);
        }
        totals.push(total(category, &mut values.sorted, any));
    }
    Ok(totals)
}

/// The total of one student, in points. Of a student without a grade it is none, whatever a missing grade stands for.
fn total(category: &Category, values: &mut [Counted<'_>], any: bool) -> Natural {
    let Category { grademin, grademax, .. } = *category;
    if values.is_empty() {
        return Natural { grade: f64::NAN, grademin, grademax };
    }
    let (of_one, least) = if category.aggregation == Method::Natural {
        (natural(values, category.oldextracredit), 0.0)
    } else {
        let grade = combine(category.aggregation, values).unwrap_or(f64::NAN);
        (Natural { grade, grademin, grademax }, grademin)
    };
    if !any || of_one.grade.is_nan() {
        return Natural { grade: f64::NAN, ..of_one };
    }
    let points = standardise(of_one.grade, (0.0, 1.0), (least, of_one.grademax));
    let grade = if category.scale {
        place(points, of_one.grademin, of_one.grademax)
    } else {
        bound(points, of_one.grademin, of_one.grademax * category.maxfactor)
    };
    Natural { grade, ..of_one }
}

impl Totals {
    fn push(&mut self, total: Natural) {
        self.grades.push(total.grade);
        self.mins.push(total.grademin);
        self.maxes.push(total.grademax);
    }
}

impl<'a> Grades<'a> {
    fn check(&self, items: usize) -> Result<(), Problem> {
        let all = self.students.checked_mul(items).ok_or(Problem::TooMany)?;
        has_length("values", Some(self.values), all)?;
        has_length("excluded", self.excluded, all)?;
        has_length("mins", self.mins, all)?;
        has_length("maxes", self.maxes, all)?;
        has_length("kept", self.kept, self.students)
    }

    fn row(&self, student: usize, items: usize) -> Row<'a> {
        let cells = student * items..(student + 1) * items;
        Row {
            values: self.values.get(cells.clone()).unwrap_or_default(),
            excluded: self.excluded.and_then(|all| all.get(cells.clone())),
            mins: self.mins.and_then(|all| all.get(cells.clone())),
            maxes: self.maxes.and_then(|all| all.get(cells)),
        }
    }
}

fn has_length<T>(what: &'static str, list: Option<&[T]>, expected: usize) -> Result<(), Problem> {
    match list {
        Some(list) if list.len() != expected => Err(Problem::Length { what, expected, found: list.len() }),
        _ => Ok(()),
    }
}

fn entry<T: Copy>(list: Option<&[T]>, index: usize) -> Option<T> {
    list.and_then(|list| list.get(index)).copied()
}

/// A double, where there is one.
fn number(list: Option<&[Packed]>, index: usize) -> Option<f64> {
    entry(list, index).map(f64::from_ne_bytes).filter(|number| !number.is_nan())
}

/// What is said of one student.
pub(crate) struct Row<'a> {
    values: &'a [Packed],
    excluded: Option<&'a [u8]>,
    mins: Option<&'a [Packed]>,
    maxes: Option<&'a [Packed]>,
}

impl Row<'_> {
    pub(crate) fn grade(&self, index: usize) -> Option<f64> {
        number(Some(self.values), index)
    }

    pub(crate) fn is_excluded(&self, index: usize) -> bool {
        entry(self.excluded, index).is_some_and(|excluded| excluded != 0)
    }

    /// The range of an item for this student. Where it is the item's own, it has been checked.
    pub(crate) fn range(&self, index: usize, item: &Item) -> Result<(f64, f64), Problem> {
        let (own_min, own_max) = (number(self.mins, index), number(self.maxes, index));
        let range = (own_min.unwrap_or(item.grademin), own_max.unwrap_or(item.grademax));
        if own_min.is_some() || own_max.is_some() {
            column("a grade's own grademin", range.0)?;
            column("a grade's own grademax", range.1)?;
            spread(range.0, range.1)?;
        }
        Ok(range)
    }
}
