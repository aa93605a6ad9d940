"""Servers of one session: started on loopback, known by pid file, ended by pid in reverse order."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

PATIENCE = 3  # limits are written for a machine at rest; a busy one may take so many times as long
GRACE = 20.0  # seconds between SIGTERM and SIGKILL; kube-apiserver needs several to go


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on; all held at once, so that no two are the same."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def wait_for(what: str, seen: Callable[[], object], seconds: float = 60, pause: float = 0.25) -> float:
    """Ask until the answer is true, and say how long it took; a failure names the last answer."""
    began = time.monotonic()
    answer: object = None
    seconds *= PATIENCE
    while time.monotonic() - began < seconds:
        answer = seen()
        if answer is True or (answer and not isinstance(answer, str)):
            return time.monotonic() - began
        time.sleep(pause)
    raise AssertionError(f"{what}: not within {seconds:.0f} s; last seen: {answer!r}")


def answers(url: str) -> bool:
    """Is there a server that finds itself healthy?"""
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@dataclass
class Server:
    """One process, and what it takes to start it again."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes]
    log: BinaryIO

    def memory(self) -> int:
        """The peak resident set, in MB."""
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.exists():
            return 0
        lines = [line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM:")]
        return int(lines[0].split()[1]) // 1024 if lines else 0


@dataclass
class Servers:
    """All processes of a session, in the order in which they were started."""

    folder: Path
    running: dict[str, Server] = field(default_factory=dict)

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> Server:
        """A process in a group of its own, which dies with pytest even if that is killed outright."""
        (self.folder / "log").mkdir(parents=True, exist_ok=True)
        log = (self.folder / "log" / f"{name}.log").open("ab")
        setpriv = shutil.which("setpriv")
        guard = [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
        process = subprocess.Popen(
            [*guard, *command],
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            start_new_session=True,
        )
        (self.folder / f"{name}.pid").write_text(f"{process.pid}\n", encoding="utf-8")
        self.running[name] = Server(name, command, environment or {}, process, log)
        return self.running[name]

    def wait_until(self, name: str, ready: Callable[[], bool], seconds: float = 90) -> float:
        """Wait for a server, and say the end of its log where it has died or is not ready in time."""
        server = self.running[name]

        def seen() -> bool:
            if server.process.poll() is not None:
                raise AssertionError(f"{name} ended with code {server.process.returncode}:\n{self.tail(name)}")
            return ready()

        try:
            return wait_for(f"{name} is ready", seen, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.tail(name)}") from None

    def tail(self, name: str, lines: int = 15) -> str:
        """The end of a log."""
        text = (self.folder / "log" / f"{name}.log").read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def kill(self, name: str) -> None:
        """End a process as a crash would."""
        self._end(self.running.pop(name), signal.SIGKILL)

    def restart(self, name: str, server: Server) -> Server:
        """Start a process again as it was."""
        return self.start(name, server.command, server.environment)

    def stop(self) -> None:
        """End all, last started first, each awaited."""
        while self.running:
            _, server = self.running.popitem()
            self._end(server, signal.SIGTERM)

    def _end(self, server: Server, how: signal.Signals) -> None:
        if server.process.poll() is None:
            server.process.send_signal(how)
            try:
                server.process.wait(GRACE)
            except subprocess.TimeoutExpired:
                server.process.kill()
                server.process.wait()
        server.log.close()
        (self.folder / f"{server.name}.pid").unlink(missing_ok=True)
