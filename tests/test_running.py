"""A run in this process is a run in a process of its own: the same words, codes and files, and nothing remembered of the last."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator import cli
from tests.caching import trees
from tests.conftest import ROOT
from tests.running import OF_ONE_RUN, quad, quad_alone


@pytest.mark.parametrize(
    "arguments",
    [
        ["validate"],
        ["show", "demo"],
        ["show", "nobody"],
        ["rendr"],
        ["-C", "nowhere", "validate"],
        ["render", "--output", "out"],
        ["ring", "list"],
    ],
    ids=" ".join,
)
def test_a_run_here_is_a_run_alone(arguments: list[str], fleet_repository: Path) -> None:
    before = dict(os.environ), Path.cwd()
    done = quad(arguments, fleet_repository)
    made = trees(fleet_repository)
    assert (dict(os.environ), Path.cwd()) == before
    alone = quad_alone(arguments, fleet_repository)
    assert (done.code, done.stdout) == (alone.code, alone.stdout)
    assert done.stderr.split(" s -> ")[0][:-3] == alone.stderr.split(" s -> ")[0][:-3]
    assert trees(fleet_repository) == made


def test_what_other_programs_print_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They write to the process's own files, past what Python calls standard error."""

    def main() -> None:
        sys.exit(subprocess.run(["git", "nonsense"], check=False).returncode)

    monkeypatch.setattr(cli, "main", main)
    done = quad([], tmp_path)
    assert (done.code, done.stdout) == (1, "")
    assert done.stderr.startswith("git: 'nonsense' is not a git command")


def test_variables_that_python_reads_at_its_start_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="quad_alone"):
        quad(["validate"], tmp_path, {"PYTHONPATH": "elsewhere"})


def _remembering() -> Iterator[str]:
    """The functions of generator/ that keep what they have found in a folder, but for what a commit's name says for ever."""
    for path in sorted((ROOT / "generator").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and any("cache" in ast.unparse(each) for each in node.decorator_list):
                said = {each.arg: ast.unparse(each.annotation) for each in node.args.args if each.annotation}
                if "Path" in said.values() and "commit" not in said:
                    yield f"generator.{path.stem}.{node.name}"


def test_nothing_is_remembered_from_one_run_to_the_next() -> None:
    forgotten = {f"{each.__module__}.{each.__name__}" for each in OF_ONE_RUN}
    assert set(_remembering()) == forgotten
