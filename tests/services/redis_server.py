"""A real Redis that writes each command to its file before it answers, and can be killed and started again."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.programs import eventually, path_of
from tests.running_servers import free_port

PASSWORD = "of-a-server-that-lives-for-a-test"


@dataclass
class Redis:
    """`appendfsync always`: with `everysec`, a server that is killed may have answered what it has not written."""

    folder: Path
    port: int = field(default_factory=free_port)
    running: subprocess.Popen[bytes] | None = None
    more: dict[str, str] = field(default_factory=dict)
    """Settings of its own."""

    def start(self) -> None:
        server = path_of("redis-server")
        assert server
        self.folder.mkdir(exist_ok=True)
        told = {"port": self.port, "bind": "127.0.0.1", "dir": self.folder, "requirepass": PASSWORD, "save": ""}
        told |= {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction", **self.more}
        arguments = [word for name, value in told.items() for word in (f"--{name}", str(value))]
        self.running = subprocess.Popen([server, *arguments], stdout=subprocess.DEVNULL)
        eventually("Redis answers", self._answers)

    def _answers(self) -> bool:
        try:
            return self.ask("PING") == "PONG"
        except OSError:
            return False

    def kill(self) -> None:
        assert self.running
        self.running.kill()
        self.running.wait()

    def ask(self, *words: str) -> object:
        """One command by Redis' own protocol."""
        with socket.create_connection(("127.0.0.1", self.port), 20) as connection, connection.makefile("rb") as answers:
            connection.sendall(_command("AUTH", PASSWORD) + _command(*words))
            _read(answers)
            return _read(answers)

    @contextmanager
    def run(self) -> Iterator[Redis]:
        self.start()
        try:
            yield self
        finally:
            self.kill()


def _command(*words: str) -> bytes:
    parts = [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
    return f"*{len(words)}\r\n{''.join(parts)}".encode()


def _read(answers: object) -> object:
    line = answers.readline().decode().rstrip()  # type: ignore[attr-defined]
    if not line:
        raise ConnectionError("Redis has gone")
    kind, rest = line[:1], line[1:]
    if kind == "*":
        return [_read(answers) for _ in range(int(rest))]
    if kind == "$":
        return None if rest == "-1" else answers.read(int(rest) + 2)[:-2].decode()  # type: ignore[attr-defined]
    if kind == "-":
        raise OSError(rest)
    return int(rest) if kind == ":" else rest
