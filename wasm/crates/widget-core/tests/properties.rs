//! What holds for all clocks, classes and reviews.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, missing_docs)]

use proptest::prelude::*;
use widget_core::{
    Announcer, Category, Class, Filter, Item, Method, Question, Reading, ServerClock, Settings, State, next, preview,
    previous, summary,
};

/// A browser's step: it runs, or it sleeps while its monotonic clock stands still, or somebody sets its wall clock back.
#[derive(Clone, Copy, Debug)]
enum Step {
    Run(f64),
    Sleep(f64),
    SetBack(f64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (1.0..1_500.0).prop_map(Step::Run),
        (3_000.0..1e8).prop_map(Step::Sleep),
        (3_000.0..1e8).prop_map(Step::SetBack)
    ];
    prop::collection::vec(step, 1..50)
}

fn item(grademax: f64) -> Item {
    Item {
        grademin: 0.0,
        grademax,
        aggregationcoef: 0.0,
        aggregationcoef2: 0.0,
        weightoverride: false,
        category: false,
    }
}

fn category() -> Category {
    Category {
        aggregation: Method::Mean,
        aggregateonlygraded: true,
        droplow: 0,
        keephigh: 0,
        grademin: 0.0,
        grademax: 100.0,
        scale: false,
        maxfactor: 1.0,
        oldextracredit: false,
    }
}

fn settings(code: i64, weights: Vec<Option<f64>>, extra: Vec<bool>) -> Settings {
    Settings { method: Method::of(code), aggregateonlygraded: true, droplow: 0, keephigh: 0, weights, extra }
}

proptest! {
    #[test]
    fn no_sleep_and_no_set_clock_puts_the_time_wrong(steps in steps(), there in 0.0..5_000.0f64, back in 0.0..5_000.0f64, server in 0.0..1e12f64) {
        let mut at = Reading { monotonic: there + back, wall: 1e12 + there + back };
        let mut real: f64 = server + back;
        let sent = Reading { monotonic: 0.0, wall: 1e12 };
        let mut clock = ServerClock::new(server, sent);
        prop_assert!(clock.answer(sent, server, at));
        for step in steps {
            let (run, asleep, set) = match step { Step::Run(by) => (by, 0.0, 0.0), Step::Sleep(by) => (1.0, by, 0.0), Step::SetBack(by) => (1.0, 0.0, by) };
            at = Reading { monotonic: at.monotonic + run, wall: at.wall + run + asleep - set };
            real += run + asleep;
            clock.tick(at);
            prop_assert!((clock.now(at) - real).abs() <= f64::midpoint(there, back) + 1.0, "{} {real}", clock.now(at));
            prop_assert!(!clock.is_certain() || matches!(step, Step::Run(_)));
        }
    }

    #[test]
    fn nothing_is_said_twice_while_time_runs_down(mut lefts in prop::collection::vec(0u32..2_000, 1..100), thresholds in prop::collection::hash_set(0u32..2_000, 0..9)) {
        lefts.sort_unstable_by(|a, b| b.cmp(a));
        let mut announcer = Announcer::new(thresholds.iter().copied().collect(), 2_000);
        let said: Vec<_> = lefts.iter().filter_map(|left| announcer.due(*left, true)).collect();
        prop_assert!(said.windows(2).all(|pair| pair[1] < pair[0]));
        let last = lefts.last().copied().unwrap();
        prop_assert_eq!(said.last().copied(), thresholds.into_iter().filter(|threshold| *threshold >= last).min());
    }

    #[test]
    fn a_walk_meets_what_is_shown_and_comes_back(codes in prop::collection::vec((0usize..5, any::<bool>()), 0..30), name in 0usize..7) {
        let names = ["correct", "partial", "incorrect", "unanswered", "ungraded", "flagged", "all"];
        let questions: Vec<_> = codes.into_iter().map(|(state, flagged)| Question { state: State::of(names[state]), flagged }).collect();
        let filter = Filter::of(names[name]);
        let mut walked = Vec::new();
        let mut here = next(&questions, filter, None);
        while let Some(place) = here.filter(|place| !walked.contains(place)) {
            walked.push(place);
            here = next(&questions, filter, here);
        }
        prop_assert_eq!(&walked, &(0..questions.len()).filter(|place| filter.shows(questions[*place])).collect::<Vec<_>>());
        prop_assert!(walked.windows(2).all(|pair| previous(&questions, filter, Some(pair[1])) == Some(pair[0])));
        prop_assert_eq!(previous(&questions, filter, None), walked.last().copied());
    }

    #[test]
    fn natural_weights_are_parts_of_one(maxes in prop::collection::vec(1u16..500, 1..8), set in prop::collection::vec(prop::option::of(0.0..20.0), 8)) {
        let items: Vec<_> = maxes.iter().map(|grademax| item(f64::from(*grademax))).collect();
        let tried = settings(13, set.clone(), vec![false; 8]).items(&items);
        let sum: f64 = tried.iter().map(|item| item.aggregationcoef2).sum();
        let all_set = set.iter().take(maxes.len()).all(Option::is_some);
        prop_assert!(all_set || (sum - 1.0).abs() < 1e-9 || sum > 1.0 && set.iter().flatten().sum::<f64>() > 100.0, "{sum}");
    }

    #[test]
    fn a_preview_of_what_is_changes_nothing(grades in prop::collection::vec(0u8..=100, 6), code in prop::sample::select(vec![0i64, 2, 4, 6, 8, 11, 12, 13])) {
        let items = [item(100.0), item(50.0)];
        let tried = settings(code, vec![None; 2], vec![false; 2]);
        let (category, items) = (tried.category(&category()), tried.items(&items));
        let grades = grades.into_iter().enumerate().map(|(place, grade)| f64::from(grade) / if place % 2 == 0 { 1.0 } else { 2.0 }).collect();
        let mut class = Class { totals: vec![f64::NAN, 7.0, f64::NAN], kept: vec![0, 1, 0], grades, excluded: vec![0; 6] };
        let first = preview(&category, &items, &class).unwrap();
        prop_assert_eq!(first[1].after, Some(7.0));
        prop_assert_eq!(summary(&first).changed, 2);
        class.totals = first.iter().map(|outcome| outcome.after.unwrap()).collect();
        let again = preview(&category, &items, &class).unwrap();
        prop_assert!(again.iter().all(|outcome| !outcome.differs() && outcome.change() == Some(0.0)));
        prop_assert_eq!((summary(&again).changed, summary(&again).before), (0, summary(&again).after));
    }
}
