//! Traces: a span for the command and one for each of its parts, sent to a collector when it ends. A collector that is down, slow or
//! wrong costs a few seconds at the most, and no backup.

mod message;
mod settings;

use std::hash::{BuildHasher, RandomState};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use ureq::Agent;

use crate::problem::Result;
use crate::report::warn;
use settings::Settings;

/// What an export may take, whatever a variable says.
const LONGEST: Duration = Duration::from_secs(3);

static RECORD: Mutex<Option<Record>> = Mutex::new(None);

/// The spans of one run.
struct Record {
    settings: Settings,
    trace: String,
    spans: Vec<Span>,
    /// Those that have not ended, the innermost last.
    open: Vec<usize>,
}

/// A part of the work.
struct Span {
    id: String,
    parent: Option<String>,
    name: String,
    begun: SystemTime,
    ended: SystemTime,
    attributes: Vec<(String, Value)>,
    wrong: Option<String>,
}

/// Record this run, if the environment names a collector.
pub fn begin(command: &str, tenant: Option<&str>) {
    let settings = match Settings::of(|name| std::env::var(name).ok()) {
        Ok(Some(settings)) => settings,
        Ok(None) => return,
        Err(why) => return warn("traces", &why),
    };
    let trace = settings.parent.as_ref().map_or_else(|| random() + &random(), |(trace, _)| trace.clone());
    *lock() = Some(Record { settings, trace, spans: Vec::new(), open: Vec::new() });
    start(&format!("moodle-backup {command}"));
    note("", &serde_json::json!({"command": command, "tenant": tenant}));
}

/// The run has ended, and is told to the collector.
pub fn end(done: &Result<()>) {
    finish(done.as_ref().err().map(ToString::to_string));
    let Some(record) = lock().take() else { return };
    if let Err(why) = send(&record) {
        warn("traces", &format!("the collector was not told, and nothing else is wrong: {why}"));
    }
}

/// Do a part of the work.
///
/// # Errors
/// Those of the work.
pub fn span<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    start(name);
    let done = work();
    finish(done.as_ref().err().map(ToString::to_string));
    done
}

/// Note what a step gave with the part that it belongs to; numbers, texts and truths of it.
pub fn note(step: &str, fields: &Value) {
    let mut record = lock();
    let Some(record) = record.as_mut() else { return };
    let Some(span) = record.open.last().and_then(|at| record.spans.get_mut(*at)) else { return };
    for (name, value) in fields.as_object().into_iter().flatten() {
        if value.is_string() || value.is_number() || value.is_boolean() {
            let step = if step.is_empty() { String::new() } else { format!("{step}.") };
            span.attributes.push((format!("moodle_backup.{step}{name}"), value.clone()));
        }
    }
}

fn start(name: &str) {
    let mut record = lock();
    let Some(record) = record.as_mut() else { return };
    let outer = record.open.last().and_then(|at| record.spans.get(*at)).map(|span| span.id.clone());
    let parent = outer.or_else(|| record.settings.parent.as_ref().map(|(_, span)| span.clone()));
    let now = SystemTime::now();
    record.open.push(record.spans.len());
    record.spans.push(Span {
        id: random(),
        parent,
        name: name.to_owned(),
        begun: now,
        ended: now,
        attributes: Vec::new(),
        wrong: None,
    });
}

fn finish(wrong: Option<String>) {
    let mut record = lock();
    let Some(record) = record.as_mut() else { return };
    if let Some(span) = record.open.pop().and_then(|at| record.spans.get_mut(at)) {
        // A clock that was set back makes no span that ends before it begins.
        span.ended = SystemTime::now().max(span.begun);
        span.wrong = wrong;
    }
}

fn lock() -> std::sync::MutexGuard<'static, Option<Record>> {
    RECORD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sixteen hexadecimal digits, which are not all 0.
fn random() -> String {
    format!("{:016x}", RandomState::new().hash_one(std::process::id()).max(1))
}

/// Looking up a name may take longer than anything that we could limit; a thread that is too late is left behind.
fn send(record: &Record) -> std::result::Result<(), String> {
    let (text, settings) = (message::of(record).to_string(), record.settings.clone());
    let limit = settings.limit.min(LONGEST);
    let (tell, told) = channel();
    std::thread::spawn(move || tell.send(post(&settings, limit, &text)));
    match told.recv_timeout(limit) {
        Ok(sent) => sent,
        Err(RecvTimeoutError::Timeout) => Err(format!("no answer within {} s", limit.as_secs_f32())),
        Err(RecvTimeoutError::Disconnected) => Err("the export broke off".to_owned()),
    }
}

fn post(settings: &Settings, limit: Duration, text: &str) -> std::result::Result<(), String> {
    let roots = crate::s3::roots(settings.authority.as_ref()).map_err(|problem| problem.to_string())?;
    let tls = ureq::tls::TlsConfig::builder().root_certs(roots).build();
    let config =
        Agent::config_builder().timeout_global(Some(limit)).max_redirects(0).proxy(None).tls_config(tls).build();
    let mut request =
        Agent::new_with_config(config).post(&settings.endpoint).header("content-type", "application/json");
    for (name, value) in &settings.headers {
        request = request.header(name, value);
    }
    request.send(text).map(|_| ()).map_err(|error| error.to_string())
}
