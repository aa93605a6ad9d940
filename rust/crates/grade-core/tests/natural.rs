//! The rules of natural weighting, with numbers that can be checked in one's head.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test stops by panicking")]

mod common;

use common::{NONE, category, part, total, totals};
use grade_core::{Category, Item};

#[test]
fn natural_weighting_drops_only_among_like_items() {
    let drop = Category { droplow: 1, ..category(13) };
    let like = [part(10.0, 0.5), part(10.0, 0.5)];
    assert_eq!(total(&drop, &like, &[2.0, 8.0]), 8.0);
    let others = [
        [part(10.0, 0.5), part(20.0, 0.5)],
        [part(10.0, 0.5), part(10.0, 0.4)],
        [part(10.0, 0.5), Item { category: true, ..part(10.0, 0.5) }],
        [part(10.0, 0.5), Item { aggregationcoef: 1.0, ..part(10.0, 0.5) }],
    ];
    for items in others {
        assert_eq!(total(&drop, &items, &[2.0, 8.0]), 10.0);
    }
}

#[test]
fn natural_weighting_adds_points_and_finds_its_range() {
    let items = [part(20.0, 0.2), part(80.0, 0.8)];
    let found = totals(&category(13), &items, &[10.0, 60.0, NONE, 60.0]).unwrap();
    assert_eq!((found.grades, found.maxes), (vec![70.0, 60.0], vec![100.0, 80.0]));
    let extra = [part(80.0, 0.8), Item { aggregationcoef: 1.0, ..part(20.0, 0.25) }];
    let found = totals(&category(13), &extra, &[60.0, 10.0]).unwrap();
    assert_eq!((found.grades, found.maxes), (vec![70.0], vec![80.0]));
    assert_eq!(total(&category(13), &extra, &[80.0, 10.0]), 80.0);
}

#[test]
fn natural_weighting_counts_from_nothing_and_without_items_of_no_weight() {
    let found = totals(&category(13), &[part(20.0, 0.0), part(80.0, 1.0)], &[10.0, 40.0]).unwrap();
    assert_eq!((found.grades, found.maxes), (vec![50.0], vec![80.0]));
    let from_ten = Category { grademin: 10.0, ..category(13) };
    assert_eq!(total(&from_ten, &[part(20.0, 0.2), part(80.0, 0.8)], &[10.0, 60.0]), 70.0);
}

#[test]
fn natural_weighting_keeps_what_teachers_weigh() {
    let fixed = Item { weightoverride: true, ..part(20.0, 0.5) };
    let items = [fixed, part(40.0, 0.25), part(40.0, 0.25)];
    assert_eq!(total(&category(13), &items, &[20.0, 0.0, 0.0]), 50.0);
    // Half of what is there is now two thirds of the weight, of 60 points.
    assert_eq!(total(&category(13), &items, &[20.0, 0.0, NONE]).round(), 40.0);
    let ignored = [Item { weightoverride: true, ..part(20.0, 0.0) }, part(80.0, 1.0)];
    assert_eq!(total(&category(13), &ignored, &[20.0, 40.0]), 40.0);
}

#[test]
fn natural_weighting_of_points_that_are_all_overridden() {
    let fixed = Item { weightoverride: true, ..part(20.0, 1.0) };
    let items = [fixed, Item { grademax: 0.0, ..part(0.0, 0.5) }];
    let found = totals(&category(13), &items, &[10.0, 0.0]).unwrap();
    assert_eq!((found.grades[0].round(), found.maxes[0]), (7.0, 20.0));
}

#[test]
fn natural_weighting_with_extra_credit_alone_is_nothing() {
    let items = [Item { aggregationcoef: 1.0, ..part(20.0, 1.0) }];
    let found = totals(&category(13), &items, &[10.0]).unwrap();
    assert_eq!((found.grades, found.maxes), (vec![0.0], vec![0.0]));
}

#[test]
fn natural_weighting_below_zero_has_its_sum_for_a_range() {
    let items = [Item { grademin: -10.0, weightoverride: true, ..part(-5.0, 1.0) }];
    let found = totals(&category(13), &items, &[-4.0]).unwrap();
    assert_eq!((found.grades, found.mins, found.maxes), (vec![-4.0], vec![-10.0], vec![-4.0]));
}

#[test]
fn a_frozen_gradebook_weighs_extra_credit_like_the_rest() {
    let items = [part(80.0, 0.8), Item { aggregationcoef: 1.0, weightoverride: true, ..part(20.0, 0.4) }];
    let grades = [40.0, 20.0];
    let frozen = Category { oldextracredit: true, ..category(13) };
    assert_eq!(total(&category(13), &items, &grades), 80.0);
    // The extra item takes half of the weight and 20 of the 80 points, so that the other is worth 80/60 of the half that is left.
    assert_eq!(total(&frozen, &items, &grades).round(), 67.0);
    // It takes all points: the other has neither weight nor points left.
    let all = [part(80.0, 0.8), Item { grademax: 80.0, ..items[1] }];
    let found = totals(&frozen, &all, &grades).unwrap();
    assert_eq!((found.grades, found.maxes), (vec![0.0], vec![0.0]));
}

#[test]
fn negative_points_count_from_zero_in_natural_weighting_alone() {
    let items = [Item { grademin: -10.0, ..part(10.0, 1.0) }];
    assert_eq!(total(&category(0), &items, &[-5.0]), 25.0);
    let found = totals(&category(13), &items, &[-5.0]).unwrap();
    assert_eq!((found.grades, found.mins), (vec![-5.0], vec![-10.0]));
}
