//! Approved questions as Moodle imports them. All texts are told to be plain, so that no filter and no browser takes them for more.

mod gift;
mod xml;

use serde::Deserialize;

use crate::question::{Choice, Kind, Question};
use crate::review::Reviewed;

/// Characters of a question's name in the bank.
const NAME: usize = 60;

/// What Moodle reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Moodle XML.
    Xml,
    /// GIFT.
    Gift,
}

impl Form {
    /// HTTP's name of it.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Xml => "application/xml; charset=utf-8",
            Self::Gift => "text/plain; charset=utf-8",
        }
    }
}

/// Those that are approved, and no others.
#[must_use]
pub fn exported(form: Form, all: &[Reviewed]) -> String {
    let approved =
        all.iter().filter(|one| one.state() == "approved").map(|one| (one.id.as_str(), &one.stored.question));
    match form {
        Form::Xml => xml::document(approved),
        Form::Gift => approved.map(|(id, question)| gift::entry(id, question)).collect(),
    }
}

/// The beginning of its text.
fn name(question: &Question) -> String {
    let words = question.text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(NAME).collect::<String>().trim_end().to_owned()
}

/// What a choice is worth in percent. Right ones share a hundred; where several can be right, wrong ones share as much below nothing, so that ticking
/// all is worth nothing. Moodle knows these numbers by five decimals.
fn worth(question: &Question, choice: &Choice) -> &'static str {
    let alike = question.choices.iter().filter(|other| other.correct == choice.correct).count();
    match (choice.correct, question.kind, alike) {
        (false, Kind::Single, _) => "0",
        (true, _, 1) => "100",
        (true, _, 2) => "50",
        (true, _, 3) => "33.33333",
        (true, _, 4) => "25",
        (true, _, 5) => "20",
        (true, _, _) => "16.66667",
        (false, _, 1) => "-100",
        (false, _, 2) => "-50",
        (false, _, 3) => "-33.33333",
        (false, _, 4) => "-25",
        (false, _, _) => "-20",
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::question::read;
    use crate::review::{Decision, Review, Stored};
    use proptest::prelude::*;

    /// Questions of any text that the rules let through, with letters that mean something to one of the forms.
    pub fn questions() -> impl Strategy<Value = Question> {
        let text = "([^\\p{C}\\p{Z}]|[=~#{}:\\\\%<>&\"'\\[\\]$/@ \n-]|\\[html\\]|->|::|%50%|]]>|//){1,40}";
        let choice = (text, any::<bool>(), prop_oneof![Just(String::new()), text.prop_map(String::from)]);
        let all = (text, prop::collection::vec(choice, 2..=6), any::<bool>());
        all.prop_filter_map("the rules", |(text, choices, single)| {
            let kind = if single { Kind::Single } else { Kind::Multiple };
            let choices: Vec<_> = choices
                .into_iter()
                .enumerate()
                .map(|(at, (text, right, feedback))| {
                    let correct = if single { at == 0 } else { at == 0 || right };
                    serde_json::json!({"text": text, "correct": correct, "feedback": feedback})
                })
                .collect();
            let answer = serde_json::json!({"questions": [{"text": text, "choices": choices, "cites": ["p1"]}]});
            read(&answer.to_string(), kind, 1, &["x".to_owned()]).ok()?.pop()
        })
    }

    fn reviewed(decision: Option<Decision>) -> Reviewed {
        let choice = |text: &str, correct| Choice { text: text.to_owned(), correct, feedback: String::new() };
        let choices = vec![choice("a", true), choice("b", false)];
        let text = format!("Why {decision:?}?");
        let question = Question { kind: Kind::Single, text, choices, cites: vec!["x".to_owned()] };
        let stored = Stored { question, model: "m".to_owned(), asker: "2".to_owned(), made: 1 };
        let review = decision.map(|decision| Review { decision, reviewer: "3".to_owned(), at: 2 });
        Reviewed { id: stored.question.id(), stored, review }
    }

    #[test]
    fn only_what_is_approved_is_exported() {
        let all = [reviewed(None), reviewed(Some(Decision::Approved)), reviewed(Some(Decision::Rejected))];
        for form in [Form::Xml, Form::Gift] {
            let text = exported(form, &all);
            assert!(text.contains("Why Some(Approved)?"), "{text}");
            assert!(!text.contains("None") && !text.contains("Rejected"), "{text}");
        }
    }

    #[test]
    fn ticking_all_is_worth_nothing() {
        for right in 1..=5 {
            let choice = |at: usize| Choice { text: at.to_string(), correct: at < right, feedback: String::new() };
            let choices: Vec<_> = (0..6).map(choice).collect();
            let question = Question { kind: Kind::Multiple, text: "x".to_owned(), choices, cites: Vec::new() };
            let sum: f64 = question.choices.iter().filter_map(|one| worth(&question, one).parse::<f64>().ok()).sum();
            assert!(sum.abs() < 0.001, "{right}: {sum}");
        }
    }
}
