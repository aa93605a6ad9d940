"""Stand-ins on loopback for what CI has not: a model of OpenAI's protocol, and ChromaDB's HTTP API as far as it is asked.

The model is none: its numbers of a text are counts of letters, and it writes what the test tells it to. With CHROMA naming
ChromaDB's own program the index is the real one.
"""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from tests.programs import eventually
from tests.running_servers import free_port
from tests.services.asking import ask

Answer = Callable[[str, Any, dict[str, str]], tuple[int, Any]]
"""Path, body and headers: status and body."""


@contextmanager
def serving(answer: Answer) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
            status, found = answer(self.path, body, {name.lower(): value for name, value in self.headers.items()})
            content = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def letters(text: str) -> list[float]:
    return [1.0 + text.lower().count(each) for each in "abcdefghijklmnopqrstuvwxyz"]


@dataclass
class Model:
    """Writes the texts of `says`, one after the other; the last one again and again."""

    says: list[str] = field(default_factory=list)
    read: list[Any] = field(default_factory=list)

    def answer(self, path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        if headers.get("authorization") != "Bearer model-key":
            return 401, {}
        if path == "/openai/v1/embeddings":
            data = [{"index": at, "embedding": letters(text)} for at, text in enumerate(body["input"])]
            return 200, {"data": data[::-1]}
        assert path == "/openai/v1/chat/completions"
        self.read.append(body)
        text = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        return 200, {"choices": [{"message": {"content": text}}]}


def fits(metadata: dict[str, Any], where: dict[str, Any]) -> bool:
    if "$and" in where:
        return all(fits(metadata, each) for each in where["$and"])
    ((name, wanted),) = where.items()
    return bool(metadata[name] >= wanted["$gte"] if isinstance(wanted, dict) else metadata[name] == wanted)


@dataclass
class Index:
    """Collections by name; an entry is its numbers, its text and what is known of it."""

    token: str
    names: dict[str, str] = field(default_factory=dict)
    entries: dict[str, dict[str, tuple[list[float], str, dict[str, Any]]]] = field(default_factory=dict)

    def answer(self, path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        if headers.get("x-chroma-token") != self.token:
            return 401, {}
        below = "/api/v2/tenants/acme/databases/courses/collections"
        if not path.startswith(below):
            return 409, {}
        if path == below:
            name = self.names.setdefault(body["name"], str(uuid.uuid4()))
            self.entries.setdefault(name, {})
            return 200, {"id": name}
        name, what = path.removeprefix(below + "/").split("/")
        return 200, getattr(self, what)(self.entries[name], body)

    def upsert(self, known: dict[str, Any], body: Any) -> Any:
        for name, *entry in zip(body["ids"], body["embeddings"], body["documents"], body["metadatas"], strict=True):
            known[name] = tuple(entry)
        return {}

    def get(self, known: dict[str, Any], body: Any) -> Any:
        found = {name: entry for name, entry in known.items() if name in body.get("ids", known)}
        found = {name: entry for name, entry in found.items() if "where" not in body or fits(entry[2], body["where"])}
        return {
            "ids": [*found],
            "documents": [each[1] for each in found.values()],
            "metadatas": [each[2] for each in found.values()],
        }

    def query(self, known: dict[str, Any], body: Any) -> Any:
        (asked,) = body["query_embeddings"]
        near = sorted(known, key=lambda name: sum((a - b) ** 2 for a, b in zip(known[name][0], asked, strict=True)))[
            : body["n_results"]
        ]
        return {
            "ids": [near],
            "documents": [[known[name][1] for name in near]],
            "metadatas": [[known[name][2] for name in near]],
        }

    def update(self, known: dict[str, Any], body: Any) -> Any:
        for name, metadata in zip(body["ids"], body["metadatas"], strict=True):
            known[name] = (*known[name][:2], metadata)
        return {}

    def delete(self, known: dict[str, Any], body: Any) -> Any:
        for name in body["ids"]:
            del known[name]
        return {}


@contextmanager
def index(folder: Path, token: str) -> Iterator[int]:
    program = os.environ.get("CHROMA")
    if not program:
        with serving(Index(token).answer) as port:
            yield port
        return
    port = free_port()
    command = [program, "run", "--path", str(folder / "chroma"), "--host", "127.0.0.1", "--port", str(port)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)

    def answers() -> bool:
        try:
            return ask(port, "GET", "/api/v2/heartbeat")[0] == 200
        except OSError:
            return False

    try:
        eventually("ChromaDB answers", answers)
        yield port
    finally:
        running.kill()
        running.wait()
