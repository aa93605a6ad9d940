//! What the environment says of the collector, in OpenTelemetry's own variables.

use std::path::PathBuf;
use std::time::Duration;

/// Where to, and as whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The whole address.
    pub endpoint: String,
    /// Names and values; a token is there.
    pub headers: Vec<(String, String)>,
    /// What sends: `service.name` and so on.
    pub resource: Vec<(String, String)>,
    /// The trace and the span that this run is a part of.
    pub parent: Option<(String, String)>,
    /// What the export may take.
    pub limit: Duration,
    /// The authority that vouches for the collector.
    pub authority: Option<PathBuf>,
}

impl Settings {
    /// None where no collector is named, or the caller's trace is not to be recorded. A variable that is empty is none.
    ///
    /// # Errors
    /// Why nothing can be sent though a collector is named.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, String> {
        let given = |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let of = |what: &str| {
            let found = [format!("OTEL_EXPORTER_OTLP_TRACES_{what}"), format!("OTEL_EXPORTER_OTLP_{what}")];
            found.iter().find_map(|name| given(name))
        };
        let is = |name: &str, word: &str| given(name).is_some_and(|value| value.eq_ignore_ascii_case(word));
        if is("OTEL_SDK_DISABLED", "true")
            || is("OTEL_TRACES_EXPORTER", "none")
            || is("OTEL_TRACES_SAMPLER", "always_off")
        {
            return Ok(None);
        }
        let common =
            given("OTEL_EXPORTER_OTLP_ENDPOINT").map(|base| format!("{}/v1/traces", base.trim_end_matches('/')));
        let Some(endpoint) = given("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").or(common) else { return Ok(None) };
        if !endpoint.starts_with("http://") && !endpoint.starts_with("https://") {
            return Err("no traces are sent: the endpoint is neither http:// nor https://".to_owned());
        }
        if of("PROTOCOL").is_some_and(|protocol| protocol.eq_ignore_ascii_case("grpc")) {
            return Err("no traces are sent: the protocol is grpc, and this program speaks http/json".to_owned());
        }
        let (parent, sampled) = match given("TRACEPARENT").and_then(|text| parent(&text)) {
            Some((trace, span, sampled)) => (Some((trace, span)), sampled),
            None => (None, true),
        };
        if !sampled {
            return Ok(None);
        }
        let mut resource = given("OTEL_RESOURCE_ATTRIBUTES").and_then(|text| pairs(&text)).unwrap_or_default();
        let named = given("OTEL_SERVICE_NAME");
        if named.is_some() || !resource.iter().any(|(name, _)| name == "service.name") {
            resource.retain(|(name, _)| name != "service.name");
            resource.push(("service.name".to_owned(), named.unwrap_or_else(|| "moodle-backup".to_owned())));
        }
        if !resource.iter().any(|(name, _)| name == "service.version") {
            resource.push(("service.version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()));
        }
        let limit =
            of("TIMEOUT").and_then(|text| text.parse().ok()).map_or(Duration::from_secs(10), Duration::from_millis);
        let headers = of("HEADERS").and_then(|text| pairs(&text)).unwrap_or_default();
        Ok(Some(Self { endpoint, headers, resource, parent, limit, authority: of("CERTIFICATE").map(PathBuf::from) }))
    }
}

/// `name=value,name=value`, with percent signs for what cannot stand there; what cannot be read is nothing at all.
fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let pair = |text: &str| {
        let (name, value) = text.split_once('=')?;
        let (name, value) = (decoded(name.trim())?, decoded(value.trim())?);
        (!name.is_empty() && !format!("{name}{value}").contains(char::is_control)).then_some((name, value))
    };
    text.split(',').filter(|part| !part.trim().is_empty()).map(pair).collect()
}

