//! Questions as a model writes them, and the rules that none of them passes by. What it writes is data and never more: it was told what to do by
//! texts that anybody may have written.

use serde::{Deserialize, Serialize};

use crate::pieces::id;
use crate::plain::is_hidden;

/// Characters of a model's whole answer.
const MOST_ANSWER: usize = 64 << 10;
const MOST_TEXT: usize = 1000;
const MOST_CHOICE: usize = 300;
const MOST_FEEDBACK: usize = 500;

/// How many choices are right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Exactly one.
    Single,
    /// One or more.
    Multiple,
}

/// What may be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What it says.
    pub text: String,
    /// Whether it is right.
    pub correct: bool,
    /// Why; may be empty.
    pub feedback: String,
}

/// A question that has kept the rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// How many choices are right.
    pub kind: Kind,
    /// What is asked.
    pub text: String,
    /// In the model's order.
    pub choices: Vec<Choice>,
    /// Names of the pieces that it comes from.
    pub cites: Vec<String>,
}

impl Question {
    /// The same for the same question.
    #[must_use]
    pub fn id(&self) -> String {
        let choices = serde_json::to_string(&self.choices).unwrap_or_default();
        id(&[if self.kind == Kind::Single { "single" } else { "multiple" }, &self.text, &choices])
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    questions: Vec<Draft>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    text: String,
    choices: Vec<Choice>,
    cites: Vec<String>,
}

/// The schema that the model is told.
#[must_use]
pub fn schema() -> serde_json::Value {
    let text = serde_json::json!({"type": "string"});
    let object = |properties: serde_json::Value| {
        let names: Vec<_> = properties.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
        serde_json::json!({"type": "object", "additionalProperties": false, "required": names, "properties": properties})
    };
    let list = |items: &serde_json::Value| serde_json::json!({"type": "array", "items": items});
    let choice = object(serde_json::json!({"text": text, "correct": {"type": "boolean"}, "feedback": text}));
    let question = object(serde_json::json!({"text": text, "choices": list(&choice), "cites": list(&text)}));
    object(serde_json::json!({"questions": list(&question)}))
}

/// The questions of an answer, which cite pieces by their place: `p1` is the first of `given`.
///
/// # Errors
/// Which rule it breaks, in our own words: what the model wrote is told neither to it nor to anybody.
pub fn read(answer: &str, kind: Kind, most: usize, given: &[String]) -> Result<Vec<Question>, String> {
    if answer.len() > MOST_ANSWER {
        return Err("the answer is too long".to_owned());
    }
    let answer: Answer = serde_json::from_str(answer).map_err(|error| {
        format!("the answer is not JSON of the schema, at line {} column {}", error.line(), error.column())
    })?;
    if answer.questions.is_empty() || answer.questions.len() > most {
        return Err(format!("there must be 1 to {most} questions"));
    }
    let numbered = answer.questions.into_iter().enumerate();
    let all: Result<Vec<_>, _> = numbered
        .map(|(at, draft)| draft.judged(kind, given).map_err(|why| format!("question {}: {why}", at + 1)))
        .collect();
    let all = all?;
    let same = all.iter().enumerate().any(|(at, one)| all.iter().skip(at + 1).any(|other| other.text == one.text));
    if same { Err("two questions are the same".to_owned()) } else { Ok(all) }
}

impl Draft {
    fn judged(self, kind: Kind, given: &[String]) -> Result<Question, String> {
        let choices: Result<Vec<_>, _> = self.choices.iter().map(Choice::judged).collect();
        let choices = choices?;
        if !(2..=6).contains(&choices.len()) {
            return Err("there must be 2 to 6 choices".to_owned());
        }
        let same =
            choices.iter().enumerate().any(|(at, one)| choices.iter().skip(at + 1).any(|other| other.text == one.text));
        if same {
            return Err("two choices are the same".to_owned());
        }
        match (kind, choices.iter().filter(|choice| choice.correct).count()) {
            (Kind::Single, 1) | (Kind::Multiple, 1..) => (),
            (Kind::Single, _) => return Err("exactly one choice must be correct".to_owned()),
            (Kind::Multiple, _) => return Err("one choice or more must be correct".to_owned()),
        }
        Ok(Question {
            kind,
            text: plain(&self.text, "text", 1, MOST_TEXT)?,
            choices,
            cites: cited(&self.cites, given)?,
        })
    }
}

impl Choice {
    fn judged(&self) -> Result<Self, String> {
        let text = plain(&self.text, "a choice", 1, MOST_CHOICE)?;
        Ok(Self { text, correct: self.correct, feedback: plain(&self.feedback, "a feedback", 0, MOST_FEEDBACK)? })
    }
}

fn cited(cites: &[String], given: &[String]) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    for cite in cites {
        let number = cite.strip_prefix('p').and_then(|number| number.parse::<usize>().ok());
        let piece = number.and_then(|number| given.get(number.checked_sub(1)?));
        let piece = piece.ok_or("it cites a piece that was not given")?;
        if !all.contains(piece) {
            all.push(piece.clone());
        }
    }
    if all.is_empty() { Err("it cites no piece".to_owned()) } else { Ok(all) }
}

