//! Each rule by itself, with numbers that can be checked in one's head.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test stops by panicking")]

mod common;

use common::{NONE, category, coef, item, packed, part, total, totals};
use grade_core::{Category, Grades, Item, Problem, aggregate};

const TENS: [f64; 4] = [10.0, 10.0, 10.0, 10.0];

fn tens() -> Vec<Item> {
    TENS.map(item).to_vec()
}

#[test]
fn every_method_combines_grades() {
    let grades = [2.0, 8.0, 4.0, 8.0];
    let expected = [(0, 55.0), (2, 60.0), (4, 20.0), (6, 80.0), (8, 80.0), (11, 55.0), (12, 55.0), (99, 55.0)];
    for (code, points) in expected {
        assert_eq!(total(&category(code), &tens(), &grades), points, "method {code}");
    }
}

#[test]
fn an_odd_number_of_grades_has_one_in_the_middle() {
    assert_eq!(total(&category(2), &tens(), &[9.0, 1.0, 3.0, NONE]), 30.0);
}

#[test]
fn of_several_modes_the_highest_counts() {
    assert_eq!(total(&category(8), &tens(), &[3.0, 7.0, 3.0, 7.0]), 70.0);
    assert_eq!(total(&category(8), &tens(), &[3.0, 3.0, 9.0, 7.0]), 30.0);
}

#[test]
fn grades_that_php_writes_alike_are_one_mode() {
    let third = 1.0 / 3.0;
    let items = [item(1.0), item(1.0), item(1.0)];
    let found = totals(&category(8), &items, &[third, third + 1e-16, 0.9]).unwrap();
    assert_eq!(found.grades, [33.333_333_333_333]);
}

#[test]
fn a_weighted_mean_skips_what_has_no_weight() {
    let items = [coef(10.0, 3.0), coef(10.0, 1.0), coef(10.0, 0.0), coef(10.0, -1.0)];
    assert_eq!(total(&category(10), &items, &[10.0, 2.0, 0.0, 0.0]), 80.0);
    assert!(total(&category(10), &[coef(10.0, 0.0)], &[5.0]).is_nan());
}

#[test]
fn a_simple_weighted_mean_weighs_by_ranges_and_adds_extra_credit() {
    assert_eq!(total(&category(11), &[item(30.0), item(10.0)], &[30.0, 0.0]), 75.0);
    assert_eq!(total(&category(11), &[item(30.0), coef(10.0, 1.0)], &[15.0, 3.0]), 60.0);
    assert_eq!(total(&category(11), &[coef(0.5, 1.0)], &[0.25]), 25.0);
    assert!(total(&category(11), &[item(0.0)], &[0.0]).is_nan());
}

#[test]
fn a_mean_with_extra_credit_adds_the_coefficient_times_the_grade() {
    let items = [item(10.0), item(10.0), coef(10.0, 2.0), coef(10.0, -1.0)];
    assert_eq!(total(&category(12), &items, &[4.0, 6.0, 1.0, 10.0]), 60.0);
    assert_eq!(total(&category(12), &[coef(10.0, 0.5)], &[5.0]), 25.0);
    assert!(total(&category(12), &[coef(10.0, -1.0)], &[5.0]).is_nan());
}

#[test]
fn an_empty_grade_is_left_out_or_taken_for_nothing() {
    let all = Category { aggregateonlygraded: false, ..category(0) };
    assert_eq!(total(&category(0), &tens(), &[NONE, 4.0, 8.0, NONE]), 60.0);
    assert_eq!(total(&all, &tens(), &[NONE, 4.0, 8.0, NONE]), 30.0);
}

#[test]
fn a_student_without_a_grade_has_no_total() {
    let all = Category { aggregateonlygraded: false, ..category(0) };
    assert!(total(&category(0), &tens(), &[NONE; 4]).is_nan());
    assert!(total(&all, &tens(), &[NONE; 4]).is_nan());
}

