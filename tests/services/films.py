"""A transcoder, the web pods that it fetches originals from, and films that ffmpeg makes for a test."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from tests.programs import eventually
from tests.running_servers import free_port
from tests.services.asking import TOKEN, ask, bearer, encoded

HOST = "moodle.example.edu"


def film(file: Path, seconds: int = 4, size: str = "320x180", *more: str) -> bytes:
    """A picture that moves and a tone."""
    source = ["-f", "lavfi", "-i", f"testsrc=size={size}:rate=10", "-f", "lavfi", "-i", "sine=frequency=440"]
    coded = ["-t", str(seconds), "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-pix_fmt", "yuv420p", *more]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *source, *coded, str(file)], check=True)
    return file.read_bytes()


@dataclass
class Transcoder:
    """One pod."""

    folder: Path
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    port: int = field(default_factory=free_port)
    running: subprocess.Popen[bytes] | None = None
    moved: str = ""
    """Where the site sends who asks for an original, if anywhere."""

    def name(self, content: bytes) -> str:
        return hashlib.sha1(content, usedforsecurity=False).hexdigest()

    def add(self, content: bytes) -> tuple[str, str]:
        """An original on the site: its name and its address."""
        path = f"/pluginfile.php/1/mod_resource/content/{len(self.files)}/film.mp4"
        self.files[path] = content
        return self.name(content), path

    @contextmanager
    def run(self, **changes: str) -> Iterator[Transcoder]:
        with self.site() as site:
            self.start(site, changes)
            try:
                yield self
            finally:
                assert self.running
                self.running.kill()
                self.running.wait()

    def start(self, site: int, changes: dict[str, str]) -> None:
        for name in ("cache", "tmp"):
            (self.folder / name).mkdir(exist_ok=True)
        (self.folder / "keys").write_text(f"{TOKEN}\n{TOKEN[::-1]}\n")
        environment = {
            "PATH": os.environ["PATH"],
            "TMPDIR": str(self.folder / "tmp"),
            "TRANSCODER_LISTEN": f"127.0.0.1:{self.port}",
            "TRANSCODER_PATH": "/media",
            "TRANSCODER_SITE": f"http://127.0.0.1:{site}",
            "TRANSCODER_HOST": HOST,
            "TRANSCODER_KEY_FILE": str(self.folder / "keys"),
            "TRANSCODER_CACHE": str(self.folder / "cache"),
            "TRANSCODER_CACHE_SIZE": "100Mi",
            "TRANSCODER_JOBS": "1",
            "TRANSCODER_MOST_MINUTES": "10",
            "TRANSCODER_MOST_MEGABYTES": "20",
            "TRANSCODER_RATE": "1000000",
            **changes,
        }
        program = Path(os.environ["SERVICES"]) / "transcoder"
        with (self.folder / "log").open("wb") as log:
            self.running = subprocess.Popen([program], env=environment, stderr=log)
        eventually("the transcoder is ready", self.ready)

    def ready(self) -> bool:
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except OSError:
            return False

    @contextmanager
    def site(self) -> Iterator[int]:
        transcoder = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                transcoder.asked.append((self.headers["Host"], self.path))
                content = transcoder.files.get(self.path)
                self.send_response(302 if transcoder.moved else 404 if content is None else 200)
                if transcoder.moved:
                    self.send_header("Location", transcoder.moved)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                try:
                    self.wfile.write(content or b"")
                except OSError:
                    self.close_connection = True

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            server.server_close()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        sent = {"authorization": f"Bearer {bearer('transcoder')}", **headers}
        return ask(self.port, method, path, body and json.dumps(body).encode(), sent)

    def make(self, content: bytes) -> str:
        """Its name, once it is done or refused."""
        name, source = self.add(content)
        assert self.ask("POST", "/videos", {"id": name, "source": source})[0] == 202
        eventually("it is made or refused", lambda: self.state(name)["state"] != "working")
        return name

    def state(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ask("GET", f"/videos/{name}")[2])
        return found

    def query(self, name: str, key: str = TOKEN, end: int = 0, source: str = "") -> str:
        """As the plugin signs an address."""
        end = end or int(time.time()) + 600
        message = f"media\n{name}\n{end}\n{source}".encode()
        return f"e={end}&s={encoded(hmac.digest(key.encode(), message, 'sha256'))}"

    def get(self, name: str, part: str, query: str | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        query = self.query(name) if query is None else query
        return ask(self.port, "GET", f"/media/{name}/{part}?{query}", None, headers)

    def left(self) -> list[str]:
        """What work left behind, in the cache and on the pod."""
        found = [
            *(self.folder / "tmp").iterdir(),
            *(self.folder / "cache").glob(".making*"),
            *(self.folder / "cache").glob(".lock*"),
        ]
        return [each.name for each in found]

    def children(self) -> list[int]:
        assert self.running
        tasks = Path(f"/proc/{self.running.pid}/task").glob("*/children")
        return [int(each) for task in tasks for each in task.read_text().split()]
