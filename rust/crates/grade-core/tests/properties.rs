//! What holds of any gradebook.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops by panicking")]

mod common;

use common::packed;
use grade_core::{Category, Grades, Item, Method, Totals, aggregate};
use proptest::prelude::*;

const CODES: [i64; 9] = [0, 2, 4, 6, 8, 10, 11, 12, 13];

/// Points as the database holds them.
fn points(most: u32) -> impl Strategy<Value = f64> {
    (0..=most).prop_map(|hundredths| f64::from(hundredths) / 100.0)
}

fn item() -> impl Strategy<Value = Item> {
    let coef = prop_oneof![4 => Just(0.0), 2 => Just(1.0), 1 => points(500), 1 => points(500).prop_map(|c| -c)];
    (points(500), points(10_000), coef, points(100), any::<bool>(), prop::bool::weighted(0.1)).prop_map(
        |(grademin, width, aggregationcoef, aggregationcoef2, weightoverride, category)| Item {
            grademin,
            grademax: grademin + width,
            aggregationcoef,
            aggregationcoef2,
            weightoverride,
            category,
        },
    )
}

fn category() -> impl Strategy<Value = Category> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    (prop::sample::select(&CODES[..]), flags, 0..4usize, 0..4usize, points(100), points(10_000)).prop_map(
        |(code, (aggregateonlygraded, scale, oldextracredit), droplow, keephigh, grademin, width)| Category {
            aggregation: Method::of(code),
            aggregateonlygraded,
            droplow,
            keephigh,
            grademin,
            grademax: grademin + width,
            scale,
            maxfactor: 1.0,
            oldextracredit,
        },
    )
}

type Rows = Vec<Vec<(f64, u8)>>;

/// Items, and for some students a grade and whether it is excluded.
fn gradebook() -> impl Strategy<Value = (Category, Vec<Item>, Rows)> {
    (category(), prop::collection::vec(item(), 1..9)).prop_flat_map(|(category, items)| {
        let grade = prop_oneof![1 => Just(f64::NAN), 6 => points(11_000)];
        let row = prop::collection::vec((grade, 0..2u8), items.len());
        (Just(category), Just(items), prop::collection::vec(row, 1..5))
    })
}

fn totals(category: &Category, items: &[Item], rows: &[Vec<(f64, u8)>]) -> Totals {
    let (values, excluded): (Vec<f64>, Vec<u8>) = rows.iter().flatten().copied().unzip();
    let values = packed(&values);
    let grades = Grades { students: rows.len(), values: &values, excluded: Some(&excluded), ..Grades::default() };
    aggregate(category, items, &grades).expect("points of two decimals are fine")
}

fn bits(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|number| number.to_bits()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_total_is_none_or_within_its_range((category, items, rows) in gradebook()) {
        let found = totals(&category, &items, &rows);
        for ((grade, min), max) in found.grades.iter().zip(&found.mins).zip(&found.maxes) {
            prop_assert!(min.is_finite() && max.is_finite());
            // Natural weighting whose weights contradict each other may find a range upside down: then an end of it.
            let end = |end: &f64| if category.scale { end.trunc() } else { *end };
            let fits = (*min..=*max).contains(grade) || *grade == end(min) || *grade == end(max);
            prop_assert!(grade.is_nan() || fits, "{min} <= {grade} <= {max}");
        }
    }

    #[test]
    fn students_do_not_see_each_other((category, items, rows) in gradebook()) {
        let together = totals(&category, &items, &rows).grades;
        let alone: Vec<f64> = rows.iter().flat_map(|row| totals(&category, &items, std::slice::from_ref(row)).grades).collect();
        prop_assert_eq!(bits(&together), bits(&alone));
    }

    #[test]
    fn without_a_counting_grade_there_is_no_total((category, items, mut rows) in gradebook()) {
        for (grade, excluded) in rows.iter_mut().flatten() {
            if *excluded == 0 {
                *grade = f64::NAN;
            }
        }
        prop_assert!(totals(&category, &items, &rows).grades.iter().all(|grade| grade.is_nan()));
    }

    #[test]
    fn an_excluded_grade_may_be_any((category, items, rows) in gradebook()) {
        let mut others = rows.clone();
        for (grade, _) in others.iter_mut().flatten().filter(|(_, excluded)| *excluded != 0) {
            *grade = 1.0;
        }
        prop_assert_eq!(bits(&totals(&category, &items, &rows).grades), bits(&totals(&category, &items, &others).grades));
    }

    #[test]
    fn a_mean_does_not_fall_when_a_grade_rises((mut category, items, mut rows) in gradebook()) {
        category.aggregation = Method::Mean;
        (category.scale, category.droplow, category.keephigh) = (false, 0, 0);
        let before = totals(&category, &items, &rows).grades;
        for row in &mut rows {
            row[0].0 += 1.0;
        }
        for (low, high) in before.iter().zip(&totals(&category, &items, &rows).grades) {
            prop_assert!(low.is_nan() || *high >= *low - 1e-9, "{low} then {high}");
        }
    }
}