#[test]
fn an_excluded_grade_does_not_count() {
    let values = packed(&[1.0, 9.0, 1.0, 9.0]);
    let excluded = [1, 0, 0, 1];
    let grades = Grades { students: 2, values: &values, excluded: Some(&excluded), ..Grades::default() };
    assert_eq!(aggregate(&category(0), &[item(10.0), item(10.0)], &grades).unwrap().grades, [90.0, 10.0]);
    let all = Category { aggregateonlygraded: false, ..category(0) };
    let only = Grades { students: 1, values: &values[..2], excluded: Some(&[1, 1]), ..Grades::default() };
    assert!(aggregate(&all, &[item(10.0), item(10.0)], &only).unwrap().grades[0].is_nan());
}

#[test]
fn a_locked_or_overridden_total_stays() {
    let values = packed(&[5.0, 7.0]);
    let grades = Grades { students: 2, values: &values, kept: Some(&[1, 0]), ..Grades::default() };
    let found = aggregate(&category(0), &[item(10.0)], &grades).unwrap();
    assert!(found.grades[0].is_nan() && found.maxes[0].is_nan());
    assert_eq!((found.grades[1], found.maxes[1]), (70.0, 100.0));
}

#[test]
fn the_lowest_are_dropped_and_of_equals_the_one_with_most_points() {
    let drop = Category { droplow: 1, ..category(11) };
    // Both are half right; dropping the one of 30 points leaves 10 and 10.
    assert_eq!(total(&drop, &[item(10.0), item(30.0), item(10.0)], &[5.0, 15.0, 10.0]), 75.0);
    assert!(total(&Category { droplow: 9, ..category(0) }, &tens(), &[1.0, 2.0, 3.0, 4.0]).is_nan());
}

#[test]
fn extra_credit_is_neither_dropped_nor_counted_among_the_kept() {
    let items = [coef(10.0, 1.0), item(10.0), item(10.0)];
    assert_eq!(total(&Category { droplow: 1, ..category(12) }, &items, &[1.0, 2.0, 8.0]), 90.0);
    assert_eq!(total(&Category { keephigh: 1, ..category(12) }, &items, &[1.0, 2.0, 8.0]), 90.0);
    assert_eq!(total(&Category { droplow: 1, ..category(0) }, &items, &[1.0, 2.0, 8.0]), 50.0);
}

#[test]
fn the_highest_are_kept_unless_the_lowest_are_dropped() {
    let keep = Category { keephigh: 2, ..category(0) };
    assert_eq!(total(&keep, &tens(), &[9.0, 1.0, 7.0, 3.0]), 80.0);
    assert_eq!(total(&Category { droplow: 3, ..keep }, &tens(), &[9.0, 1.0, 7.0, 3.0]), 90.0);
    // Of equals the first item is kept, which weighs 3.
    let items = [coef(10.0, 3.0), coef(10.0, 1.0), coef(10.0, 1.0)];
    let weighted = Category { keephigh: 2, ..category(10) };
    assert_eq!(total(&weighted, &items, &[2.0, 6.0, 2.0]), 30.0);
}

#[test]
fn a_student_may_have_another_range() {
    let items = [Item { category: true, ..part(100.0, 0.5) }, part(100.0, 0.5)];
    let (values, mins, maxes) = (packed(&[20.0, 50.0]), packed(&[NONE, NONE]), packed(&[40.0, NONE]));
    let grades = Grades { students: 1, values: &values, mins: Some(&mins), maxes: Some(&maxes), ..Grades::default() };
    assert_eq!(aggregate(&category(0), &items, &grades).unwrap().grades, [50.0]);
    let natural = aggregate(&category(13), &items, &grades).unwrap();
    assert_eq!((natural.grades, natural.maxes), (vec![70.0], vec![140.0]));
}

#[test]
fn a_range_of_one_point_is_always_full() {
    assert_eq!(total(&category(0), &[item(0.0)], &[0.0]), 100.0);
    assert_eq!(total(&Category { grademin: 7.0, grademax: 7.0, ..category(0) }, &[item(10.0)], &[1.0]), 7.0);
}

