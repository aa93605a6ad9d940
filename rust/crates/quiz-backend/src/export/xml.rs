//! Moodle XML.

use super::{name, worth};
use crate::question::{Choice, Kind, Question};

/// A whole file.
pub fn document<'a>(all: impl Iterator<Item = (&'a str, &'a Question)>) -> String {
    let entries: String = all.map(|(id, question)| entry(id, question)).collect();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<quiz>\n{entries}</quiz>\n")
}

fn entry(id: &str, question: &Question) -> String {
    let single = question.kind == Kind::Single;
    let answers: String = question.choices.iter().map(|choice| answer(question, choice)).collect();
    format!(
        "<question type=\"multichoice\">\n<name><text>{}</text></name>\n\
         <questiontext format=\"plain_text\"><text>{}</text></questiontext>\n\
         <generalfeedback format=\"plain_text\"><text></text></generalfeedback>\n\
         <defaultgrade>1</defaultgrade>\n<penalty>0.3333333</penalty>\n<hidden>0</hidden>\n<idnumber>{}</idnumber>\n\
         <single>{single}</single>\n<shuffleanswers>true</shuffleanswers>\n<answernumbering>abc</answernumbering>\n{answers}\
         <tags><tag><text>generated</text></tag></tags>\n</question>\n",
        escaped(&name(question)),
        escaped(&question.text),
        escaped(id),
    )
}

fn answer(question: &Question, choice: &Choice) -> String {
    format!(
        "<answer fraction=\"{}\" format=\"plain_text\"><text>{}</text><feedback format=\"plain_text\"><text>{}</text></feedback></answer>\n",
        worth(question, choice),
        escaped(&choice.text),
        escaped(&choice.feedback),
    )
}

/// Text between tags. What XML cannot hold at all is left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"), // ]]> may not stand in text
            '\r' => escaped.push_str("&#13;"),
            '\n' | '\t' => escaped.push(c),
            _ if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => (),
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
    use roxmltree::{Document, Node};

    fn text<'a>(node: Node<'a, 'a>, name: &str) -> &'a str {
        let found = node.children().find(|child| child.has_tag_name(name));
        found
            .and_then(|found| found.children().find(|child| child.has_tag_name("text")))
            .and_then(|text| text.text())
            .unwrap_or("")
    }

    fn read(question: Node) -> Option<Vec<(String, String, String)>> {
        let all = question.children().filter(|child| child.has_tag_name("answer"));
        all.map(|answer| {
            let said = answer.children().find(|child| child.has_tag_name("text"))?.text()?;
            Some((answer.attribute("fraction")?.to_owned(), said.to_owned(), text(answer, "feedback").to_owned()))
        })
        .collect()
    }

    proptest! {
        #[test]
        fn what_goes_out_comes_back(all in prop::collection::vec(questions(), 0..3)) {
            let file = document(all.iter().map(|question| ("x", question)));
            let read_back = Document::parse(&file).map_err(|error| TestCaseError::fail(error.to_string()))?;
            let entries: Vec<_> = read_back.descendants().filter(|node| node.has_tag_name("question")).collect();
            prop_assert_eq!(entries.len(), all.len());
            for (entry, question) in entries.iter().zip(&all) {
                prop_assert_eq!(text(*entry, "questiontext"), &question.text);
                prop_assert_eq!(text(*entry, "name"), name(question));
                let wanted: Vec<_> = question.choices.iter()
                    .map(|one| (worth(question, one).to_owned(), one.text.clone(), one.feedback.clone())).collect();
                prop_assert_eq!(read(*entry), Some(wanted));
            }
        }

        #[test]
        fn any_text_is_one_text(text in ".{0,60}") {
            let wanted: String = text.chars().filter(|c| !c.is_control() || "\r\n\t".contains(*c)).collect();
            let file = format!("<a>{}</a>", escaped(&text));
            let read = Document::parse(&file).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(read.root_element().text().unwrap_or(""), wanted.trim_matches(['\u{fffe}', '\u{ffff}']));
        }
    }
}
