"""A stand-in for a model behind OpenAI's protocol, on this machine.

Its embeddings are words that were hashed into a few numbers, so that texts with the same words are near each other;
its questions are made from the first words of the pieces that it was given. What it cannot show: whether a real model
keeps to a schema, follows instructions that stand in a lesson, or asks anything worth asking; and whether a real
endpoint's embeddings, limits and errors are as the protocol has them.
"""

from __future__ import annotations

import json
import re
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "the-key-of-a-stand-in"
DIMENSIONS = 64


def embedding(text: str) -> list[float]:
    numbers = [0.0] * DIMENSIONS
    for word in re.findall(r"\w+", text.lower()):
        numbers[zlib.crc32(word.encode()) % DIMENSIONS] += 1.0
    return numbers if any(numbers) else [1.0] * DIMENSIONS


def questions(pieces: list[dict[str, str]], count: int, *, single: bool) -> dict[str, Any]:
    """As the schema wants them."""

    def one(number: int) -> dict[str, Any]:
        piece = pieces[number % len(pieces)]
        words = re.sub(r"[<&]\S*|\S*://\S*", "", piece["text"]).split()
        choices = [
            {"text": f"Choice {at}", "correct": at == 0 or (at == 1 and not single), "feedback": f"{at}"}
            for at in range(3)
        ]
        return {"text": f"Question {number} on {' '.join(words[:6])}?", "choices": choices, "cites": [piece["id"]]}

    return {"questions": [one(number) for number in range(count)]}


@dataclass
class Answer:
    """What is sent in the place of a good answer."""

    status: int = 200
    body: bytes = b""
    content: str | None = None
    """Of the message, where the rest is to be as the protocol has it."""
    finish: str = "stop"
    wait: threading.Event | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Model:
    """What it was asked, and how it is to answer next."""

    port: int = 0
    asked: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    next: list[Answer] = field(default_factory=list)
    change: Callable[[dict[str, Any]], object] | None = None
    """What is done to the questions of each answer."""

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]

    def prompts(self) -> list[list[dict[str, str]]]:
        return [body["messages"] for path, body, _ in self.asked if path.endswith("/chat/completions")]

    def answer(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if path == "/openai/v1/embeddings":
            found = [
                {"object": "embedding", "index": at, "embedding": embedding(text)}
                for at, text in enumerate(body["input"])
            ]
            return {"object": "list", "data": found[::-1], "model": body["model"], "usage": {}}
        assert path == "/openai/v1/chat/completions", path
        told, data = body["messages"][0]["content"], json.loads(body["messages"][1]["content"])
        count = int(re.findall(r"Write (\d+) questions", told)[0])
        made = questions(data["pieces"], count, single="Exactly one" in told)
        if self.change:
            self.change(made)
        return completion(json.dumps(made))

    def good_embedding(self) -> Answer:
        """As it would send it; for a place before one that is not good."""
        found = self.answer("/openai/v1/embeddings", {"input": ["light"], "model": "small"})
        return Answer(body=json.dumps(found).encode())

    def good_questions(self, text: str) -> str:
        """Two of them, as the content of a message."""
        return json.dumps(questions([{"id": "p1", "text": text}], 2, single=True))

    @contextmanager
    def run(self) -> Iterator[Model]:
        model = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                model.asked.append((self.path, body, {name.lower(): value for name, value in self.headers.items()}))
                told = model.next.pop(0) if model.next else None
                status, headers, sent = 200, {}, b""
                if told:
                    if told.wait:
                        told.wait.wait(60)
                    status, headers, sent = told.status, told.headers, told.body
                    if told.content is not None:
                        sent = json.dumps(completion(told.content, told.finish)).encode()
                elif self.headers["Authorization"] != f"Bearer {KEY}":
                    status = 401
                else:
                    sent = json.dumps(model.answer(self.path, body)).encode()
                try:
                    self.send_response(status)
                    for name, value in {
                        "Content-Type": "application/json",
                        "Content-Length": str(len(sent)),
                        **headers,
                    }.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(sent)
                except OSError:
                    self.close_connection = True

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()


def completion(content: str, finish: str = "stop") -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": finish}
    return {"id": "x", "object": "chat.completion", "choices": [choice], "usage": {}}
