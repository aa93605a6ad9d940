//! Prometheus' metrics: counters, gauges and durations, in its text format. Names and labels are our own constants, never a caller's text.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Seconds.
const BOUNDS: [f64; 9] = [0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 30.0, 120.0, 600.0];

/// Those of this process.
pub static METRICS: Metrics = Metrics(Mutex::new(BTreeMap::new()));

type Labels = Vec<(&'static str, String)>;

/// Values by name and labels.
pub struct Metrics(Mutex<BTreeMap<(&'static str, Labels), Value>>);

#[derive(Clone)]
enum Value {
    Counter(u64),
    Gauge(i64),
    Durations { below: [u64; BOUNDS.len()], count: u64, sum: f64 },
}

impl Metrics {
    /// One more.
    pub fn count(&self, name: &'static str, labels: &[(&'static str, &str)]) {
        self.change(name, labels, Value::Counter(0), |value| {
            if let Value::Counter(count) = value {
                *count += 1;
            }
        });
    }

    /// So many more, or fewer, at this moment.
    pub fn add(&self, name: &'static str, by: i64) {
        self.change(name, &[], Value::Gauge(0), |value| {
            if let Value::Gauge(now) = value {
                *now += by;
            }
        });
    }

    /// It took so long.
    pub fn took(&self, name: &'static str, labels: &[(&'static str, &str)], time: Duration) {
        let seconds = time.as_secs_f64();
        self.change(name, labels, Value::Durations { below: [0; BOUNDS.len()], count: 0, sum: 0.0 }, |value| {
            if let Value::Durations { below, count, sum } = value {
                let fits = below.iter_mut().zip(BOUNDS).filter(|(_, bound)| seconds <= *bound);
                fits.for_each(|(below, _)| *below += 1);
                (*count, *sum) = (*count + 1, *sum + seconds);
            }
        });
    }

    fn change(&self, name: &'static str, labels: &[(&'static str, &str)], new: Value, by: impl FnOnce(&mut Value)) {
        let labels = labels.iter().map(|(label, value)| (*label, (*value).to_owned())).collect();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        by(all.entry((name, labels)).or_insert(new));
    }

    /// As Prometheus reads it.
    pub fn text(&self) -> String {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut text, mut last) = (String::new(), "");
        for ((name, labels), value) in all.iter() {
            if *name != last {
                let _ = writeln!(text, "# TYPE {name} {}", value.kind());
                last = name;
            }
            value.lines(&mut text, name, labels);
        }
        text
    }
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Self::Counter(_) => "counter",
            Self::Gauge(_) => "gauge",
            Self::Durations { .. } => "histogram",
        }
    }

    fn lines(&self, text: &mut String, name: &str, labels: &Labels) {
        let _ = match self {
            Self::Counter(count) => writeln!(text, "{name}{} {count}", braces(labels, None)),
            Self::Gauge(now) => writeln!(text, "{name}{} {now}", braces(labels, None)),
            Self::Durations { below, count, sum } => {
                for (below, bound) in below.iter().zip(BOUNDS) {
                    let _ = writeln!(text, "{name}_bucket{} {below}", braces(labels, Some(&bound.to_string())));
                }
                let _ = writeln!(text, "{name}_bucket{} {count}", braces(labels, Some("+Inf")));
                let plain = braces(labels, None);
                writeln!(text, "{name}_sum{plain} {sum}\n{name}_count{plain} {count}")
            }
        };
    }
}

fn braces(labels: &Labels, bound: Option<&str>) -> String {
    let quoted = |(label, value): (&str, &str)| format!("{label}=\"{}\"", value.replace(['\\', '"', '\n'], "_"));
    let all: Vec<_> = labels
        .iter()
        .map(|(label, value)| (*label, value.as_str()))
        .chain(bound.map(|bound| ("le", bound)))
        .map(quoted)
        .collect();
    if all.is_empty() { String::new() } else { format!("{{{}}}", all.join(",")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_prometheus_own() {
        let metrics = Metrics(Mutex::default());
        metrics.count("jobs_total", &[("kind", "a\"b")]);
        metrics.count("jobs_total", &[("kind", "a\"b")]);
        metrics.add("running", 3);
        metrics.add("running", -1);
        metrics.took("took_seconds", &[], Duration::from_millis(200));
        let text = metrics.text();
        assert!(
            text.starts_with(
                "# TYPE jobs_total counter\njobs_total{kind=\"a_b\"} 2\n# TYPE running gauge\nrunning 2\n"
            )
        );
        assert!(text.contains("took_seconds_bucket{le=\"0.1\"} 0\ntook_seconds_bucket{le=\"0.5\"} 1\n"), "{text}");
        assert!(text.ends_with("took_seconds_sum 0.2\ntook_seconds_count 1\n"), "{text}");
    }
}
