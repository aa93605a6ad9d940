//! The vectors that the plain JavaScript and the plugin's PHP are held to as well.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, missing_docs)]

use std::fs::read_to_string;

use serde_json::{Value, from_str};
use widget_core::{
    Announcer, Filter, Question, Reading, ServerClock, State, count, digits, next, previous, seconds_left, written,
};

fn vectors(name: &str) -> Value {
    from_str(&read_to_string(format!("{}/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"))).unwrap()).unwrap()
}

fn cases(vectors: &Value) -> &[Value] {
    let cases = vectors.as_array().unwrap();
    assert!(!cases.is_empty());
    cases
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

fn whole(value: &Value) -> u32 {
    u32::try_from(value.as_u64().unwrap()).unwrap()
}

fn place(value: &Value) -> Option<usize> {
    value.as_u64().map(|place| usize::try_from(place).unwrap())
}

fn reading(value: &Value) -> Reading {
    Reading { monotonic: number(&value[0]), wall: number(&value[1]) }
}

fn take(clock: &mut ServerClock, step: &Value) -> Value {
    let (kind, at) = step
        .as_object()
        .unwrap()
        .iter()
        .find(|(name, _)| !["is", "server", "received"].contains(&name.as_str()))
        .unwrap();
    match kind.as_str() {
        "tick" => {
            clock.tick(reading(at));
            Value::Null
        }
        "now" => clock.now(reading(at)).into(),
        "certain" => clock.is_certain().into(),
        "doubtful" => clock.is_doubtful(reading(at)).into(),
        "ask" => clock.ask(reading(at)).into(),
        _ => clock.answer(reading(at), number(&step["server"]), reading(&step["received"])).into(),
    }
}

#[test]
fn the_clock() {
    for case in cases(&vectors("clock")) {
        let mut clock = ServerClock::new(number(&case["server"]), reading(&case["at"]));
        for step in cases(&case["steps"]) {
            let found = take(&mut clock, step);
            let wanted = step.get("is").or(step.get("certain")).unwrap_or(&Value::Null);
            assert_eq!(
                (found.as_f64(), found.as_bool()),
                (wanted.as_f64(), wanted.as_bool()),
                "{}: {step}",
                case["name"]
            );
        }
    }
}

#[test]
fn announcements() {
    for case in cases(&vectors("announce")) {
        let thresholds = case["thresholds"].as_array().unwrap().iter().map(whole).collect();
        let mut announcer = Announcer::new(thresholds, whole(&case["left"]));
        for step in cases(&case["steps"]) {
            let due = announcer.due(whole(&step[0]), step[1].as_bool().unwrap());
            assert_eq!(due.map(u64::from), step[2].as_u64(), "{}: {step}", case["name"]);
        }
    }
}

#[test]
fn seconds() {
    for case in cases(&vectors("seconds")) {
        let left = seconds_left(number(&case[0]), number(&case[1]));
        assert_eq!((left, digits(left).as_str()), (whole(&case[2]), case[3].as_str().unwrap()));
    }
}

#[test]
fn the_review() {
    let vectors = vectors("review");
    let question =
        |pair: &Value| Question { state: State::of(pair[0].as_str().unwrap()), flagged: pair[1].as_bool().unwrap() };
    let questions: Vec<_> = cases(&vectors["questions"]).iter().map(question).collect();
    for case in cases(&vectors["cases"]) {
        let filter = Filter::of(case["filter"].as_str().unwrap());
        let shown: Vec<_> = (0..questions.len()).filter(|place| filter.shows(questions[*place])).collect();
        assert_eq!(shown, case["shown"].as_array().unwrap().iter().filter_map(place).collect::<Vec<_>>());
        assert_eq!(count(&questions, filter), shown.len());
        for (name, walk) in
            [("next", next as fn(&[Question], Filter, Option<usize>) -> Option<usize>), ("previous", previous)]
        {
            for pair in cases(&case[name]) {
                assert_eq!(
                    walk(&questions, filter, place(&pair[0])),
                    place(&pair[1]),
                    "{} {name} {pair}",
                    case["filter"]
                );
            }
        }
    }
}

#[test]
fn numbers() {
    for case in cases(&vectors("number")) {
        let text = written(number(&case[0]), ".");
        assert_eq!(text, case[1].as_str().unwrap());
        assert_eq!(written(number(&case[0]), ","), text.replace('.', ","));
    }
}