#[test]
fn totals_stay_in_their_range_unless_the_site_has_no_limit() {
    let extra = [item(10.0), coef(10.0, 1.0)];
    assert_eq!(total(&category(12), &extra, &[10.0, 5.0]), 100.0);
    assert_eq!(total(&Category { maxfactor: 10.0, ..category(12) }, &extra, &[10.0, 5.0]), 150.0);
    assert_eq!(total(&Category { grademin: 20.0, ..category(0) }, &[item(10.0)], &[-5.0]), 20.0);
}

#[test]
fn a_scale_has_whole_places() {
    let scale = Category { grademin: 1.0, grademax: 4.0, scale: true, maxfactor: 10.0, ..category(0) };
    for (points, place) in
        [(0.0, 1.0), (1.0, 1.0), (5.0, 3.0), (4.999_985, 3.0), (4.999_95, 2.0), (8.3, 3.0), (8.4, 4.0), (20.0, 4.0)]
    {
        assert_eq!(total(&scale, &[item(10.0)], &[points]), place, "{points} of 10");
    }
}

#[test]
fn lists_of_the_wrong_length_are_refused() {
    let (values, few) = (packed(&[1.0, 2.0]), packed(&[1.0]));
    let good = Grades { students: 1, values: &values, ..Grades::default() };
    let bad = [
        (Grades { students: 2, ..good }, "values has 2 entries instead of 4"),
        (Grades { excluded: Some(&[1]), ..good }, "excluded has 1 entries instead of 2"),
        (Grades { mins: Some(&few), ..good }, "mins has 1 entries instead of 2"),
        (Grades { maxes: Some(&few), ..good }, "maxes has 1 entries instead of 2"),
        (Grades { kept: Some(&[]), ..good }, "kept has 0 entries instead of 1"),
    ];
    for (grades, words) in bad {
        let problem = aggregate(&category(0), &[item(10.0), item(10.0)], &grades).unwrap_err();
        assert_eq!(problem.to_string(), words);
    }
    assert_eq!(aggregate(&category(0), &[], &good).unwrap_err().to_string(), "a category without items has no totals");
    let most = Grades { students: usize::MAX, ..Grades::default() };
    assert_eq!(aggregate(&category(0), &tens(), &most).unwrap_err(), Problem::TooMany);
}

#[test]
fn numbers_that_no_column_holds_are_refused() {
    let fine = item(10.0);
    for bad in [f64::INFINITY, 100_000.0, -100_000.0, 0.000_004] {
        assert!(totals(&category(0), &[fine], &[bad]).is_err(), "a grade of {bad}");
        for item in [
            Item { grademin: bad, ..fine },
            Item { grademax: bad, ..fine },
            Item { aggregationcoef: bad, ..fine },
            Item { aggregationcoef2: bad, ..fine },
        ] {
            assert!(totals(&category(0), &[item], &[1.0]).is_err(), "{item:?}");
        }
        let faulty = [
            Category { grademin: bad, ..category(0) },
            Category { grademax: bad, ..category(0) },
            Category { maxfactor: bad, ..category(0) },
        ];
        assert!(faulty.iter().all(|category| totals(category, &[fine], &[1.0]).is_err()));
    }
    let narrow = Item { grademin: 10.0, grademax: 10.000_001, ..fine };
    let words = totals(&category(0), &[narrow], &[10.0]).unwrap_err().to_string();
    assert!(words.starts_with("the width of an item's range is 0.00000"), "{words}");
}

#[test]
fn ranges_of_a_student_that_no_column_holds_are_refused() {
    let values = packed(&[1.0]);
    for (min, max, words) in [
        (f64::INFINITY, NONE, "a grade's own grademin is inf"),
        (NONE, 1e6, "a grade's own grademax is 1000000"),
        (NONE, 0.000_001, "a grade's own grademax is 0.000001"),
        (9.999_999, NONE, "the width of an item's range is 0.00000"),
    ] {
        let (mins, maxes) = (packed(&[min]), packed(&[max]));
        let grades =
            Grades { students: 1, values: &values, mins: Some(&mins), maxes: Some(&maxes), ..Grades::default() };
        let problem = aggregate(&category(0), &[item(10.0)], &grades).unwrap_err().to_string();
        assert!(problem.starts_with(words), "{problem}");
    }
}
