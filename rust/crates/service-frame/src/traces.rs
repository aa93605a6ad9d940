//! Traces by OTLP over HTTP as JSON, to the collector that OpenTelemetry's variables name. A collector that is down or slow costs spans, and
//! no request: they wait in a short queue, and what does not fit is dropped.
//!
//! It is written here because OpenTelemetry's own crates are half of what the services would else be built from.

use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::random_id;
use crate::settings::Settings;

const QUEUE: usize = 1000;
const BATCH: usize = 200;
const PAUSE: Duration = Duration::from_secs(1);

static SENDER: OnceLock<SyncSender<Value>> = OnceLock::new();

/// Where a span belongs, by W3C's header `traceparent`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    trace: String,
    span: String,
}

impl Context {
    /// What the header says; none where it is none, or says not to record.
    #[must_use]
    pub fn of(header: &str) -> Option<Self> {
        let mut parts = header.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let digits = |text: &str, count| {
            text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        };
        let fits = digits(version, 2) && digits(trace, 32) && digits(span, 16) && digits(flags, 2);
        let recorded = u8::from_str_radix(flags, 16).is_ok_and(|flags| flags & 1 == 1);
        let known = trace.bytes().any(|byte| byte != b'0') && span.bytes().any(|byte| byte != b'0');
        (fits && recorded && known && version != "ff").then(|| Self { trace: trace.to_owned(), span: span.to_owned() })
    }

    /// As the header says it.
    #[must_use]
    pub fn header(&self) -> String {
        format!("00-{}-{}-01", self.trace, self.span)
    }
}

/// A piece of work, which is told to the collector when it ends.
pub struct Span {
    name: &'static str,
    kind: u8,
    context: Context,
    parent: Option<String>,
    begun: SystemTime,
}

impl Span {
    /// Of a request that came.
    #[must_use]
    pub fn server(parent: Option<&Context>) -> Self {
        Self::begin("request", 2, parent)
    }

    /// Of work that nobody waits for.
    #[must_use]
    pub fn consumer(name: &'static str, parent: Option<&Context>) -> Self {
        Self::begin(name, 5, parent)
    }

    fn begin(name: &'static str, kind: u8, parent: Option<&Context>) -> Self {
        let trace = parent.map_or_else(|| random_id() + &random_id(), |parent| parent.trace.clone());
        let context = Context { trace, span: random_id() };
        Self { name, kind, context, parent: parent.map(|parent| parent.span.clone()), begun: SystemTime::now() }
    }

    /// For work that belongs to it.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// It has ended.
    pub fn end(self, attributes: &[(&str, &str)], wrong: bool) {
        let Some(sender) = SENDER.get() else { return };
        let attributes: Vec<_> =
            attributes.iter().map(|(key, value)| json!({"key": key, "value": {"stringValue": value}})).collect();
        let _ = sender.try_send(json!({
            "traceId": self.context.trace, "spanId": self.context.span, "parentSpanId": self.parent.unwrap_or_default(),
            "name": self.name, "kind": self.kind,
            "startTimeUnixNano": nanoseconds(self.begun), "endTimeUnixNano": nanoseconds(SystemTime::now().max(self.begun)),
            "attributes": attributes, "status": {"code": if wrong { 2 } else { 0 }},
        }));
    }
}

fn nanoseconds(time: SystemTime) -> String {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_string()
}

/// Send from now on, if a collector is named.
pub fn begin(settings: &Settings, service: &'static str) {
    let Some(endpoint) = endpoint(settings) else { return };
    let (sender, receiver) = sync_channel(QUEUE);
    if SENDER.set(sender).is_ok() {
        std::thread::spawn(move || send_all(&endpoint, service, &receiver));
    }
}

fn endpoint(settings: &Settings) -> Option<String> {
    if settings.given("OTEL_SDK_DISABLED").is_some_and(|text| text.eq_ignore_ascii_case("true")) {
        return None;
    }
    let common = settings.given("OTEL_EXPORTER_OTLP_ENDPOINT");
    let common = common.map(|base| format!("{}/v1/traces", base.trim_end_matches('/')));
    settings.given("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").or(common).filter(|url| url.starts_with("http"))
}

fn send_all(endpoint: &str, service: &str, receiver: &Receiver<Value>) {
    let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(5))).max_redirects(0);
    let agent = config.build().new_agent();
    while let Ok(first) = receiver.recv() {
        std::thread::sleep(PAUSE);
        let spans: Vec<_> = std::iter::once(first).chain(receiver.try_iter().take(BATCH - 1)).collect();
        let resource = json!({"attributes": [{"key": "service.name", "value": {"stringValue": service}}]});
        let body = json!({"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {"name": service}, "spans": spans}]}]});
        let sent = agent.post(endpoint).header("content-type", "application/json").send(body.to_string());
        if let Err(error) = sent {
            crate::log("spans are lost", &json!({"why": error.to_string()}));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_header_names_trace_and_span() {
        let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(Context::of(header).map(|context| context.header()).as_deref(), Some(header));
        for wrong in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            assert_eq!(Context::of(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_read_or_passed_over(text in "([0-9a-f]{0,33}-?){0,5}.{0,9}") {
            let _ = Context::of(&text);
        }
    }
}
