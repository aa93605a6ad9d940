//! Orders of lines: the vectors that PHP and plain JavaScript are held to as well, and what holds for all orders.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, missing_docs)]

use proptest::prelude::*;
use serde_json::{Value, from_str};
use widget_core::{Line, OrderRule, OrderStep, Program, grade_order};

fn vectors(name: &str) -> Vec<Value> {
    let vectors: Value = from_str(include_str!("../vectors/order.json")).unwrap();
    let cases = vectors[name].as_array().unwrap().clone();
    assert!(!cases.is_empty());
    cases
}

fn whole(value: &Value) -> u32 {
    u32::try_from(value.as_u64().unwrap()).unwrap()
}

fn lines(value: &Value) -> Vec<Line> {
    value.as_array().unwrap().iter().map(|line| Line { says: whole(&line[0]), indent: whole(&line[1]) }).collect()
}

#[test]
fn grades() {
    for case in vectors("grades") {
        let rule =
            OrderRule { partial: case["partial"].as_bool().unwrap(), indents: case["indents"].as_bool().unwrap() };
        let grade = grade_order(&lines(&case["answer"]), &lines(&case["given"]), rule);
        assert_eq!(Some(grade), case["grade"].as_f64(), "{}", case["name"]);
    }
}

#[test]
fn programs() {
    for case in vectors("programs") {
        let list = |name: &str| case[name].as_array().unwrap().clone();
        let places: Vec<_> = list("places").iter().map(|place| place.as_u64().map(|_| whole(place))).collect();
        let indents: Vec<_> = list("indents").iter().map(whole).collect();
        let mut program = Program::new(&places, &indents, whole(&case["deepest"]));
        for step in list("steps") {
            let line = usize::try_from(whole(&step[1])).unwrap();
            let changed = OrderStep::of(step[0].as_str().unwrap()).is_some_and(|step| program.take(step, line));
            assert_eq!(changed, step[2].as_bool().unwrap(), "{}: {step}", case["name"]);
        }
        assert_eq!(program.order().iter().map(|line| Value::from(*line)).collect::<Vec<_>>(), list("order"));
        assert_eq!((0..places.len()).map(|line| Value::from(program.indent(line))).collect::<Vec<_>>(), list("after"));
    }
}

fn some_lines() -> impl Strategy<Value = Vec<Line>> {
    let line = (0u32..6, 0u32..3).prop_map(|(says, indent)| Line { says, indent });
    prop::collection::vec(line, 1..9)
}

fn rule() -> impl Strategy<Value = OrderRule> {
    (any::<bool>(), any::<bool>()).prop_map(|(partial, indents)| OrderRule { partial, indents })
}

proptest! {
    #[test]
    fn the_answer_alone_is_worth_everything(answer in some_lines(), given in some_lines(), rule in rule()) {
        prop_assert_eq!(grade_order(&answer, &answer, rule), 1.0);
        let says = |lines: &[Line]| lines.iter().map(|line| (line.says, line.indent * u32::from(rule.indents))).collect::<Vec<_>>();
        let grade = grade_order(&answer, &given, rule);
        prop_assert!((0.0..=1.0).contains(&grade));
        prop_assert_eq!(grade == 1.0, says(&answer) == says(&given));
    }

    #[test]
    fn a_line_that_does_not_belong_costs_one(answer in some_lines(), given in some_lines(), at in 0usize..9, indents in any::<bool>()) {
        let rule = OrderRule { partial: true, indents };
        let mut worse = given.clone();
        worse.insert(at.min(given.len()), Line { says: 99, indent: 0 });
        let one = 1.0 / f64::from(u32::try_from(answer.len()).unwrap());
        let wanted = (grade_order(&answer, &given, rule) - one).max(0.0);
        prop_assert!((grade_order(&answer, &worse, rule) - wanted).abs() < 1e-12);
    }

    #[test]
    fn what_counts_more_is_worth_no_more(answer in some_lines(), given in some_lines(), rule in rule()) {
        let strict = grade_order(&answer, &given, rule);
        for other in [OrderRule { partial: true, ..rule }, OrderRule { indents: false, ..rule }] {
            prop_assert!(strict <= grade_order(&answer, &given, other), "{other:?}");
        }
    }

    #[test]
    fn a_program_has_each_line_once(steps in prop::collection::vec((0usize..6, 0usize..5), 0..60)) {
        let names = ["add", "remove", "up", "down", "indent", "outdent"];
        let mut program = Program::new(&[None; 4], &[0; 4], 3);
        for (name, line) in steps {
            let before = program.clone();
            prop_assert_eq!(program.take(OrderStep::of(names[name]).unwrap(), line), program != before);
            prop_assert!(program.order().iter().enumerate().all(|(index, line)| program.place(*line) == Some(index + 1)));
            prop_assert!((0..4).all(|line| program.indent(line) <= 3));
        }
        let places: Vec<_> = (0..4).map(|line| program.place(line).map(|place| u32::try_from(place).unwrap())).collect();
        let indents: Vec<_> = (0..4).map(|line| program.indent(line)).collect();
        prop_assert_eq!(Program::new(&places, &indents, 3), program);
    }
}
