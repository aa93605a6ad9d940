//! Which grades of a student count, and what each is worth between 0 and 1.

use crate::batch::Grades;
use crate::category::{Category, Item, Method};
use crate::range::{Problem, column, spread, standardise};

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

/// Fill `values`, in the items' order, and say whether there is a grade among them: what stands for a missing one is none.
pub(crate) fn collect<'a>(
    values: &mut Vec<Counted<'a>>,
    category: &Category,
    items: &'a [Item],
    grades: &Grades<'_>,
    student: usize,
) -> Result<bool, Problem> {
    let row = grades.row(student, items.len());
    let mut any = false;
    values.clear();
    for (index, item) in items.iter().enumerate() {
        let (grade, excluded) = (row.grade(index), row.is_excluded(index));
        if excluded || (grade.is_none() && category.aggregateonlygraded) {
            continue;
        }
        let (grademin, grademax) = (row.min(index, item), row.max(index, item));
        column("a grade's own grademin", grademin)?;
        column("a grade's own grademax", grademax)?;
        spread(grademin, grademax)?;
        let value = match grade {
            None => 0.0,
            Some(points) => {
                column("a grade", points)?;
                any = true;
                // Natural weighting counts points from 0, so that negative ones stay what they are.
                let min = if category.aggregation == Method::Natural { 0.0 } else { grademin };
                standardise(points, (min, grademax), (0.0, 1.0))
            }
        };
        values.push(Counted { value, grademin, grademax, weight: 0.0, item });
    }
    Ok(any)
}

/// By value; what is equal stays in the items' order.
pub(crate) fn sort(values: &mut [Counted<'_>]) {
    values.sort_by(|a, b| a.value.total_cmp(&b.value));
}
