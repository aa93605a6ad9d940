//! One grade of many, by every method but natural weighting. Values come sorted.

use crate::category::Method;
use crate::values::Counted;

/// The grade between 0 and 1, or none where no value has a weight. Sums run in the order of the values.
pub(crate) fn combine(method: Method, values: &[Counted<'_>]) -> Option<f64> {
    match method {
        Method::Median => median(values),
        Method::Lowest => values.first().map(|lowest| lowest.value),
        Method::Highest => values.last().map(|highest| highest.value),
        Method::Mode => mode(values),
        Method::WeightedMean => weighted_mean(values),
        Method::SimpleWeightedMean => simple_weighted_mean(values),
        Method::ExtraCreditMean => extra_credit_mean(values),
        Method::Mean | Method::Natural => Some(total(values.iter().map(|v| v.value)) / count(values.len())),
    }
}

fn total(terms: impl Iterator<Item = f64>) -> f64 {
    terms.fold(0.0, |sum, term| sum + term)
}

/// A number of items, which no gradebook has so many of that a double could not count them.
#[expect(clippy::cast_precision_loss, reason = "exact below 2^53 items")]
const fn count(items: usize) -> f64 {
    items as f64
}

fn median(values: &[Counted<'_>]) -> Option<f64> {
    let upper = values.get(values.len() / 2)?.value;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    values.get(values.len() / 2 - 1).map(|lower| f64::midpoint(lower.value, upper))
}

/// Grades count as equal where PHP writes them alike.
fn mode(values: &[Counted<'_>]) -> Option<f64> {
    let written: Vec<f64> = values.iter().map(|v| as_written(v.value)).collect();
    let runs = written.chunk_by(|a, b| a == b);
    runs.max_by_key(|run| run.len()).and_then(<[f64]>::first).copied()
}

/// The number that PHP writes with its default `precision` of 14 digits.
fn as_written(value: f64) -> f64 {
    format!("{value:.13e}").parse().unwrap_or(value)
}

fn weighted_mean(values: &[Counted<'_>]) -> Option<f64> {
    let weighted = || values.iter().filter(|v| v.item.aggregationcoef > 0.0);
    let weights = total(weighted().map(|v| v.item.aggregationcoef));
    (weights != 0.0).then(|| total(weighted().map(|v| v.item.aggregationcoef * v.value)) / weights)
}

/// Weighted by the items' own ranges, whatever range a student has; extra credit adds to the sum alone.
fn simple_weighted_mean(values: &[Counted<'_>]) -> Option<f64> {
    let width = |v: &Counted<'_>| v.item.grademax - v.item.grademin;
    let of = |extra| values.iter().filter(move |v| width(v) > 0.0 && v.item.is_extra() == extra);
    of(false).chain(of(true)).next()?;
    let weights = total(of(false).map(width));
    let sum = total(of(false).chain(of(true)).map(|v| width(v) * v.value));
    Some(if weights == 0.0 { sum } else { sum / weights })
}

/// Items without a coefficient are counted, those with a positive one add that many times their grade.
fn extra_credit_mean(values: &[Counted<'_>]) -> Option<f64> {
    let counted = || values.iter().filter(|v| v.item.aggregationcoef == 0.0);
    let extra = || values.iter().filter(|v| v.item.is_extra());
    counted().chain(extra()).next()?;
    let extra = extra().map(|v| v.item.aggregationcoef * v.value);
    let sum = total(counted().map(|v| v.value).chain(extra));
    Some(match counted().count() {
        0 => sum,
        number => sum / count(number),
    })
}
