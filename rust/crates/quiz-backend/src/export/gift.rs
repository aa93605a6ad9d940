//! GIFT. A question is one line, so that no text of it is taken for a comment, a category or another question.

use super::{name, worth};
use crate::question::{Choice, Kind, Question};

/// A question with the empty line that ends it. Its id stands in the comment that Moodle takes for the question's ID number.
pub fn entry(id: &str, question: &Question) -> String {
    let choices: String = question.choices.iter().map(|choice| answer(question, choice)).collect();
    let (name, text) = (escaped(&name(question)), escaped(&question.text));
    format!("// [id:{id}] [tag:generated]\n::{name}::[plain]{text}{{{choices}}}\n\n")
}

/// Each has its own form, for one that begins with `[html]` would choose it; and each but the right one of several its own worth, for one that begins
/// with `%50%` would set it.
fn answer(question: &Question, choice: &Choice) -> String {
    let mark = match (question.kind, choice.correct) {
        (Kind::Single, true) => "=".to_owned(),
        _ => format!("~%{}%", worth(question, choice)),
    };
    let feedback =
        if choice.feedback.is_empty() { String::new() } else { format!("#[plain]{}", escaped(&choice.feedback)) };
    format!("{mark}[plain]{}{feedback}", escaped(&choice.text))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '~' | '=' | '#' | '{' | '}' | ':' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::tests::questions;
    use super::*;
    use proptest::prelude::*;

    /// As question/format/gift/format.php of Moodle reads it (`escapedchar_pre`, `escapedchar_post`): placeholders for what is escaped, then marks,
    /// then the letters.
    const PAIRS: [(&str, &str, &str); 7] = [
        ("\\:", "&&058;", ":"),
        ("\\#", "&&035;", "#"),
        ("\\=", "&&061;", "="),
        ("\\{", "&&123;", "{"),
        ("\\}", "&&125;", "}"),
        ("\\~", "&&126;", "~"),
        ("\\n", "&&010", "\n"),
    ];

    fn marked(line: &str) -> String {
        let line = line.replace("\\\\", "&&092;");
        let line = PAIRS.iter().fold(line, |text, (escaped, placeholder, _)| text.replace(escaped, placeholder));
        line.replace("&&092;", "\\")
    }

    fn restored(text: &str) -> String {
        PAIRS.iter().fold(text.trim().to_owned(), |text, (_, placeholder, letter)| text.replace(placeholder, letter))
    }

    /// Weight, text and feedback of an answer, as `answerweightparser` and `commentparser` part it.
    fn answer_of(text: &str) -> Option<(String, String, String)> {
        let (weight, rest) = match text.strip_prefix('=') {
            Some(rest) => ("100", rest),
            None => text.strip_prefix('%')?.split_once('%')?,
        };
        let (said, feedback) = rest.split_once('#').unwrap_or((rest, "[plain]"));
        let plain = |text: &str| text.strip_prefix("[plain]").map(restored);
        Some((weight.to_owned(), plain(said)?, plain(feedback)?))
    }

    type Read = (String, String, Vec<(String, String, String)>);

    fn read(entry: &str) -> Option<Read> {
        let mut lines = entry.lines().filter(|line| !line.trim_start().starts_with("//"));
        let line = marked(lines.next()?);
        if lines.any(|line| !line.is_empty()) {
            return None;
        }
        let (name, rest) = line.strip_prefix("::")?.split_once("::")?;
        let (text, rest) = rest.strip_prefix("[plain]")?.split_once('{')?;
        let answers = rest.strip_suffix('}')?.replace('=', "~=");
        let answers: Option<Vec<_>> = answers.split('~').skip(1).map(answer_of).collect();
        Some((restored(name), restored(text), answers?))
    }

    #[test]
    fn a_question_is_one_line() {
        let choice = |text: &str, correct, feedback: &str| Choice {
            text: text.to_owned(),
            correct,
            feedback: feedback.to_owned(),
        };
        let choices = vec![choice("%50% = {a}", true, "#1: C:\\n"), choice("[html]b", false, "")];
        let question = Question { kind: Kind::Single, text: "a\n\n// ~b".to_owned(), choices, cites: Vec::new() };
        let wanted = "// [id:x] [tag:generated]\n::a // \\~b::[plain]a\\n\\n// \\~b{=[plain]%50% \\= \\{a\\}#[plain]\\#1\\: C\\:\\\\n~%0%[plain][html]b}\n\n";
        assert_eq!(entry("x", &question), wanted);
    }

    proptest! {
        #[test]
        fn what_goes_out_comes_back(question in questions()) {
            let wanted: Vec<_> = question.choices.iter()
                .map(|one| (worth(&question, one).to_owned(), one.text.clone(), one.feedback.clone())).collect();
            prop_assert_eq!(read(&entry("x", &question)), Some((name(&question), question.text.clone(), wanted)));
        }
    }
}
