//! What happens, as it happens, on standard error: bars on a terminal, one JSON object a line otherwise.

use std::borrow::Cow;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use log::{Level, LevelFilter, Log, Metadata, Record};
use rustic_core::jiff::Timestamp;
use rustic_core::{Progress, ProgressBars, ProgressType, RusticProgress};
use serde_json::{Value, json};

use crate::traces;

/// What rustic left out of a backup, in its words; it only logs that.
static LEFT_OUT: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Say that a step is done; `fields` is a JSON object of what it gave.
pub fn step(name: &str, fields: &Value) {
    traces::note(name, fields);
    line("info", name, fields);
}

/// Say what somebody should look at though the work goes on.
pub fn warn(name: &str, message: &str) {
    line("warn", name, &json!({"message": message}));
}

/// How long something took, in seconds with one decimal.
pub fn seconds(start: Instant) -> f64 {
    (start.elapsed().as_secs_f64() * 10.0).round() / 10.0
}

fn line(level: &str, step: &str, fields: &Value) {
    let fields = fields.as_object().cloned().unwrap_or_default();
    if std::io::stderr().is_terminal() {
        let said: Vec<_> = fields.iter().map(|(name, value)| format!("{name} {}", plain(value))).collect();
        eprintln!("{step}: {}", said.join(", "));
        return;
    }
    let mut whole = json!({"time": Timestamp::now().to_string(), "level": level, "step": step});
    if let Some(object) = whole.as_object_mut() {
        object.extend(fields);
    }
    eprintln!("{whole}");
}

/// A value as a person reads it.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Take what rustic's log says from now on.
pub fn listen_to_rustic() {
    if log::set_logger(&Ears).is_ok() {
        log::set_max_level(LevelFilter::Warn);
    }
}

/// What was left out since the last time this was asked.
pub fn left_out() -> Vec<String> {
    std::mem::take(&mut *LEFT_OUT.lock().unwrap_or_else(PoisonError::into_inner))
}

struct Ears;

impl Log for Ears {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= Level::Warn
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) || !record.target().starts_with("rustic") {
            return;
        }
        let message = record.args().to_string().replace('\n', " ");
        if message.starts_with("ignoring error") {
            LEFT_OUT.lock().unwrap_or_else(PoisonError::into_inner).push(message);
        } else {
            warn("repository", &message);
        }
    }

    fn flush(&self) {}
}

/// Bars on a terminal, else nothing.
#[derive(Debug)]
pub struct Bars;

impl ProgressBars for Bars {
    fn progress(&self, kind: ProgressType, prefix: &str) -> Progress {
        if !std::io::stderr().is_terminal() || prefix.is_empty() {
            return Progress::hidden();
        }
        let bar = ProgressBar::new(0).with_prefix(prefix.to_owned()).with_style(style(kind));
        bar.enable_steady_tick(Duration::from_millis(200));
        Progress::new(Bar(bar))
    }
}

fn style(kind: ProgressType) -> ProgressStyle {
    let template = match kind {
        ProgressType::Spinner => "{spinner} {prefix}",
        ProgressType::Counter => "{prefix} {bar:30} {pos}/{len}",
        ProgressType::Bytes => "{prefix} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}",
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[derive(Debug)]
struct Bar(ProgressBar);

impl RusticProgress for Bar {
    fn is_hidden(&self) -> bool {
        false
    }

    fn set_length(&self, length: u64) {
        self.0.set_length(length);
    }

    fn set_title(&self, title: &str) {
        self.0.set_prefix(Cow::<'static, str>::Owned(title.to_owned()));
    }

    fn inc(&self, by: u64) {
        self.0.inc(by);
    }

    fn finish(&self) {
        self.0.finish_and_clear();
    }
}
