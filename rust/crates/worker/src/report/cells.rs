//! PostgreSQL's text of `COPY ... TO STDOUT`: a line for each row, a tab between cells, a stroke before what is meant otherwise.

/// No row of Moodle's is longer; what is would fill the memory.
const MOST_BYTES: usize = 16 << 20;

/// Cells of a row; none is NULL.
pub type Row = Vec<Option<String>>;

/// Rows out of pieces that end anywhere.
#[derive(Default)]
pub struct Rows {
    rest: Vec<u8>,
}

impl Rows {
    /// The rows that are whole by now.
    ///
    /// # Errors
    /// Where a row is too long or is no text.
    pub fn push(&mut self, piece: &[u8], mut take: impl FnMut(&Row)) -> Result<(), String> {
        let mut left = piece;
        while let Some(at) = left.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = left.split_at(at);
            left = rest.get(1..).unwrap_or_default();
            if self.rest.is_empty() {
                take(&row(line)?);
            } else {
                self.keep(line)?;
                take(&row(&std::mem::take(&mut self.rest))?);
            }
        }
        self.keep(left)
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), String> {
        if self.rest.len() + bytes.len() > MOST_BYTES {
            return Err("a row has more than 16 MiB".to_owned());
        }
        self.rest.extend_from_slice(bytes);
        Ok(())
    }

    /// Whether the last row was whole.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.rest.is_empty()
    }
}

fn row(line: &[u8]) -> Result<Row, String> {
    let text = std::str::from_utf8(line).map_err(|_| "a row is no UTF-8".to_owned())?;
    Ok(text.split('\t').map(|cell| (cell != "\\N").then(|| plain(cell))).collect())
}

fn plain(cell: &str) -> String {
    if !cell.contains('\\') {
        return cell.to_owned();
    }
    let (mut text, mut all) = (String::with_capacity(cell.len()), cell.chars());
    while let Some(each) = all.next() {
        let meant = if each == '\\' { all.next().map(meaning) } else { Some(each) };
        text.extend(meant);
    }
    text
}

fn meaning(letter: char) -> char {
    match letter {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(row: &Row) -> String {
        let cell = |cell: &Option<String>| {
            cell.as_ref().map_or("\\N".to_owned(), |text| {
                text.replace('\\', "\\\\").replace('\n', "\\n").replace('\t', "\\t").replace('\r', "\\r")
            })
        };
        row.iter().map(cell).collect::<Vec<_>>().join("\t") + "\n"
    }

    proptest! {
        #[test]
        fn rows_are_read_wherever_they_are_cut(
            rows in prop::collection::vec(prop::collection::vec(prop::option::of("[a\\\\\nNt\t\rü=]{0,6}"), 1..4), 0..6),
            size in 1_usize..9,
        ) {
            let text: String = rows.iter().map(written).collect();
            let (mut reader, mut found) = (Rows::default(), Vec::new());
            for piece in text.as_bytes().chunks(size) {
                reader.push(piece, |row| found.push(row.clone())).map_err(TestCaseError::fail)?;
            }
            prop_assert_eq!(found, rows);
            prop_assert!(reader.ended());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = Rows::default().push(&bytes, |_| ());
        }
    }
}
