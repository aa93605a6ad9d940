"""An object store on loopback, and a proxy before it that does what networks and stores do on bad days.

The store is the library behind `rclone serve s3`: it checks signatures and the sha256 of what it gets. It stands in for MinIO and
Amazon's S3, and cannot show what is theirs alone: lent keys, regions, policies, versions, object lock, replication, many clients.
"""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread

from tests.programs import eventually

BUCKET = "backups"
KEYS = {"AWS_ACCESS_KEY_ID": "acme-backup", "AWS_SECRET_ACCESS_KEY": "a secret/of+the=store"}
Fault = Callable[[str, str], str]
"""Method and key: what happens to the request. Nothing: it is answered."""
REFUSAL = b"<?xml version='1.0'?><Error><Code>%s</Code><Message>on purpose</Message></Error>"


@contextmanager
def store(folder: Path) -> Iterator[str]:
    """HOST:PORT of a store that forgets all when it ends."""
    file = folder / "address"
    command = [os.environ["MOODLE_BACKUP_STORE"], str(file), BUCKET]
    running = subprocess.Popen(command, env={**os.environ, **KEYS}, stderr=subprocess.DEVNULL)
    try:
        eventually("the object store listens", file.exists)
        yield file.read_text()
    finally:
        running.terminate()
        running.wait(20)


@dataclass
class Proxy:
    """What stands between the program and the store."""

    upstream: str
    fault: Fault = lambda _method, _key: ""
    secure: Path | None = None
    """A file with a key and a certificate."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0
    over: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def repository(self, prefix: str) -> str:
        scheme = "https" if self.secure else "http"
        return f"s3:{scheme}://127.0.0.1:{self.port}/{BUCKET}/{prefix}"

    def direct(self, prefix: str) -> str:
        """The same repository without the proxy."""
        return f"s3:http://{self.upstream}/{BUCKET}/{prefix}"

    def judge(self, method: str, path: str) -> str:
        with self.lock:
            self.asked.append((method, path))
            return self.fault(method, path)

    @contextmanager
    def serve(self) -> Iterator[Proxy]:
        proxy = self

        class Handler(_Handler):
            def setup(self) -> None:
                super().setup()
                self.proxy = proxy

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.block_on_close = False
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        if self.secure:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.secure)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        self.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.over.set()
            server.shutdown()
            server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Answers, or does not."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    proxy: Proxy

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        fault = self.proxy.judge(self.command, self.path)
        if fault == "reset":
            self.reset()
            return
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if fault.isdigit():
            self.answer(int(fault), [], REFUSAL % (b"SlowDown" if fault == "503" else b"InternalError"))
        elif fault == "hang":
            self.proxy.over.wait(60)
            self.close_connection = True
        else:
            status, headers, content = self.forward(body)
            self.pass_on(fault, status, headers, content)

    do_PUT = do_DELETE = do_HEAD = do_POST = do_GET  # noqa: N815

    def pass_on(self, fault: str, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        if fault == "reset after":
            self.reset()
        elif fault == "cut":
            self.answer(status, headers, content, content[: len(content) // 2])
            self.reset()
        elif fault == "slow":
            self.answer(status, headers, content, b"")
            with suppress(OSError):
                for at in range(len(content)):
                    self.wfile.write(content[at : at + 1])
                    self.wfile.flush()
                    if self.proxy.over.wait(0.5):
                        break
            self.close_connection = True
        else:
            if fault == "late":
                time.sleep(0.3)
            self.answer(status, headers, content)

    def forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(self.proxy.upstream, timeout=60)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        found = connection.getresponse()
        content = found.read()
        hop = ("content-length", "transfer-encoding", "connection", "date", "server")
        headers = [(name, value) for name, value in found.getheaders() if name.lower() not in hop]
        if self.command == "HEAD":
            headers.append(("content-length", found.getheader("content-length") or "0"))
        connection.close()
        return found.status, headers, content

    def answer(self, status: int, headers: list[tuple[str, str]], content: bytes, sent: bytes | None = None) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if self.command != "HEAD" and status != http.HTTPStatus.NO_CONTENT:
            self.send_header("content-length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content if sent is None else sent)
        self.wfile.flush()

    def reset(self) -> None:
        """The other side sees its connection reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True
