"""rust/bench: its last lines say whether what was promised is reached. Stand-ins for cargo and PHP print what is measured."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

GATES = [
    "batches >= 3x against (a)",
    "packed batches >= 20x against (a), the aim",
    "plagiarism >= 3x against (a)",
]


def bench(folder: Path, said: str, cargo: str = "exit 0") -> subprocess.CompletedProcess[str]:
    for name, script in (("cargo", cargo), ("php", f"case $* in *totals*) cat <<'END'\n{said}\nEND\nesac")):
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return subprocess.run(
        [ROOT / "rust" / "bench"],
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize(
    ("said", "last"),
    [
        (
            f"{GATES[0]}: yes (10.50x; x)\n{GATES[0]}: yes (3.00x; y)\n{GATES[2]}: yes (9.0x; z)",
            ["yes (least 3.00x of 4 measurements)", "not measured", "yes (least 9.0x of 2 measurements)"],
        ),
        (
            f"{GATES[0]}: yes (10.50x; x)\n{GATES[0]}: no (2.99x; y)\n{GATES[1]}: no (1.0x; z)",
            ["no (least 2.99x of 4 measurements)", "no (least 1.0x of 2 measurements)", "not measured"],
        ),
    ],
)
def test_a_gate_is_reached_where_every_measurement_reaches_it(said: str, last: list[str], tmp_path: Path) -> None:
    done = bench(tmp_path, said)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-3:] == [f"{gate}: {words}" for gate, words in zip(GATES, last, strict=True)]


def test_what_is_not_measured_is_not_reported(tmp_path: Path) -> None:
    done = bench(tmp_path, "", "echo no compiler >&2; exit 101")
    assert done.returncode == 101
    assert "yes" not in done.stdout
