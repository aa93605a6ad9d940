"""Runs commands and says what they used: CPU of the command and all it started, wall time, memory of its largest process.

The command is started by a bare Python of its own, since a process's peak memory begins with that of the process it came from.
Rounds are interleaved, so that what else the machine does meets every command alike.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

STARTER = """
import json, os, sys, time
command, folder, source, out = json.loads(sys.argv[1])
started = time.monotonic()
child = os.fork()
if child == 0:
    os.chdir(folder)
    os.dup2(os.open(source or os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(out or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), 1)
    os.execvp(command[0], command)
_, status, used = os.wait4(child, 0)
wall = time.monotonic() - started
print(json.dumps([used.ru_utime + used.ru_stime, wall, used.ru_maxrss, os.waitstatus_to_exitcode(status)]))
"""


class CommandError(Exception):
    """A command that was to be measured failed; the text is the end of what it complained of."""


@dataclass(frozen=True, slots=True)
class Command:
    """What is run. `tenants` is how many it does; `prepare` puts things back before each run."""

    name: str
    arguments: Sequence[str]
    folder: Path
    stdin: Path | None = None
    stdout: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    tenants: int = 1
    prepare: Callable[[], object] = lambda: None


@dataclass(frozen=True, slots=True)
class Run:
    """What one run used."""

    cpu: float
    wall: float
    memory: int
    """Bytes, of the largest process."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A command and its runs, one a round."""

    command: Command
    runs: tuple[Run, ...]

    @property
    def cpu(self) -> list[float]:
        """CPU seconds a tenant, one a round."""
        return [run.cpu / self.command.tenants for run in self.runs]

    @property
    def wall(self) -> list[float]:
        """Seconds a tenant, one a round."""
        return [run.wall / self.command.tenants for run in self.runs]

    @property
    def memory(self) -> int:
        return max(run.memory for run in self.runs)


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times one list of figures is another: of the medians, and of the rounds the smallest and the largest."""

    of_medians: float
    least: float
    most: float


def ratio(above: Sequence[float], below: Sequence[float]) -> Ratio:
    """Round by round; lists of different lengths are cut to the shorter."""
    rounds = [one / other for one, other in zip(above, below, strict=False)]
    return Ratio(statistics.median(above) / statistics.median(below), min(rounds), max(rounds))


def run(command: Command) -> Run:
    """Prepare and run the command once; CommandError where it fails."""
    command.prepare()
    what = [list(command.arguments), str(command.folder), str(command.stdin or ""), str(command.stdout or "")]
    environment = {**os.environ, "NO_COLOR": "1", **command.environment}
    starter = [sys.executable, "-I", "-S", "-c", STARTER, json.dumps(what)]
    done = subprocess.run(starter, env=environment, check=True, capture_output=True, encoding="utf-8")
    cpu, wall, memory, code = json.loads(done.stdout)
    if code != 0:
        raise CommandError(f"{command.name} ended with {code}: {done.stderr.strip()[-400:]}")
    return Run(cpu, wall, memory * 1024)


def rounds(
    commands: Sequence[Command], number: int, say: Callable[[str], None]
) -> tuple[list[Measured], dict[str, str]]:
    """Each command once a round, in turn; one that fails is not run again, and why it failed stands by its name."""
    found: dict[str, list[Run]] = {command.name: [] for command in commands}
    failed: dict[str, str] = {}
    for at in range(number):
        for command in commands:
            if command.name in failed:
                continue
            say(f"round {at + 1} of {number}: {command.name}")
            try:
                found[command.name].append(run(command))
            except CommandError as error:
                failed[command.name] = str(error)
    good = [command for command in commands if command.name not in failed]
    return [Measured(command, tuple(found[command.name])) for command in good], failed


def load() -> float:
    """The machine's load average of the last minute."""
    return os.getloadavg()[0]
