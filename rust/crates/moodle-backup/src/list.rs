//! The points in time, for people and for programs.

use rustic_core::jiff::Timestamp;
use serde_json::{Value, json};

use crate::backup::label;
use crate::points::{MANIFEST, Point, Snap, points};

/// One object for each point, the oldest first.
pub fn as_json(snaps: &[Snap], tenant: &str) -> Value {
    points(snaps, tenant)
        .iter()
        .map(|point| json!({"time": point.database.time, "database": point.database, "files": point.files, "manifest": manifest(point, snaps)}))
        .collect()
}

/// A table with a head; `now` is what ages are counted from.
pub fn as_table(snaps: &[Snap], tenant: &str, now: Timestamp) -> String {
    let mut rows = vec![["POINT", "AGE", "DATABASE", "SIZE", "FILES", "SIZE", "MANIFEST"].map(str::to_owned)];
    for point in points(snaps, tenant) {
        let files = point.files.as_ref();
        rows.push([
            point.database.time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            age(point.database.time, now),
            point.database.short().to_owned(),
            size(point.database.bytes),
            files.map_or("none yet", Snap::short).to_owned(),
            files.map_or_else(String::new, |files| size(files.bytes)),
            manifest(&point, snaps).map_or_else(String::new, |found| found.get(..8).unwrap_or("").to_owned()),
        ]);
    }
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(String::len).max().unwrap_or(0);
    let widths: Vec<_> = (0..7).map(width).collect();
    let line = |row: &[String; 7]| {
        let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The id of the snapshot that says what the two are, if there is one.
pub fn manifest(point: &Point, snaps: &[Snap]) -> Option<String> {
    let name = label(&point.database, point.files.as_ref()?);
    snaps
        .iter()
        .find(|snap| snap.is(MANIFEST) && snap.description.as_deref() == Some(&name))
        .map(|snap| snap.id.clone())
}

fn age(time: Timestamp, now: Timestamp) -> String {
    let minutes = now.duration_since(time).as_mins();
    match minutes {
        ..0 => "in the future".to_owned(),
        0..120 => format!("{minutes} min"),
        120..2880 => format!("{} h", minutes / 60),
        _ => format!("{} d", minutes / 1440),
    }
}

fn size(bytes: Option<u64>) -> String {
    let Some(bytes) = bytes else { return "?".to_owned() };
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let step = (0..4).take_while(|step| bytes >> (10 * (step + 1)) > 0).count();
    format!("{} {}", bytes >> (10 * step), units.get(step).unwrap_or(&""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustic_core::jiff::ToSpan;

    #[test]
    fn sizes_and_ages_are_short() {
        assert_eq!(
            [Some(0), Some(1023), Some(1024), Some(5 << 40), None].map(size),
            ["0 B", "1023 B", "1 KiB", "5 TiB", "?"]
        );
        let now = Timestamp::UNIX_EPOCH;
        let ages = [-1.minutes(), 119.minutes(), 47.hours(), 50.hours()]
            .map(|span| age(now, now.checked_add(span).unwrap_or(now)));
        assert_eq!(ages, ["in the future", "119 min", "47 h", "2 d"]);
    }
}
