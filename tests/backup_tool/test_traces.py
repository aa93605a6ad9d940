"""Traces by OTLP: a stand-in for a collector takes what is posted to it, and reads it as JSON. No real collector is tried."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.backup_tool.moodle import REPOSITORY_PASSWORD, Moodle
from tests.postgres import PASSWORD

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@dataclass
class Collector:
    """What was posted: path, headers, body."""

    address: str
    status: int = 200
    posted: list[tuple[str, dict[str, str], str]] = field(default_factory=list)

    def spans(self) -> dict[str, dict[str, Any]]:
        """The spans of the only message, by name."""
        ((path, headers, body),) = self.posted
        assert (path, headers["content-type"]) == ("/v1/traces", "application/json")
        (resource,) = json.loads(body)["resourceSpans"]
        (scope,) = resource["scopeSpans"]
        assert scope["scope"]["name"] == "moodle-backup"
        return {span["name"]: span for span in scope["spans"]}

    def resource(self) -> dict[str, str]:
        (resource,) = json.loads(self.posted[0][2])["resourceSpans"]
        return attributes(resource["resource"])


def attributes(of: dict[str, Any]) -> dict[str, Any]:
    return {each["key"]: next(iter(each["value"].values())) for each in of["attributes"]}


@contextmanager
def collector() -> Iterator[Collector]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            found.posted.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(found.status)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """The tests' output is not for this."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Collector(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_each_command_and_its_parts_are_spans(site: Moodle) -> None:
    given = {
        "OTEL_SERVICE_NAME": "backup",
        "OTEL_RESOURCE_ATTRIBUTES": "k8s.namespace.name=acme,deployment.environment=a%20b",
        "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20token",
        "TRACEPARENT": f"00-{TRACE}-{CALLER}-01",
    }
    target, into = str(site.folder / "target"), site.empty_database("traced")
    for arguments, parts in (
        (["backup"], ["open", "database", "files", "manifest"]),
        (["list"], []),
        (["verify"], ["open", "check", "evidence"]),
        (["restore", "--to-folder", target, "--to-database"], ["open", "files", "database"]),
        (["drill", "--scratch", str(site.folder / "scratch")], ["open", "database", "files", "check", "clear"]),
        (["forget"], ["forget"]),
    ):
        with collector() as found:
            done = site.ok(
                *arguments,
                OTEL_EXPORTER_OTLP_ENDPOINT=found.address,
                DB_NAME=into if arguments[0] == "restore" else site.database,
                **given,
            )
        spans = found.spans()
        root = spans.pop(f"moodle-backup {arguments[0]}")
        assert sorted(spans) == sorted(parts)
        assert (root["traceId"], root["parentSpanId"], root["status"]) == (TRACE, CALLER, {})
        for span in spans.values():
            assert (span["traceId"], span["parentSpanId"], len(span["spanId"])) == (TRACE, root["spanId"], 16)
            times = [
                root["startTimeUnixNano"],
                span["startTimeUnixNano"],
                span["endTimeUnixNano"],
                root["endTimeUnixNano"],
            ]
            assert times == sorted(times, key=int)
        expected = {"service.name": "backup", "k8s.namespace.name": "acme", "deployment.environment": "a b"}
        assert {**found.resource(), **expected} == found.resource()
        ((_, headers, body),) = found.posted
        assert headers["authorization"] == "Bearer token"
        assert not [secret for secret in (PASSWORD, REPOSITORY_PASSWORD, "token") if secret in body + done.err]
        if arguments == ["backup"]:
            (step,) = done.steps("files")
            noted = attributes(spans["files"])
            assert (noted["moodle_backup.files.snapshot"], int(noted["moodle_backup.files.bytes"])) == (
                step["snapshot"],
                step["bytes"],
            )
            assert attributes(root)["moodle_backup.tenant"] == "acme"


def test_what_went_wrong_is_in_its_span(site: Moodle) -> None:
    with collector() as found:
        done = site.run("backup", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=f"{found.address}/v1/traces", DB_PORT="1")
    spans = found.spans()
    assert (done.code, sorted(spans)) == (3, ["database", "moodle-backup backup", "open"])
    for name in ("database", "moodle-backup backup"):
        assert spans[name]["status"]["code"] == 2
        assert spans[name]["status"]["message"] in done.err
    assert spans["open"]["status"] == {}
    assert "parentSpanId" not in spans["moodle-backup backup"]


def test_a_collector_that_is_no_help_costs_no_backup(site: Moodle) -> None:
    """Down, silent, refusing, or no address at all: a warning, and the backup is good."""
    with socket.create_server(("127.0.0.1", 0)) as silent, collector() as refusing:
        refusing.status = 503
        for address in (
            "http://127.0.0.1:1",
            f"http://127.0.0.1:{silent.getsockname()[1]}",
            refusing.address,
            "http://collector.invalid:4318",
            "collector:4317",
        ):
            done = site.ok("backup", "--only", "files", OTEL_EXPORTER_OTLP_ENDPOINT=address)
            (said,) = done.steps("traces")
            assert said["level"] == "warn", said
    assert len(site.snapshots("files")) == 5


def test_nothing_is_sent_where_nobody_asks(site: Moodle) -> None:
    with collector() as found:
        for given in (
            {"OTEL_SDK_DISABLED": "true"},
            {"TRACEPARENT": f"00-{TRACE}-{CALLER}-00"},
            {"OTEL_TRACES_EXPORTER": "none"},
        ):
            done = site.ok("list", OTEL_EXPORTER_OTLP_ENDPOINT=found.address, **given)
            assert done.steps("traces") == []
    assert found.posted == []
