//! A text in pieces that a model can read: as long as fits, cut where paragraphs, sentences or words end, each beginning a little before the
//! end of the last one, so that what is said over a cut is whole somewhere.

/// Characters of a piece.
const LENGTH: usize = 1200;
/// Characters that two pieces share at the most.
const SHARED: usize = 150;

/// The pieces of a text.
#[must_use]
pub fn pieces(text: &str) -> Vec<String> {
    let all: Vec<char> = text.chars().filter(|each| !each.is_control() || *each == '\n').collect();
    let (mut found, mut start) = (Vec::new(), 0);
    while start < all.len() {
        let end = end(&all, start);
        let piece: String = all.get(start..end).unwrap_or_default().iter().collect();
        if !piece.trim().is_empty() {
            found.push(piece.trim().to_owned());
        }
        start = if end >= all.len() { end } else { next(&all, start, end) };
    }
    found
}

/// The last good place to cut; half of a piece is the least, so that it goes on.
fn end(all: &[char], start: usize) -> usize {
    let most = (start + LENGTH).min(all.len());
    if most == all.len() {
        return most;
    }
    let least = start + LENGTH / 2;
    let cut = |good: fn(char, char) -> bool| {
        (least..most).rev().find(|at| match (all.get(at - 1), all.get(*at)) {
            (Some(before), Some(after)) => good(*before, *after),
            _ => false,
        })
    };
    let paragraph = cut(|before, after| before == '\n' && after == '\n');
    let sentence =
        || cut(|before, after| ".!?。！？".contains(before) && (after.is_whitespace() || !before.is_ascii()));
    let word = || cut(|before, _| before.is_whitespace());
    paragraph.or_else(sentence).or_else(word).unwrap_or(most)
}

/// Where the next piece begins: at a word, a little before the end of this one.
fn next(all: &[char], start: usize, end: usize) -> usize {
    let least = end.saturating_sub(SHARED).max(start + 1);
    let word = (least..end).find(|at| all.get(at - 1).is_some_and(|before| before.is_whitespace()));
    word.unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_is_cut_at_sentences() {
        let text = "A sentence that says something of use. ".repeat(100);
        let found = pieces(&text);
        assert!(found.len() >= 3 && found.iter().all(|piece| piece.ends_with('.')), "{found:?}");
        assert_eq!(pieces("short"), ["short"]);
        assert!(pieces(" \n\u{0} ").is_empty());
    }

    proptest! {
        #[test]
        fn every_word_is_in_a_piece_and_none_is_too_long(words in prop::collection::vec("[a-zü]{1,12}[.!]?", 0..900)) {
            let found = pieces(&words.join(" "));
            prop_assert!(found.iter().all(|piece| piece.chars().count() <= LENGTH));
            let kept: std::collections::HashSet<_> = found.iter().flat_map(|piece| piece.split_whitespace()).collect();
            prop_assert!(words.iter().all(|word| kept.contains(word.as_str())));
        }

        #[test]
        fn any_text_comes_to_an_end(text in "\\PC{0,4000}") {
            let _ = pieces(&text);
        }
    }
}
