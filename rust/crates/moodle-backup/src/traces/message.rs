//! What is sent: OTLP's `ExportTraceServiceRequest`, as JSON.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{Record, Span};

/// The whole message.
pub fn of(record: &Record) -> Value {
    let resource: Vec<_> =
        record.settings.resource.iter().map(|(name, value)| attribute(name, &json!(value))).collect();
    let spans: Vec<_> = record.spans.iter().map(|span| as_json(&record.trace, span)).collect();
    let scope = json!({"name": "moodle-backup", "version": env!("CARGO_PKG_VERSION")});
    json!({"resourceSpans": [{
        "resource": {"attributes": resource},
        "scopeSpans": [{"scope": scope, "spans": spans}],
    }]})
}

fn as_json(trace: &str, span: &Span) -> Value {
    let attributes: Vec<_> = span.attributes.iter().map(|(name, value)| attribute(name, value)).collect();
    let mut whole = json!({
        "traceId": trace,
        "spanId": span.id,
        "name": span.name,
        "kind": 1,
        "startTimeUnixNano": nanoseconds(span.begun),
        "endTimeUnixNano": nanoseconds(span.ended),
        "attributes": attributes,
        "status": span.wrong.as_ref().map_or_else(|| json!({}), |wrong| json!({"code": 2, "message": wrong})),
    });
    if let (Some(parent), Some(object)) = (&span.parent, whole.as_object_mut()) {
        object.insert("parentSpanId".to_owned(), json!(parent));
    }
    whole
}

/// Whole numbers are texts in OTLP's JSON, as times are.
fn attribute(name: &str, value: &Value) -> Value {
    let value = match value {
        Value::Bool(truth) => json!({"boolValue": truth}),
        Value::Number(number) if number.is_i64() || number.is_u64() => json!({"intValue": number.to_string()}),
        Value::Number(number) => json!({"doubleValue": number}),
        other => json!({"stringValue": other.as_str().map_or_else(|| other.to_string(), str::to_owned)}),
    };
    json!({"key": name, "value": value})
}

fn nanoseconds(time: SystemTime) -> String {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_string()
}
