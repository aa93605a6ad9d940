"""What the worker tells a collector."""

from __future__ import annotations

import json
from typing import Any

from tests.programs import eventually
from tests.services.asking import ask, bearer
from tests.services.site import Site
from tests.services.stand_ins import serving
from tests.services.test_worker import EXPORT

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def test_a_job_belongs_to_the_trace_of_whoever_asked(site: Site) -> None:
    site.grades(1, 1)
    told: list[Any] = []

    def collect(path: str, body: Any, _headers: dict[str, str]) -> tuple[int, Any]:
        assert path == "/v1/traces"
        told.extend(span for each in body["resourceSpans"] for scope in each["scopeSpans"] for span in scope["spans"])
        return 200, {}

    with serving(collect) as port:
        site.changes = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}"}
        worker = site.start()
        headers = {"authorization": f"Bearer {bearer('worker')}", "traceparent": f"00-{TRACE}-{SPAN}-01"}
        body = json.dumps({"key": "traced", "job": EXPORT}).encode()
        assert ask(site.ports[worker.pid], "POST", "/jobs", body, headers)[0] == 202
        eventually("the job is told", lambda: any(span["name"] == "job" for span in told))
    (asked,) = [span for span in told if span["traceId"] == TRACE and span["name"] == "request"]
    (job,) = [span for span in told if span["name"] == "job"]
    assert (asked["parentSpanId"], job["traceId"], job["parentSpanId"]) == (SPAN, TRACE, asked["spanId"])
    assert {"key": "job.outcome", "value": {"stringValue": "done"}} in job["attributes"]
    assert int(job["endTimeUnixNano"]) >= int(job["startTimeUnixNano"])
