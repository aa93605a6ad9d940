//! A lesson's text in pieces of whole sentences, each beginning with the end of the one before, so that what is said across a border is in one
//! of them whole.

use std::ops::Range;

use sha2::{Digest, Sha256};

/// Characters of a piece.
pub const MOST: usize = 1200;
/// Characters that two neighbours share, if whole sentences fit into them.
const SHARED: usize = 240;

/// A part of a lesson that can be cited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The same for the same text of the same lesson.
    pub id: String,
    /// Of whole sentences.
    pub text: String,
}

/// The pieces of a lesson; the same text twice is one.
#[must_use]
pub fn pieces(lesson: &str, paragraphs: &[String]) -> Vec<Piece> {
    let sentences: Vec<_> = paragraphs.iter().flat_map(|paragraph| sentences(paragraph)).collect();
    let mut all: Vec<Piece> = Vec::new();
    for run in runs(&sentences) {
        let text = sentences.get(run).unwrap_or_default().join(" ");
        let piece = Piece { id: id(&[lesson, &text]), text };
        if !all.contains(&piece) {
            all.push(piece);
        }
    }
    all
}

/// A name made of a content: its parts cannot run into each other.
#[must_use]
pub fn id(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    service_frame::hex(hash.finalize().get(..16).unwrap_or_default())
}

/// Which sentences go together: runs that fit, each but the first beginning at or before the end of the last.
fn runs(sentences: &[String]) -> Vec<Range<usize>> {
    let lengths: Vec<_> = sentences.iter().map(|sentence| sentence.chars().count() + 1).collect();
    let (mut all, mut begin, mut length) = (Vec::new(), 0, 0);
    for (at, more) in lengths.iter().enumerate() {
        if length + more > MOST + 1 {
            all.push(begin..at);
            (begin, length) = shared(&lengths, begin, at, (MOST + 1).saturating_sub(*more));
        }
        length += more;
    }
    if begin < sentences.len() {
        all.push(begin..sentences.len());
    }
    all
}

/// How far back the next run begins, and how long what it shares is. It never begins where the last one did.
fn shared(lengths: &[usize], begin: usize, end: usize, room: usize) -> (usize, usize) {
    let (mut at, mut length) = (end, 0);
    while let Some(more) = at.checked_sub(1).filter(|one| *one > begin).and_then(|one| lengths.get(one)) {
        if length + more > SHARED.min(room) {
            break;
        }
        (at, length) = (at - 1, length + more);
    }
    (at, length)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    No,
    /// With a space after it.
    Spaced,
    /// As it is: scripts without spaces.
    Bare,
}

fn sentences(paragraph: &str) -> Vec<String> {
    let (mut all, mut sentence, mut end) = (Vec::new(), String::new(), End::No);
    for c in paragraph.chars() {
        let closes = "\"')]}\u{bb}\u{201d}\u{2019}\u{300d}\u{300f}\u{ff09}".contains(c);
        let now = match c {
            '.' | '!' | '?' | '\u{2026}' | '\u{61f}' | '\u{964}' | '\u{6d4}' => End::Spaced,
            '\u{3002}' | '\u{ff01}' | '\u{ff1f}' => End::Bare,
            _ if closes => end,
            _ => End::No,
        };
        if (end == End::Spaced && c == ' ') || (end == End::Bare && now == End::No) {
            bounded(&std::mem::take(&mut sentence), &mut all);
        }
        sentence.push(c);
        end = now;
    }
    bounded(&sentence, &mut all);
    all
}

/// A sentence that no piece can hold is cut.
fn bounded(sentence: &str, into: &mut Vec<String>) {
    let letters: Vec<char> = sentence.trim().chars().collect();
    into.extend(letters.chunks(MOST).map(|chunk| chunk.iter().collect::<String>().trim().to_owned()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sentences_end_where_readers_end_them() {
        let found = sentences(
            "It is 3.14 (or so). \u{201c}Really?\u{201d} Yes!! \u{4f60}\u{597d}\u{3002}\u{518d}\u{89c1}\u{ff01} Tail",
        );
        let wanted = [
            "It is 3.14 (or so).",
            "\u{201c}Really?\u{201d}",
            "Yes!!",
            "\u{4f60}\u{597d}\u{3002}",
            "\u{518d}\u{89c1}\u{ff01}",
            "Tail",
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn neighbours_share_whole_sentences() {
        let text: Vec<_> = (0..40).map(|number| format!("Sentence {number} {}.", "x".repeat(80))).collect();
        let all = pieces("a", &[text.join(" ")]);
        assert_eq!(all.len(), 4);
        for (one, next) in all.iter().zip(all.iter().skip(1)) {
            let first = next.text.split_inclusive(". ").next().unwrap_or_default();
            assert!(one.text.contains(first.trim()), "{first}");
        }
    }

    #[test]
    fn a_name_is_of_its_content() {
        let text = ["One. Two.".to_owned()];
        assert_eq!(pieces("a", &text), pieces("a", &text));
        assert_ne!(pieces("a", &text).first().map(|one| &one.id), pieces("b", &text).first().map(|one| &one.id));
        assert_ne!(id(&["ab", "c"]), id(&["a", "bc"]));
        assert_eq!(pieces("a", &[]), []);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_too_long(text in prop::collection::vec("(\\PC{0,300}[.!?] ){0,9}", 0..5)) {
            let paragraphs = crate::plain::paragraphs(&text.join("\n\n"));
            let all: Vec<_> = paragraphs.iter().flat_map(|paragraph| sentences(paragraph)).collect();
            let letters = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(letters(&all.concat()), letters(&paragraphs.concat()));
            let mut end = 0;
            for run in runs(&all) {
                prop_assert!(run.start <= end && run.end > end);
                end = run.end;
            }
            prop_assert_eq!(end, all.len());
            let made = pieces("a", &paragraphs);
            prop_assert!(made.iter().all(|piece| piece.text.chars().count() <= MOST && !piece.text.is_empty()));
            prop_assert_eq!(&made, &pieces("a", &paragraphs));
        }
    }
}
