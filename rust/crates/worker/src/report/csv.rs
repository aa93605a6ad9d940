//! CSV by RFC 4180, whose cells no spreadsheet takes for a formula.

use crate::report::cells::Row;

/// Add a row.
pub fn add(into: &mut Vec<u8>, row: &Row) {
    for (at, cell) in row.iter().enumerate() {
        if at > 0 {
            into.push(b',');
        }
        add_cell(into, cell.as_deref().unwrap_or_default());
    }
    into.extend_from_slice(b"\r\n");
}

/// The first line.
pub fn add_head(into: &mut Vec<u8>, columns: &[&str]) {
    add(into, &columns.iter().map(|name| Some((*name).to_owned())).collect());
}

fn add_cell(into: &mut Vec<u8>, text: &str) {
    let guarded = is_formula(text);
    let quoted = guarded || text.contains([',', '"', '\n', '\r', ';', '\t']);
    if !quoted {
        return into.extend_from_slice(text.as_bytes());
    }
    into.push(b'"');
    if guarded {
        into.push(b'\'');
    }
    into.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    into.push(b'"');
}

/// Whether a spreadsheet may run it: what begins, after blanks that it drops, with one of its signs, unless it is a number.
fn is_formula(text: &str) -> bool {
    let first = text
        .trim_start_matches(|each: char| each.is_whitespace() || each.is_control() || each == '\u{feff}')
        .chars()
        .next();
    let sign = first.is_some_and(|each| "=+-@|%＝＋－＠".contains(each));
    let control = text.starts_with(['\t', '\r', '\n']);
    (sign || control) && !is_number(text)
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all(whole) && all(part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(cells: &[&str]) -> String {
        let mut bytes = Vec::new();
        add(&mut bytes, &cells.iter().map(|cell| Some((*cell).to_owned())).collect());
        String::from_utf8(bytes).unwrap_or_default()
    }

    #[test]
    fn formulas_become_text_and_numbers_stay() {
        assert_eq!(line(&["-5.25", "7", "a b", ""]), "-5.25,7,a b,\r\n");
        assert_eq!(line(&["say \"hi\"", "a,b", "a\nb"]), "\"say \"\"hi\"\"\",\"a,b\",\"a\nb\"\r\n");
        let formulas = [
            "=1+1",
            "+cmd|' /C calc'!A0",
            "-2+3",
            "@SUM(A1)",
            "\t=1",
            " =1",
            "\r=1",
            "＝1",
            "\u{feff}=1",
            "\u{a0}=1",
            "-",
            "|x",
            "%x",
        ];
        for formula in formulas {
            assert!(line(&[formula]).starts_with("\"'"), "{formula}");
        }
    }

    /// The file as a reader of RFC 4180 has it.
    fn read(text: &str) -> Vec<String> {
        let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
        let mut all = text.trim_end_matches("\r\n").chars().peekable();
        while let Some(each) = all.next() {
            match each {
                '"' if quoted && all.peek() == Some(&'"') => cell.extend(all.next()),
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(std::mem::take(&mut cell)),
                other => cell.push(other),
            }
        }
        cells.push(cell);
        cells
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_was_written_but_for_the_guard(cells in prop::collection::vec("[=+@a-c,\"\n\t 0-9.-]{0,6}x?", 1..4)) {
            let refs: Vec<_> = cells.iter().map(String::as_str).collect();
            let found = read(&line(&refs));
            prop_assert_eq!(found.len(), cells.len());
            for (found, cell) in found.iter().zip(&cells) {
                prop_assert_eq!(found.strip_prefix('\'').unwrap_or(found), cell);
                prop_assert!(is_number(found) || !found.trim_start().starts_with(['=', '+', '-', '@']));
            }
        }
    }
}