fn decoded(text: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, after @ ..] = rest {
        rest = after;
        if *first == b'%' {
            let (digits, after) = rest.split_at_checked(2)?;
            let digits = std::str::from_utf8(digits).ok().filter(|digits| is_hex(digits))?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = after;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

/// W3C's `traceparent`: the trace, the span, and whether it is recorded.
fn parent(text: &str) -> Option<(String, String, bool)> {
    let parts: Vec<_> = text.split('-').collect();
    let [version, trace, span, flags, rest @ ..] = parts.as_slice() else { return None };
    let is = |part: &str, digits: usize| {
        part.len() == digits && is_hex(part) && !part.contains(|letter: char| letter.is_ascii_uppercase())
    };
    let is_id = |part: &str, digits| is(part, digits) && part.contains(|digit| digit != '0');
    let known = is(version, 2) && *version != "ff" && (*version != "00" || rest.is_empty());
    if !known || !is_id(trace, 32) || !is_id(span, 16) || !is(flags, 2) {
        return None;
    }
    let sampled = u8::from_str_radix(flags, 16).ok()? & 1 == 1;
    Some(((*trace).to_owned(), (*span).to_owned(), sampled))
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn of(given: &[(&str, &str)]) -> Result<Option<Settings>, String> {
        Settings::of(|name| given.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn an_endpoint_of_its_own_is_taken_as_it_is() {
        let endpoint = |given: &[(&str, &str)]| of(given).map(|found| found.map(|found| found.endpoint));
        assert_eq!(endpoint(&[]), Ok(None));
        assert_eq!(endpoint(&[(ENDPOINT, "")]), Ok(None));
        assert_eq!(endpoint(&[(ENDPOINT, "http://c:4318/x/")]), Ok(Some("http://c:4318/x/v1/traces".to_owned())));
        let both = [(ENDPOINT, "http://c"), ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://t/in")];
        assert_eq!(endpoint(&both), Ok(Some("https://t/in".to_owned())));
        assert!(endpoint(&[(ENDPOINT, "c:4317")]).is_err());
        assert!(endpoint(&[(ENDPOINT, "http://c"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]).is_err());
        assert_eq!(endpoint(&[(ENDPOINT, "http://c"), ("OTEL_SDK_DISABLED", "TRUE")]), Ok(None));
    }

    #[test]
    fn names_and_headers_are_decoded() {
        let found = of(&[
            (ENDPOINT, "http://c"),
            ("OTEL_SERVICE_NAME", "mine"),
            ("OTEL_RESOURCE_ATTRIBUTES", "service.name=other, a=b%20c"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20x%3D, x-id=1"),
        ]);
        let found = found.ok().flatten().map(|found| (found.resource, found.headers)).unwrap_or_default();
        let owned = |pairs: &[(&str, &str)]| -> Vec<_> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(found.0, owned(&[("a", "b c"), ("service.name", "mine"), ("service.version", version)]));
        assert_eq!(found.1, owned(&[("authorization", "Bearer x="), ("x-id", "1")]));
        for wrong in ["a", "a=%", "a=%zz", "=b", "a=%0a", "a=%ff", "a=%+1"] {
            assert_eq!(pairs(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_run_is_a_part_of_its_callers_trace() {
        let whole = |flags: &str| format!("00-{TRACE}-00f067aa0ba902b7-{flags}");
        let found = |text: &str| {
            of(&[(ENDPOINT, "http://c"), ("TRACEPARENT", text)]).map(|found| found.map(|found| found.parent))
        };
        assert_eq!(found(&whole("01")), Ok(Some(Some((TRACE.to_owned(), "00f067aa0ba902b7".to_owned())))));
        assert_eq!(found(&whole("00")), Ok(None), "it is not to be recorded");
        for wrong in [
            "",
            "x",
            "00-0-0-01",
            &whole("1"),
            &whole("01-x"),
            &whole("01").to_uppercase(),
            &whole("01").replace("00f0", "ä0f0"),
            &format!("ff{}", &whole("01")[2..]),
            &whole("01").replace(TRACE, &"0".repeat(32)),
        ] {
            assert_eq!(found(wrong), Ok(Some(None)), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_environment_is_read_or_refused(values in prop::collection::vec(".{0,50}", 6), parent in "[0-9a-f-]{50,60}") {
            let names = ["OTEL_RESOURCE_ATTRIBUTES", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TIMEOUT", ENDPOINT, "OTEL_SERVICE_NAME", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"];
            let mut given: Vec<_> = names.into_iter().zip(values.iter().map(String::as_str)).collect();
            given.push(("TRACEPARENT", &parent));
            given.push(("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://c"));
            let _ = of(&given);
        }

        #[test]
        fn any_value_comes_through(value in "[^\\p{Cc}]{0,30}") {
            let encoded: String = value.bytes().flat_map(|byte| format!("%{byte:02X}").into_bytes()).map(char::from).collect();
            prop_assert_eq!(pairs(&format!("a={encoded}")), Some(vec![("a".to_owned(), value)]));
        }
    }
}
