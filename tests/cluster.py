"""A Dask cluster of real processes on loopback, and `quad` with it: its own kustomize is out of reach, so only workers build."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT
from tests.e2e.processes import Servers, free_ports, wait_for
from tests.running import Done

_PROGRAM = """
import signal
import sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job inherits that it is ignored
from generator import hydrate, kustomize
hydrate.find = lambda: kustomize.Kustomize(Path("/nowhere/kubectl"))
from generator.cli import main
main()
"""
PATIENCE = "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A scheduler, and the workers that a test gives it."""

    servers: Servers
    port: int

    @property
    def address(self) -> str:
        return f"dask://127.0.0.1:{self.port}"

    def worker(self, name: str, environment: Mapping[str, str] | None = None) -> None:
        """Start a worker of one thread, and wait until the scheduler knows it."""
        command = _dask("worker", f"tcp://127.0.0.1:{self.port}", "--no-nanny", "--nthreads", "1", "--name", name)
        command += ["--local-directory", str(self.folder(name)), "--no-dashboard"]
        self.servers.start(name, command, environment)
        self.servers.wait_until(name, lambda: "Registered to" in self.servers.tail(name, 100))

    def folder(self, name: str) -> Path:
        return self.servers.folder / "scratch" / name

    def batches(self, name: str) -> list[Path]:
        """The folders of what a worker is at."""
        return [*self.folder(name).rglob("quad-batch-*")]

    def holds(self, name: str) -> None:
        """Wait until a worker is at a batch."""
        wait_for(f"{name} is at a batch", lambda: bool(self.batches(name)), pause=0.01)


@contextmanager
def cluster(folder: Path, *workers: str, failures: int = 3) -> Iterator[Cluster]:
    """A scheduler with workers of these names, which gives up a batch after so many deaths; all are gone afterwards."""
    (port,) = free_ports(1)
    folder.mkdir(parents=True, exist_ok=True)
    servers = Servers(folder)
    found = Cluster(servers, port)
    try:
        command = _dask("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
        servers.start("scheduler", command, {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(failures)})
        servers.wait_until("scheduler", lambda: "Scheduler at:" in servers.tail("scheduler", 100))
        for name in workers:
            found.worker(name)
        yield found
    finally:
        servers.stop()


def started(root: Path, arguments: Sequence[str], **environment: str) -> subprocess.Popen[str]:
    """`quad ARGUMENTS` in a fleet, in a process that finds no kustomize of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
    )


def ended(process: subprocess.Popen[str]) -> Done:
    """How it ended, and what it has said."""
    try:
        stdout, stderr = process.communicate(timeout=300)
    finally:
        process.kill()
    return Done(process.returncode, stdout, stderr)


def _dask(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "dask", *arguments]
