"""Runs `quad` as a user does, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

WITHOUT_PRIVILEGE = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Root without its right to read and write everything."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a run ended and what it printed."""

    code: int
    stdout: str
    stderr: str


def quad(arguments: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Done:
    """`quad ARGUMENTS` in the folder."""
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
