//! Points and numbers: the vectors that PHP and plain JavaScript are held to as well, and what holds for all of them.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, missing_docs)]

use proptest::prelude::*;
use serde_json::{Value, from_str};
use widget_core::{Plane, Point, grade_line, grade_number, grade_points};

fn vectors(name: &str) -> Vec<Value> {
    let vectors: Value = from_str(include_str!("../vectors/graph.json")).unwrap();
    let cases = vectors[name].as_array().unwrap().clone();
    assert!(!cases.is_empty());
    cases
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn point(value: &Value) -> Point {
    [number(&value[0]), number(&value[1])]
}

fn points(value: &Value) -> Vec<Point> {
    value.as_array().unwrap().iter().map(point).collect()
}

fn quantity(value: &Value) -> (f64, &str) {
    (number(&value[0]), value[1].as_str().unwrap())
}

fn two(value: &Value) -> [Point; 2] {
    [point(&value[0]), point(&value[1])]
}

#[test]
fn grades() {
    for case in vectors("points") {
        let partial = case["partial"].as_bool().unwrap();
        let grade =
            grade_points(&points(&case["answer"]), &points(&case["given"]), number(&case["tolerance"]), partial);
        assert_eq!(grade, number(&case["grade"]), "{}", case["name"]);
    }
    for case in vectors("lines") {
        let grade = grade_line(two(&case["answer"]), two(&case["given"]), number(&case["tolerance"]));
        assert_eq!(grade, number(&case["grade"]), "{}", case["name"]);
    }
    for case in vectors("numbers") {
        let (answer, given) = (quantity(&case["answer"]), quantity(&case["given"]));
        let grade = grade_number(answer, given, number(&case["tolerance"]), case["partial"].as_bool().unwrap());
        assert_eq!(grade, number(&case["grade"]), "{}", case["name"]);
    }
}

fn is_near(one: Point, other: Point) -> bool {
    (one[0] - other[0]).abs() < 1e-9 && (one[1] - other[1]).abs() < 1e-9
}

#[test]
fn planes() {
    for case in vectors("planes") {
        let plane = Plane { from: point(&case["from"]), to: point(&case["to"]), step: number(&case["step"]) };
        let each = |name: &str| case[name].as_array().unwrap().clone();
        for at in each("at") {
            assert_eq!(plane.at(point(&at[0])), point(&at[1]), "{at}");
        }
        for moved in each("moved") {
            assert_eq!(plane.moved(point(&moved[0]), point(&moved[1])), point(&moved[2]), "{moved}");
        }
        for pick in each("pick") {
            let given: Vec<_> = pick[0].as_array().unwrap().iter().map(|at| at.is_array().then(|| point(at))).collect();
            let picked = plane.pick(&given, point(&pick[1]));
            assert_eq!(picked.map(|index| index as u64), pick[2].as_u64(), "{pick}");
        }
        for line in each("line") {
            let found = plane.line(point(&line[0]), point(&line[1]));
            let wanted = line[2].is_array().then(|| two(&line[2]));
            assert_eq!(found.is_some(), wanted.is_some(), "{line}");
            assert!(
                found.zip(wanted).is_none_or(|(a, b)| is_near(a[0], b[0]) && is_near(a[1], b[1])),
                "{found:?} {line}"
            );
        }
    }
}

fn some_points() -> impl Strategy<Value = Vec<Point>> {
    prop::collection::vec((-5i8..=5, -5i8..=5).prop_map(|(x, y)| [f64::from(x), f64::from(y)]), 1..6)
}

proptest! {
    #[test]
    fn points_are_worth_the_same_in_any_order(answer in some_points(), mut given in some_points(), tolerance in 0.0..4.0f64, partial in any::<bool>()) {
        let grade = grade_points(&answer, &given, tolerance, partial);
        prop_assert!((0.0..=1.0).contains(&grade));
        given.reverse();
        prop_assert_eq!(grade_points(&answer, &given, tolerance, partial), grade);
        let mut turned = answer.clone();
        turned.rotate_left(1);
        prop_assert_eq!(grade_points(&turned, &given, tolerance, partial), grade);
        prop_assert_eq!(grade_points(&answer, &turned, 0.0, false), 1.0);
    }

    #[test]
    fn more_tolerance_is_worth_no_less(answer in some_points(), given in some_points(), tolerance in 0.0..4.0f64, more in 0.0..4.0f64, partial in any::<bool>()) {
        prop_assert!(grade_points(&answer, &given, tolerance, partial) <= grade_points(&answer, &given, tolerance + more, partial));
    }

    #[test]
    fn any_two_points_of_a_line_are_it(one in (-5i8..=5, -5i8..=5), by in (-5i8..=5, 1i8..=5), parts in (-9i8..=9, 1i8..=9)) {
        let at = |part: f64| [f64::from(one.0) + part * f64::from(by.0), f64::from(one.1) + part * f64::from(by.1)];
        let (from, to) = (f64::from(parts.0), f64::from(parts.0) + f64::from(parts.1));
        prop_assert_eq!(grade_line([at(0.0), at(1.0)], [at(from), at(to)], 0.0), 1.0);
        let beside = [[at(from)[0] + 1.0, at(from)[1]], [at(to)[0] + 1.0, at(to)[1]]];
        prop_assert_eq!(grade_line([at(0.0), at(1.0)], beside, 0.1), 0.0);
    }

    #[test]
    fn a_point_stays_on_the_grid(steps in prop::collection::vec((-3i8..=3, -3i8..=3), 1..40)) {
        let plane = Plane { from: [-4.0, 0.0], to: [4.0, 2.0], step: 0.25 };
        let mut here = plane.middle();
        for (right, up) in steps {
            here = plane.moved(here, [f64::from(right), f64::from(up)]);
            prop_assert!((-4.0..=4.0).contains(&here[0]) && (0.0..=2.0).contains(&here[1]));
            prop_assert_eq!([(here[0] * 4.0).fract(), (here[1] * 4.0).fract()], [0.0, 0.0]);
            prop_assert_eq!(plane.at(plane.place(here)), here);
        }
    }
}
