//! What a text's size is.

use @name@_core::{MOST_BYTES, Size, TooLong, size};

fn sizes(text: &str) -> [usize; 3] {
    size(text).map_or([usize::MAX; 3], |Size { characters, lines, longest }| [characters, lines, longest])
}

#[test]
fn an_empty_text_is_one_line() {
    assert_eq!(sizes(""), [0, 1, 0]);
}

#[test]
fn characters_are_code_points_and_not_bytes() {
    assert_eq!(sizes("é\n€🙂\n"), [5, 3, 2]);
}

#[test]
fn the_longest_text_is_measured_and_a_longer_one_is_not() {
    let most = "x".repeat(MOST_BYTES);
    assert_eq!(sizes(&most), [MOST_BYTES, 1, MOST_BYTES]);
    let found = size(&format!("{most}x"));
    assert_eq!(found, Err(TooLong(MOST_BYTES + 1)));
    assert_eq!(TooLong(9).to_string(), "it has 9 bytes, more than 4194304");
}
