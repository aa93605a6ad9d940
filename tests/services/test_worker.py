"""The worker against real PostgreSQL, Redis and an object store."""

from __future__ import annotations

import csv
import http.client
import io
import json
import re
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.programs import eventually
from tests.services.asking import TOKEN, ask, bearer
from tests.services.site import Site, http_ok

EXPORT = {"kind": "export", "report": {"name": "grades", "course": 1}}


def fetched(link: str) -> bytes:
    """As a user's browser does it: no key but the link."""
    host, path = re.fullmatch(r"http://([^/]+)(/.*)", link).groups()  # type: ignore[union-attr]
    connection = http.client.HTTPConnection(host)
    connection.request("GET", path)
    answer = connection.getresponse()
    found = answer.read()
    connection.close()
    assert answer.status == http_ok, found
    return found


def peak(pid: int) -> int:
    """The most memory that a process had, in MiB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) // 1024


def test_an_export_is_the_rows_without_formulas(site: Site) -> None:
    site.grades(2, 30)
    site.start()
    job = site.ended(site.enqueue("one", EXPORT))
    assert (job["state"], job["result"]["rows"], job["failed"]) == ("done", 30, 0)
    rows = list(csv.reader(io.StringIO(fetched(job["link"]).decode(), newline="")))
    assert rows[0] == ["userid", "username", "firstname", "lastname", "item", "grade", "modified"]
    assert rows[1] == ["1", "u1", "'=cmd()", "Doe, 1", "Quiz 1", "1.00000", "1700000000"]
    assert len(rows) == 31


def test_a_large_export_goes_in_parts_through_little_memory(site: Site) -> None:
    site.grades(1, 450_000)
    worker = site.start()
    job = site.ended(site.enqueue("large", EXPORT))
    assert job["result"]["rows"] == 450_000
    data = fetched(job["link"])
    assert len(data) == job["result"]["bytes"]
    assert data.count(b"\r\n") == 450_001
    assert len([path for path in site.puts() if "partNumber" in path]) >= 3
    assert peak(worker.pid) < 80


def test_a_summary_is_json_and_a_page(site: Site) -> None:
    site.grades(1, 10)
    site.start()
    job = site.ended(site.enqueue("sum", {"kind": "summary", "report": {"name": "grades", "course": 1}}))
    assert job["result"]["rows"] == 10
    page = fetched(job["link"]).decode()
    assert "<p>10 rows</p>" in page
    assert "=cmd() (10)" in page


def test_tags_are_added_once(site: Site) -> None:
    site.forums(1, 4)
    site.sql(
        "INSERT INTO mdl_forum_posts (discussion, userid, created, subject, message, privatereplyto) "
        "VALUES (1, 2, 0, 'x', 'secret secret', 3)"
    )
    site.start()
    for number, added in ((1, 8), (2, 0)):
        job = site.ended(site.enqueue(f"tag{number}", {"kind": "tag", "forum": 1}))
        assert (job["state"], job["result"]) == ("done", {"posts": 4, "added": added})
    assert site.sql("SELECT string_agg(DISTINCT name, ' ') FROM mdl_tag") == "energy photon"
    gone = site.ended(site.enqueue("none", {"kind": "tag", "forum": 99}))
    assert gone["state"] == "dead"
    assert "no such forum" in gone["error"]


def test_a_key_is_one_job(site: Site) -> None:
    site.grades(1, 1)
    site.start()
    name = site.enqueue("same", EXPORT)
    assert site.ended(name)["state"] == "done"
    assert site.ask("POST", "/jobs", {"key": "same", "job": EXPORT}) == (200, {"id": name})
    assert site.ask("POST", "/jobs", {"key": "same", "job": {"kind": "tag", "forum": 1}})[0] == 409
    assert len([path for path in site.puts() if name in path]) == 1


def test_a_store_that_refuses_makes_a_job_wait_and_then_dead_and_it_can_be_revived(site: Site) -> None:
    site.grades(1, 1)
    site.changes = {"WORKER_ATTEMPTS": "2"}
    site.proxy.fault = lambda method, _path: "503" if method == "PUT" else ""
    site.start()
    job = site.ended(site.enqueue("bad", EXPORT))
    assert (job["state"], job["failed"], job["error"]) == ("dead", 2, "store: the store says 503")
    assert [each["id"] for each in site.ask("GET", "/dead")[1]["jobs"]] == [job["id"]]
    site.proxy.fault = lambda _method, _path: ""
    assert site.ask("POST", f"/dead/{job['id']}")[0] == 204
    eventually("it is done", lambda: site.job(job["id"])["state"] == "done")
    assert site.ask("GET", "/dead")[1] == {"jobs": []}
    assert site.ask("POST", f"/dead/{job['id']}")[0] == 409


class Held:
    """Knows that a file came to the store, and what the store did then."""

    def __init__(self, fault: str = "") -> None:
        self.came, self.fault = threading.Event(), fault

    def __call__(self, method: str, _path: str) -> str:
        if method != "PUT":
            return ""
        self.came.set()
        return self.fault


def test_told_to_end_it_finishes_the_job_at_hand_and_takes_no_other(site: Site) -> None:
    site.grades(1, 300_000)
    site.changes = {"WORKER_JOBS": "1"}
    held = Held()
    site.proxy.fault = held
    worker = site.start()
    first = site.enqueue("first", EXPORT)
    assert held.came.wait(60)
    second = site.enqueue("second", EXPORT)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    job = "acme_worker:job:"
    assert site.redis.ask("HGET", job + first, "state") == "done"
    assert site.redis.ask("HGET", job + second, "state") == "queued"
    site.start()
    assert site.ended(second)["state"] == "done"


def test_told_to_end_it_gives_back_what_takes_too_long(site: Site) -> None:
    site.grades(1, 10)
    site.changes = {"WORKER_JOBS": "1", "WORKER_GRACE_SECONDS": "0"}
    held = Held("hang")
    site.proxy.fault = held
    worker = site.start()
    name = site.enqueue("long", EXPORT)
    assert held.came.wait(60)
    worker.send_signal(signal.SIGTERM)
    eventually("it is given back", lambda: site.redis.ask("HGET", f"acme_worker:job:{name}", "state") == "queued")
    worker.kill()
    site.proxy.fault = lambda _method, _path: ""
    site.start()
    assert site.ended(name)["state"] == "done"


def test_told_to_end_it_ends_without_redis_too(site: Site) -> None:
    site.grades(1, 10)
    site.changes = {"WORKER_JOBS": "1", "WORKER_GRACE_SECONDS": "0"}
    held = Held("late")
    site.proxy.fault = held
    worker = site.start()
    name = site.enqueue("untold", EXPORT)
    assert held.came.wait(60)
    site.redis.kill()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    site.redis.start()
    site.start()
    assert site.ended(name)["state"] == "done"


def test_an_upload_that_was_cut_off_is_taken_back(site: Site) -> None:
    site.grades(1, 450_000)
    second = threading.Event()

    def fault(method: str, path: str) -> str:
        if method == "PUT" and "partNumber=2" in path and not second.is_set():
            second.set()
            return "hang"
        return ""

    site.proxy.fault = fault
    worker = site.start()
    name = site.enqueue("cut", EXPORT)
    assert second.wait(60)
    worker.kill()
    site.start()
    assert site.ended(name)["state"] == "done"
    assert (
        len([path for method, path in site.proxy.asked if method == "DELETE" and "uploadId" in path and name in path])
        == 1
    )


def test_a_job_that_nobody_wants_is_not_done(site: Site) -> None:
    site.grades(1, 1)
    site.changes = {"WORKER_JOBS": "1"}
    site.proxy.fault = lambda method, _path: "hang" if method == "PUT" else ""
    site.start()
    name = site.enqueue("unwanted", EXPORT)
    eventually("it runs", lambda: site.job(name)["state"] == "running")
    other = site.enqueue("behind", {"kind": "tag", "forum": 1})
    assert site.ask("DELETE", f"/jobs/{name}")[0] == 204
    assert site.ask("DELETE", f"/jobs/{name}")[0] == 409
    assert site.ended(other)["state"] == "dead"  # the slot is free again
    assert site.job(name)["state"] == "cancelled"


HOSTILE: list[Any] = [
    b"",
    b"{",
    b"[" * 5000,
    b'{"key":"a","job":{"kind":"shell","command":"id"}}',
    b'{"key":"a","job":{"kind":"export","report":{"name":"grades","course":"1; DROP TABLE mdl_user"}}}',
    b'{"key":"a","job":{"kind":"export","report":{"name":"grades","course":1,"sql":"SELECT 1"}}}',
    b'{"key":"../../etc","job":{"kind":"tag","forum":1}}',
    b'{"key":"a","job":{"kind":"tag","forum":99999999999999999999}}',
    b'{"key":"a","job":{"kind":"tag","forum":1},"callback":"http://169.254.169.254/"}',
    b'\xff\xfe{"key":1}',
]


def test_what_is_hostile_is_refused(site: Site) -> None:
    worker = site.start()
    port = site.ports[worker.pid]
    good = {"authorization": f"Bearer {bearer('worker')}"}
    for body in HOSTILE:
        status, headers, text = ask(port, "POST", "/jobs", body, good)
        assert (status, headers["content-type"]) == (400, "application/problem+json"), body
        assert json.loads(text)["status"] == status
    assert ask(port, "POST", "/jobs", b"x" * 20_000, good)[0] == 413
    for path in ("/jobs/../dead", "/jobs/%2e%2e", "/jobs/" + "a" * 31, "/jobs/" + "a" * 32, "/nothing"):
        assert ask(port, "GET", path, None, good)[0] == 404, path
    assert ask(port, "GET", "/jobs", None, good)[0] == 405
    assert site.redis.ask("KEYS", "acme_worker:job:*") == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": TOKEN},
        {"authorization": f"Bearer {TOKEN}"},
        {"authorization": f"bearer {bearer('worker')}"},
        {"authorization": f"Bearer {bearer('transcoder')}"},
        {"authorization": f"Bearer {bearer('worker', 'x' * 36)}"},
        {"authorization": f"Bearer {bearer('worker', iss='me')}"},
        {"authorization": f"Bearer {bearer('worker', exp=1)}"},
        {"authorization": f"Bearer {bearer('worker', exp=2_000_000_000_000)}"},
        {"authorization": f"Bearer {bearer('worker', sub=None)}"},
        {"authorization": f"Bearer {bearer('worker', admin=True)}"},
        {"authorization": f"Bearer {bearer('worker', head={'alg': 'none'})}"},
    ],
)
def test_every_route_but_health_wants_a_good_token(site: Site, headers: dict[str, str]) -> None:
    worker = site.start()
    port = site.ports[worker.pid]
    good = {"authorization": f"Bearer {bearer('worker')}"}
    document = json.loads(ask(port, "GET", "/openapi.json", None, good)[2])
    for path, methods in document["paths"].items():
        for method in {"get", "post", "delete"} & set(methods):
            wanted = 200 if path in ("/livez", "/readyz") else 401
            found = ask(port, method.upper(), path.replace("{id}", "a" * 32), None, headers)
            assert found[0] == wanted, (method, path)


def test_too_many_requests_are_refused_and_health_is_not(site: Site) -> None:
    site.changes = {"WORKER_RATE": "1"}
    worker = site.start()
    port = site.ports[worker.pid]
    found = [ask(port, "GET", "/nothing")[0] for _ in range(20)]
    assert 429 in found
    assert ask(port, "GET", "/livez")[0] == http_ok
    assert ask(port, "GET", "/readyz")[0] == http_ok


def test_it_is_not_ready_without_redis_and_counts_what_it_does(site: Site) -> None:
    site.grades(1, 1)
    worker = site.start()
    site.ended(site.enqueue("counted", EXPORT))
    good = {"authorization": f"Bearer {bearer('worker')}"}
    text = ask(site.ports[worker.pid], "GET", "/metrics", None, good)[2].decode()
    assert 'worker_jobs_total{outcome="done"} 1' in text
    assert 'http_requests_total{method="POST",path="/jobs",status="202"} 1' in text
    site.redis.kill()
    eventually("it is not ready", lambda: site.answers(worker, "/readyz") == 503)
    assert site.answers(worker, "/livez") == http_ok
    site.redis.start()
    eventually("it is ready again", lambda: site.answers(worker, "/readyz") == http_ok)


def test_a_key_that_is_asked_anew_once_it_is_forgotten_has_files_of_its_own(site: Site) -> None:
    site.grades(2, 1)
    site.start()
    for kind in ("export", "summary"):
        files = []
        for course in (1, 2):
            report = {"name": "grades", "course": course}
            name = site.enqueue(f"grades-{kind}", {"kind": kind, "report": report})
            files.append(fetched(site.ended(name)["link"]))
            site.redis.ask("DEL", f"acme_worker:job:{name}")  # as it ends after WORKER_KEEP_DAYS
        assert [f"Quiz {course}".encode() in file for course, file in enumerate(files, 1)] == [True, True]


def test_what_was_left_is_found_behind_many_that_others_have(site: Site) -> None:
    site.changes = {"WORKER_LEASE_SECONDS": "60"}
    site.grades(1, 1)
    ask, queue, payload = site.redis.ask, "acme_worker:queue", json.dumps(EXPORT)
    ask("XGROUP", "CREATE", queue, "workers", "0", "MKSTREAM")
    entries = []
    for number in range(12):
        name = f"{number:032x}"
        ask(
            "HSET",
            f"acme_worker:job:{name}",
            "payload",
            payload,
            "state",
            "queued",
            "failed",
            "0",
            "asked",
            "1",
            "kind",
            "export",
        )
        entries.append(str(ask("XADD", queue, "*", "id", name)))
    ask("XREADGROUP", "GROUP", "workers", "alive", "COUNT", "12", "STREAMS", queue, ">")
    ask("XCLAIM", queue, "workers", "gone", "0", entries[-1], "IDLE", "3600000")
    site.start()
    assert site.ended(f"{11:032x}")["state"] == "done"
    assert site.job(f"{0:032x}")["state"] == "queued"
