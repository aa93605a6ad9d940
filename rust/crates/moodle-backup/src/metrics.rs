//! What a run gave, as Prometheus reads it: a file for node exporter's textfile collector.

use std::time::{Duration, Instant};

use rustic_core::jiff::Timestamp;

use crate::evidence::Evidence;
use crate::problem::Result;
use crate::traces::span;
use crate::whole_file::WholeFile;

/// When the site was as what was saved or restored.
pub const POINT: &str = "moodle_backup_point_timestamp_seconds";
/// What was promised.
pub const PROMISED: &str = "moodle_backup_promised_seconds";
const DURATION: &str = "moodle_backup_duration_seconds";
const SUCCESS: &str = "moodle_backup_success";
const LAST_RUN: &str = "moodle_backup_last_run_timestamp_seconds";
const LAST_SUCCESS: &str = "moodle_backup_last_success_timestamp_seconds";
const ROWS: &str = "moodle_backup_file_rows";
const READ: &str = "moodle_backup_read_bytes";
const MISSING: &str = "moodle_backup_missing_contents";
const CORRUPT: &str = "moodle_backup_corrupt_contents";
/// The same words in every file: node exporter wants that.
const ALL: [(&str, &str); 10] = [
    (SUCCESS, "Whether the last run ended well."),
    (LAST_RUN, "When the last run ended."),
    (LAST_SUCCESS, "When the last run that ended well did."),
    (DURATION, "How long each part of the last run took."),
    (POINT, "When the site was as what the last run saved, looked at or restored."),
    (PROMISED, "How long a restore may take."),
    (ROWS, "Rows of mdl_files."),
    (READ, "Bytes that were read and have their sha1."),
    (MISSING, "Contents that rows name and that are not there."),
    (CORRUPT, "Contents that are there and are others."),
];

/// What a run has measured.
#[derive(Debug, Default)]
pub struct Values(Vec<(&'static str, Option<&'static str>, f64)>);

impl Values {
    /// Do a part of the work, and note how long it took.
    ///
    /// # Errors
    /// Those of the work.
    pub fn time<T>(&mut self, part: &'static str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let start = Instant::now();
        let done = span(part, work);
        self.spent(part, start.elapsed());
        done
    }

    /// Note how long a part took, to the millisecond.
    pub fn spent(&mut self, part: &'static str, time: Duration) {
        self.0.push((DURATION, Some(part), (time.as_secs_f64() * 1000.0).round() / 1000.0));
    }

    /// Note a number.
    pub fn note(&mut self, name: &'static str, value: f64) {
        self.0.push((name, None, value));
    }

    /// Note a point in time.
    pub fn point(&mut self, time: Timestamp) {
        self.note(POINT, seconds(time));
    }

    /// Note what was found.
    pub fn evidence(&mut self, found: &Evidence) {
        self.note(ROWS, number(found.rows));
        self.note(READ, number(found.bytes));
        self.note(MISSING, number(found.missing.len() as u64));
        self.note(CORRUPT, number(found.corrupt.len() as u64));
    }

    /// The parts that were timed, and their seconds.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, f64)> {
        self.0.iter().filter_map(|(_, part, value)| part.map(|part| (part, *value)))
    }

    /// The whole file; `before` is what it was, which knows when a run last ended well.
    fn text(mut self, labels: &str, before: &str, ended_well: bool, now: Timestamp) -> String {
        self.note(SUCCESS, f64::from(u8::from(ended_well)));
        self.note(LAST_RUN, seconds(now));
        let last = if ended_well { Some(seconds(now)) } else { value(before, &format!("{LAST_SUCCESS}{{{labels}}}")) };
        self.0.extend(last.map(|last| (LAST_SUCCESS, None, last)));
        let mut lines = Vec::new();
        for (name, help) in ALL {
            let found: Vec<_> = self.0.iter().filter(|(found, ..)| *found == name).collect();
            if !found.is_empty() {
                lines.push(format!("# HELP {name} {help}\n# TYPE {name} gauge"));
            }
            for (_, part, value) in found {
                let part = part.map_or_else(String::new, |part| format!(",part=\"{part}\""));
                lines.push(format!("{name}{{{labels}{part}}} {value}"));
            }
        }
        lines.join("\n") + "\n"
    }
}

/// Write what a run of `command` gave.
///
/// # Errors
/// Where the file cannot be written.
pub fn write(file: &WholeFile, command: &str, tenant: &str, values: Values, ended_well: bool) -> Result<()> {
    let labels = format!("command=\"{command}\",tenant=\"{}\"", escaped(tenant));
    file.write(&values.text(&labels, &file.read(), ended_well, Timestamp::now()))
}

fn value(text: &str, sample: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(sample))?;
    line.trim().parse().ok().filter(|value: &f64| value.is_finite())
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn seconds(time: Timestamp) -> f64 {
    number(time.as_second().unsigned_abs())
}

#[expect(clippy::cast_precision_loss, reason = "Prometheus has no other numbers")]
fn number(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(before: &str, ended_well: bool, second: i64) -> String {
        let now = Timestamp::from_second(second).unwrap_or_default();
        Values::default().text("command=\"drill\",tenant=\"a\"", before, ended_well, now)
    }

    #[test]
    fn a_run_that_failed_keeps_the_time_of_the_last_success() {
        let failed = run(&run("", true, 1_700_000_000), false, 1_700_000_100);
        assert!(failed.contains("moodle_backup_success{command=\"drill\",tenant=\"a\"} 0\n"), "{failed}");
        assert!(
            failed.contains("last_success_timestamp_seconds{command=\"drill\",tenant=\"a\"} 1700000000\n"),
            "{failed}"
        );
        assert!(failed.contains("last_run_timestamp_seconds{command=\"drill\",tenant=\"a\"} 1700000100\n"), "{failed}");
        assert!(!run("", false, 5).contains(LAST_SUCCESS), "there was none");
    }

    #[test]
    fn a_label_holds_any_name() {
        assert_eq!(escaped("a\"b\\c\nd"), "a\\\"b\\\\c\\nd");
    }

    proptest! {
        #[test]
        fn any_file_of_before_is_read_or_passed_over(before in "(moodle_backup_last_success_timestamp_seconds\\{command=\"drill\",tenant=\"a\"\\} )?.{0,40}") {
            let text = run(&before, false, 7);
            prop_assert!(text.ends_with('\n') && !text.contains("NaN") && !text.contains("inf"));
        }
    }
}
