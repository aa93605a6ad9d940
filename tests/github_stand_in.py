"""
Stands in for GitHub's REST API, on this machine: the endpoints that `quad` uses, with pull requests, comments and artifacts in
memory. What it cannot show: that GitHub's answers look like these (they follow its documentation), its permissions, and how it
shows a comment.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "ghs_NotARealToken"
BOT = "github-actions[bot]"
Reply = tuple[int, dict[str, str], bytes]


@dataclass
class GitHub:
    """The state of one repository, `acme/fleet`, and what was asked. `fail` may answer instead of it."""

    address: str = ""
    pulls: list[dict[str, Any]] = field(default_factory=list)
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    artifacts: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    archives: dict[int, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    fail: list[Reply | Callable[[], None]] = field(default_factory=list)

    def open_pull(self, number: int, head: str, sha: str, base: str = "main") -> None:
        """A pull request from `head` (OWNER:BRANCH)."""
        self.pulls.append({"number": number, "head": {"label": head, "sha": sha}, "base": {"ref": base}})

    def add_comment(self, number: int, body: str, author: str = BOT) -> dict[str, Any]:
        """A comment, its id counted on."""
        made = {"id": 1000 + sum(map(len, self.comments.values())), "body": body, "user": {"login": author}}
        self.comments.setdefault(number, []).append(made)
        return made

    def add_artifact(self, run: int, name: str, archive: bytes, **changed: Any) -> None:
        """A run's artifact, as the list of a run's artifacts has it."""
        made: dict[str, Any] = {
            "id": 50 + len(self.archives),
            "name": name,
            "expired": False,
            "size_in_bytes": len(archive),
        }
        made |= {"workflow_run": {"id": run}} | changed
        self.artifacts.setdefault(run, []).append(made)
        self.archives[made["id"]] = archive

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Reply:
        """What the API says."""
        for verb, pattern, found in ROUTES:
            if verb == method and (match := re.fullmatch(pattern, path)):
                return found(self, [int(group) for group in match.groups()], query, body)
        return reply(404, {"message": "Not Found"})


def reply(status: int, value: Any, **headers: str) -> Reply:
    """An answer in JSON."""
    return status, {name.replace("_", "-"): text for name, text in headers.items()}, json.dumps(value).encode()


def page(items: list[dict[str, Any]], query: Mapping[str, str]) -> Reply:
    """One page of a list."""
    size, number = int(query.get("per_page", "30")), int(query.get("page", "1"))
    return reply(200, items[(number - 1) * size : number * size])


def _pulls(hub: GitHub, _: list[int], query: Mapping[str, str], _body: Any) -> Reply:
    # As GitHub does: a `head` without a colon is ignored, and all are listed.
    head = query.get("head", "")
    return page([item for item in hub.pulls if ":" not in head or item["head"]["label"] == head], query)


def _open(hub: GitHub, _ids: list[int], _query: Mapping[str, str], body: Any) -> Reply:
    if any(item["head"]["label"] == f"acme:{body['head']}" for item in hub.pulls):
        return reply(422, {"message": "Validation Failed"})
    hub.open_pull(8 + len(hub.pulls), f"acme:{body['head']}", "0" * 40, body["base"])
    hub.pulls[-1] |= {"title": body["title"], "body": body["body"]}
    return reply(201, hub.pulls[-1])


def _retitle(hub: GitHub, ids: list[int], _query: Mapping[str, str], body: Any) -> Reply:
    (found,) = [item for item in hub.pulls if item["number"] == ids[0]]
    found |= body
    return reply(200, found)


def _list(hub: GitHub, ids: list[int], query: Mapping[str, str], _body: Any) -> Reply:
    return page(hub.comments.get(ids[0], []), query)


def _create(hub: GitHub, ids: list[int], _query: Mapping[str, str], body: Any) -> Reply:
    if len(body["body"]) > 65_535:
        return reply(422, {"message": "Body is too long (maximum is 65536 characters)"})
    return reply(201, hub.add_comment(ids[0], body["body"]))


def _update(hub: GitHub, ids: list[int], _query: Mapping[str, str], body: Any) -> Reply:
    for item in (item for items in hub.comments.values() for item in items):
        if item["id"] == ids[0] and item["user"]["login"] == BOT:
            item["body"] = body["body"]
            return reply(200, item)
    return reply(403, {"message": "Resource not accessible by integration"})


def _artifacts(hub: GitHub, ids: list[int], query: Mapping[str, str], _body: Any) -> Reply:
    listed = [item for item in hub.artifacts.get(ids[0], []) if query.get("name") in (None, item["name"])]
    return reply(200, {"total_count": len(listed), "artifacts": listed})


def _archive(hub: GitHub, ids: list[int], _query: Mapping[str, str], _body: Any) -> Reply:
    return 302, {"Location": f"{hub.address}/storage/{ids[0]}?sig=not-for-logs"}, b""


def _storage(hub: GitHub, ids: list[int], _query: Mapping[str, str], _body: Any) -> Reply:
    return 200, {}, hub.archives[ids[0]]


ROUTES: tuple[tuple[str, str, Callable[[GitHub, list[int], Mapping[str, str], Any], Reply]], ...] = (
    ("GET", "/repos/acme/fleet/pulls", _pulls),
    ("POST", "/repos/acme/fleet/pulls", _open),
    ("PATCH", r"/repos/acme/fleet/pulls/(\d+)", _retitle),
    ("GET", r"/repos/acme/fleet/issues/(\d+)/comments", _list),
    ("POST", r"/repos/acme/fleet/issues/(\d+)/comments", _create),
    ("PATCH", r"/repos/acme/fleet/issues/comments/(\d+)", _update),
    ("GET", r"/repos/acme/fleet/actions/runs/(\d+)/artifacts", _artifacts),
    ("GET", r"/repos/acme/fleet/actions/artifacts/(\d+)/zip", _archive),
    ("GET", r"/storage/(\d+)", _storage),
)


class _Handler(BaseHTTPRequestHandler):
    hub: GitHub

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        size = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(size)) if size else None
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.hub.asked.append(f"{self.command} {parts.path}")
        failure = self.hub.fail.pop(0) if self.hub.fail else None
        authorised = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        if callable(failure):
            self.hub.answer(self.command, parts.path, query, body)
            failure()
            return
        if failure is not None:
            status, headers, raw = failure
        elif (
            parts.path.startswith("/storage/") == authorised
        ):  # storage refuses a second authorisation, the API wants its one
            status, headers, raw = reply(401, {"message": "Bad credentials"})
        else:
            status, headers, raw = self.hub.answer(self.command, parts.path, query, body)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(raw))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    do_GET = do_POST = do_PATCH = _serve  # noqa: N815  # names that http.server looks for

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: pytest shows what was asked where a test fails."""


@contextmanager
def serving() -> Iterator[GitHub]:
    """The stand-in, while it answers."""
    hub = GitHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
