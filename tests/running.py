"""Runs `quad` as a user does: in this process, or in one of its own where that is what a test is about."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from unittest.mock import patch

from generator import cli, git, soaking

WITHOUT_PRIVILEGE = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Root without its right to read and write everything."""
_OUT, _ERR = 1, 2
_OF_THE_PROCESS = ("PYTHON", "LC_", "LANG", "TZ")
"""Names of variables that Python reads when it starts."""
OF_ONE_RUN = (git.prefix, soaking._first)
"""What is remembered of a repository for as long as a process lives: a test that has committed since must not be told of it."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a run ended and what it printed."""

    code: int
    stdout: str
    stderr: str


def quad(arguments: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Done:
    """`quad ARGUMENTS` in the folder, from the command line's very entrance but in this process: Python's start and the imports
    are two thirds of a small run. Files 1 and 2 are taken, so that what git or kubectl would print there is seen too.
    """
    chosen = {"NO_COLOR": "1", **(environment or {})}
    wrong = [name for name in chosen if name.startswith(_OF_THE_PROCESS)]
    assert not wrong, f"{wrong} is for a process of its own: quad_alone"
    for remembered in OF_ONE_RUN:
        remembered.cache_clear()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        with (
            patch.dict(os.environ, chosen),
            patch.object(sys, "argv", ["quad", *arguments]),
            contextlib.chdir(folder),
            _instead(_OUT, out),
            _instead(_ERR, err),
            Path(os.devnull).open() as nothing,
            patch.object(sys, "stdin", nothing),
        ):
            code = _code()
        return Done(code, _read(out), _read(err))


def _code() -> int:
    """What the process would exit with."""
    try:
        cli.main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    raise AssertionError("main always exits")


@contextlib.contextmanager
def _instead(number: int, file: IO[bytes]) -> Iterator[None]:
    """The file in the place of standard output or error, for this process and for those that it starts."""
    name = {_OUT: "stdout", _ERR: "stderr"}[number]
    getattr(sys, name).flush()
    before = os.dup(number)
    os.dup2(file.fileno(), number)
    try:
        with open(number, "w", encoding="utf-8", closefd=False) as stream, patch.object(sys, name, stream):
            yield
    finally:
        os.dup2(before, number)
        os.close(before)


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8").replace("\r\n", "\n")


def quad_alone(arguments: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Done:
    """`quad ARGUMENTS` in the folder, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "generator", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), "NO_COLOR": "1", **(environment or {})},
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
