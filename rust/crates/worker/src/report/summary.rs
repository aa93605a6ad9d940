//! What the rows of a report say together, column by column, in bounded memory; as JSON and as a page.

use std::collections::HashMap;

use serde::Serialize;

use crate::report::cells::Row;

/// So many values of a column are told apart.
const MOST_VALUES: usize = 1000;
const MOST_LENGTH: usize = 60;
const SHOWN: usize = 10;

/// The rows together.
#[derive(Default, Serialize)]
pub struct Summary {
    rows: u64,
    columns: Vec<Column>,
}

/// One column.
#[derive(Default, Serialize)]
struct Column {
    name: &'static str,
    empty: u64,
    numbers: u64,
    least: Option<f64>,
    most: Option<f64>,
    mean: Option<f64>,
    /// The most frequent, where not too many are told apart.
    frequent: Vec<(String, u64)>,
    #[serde(skip)]
    values: HashMap<String, u64>,
    #[serde(skip)]
    many: bool,
}

impl Summary {
    /// Of no row yet.
    #[must_use]
    pub fn of(columns: &[&'static str]) -> Self {
        let columns = columns.iter().map(|name| Column { name, ..Column::default() }).collect();
        Self { rows: 0, columns }
    }

    /// How many rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// One row more.
    pub fn add(&mut self, row: &Row) {
        self.rows += 1;
        for (column, cell) in self.columns.iter_mut().zip(row) {
            column.add(cell.as_deref().unwrap_or_default());
        }
    }

    /// No more rows come.
    #[must_use]
    pub fn ended(mut self) -> Self {
        self.columns.iter_mut().for_each(Column::end);
        self
    }

    /// As a page that needs nothing else and runs nothing.
    #[must_use]
    pub fn page(&self, title: &str) -> String {
        let lines: String = self.columns.iter().map(Column::line).collect();
        let title = escaped(title);
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head><body><h1>{title}</h1>\n\
             <p>{} rows</p>\n<table><tr><th scope=\"col\">column<th scope=\"col\">empty<th scope=\"col\">least<th scope=\"col\">most\
             <th scope=\"col\">mean<th scope=\"col\">most frequent</tr>\n{lines}</table></body></html>\n",
            self.rows
        )
    }
}

impl Column {
    fn add(&mut self, text: &str) {
        if text.is_empty() {
            self.empty += 1;
            return;
        }
        if let Some(number) = text.parse::<f64>().ok().filter(|number| number.is_finite()) {
            self.numbers += 1;
            self.least = Some(self.least.map_or(number, |least| least.min(number)));
            self.most = Some(self.most.map_or(number, |most| most.max(number)));
            let mean = self.mean.unwrap_or(0.0);
            #[expect(clippy::cast_precision_loss, reason = "no report has 2^53 rows")]
            let count = self.numbers as f64;
            self.mean = Some(mean + (number - mean) / count);
        }
        let known = self.values.contains_key(text);
        if text.len() > MOST_LENGTH || !known && self.values.len() >= MOST_VALUES {
            self.many = true;
        } else if !self.many {
            *self.values.entry(text.to_owned()).or_default() += 1;
        }
        if self.many {
            self.values.clear();
        }
    }

    fn end(&mut self) {
        let mut all: Vec<_> = std::mem::take(&mut self.values).into_iter().collect();
        all.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        all.truncate(SHOWN);
        self.frequent = all;
    }

    fn line(&self) -> String {
        let number = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.2}"));
        let frequent: Vec<_> =
            self.frequent.iter().map(|(text, count)| format!("{} ({count})", escaped(text))).collect();
        let (least, most, mean) = (number(self.least), number(self.most), number(self.mean));
        let (name, empty, frequent) = (self.name, self.empty, frequent.join(", "));
        format!("<tr><th scope=\"row\">{name}<td>{empty}<td>{least}<td>{most}<td>{mean}<td>{frequent}</tr>\n")
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(cells: &[&str]) -> Summary {
        let mut summary = Summary::of(&["a"]);
        for cell in cells {
            summary.add(&vec![Some((*cell).to_owned())]);
        }
        summary.ended()
    }

    #[test]
    fn numbers_and_frequent_values_are_told() {
        let found = serde_json::to_value(summary(&["1", "3", "x", "x", ""])).unwrap_or_default();
        let wanted = serde_json::json!({"rows": 5, "columns": [{"name": "a", "empty": 1, "numbers": 2, "least": 1.0, "most": 3.0,
            "mean": 2.0, "frequent": [["x", 2], ["1", 1], ["3", 1]]}]});
        assert_eq!(found, wanted);
    }

    #[test]
    fn memory_is_bounded_and_a_page_runs_nothing() {
        let many: Vec<_> = (0..3000).map(|number| format!("value {number}")).collect();
        let found = summary(&many.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(found.columns.iter().all(|column| column.frequent.is_empty() && column.values.is_empty()));
        let page = summary(&["<script>alert(1)</script>"]).page("<b>");
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script") && !page.contains("<b>"), "{page}");
    }
}
