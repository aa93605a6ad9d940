"""The proxy before ChromaDB: a token or nothing. And the files that two features have alike."""

from __future__ import annotations

import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.programs import needs
from tests.running_servers import nginx
from tests.test_feature_php import FEATURES, config

QUIZ = FEATURES / "quiz"
TOKEN = "a1" * 32


class Chroma(BaseHTTPRequestHandler):
    """Answers everything, as ChromaDB does."""

    def do_GET(self) -> None:
        body = str(self.headers.get("X-Chroma-Token", "no token")).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the terminal."""


def started(folder: Path, token: str) -> subprocess.CompletedProcess[str]:
    """proxy.sh with an nginx that only says that it was started."""
    (folder / "nginx").write_text("#!/bin/sh\necho started\n")
    (folder / "nginx").chmod(0o755)
    (folder / "token").write_text(token)
    places = {"QUIZ_TOKEN": str(folder / "token"), "QUIZ_RUN": str(folder), "PATH": f"{folder}:{os.environ['PATH']}"}
    return subprocess.run(["sh", QUIZ / "proxy.sh"], env=places, capture_output=True, text=True, check=False)


@needs("nginx")
def test_who_has_not_the_token_gets_nothing(tmp_path: Path) -> None:
    assert started(tmp_path, f"{TOKEN}\n").stdout == "started\n"
    with ThreadingHTTPServer(("127.0.0.1", 0), Chroma) as chroma:
        threading.Thread(target=chroma.serve_forever, daemon=True).start()
        files = {"nginx.conf": (QUIZ / "chroma.conf").read_text()}
        moved = {"/tmp/": f"{tmp_path}/", "127.0.0.1:8000": f"127.0.0.1:{chroma.server_port}"}
        with nginx(tmp_path, files, (8080,), moved) as server:
            path = "/api/v2/tenants/acme/databases/courses/collections"
            assert server.get(path, {"X-Chroma-Token": TOKEN})[::2] == (200, "no token")
            for wrong in ("", TOKEN[:-1], TOKEN.upper(), f"{TOKEN}x"):
                assert server.get(path, {"X-Chroma-Token": wrong})[0] == 401
            assert server.get(path, {})[0] == 401
            assert server.get("/api/v2/reset", {"X-Chroma-Token": TOKEN})[0] == 403
            assert server.get("/healthz", {})[0] == 200
        chroma.shutdown()


@pytest.mark.parametrize("token", ["", "short", "a" * 129, "a" * 31 + '";', "ä" * 40])
def test_a_token_that_is_none_stops_the_proxy(tmp_path: Path, token: str) -> None:
    done = started(tmp_path, token)
    assert (done.returncode, done.stdout) == (1, "")
    assert "32 to 128 letters and digits" in done.stderr


def test_the_plugin_is_bound_to_the_backend() -> None:
    found = config("quiz", MOODLE_HOST="learn.example.org")
    assert found["forced_plugin_settings"]["local_quizbackend"] == {
        "enabled": 1,
        "url": "http://quiz-backend",
        "token": "secret of moodle/acme-quiz-token",
        "tenant": "learn.example.org",
    }
    assert "10.0.0.0/8" in found["curlsecurityblockedhosts"].split("\n")


def test_features_that_call_a_service_do_it_alike() -> None:
    copies = {path.read_bytes() for path in (ROOT / "overlays").rglob("inside.php")}
    assert len(copies) == 1