/// Text that no reader of it takes for anything else: neither a browser, nor Moodle's filters, nor its readers of GIFT.
fn plain(text: &str, what: &str, least: usize, most: usize) -> Result<String, String> {
    let text = text.trim();
    let count = text.chars().count();
    if count < least || count > most {
        return Err(format!("{what} must have {least} to {most} characters"));
    }
    if text.chars().any(is_hidden) {
        return Err(format!("{what} holds characters that nobody sees"));
    }
    if has_markup(text) {
        return Err(format!("{what} holds HTML or an entity"));
    }
    if text.contains("://") || text.to_ascii_lowercase().contains("javascript:") {
        return Err(format!("{what} holds an address"));
    }
    Ok(text.to_owned())
}

/// A tag, an entity, or what Moodle's reader of GIFT puts in the place of an escaped character (`&&058;`, `&&010`).
fn has_markup(text: &str) -> bool {
    let after = |mark: char| text.match_indices(mark).filter_map(|(at, _)| text.get(at + 1..));
    let tag = after('<').any(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)));
    let entity = after('&').any(|rest| {
        let name = rest.split_once(';').map_or("", |(name, _)| name);
        let letters = name.trim_start_matches(['#', '&']);
        !letters.is_empty() && letters.len() < 32 && letters.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    let placeholder = text
        .match_indices("&&")
        .any(|(at, _)| text.get(at + 2..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())));
    tag || entity || placeholder
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn answer(change: impl Fn(&mut Value)) -> Value {
        let choice = |text: &str, correct| json!({"text": text, "correct": correct, "feedback": ""});
        let mut question =
            json!({"text": " Why? ", "choices": [choice("a", true), choice("b", false)], "cites": ["p2"]});
        change(&mut question);
        json!({"questions": [question]})
    }

    fn judge(kind: Kind, answer: &Value) -> Result<Vec<Question>, String> {
        read(&answer.to_string(), kind, 2, &["x".to_owned(), "y".to_owned()])
    }

    fn set(pointer: &'static str, value: Value) -> impl Fn(&mut Value) {
        move |question| {
            if let Some(place) = question.pointer_mut(pointer) {
                *place = value.clone();
            }
        }
    }

    #[test]
    fn a_good_answer_is_read() -> Result<(), String> {
        let all = judge(Kind::Single, &answer(|_| ()))?;
        assert!(all.iter().all(|one| one.text == "Why?" && one.cites == ["y"] && one.id().len() == 32));
        judge(Kind::Multiple, &answer(set("/choices/1/correct", json!(true))))?;
        judge(Kind::Single, &answer(set("/text", json!("Is 1 < 2 && 2 <3, AT&T or\na <= b?"))))?;
        Ok(())
    }

    #[test]
    fn each_rule_is_kept() {
        let long = "x".repeat(1001);
        let cases = [
            ("/text", json!(""), "text must have"),
            ("/text", json!(long), "text must have"),
            ("/text", json!("<b>Why?</b>"), "holds HTML"),
            ("/text", json!("a</b"), "holds HTML"),
            ("/text", json!("&lt;script&gt;"), "an entity"),
            ("/text", json!("&#60;b"), "an entity"),
            ("/text", json!("a&&058;b"), "an entity"),
            ("/text", json!("a&&010b"), "an entity"),
            ("/text", json!("see https://evil.example"), "holds an address"),
            ("/text", json!("a\u{202e}b"), "nobody sees"),
            ("/text", json!("a\u{1b}b"), "nobody sees"),
            ("/text", json!(7), "JSON of the schema"),
            ("/choices", json!([]), "2 to 6 choices"),
            ("/choices/1/text", json!("a"), "two choices are the same"),
            ("/choices/1/text", json!(" "), "a choice must have"),
            ("/choices/1/correct", json!(true), "exactly one choice"),
            ("/choices/0/correct", json!(false), "exactly one choice"),
            ("/choices/0/feedback", json!("<img src=x>"), "a feedback holds HTML"),
            ("/cites", json!([]), "cites no piece"),
            ("/cites/0", json!("p3"), "not given"),
            ("/cites/0", json!("p0"), "not given"),
            ("/cites/0", json!("y"), "not given"),
        ];
        for (pointer, value, why) in cases {
            let found = judge(Kind::Single, &answer(set(pointer, value.clone())));
            let case = format!("{pointer} {value}: {found:?}");
            assert!(found.is_err_and(|found| found.contains(why)), "{case}");
        }
        let none = judge(Kind::Multiple, &answer(set("/choices/0/correct", json!(false))));
        assert!(none.is_err_and(|why| why.contains("one choice or more")));
    }

    #[test]
    fn no_other_shape_is_read() {
        let given = ["x".to_owned(), "y".to_owned()];
        let good = answer(|_| ()).to_string();
        let more = good.replacen("\"text\"", "\"html\":\"x\",\"text\"", 1);
        let twice = good.replacen("\"cites\"", "\"cites\":[],\"cites\"", 1);
        let fenced = format!("```json\n{good}\n```");
        for text in ["", "Sure!", "[]", "{}", "{\"questions\":[]}", &more, &twice, &fenced, &format!("{good} ok")] {
            assert!(read(text, Kind::Single, 2, &given).is_err(), "{text}");
        }
        let one = answer(|_| ()).pointer("/questions/0").cloned();
        let same = json!({"questions": [one, one]}).to_string();
        assert!(read(&same, Kind::Single, 2, &given).is_err_and(|why| why == "two questions are the same"));
        assert!(read(&same, Kind::Single, 1, &given).is_err_and(|why| why == "there must be 1 to 1 questions"));
        assert!(read(&" ".repeat(70_000), Kind::Single, 1, &given).is_err_and(|why| why.contains("too long")));
    }

    #[test]
    fn the_schema_is_what_is_read() {
        let names = |pointer: &str| schema().pointer(pointer).map(ToString::to_string).unwrap_or_default();
        assert_eq!(names("/properties/questions/items/required"), "[\"choices\",\"cites\",\"text\"]");
        let choice = "/properties/questions/items/properties/choices/items";
        assert_eq!(names(&format!("{choice}/required")), "[\"correct\",\"feedback\",\"text\"]");
        assert_eq!(names(&format!("{choice}/additionalProperties")), "false");
    }

    proptest! {
        #[test]
        fn any_answer_is_judged(text in "(\\PC|[<&;#\n]){0,60}") {
            let found = judge(Kind::Single, &answer(set("/text", json!(text))));
            let kept = found.unwrap_or_default();
            prop_assert!(kept.iter().all(|one| !has_markup(&one.text) && !one.text.chars().any(is_hidden)));
            prop_assert!(read(&text, Kind::Single, 2, &[]).is_err());
        }
    }
}
