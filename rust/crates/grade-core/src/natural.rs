//! Natural weighting: points are added up, and the weights of what is missing go to what is there.

use crate::values::Counted;

/// What natural weighting makes of a student's values: a grade, usually between 0 and 1, and the range that it found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Natural {
    pub(crate) grade: f64,
    pub(crate) grademin: f64,
    pub(crate) grademax: f64,
}

/// `old` is the rule of gradebooks that are frozen at 20150619 or before: extra credit is weighted like other items.
pub(crate) fn natural(values: &mut [Counted<'_>], old: bool) -> Natural {
    let (mut grademin, mut grademax, mut weights) = (0.0, 0.0, 0.0);
    for value in values.iter().filter(|v| !v.item.is_extra() && v.item.aggregationcoef2 > 0.0) {
        grademin += value.grademin;
        grademax += value.grademax;
        weights += value.item.aggregationcoef2;
    }
    let overridden = weigh_overridden(values, weights, old);
    grademax = weigh_automatic(values, grademax, overridden, old);
    if !old {
        weigh_extra(values, grademax);
    }
    let of = |extra| values.iter().filter(move |v| v.item.is_extra() == extra);
    let sum = of(false).chain(of(true)).fold(0.0, |sum, v| sum + v.value * v.weight * grademax);
    if grademax > 0.0 {
        Natural { grade: sum / grademax, grademin, grademax }
    } else {
        Natural { grade: sum, grademin, grademax: sum }
    }
}

/// What teachers have fixed: a part of 1, and the points of those items.
#[derive(Clone, Copy)]
struct Overridden {
    weight: f64,
    grademax: f64,
}

/// Weights set by teachers, rescaled by the weights that are there.
fn weigh_overridden(values: &mut [Counted<'_>], weights: f64, old: bool) -> Overridden {
    let mut sum = Overridden { weight: 0.0, grademax: 0.0 };
    for value in values.iter_mut().filter(|v| v.item.weightoverride && v.item.aggregationcoef2 > 0.0) {
        value.weight = if weights == 0.0 { 0.0 } else { value.item.aggregationcoef2 / weights };
        if old || !value.item.is_extra() {
            sum.weight += value.weight;
            sum.grademax += value.grademax;
        }
    }
    sum
}

/// The rest of the weight goes to the other items by their points. Gives the points of all that still have a weight.
fn weigh_automatic(values: &mut [Counted<'_>], mut grademax: f64, overridden: Overridden, old: bool) -> f64 {
    let points = grademax - overridden.grademax;
    for value in values.iter_mut().filter(|v| !v.item.weightoverride && (old || !v.item.is_extra())) {
        if points > 0.0 {
            value.weight = value.grademax / points * (1.0 - overridden.weight);
        } else if value.item.aggregationcoef2 > 0.0 {
            grademax -= value.grademax;
        }
    }
    grademax
}

/// Extra credit is worth its points, and takes no weight from others.
fn weigh_extra(values: &mut [Counted<'_>], grademax: f64) {
    for value in values.iter_mut().filter(|v| !v.item.weightoverride && v.item.is_extra()) {
        value.weight = if grademax == 0.0 { 0.0 } else { value.grademax / grademax };
    }
}
