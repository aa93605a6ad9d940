"""ChromaDB for a test: the real one, where CHROMA names its program, or else a stand-in.

The real one is `pip install chromadb==1.3.4`, the catalogue's version. The stand-in has those routes of the API,
version 2, that the quiz backend uses, with the answers that the real one was seen to give: it compares by cosine,
keeps the first of two added under one name, and lists in the order in which records came. What it cannot show: that
the real one goes on doing so, that anything survives its end, and how fast it finds.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.programs import eventually
from tests.running_servers import free_port
from tests.services.asking import TOKEN, ask

REAL = os.environ.get("CHROMA", "")
Row = tuple[list[float], str, dict[str, Any]]


class RefusedError(Exception):
    """A status and why."""


@dataclass
class Store:
    """What the stand-in holds."""

    tenants: dict[str, dict[str, Any]] = field(default_factory=dict)
    collections: dict[str, tuple[str, dict[str, Row]]] = field(default_factory=dict)
    """Identity and records by the path of the database and the name."""

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: dict[str, Any]) -> Any:
        parts = path.removeprefix("/api/v2/").split("/")
        if parts == ["heartbeat"]:
            return {"nanosecond heartbeat": 1}
        if parts == ["tenants"]:
            if len(body["name"]) < 3:
                raise RefusedError(400, "the name is too short")
            return self.new(body["name"], self.tenants, {})
        if parts[1] not in self.tenants:
            raise RefusedError(404, "no such tenant")
        databases = self.tenants[parts[1]]
        if parts[2:] == ["databases"]:
            return self.new(body["name"], databases, {})
        if parts[2:] and parts[3] not in databases:
            raise RefusedError(404, "no such database")
        return (
            self.collection(method, "/".join(parts[1:4]), parts[5:], query, body) if parts[4:] else {"name": parts[-1]}
        )

    def new(self, name: str, there: dict[str, Any], value: Any) -> dict[str, Any]:
        if name in there:
            raise RefusedError(409, "it exists")
        there[name] = value
        return {}

    def collection(
        self, method: str, base: str, rest: list[str], query: dict[str, list[str]], body: dict[str, Any]
    ) -> Any:
        named = {key.rsplit("/", 1)[1]: key for key in self.collections if key.startswith(f"{base}/")}
        if not rest and method == "GET":
            begin = int(query["offset"][0])
            return [self.told(named[name]) for name in [*named][begin : begin + int(query["limit"][0])]]
        if not rest:
            key = f"{base}/{body['name']}"
            if key in self.collections and not body["get_or_create"]:
                raise RefusedError(409, "it exists")
            self.collections.setdefault(key, (str(uuid.uuid4()), {}))
            return self.told(key)
        if len(rest) == 1:
            if rest[0] not in named:
                raise RefusedError(404, "no such collection")
            if method == "DELETE":
                del self.collections[named[rest[0]]]
                return {}
            return self.told(named[rest[0]])
        rows = next((rows for found, rows in self.collections.values() if found == rest[0]), None)
        if rows is None:
            raise RefusedError(404, "no such collection")
        return getattr(self, rest[1])(rows, body)

    def told(self, key: str) -> dict[str, Any]:
        return {"id": self.collections[key][0], "name": key.rsplit("/", 1)[1], "metadata": None}

    def add(self, rows: dict[str, Row], body: dict[str, Any]) -> Any:
        for name, *row in zip(body["ids"], body["embeddings"], body["documents"], body["metadatas"], strict=True):
            if rows and len(row[0]) != len(next(iter(rows.values()))[0]):
                raise RefusedError(400, "another dimension")
            rows.setdefault(name, tuple(row))
        return {}

    def upsert(self, rows: dict[str, Row], body: dict[str, Any]) -> Any:
        for name in set(body["ids"]) & set(rows):
            del rows[name]
        return self.add(rows, body)

    def delete(self, rows: dict[str, Row], body: dict[str, Any]) -> Any:
        for name in body["ids"]:
            rows.pop(name, None)
        return {}

    def get(self, rows: dict[str, Row], body: dict[str, Any]) -> Any:
        ids = [name for name in rows if fits(rows[name], body) and name in body.get("ids", rows)]
        ids = ids[body.get("offset", 0) :][: body.get("limit", len(ids))]
        return {"ids": ids, "documents": [rows[name][1] for name in ids] if "documents" in body["include"] else None}

    def query(self, rows: dict[str, Row], body: dict[str, Any]) -> Any:
        (to,) = body["query_embeddings"]
        near = sorted((name for name in rows if fits(rows[name], body)), key=lambda name: -cosine(rows[name][0], to))[
            : body["n_results"]
        ]
        return {"ids": [near], "documents": [[rows[name][1] for name in near]]}


def fits(row: Row, body: dict[str, Any]) -> bool:
    return all(row[2].get(name) == value for name, value in body.get("where", {}).items())


def cosine(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True)) / (math.hypot(*one) * math.hypot(*other))


@dataclass
class Chroma:
    """A server, and what came to it."""

    folder: Path
    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    fault: int = 0
    """A status with which each request is answered, if any; of the stand-in alone."""

    def guard(self, token: str | None) -> None:
        if self.fault or token != TOKEN:
            raise RefusedError(self.fault or 401, "told so")

    @contextmanager
    def run(self) -> Iterator[Chroma]:
        with self.real() if REAL else self.stand_in():
            yield self

    @contextmanager
    def real(self) -> Iterator[None]:
        self.port = self.port or free_port()
        command = [REAL, "run", "--path", str(self.folder / "chroma"), "--host", "127.0.0.1", "--port", str(self.port)]
        environment = {**os.environ, "ANONYMIZED_TELEMETRY": "False", "HOME": str(self.folder)}
        with (self.folder / "chroma.log").open("wb") as log:
            running = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            eventually("ChromaDB answers", self.alive)
            yield
        finally:
            running.kill()
            running.wait()

    def alive(self) -> bool:
        try:
            return ask(self.port, "GET", "/api/v2/heartbeat")[0] == 200
        except OSError:
            return False

    @contextmanager
    def stand_in(self) -> Iterator[None]:
        chroma, store, lock = self, Store(), threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def answer(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or b"{}")
                url = urlsplit(self.path)
                chroma.asked.append((self.command, url.path))
                status, found = 200, None
                try:
                    chroma.guard(self.headers["X-Chroma-Token"])
                    with lock:
                        found = store.answer(self.command, url.path, parse_qs(url.query), body)
                except RefusedError as refused:
                    status, found = refused.args[0], {"error": "x", "message": refused.args[1]}
                sent = json.dumps(found).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            do_GET = do_POST = do_DELETE = answer  # noqa: N815  the library's names

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
