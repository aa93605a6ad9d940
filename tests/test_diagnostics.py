"""The museum of mistakes: tests/diagnostics/<code>/ holds what is laid over a small fleet, and the exact words the user sees.

A case is `input/` (files that are added or replaced; an empty file `name.deleted` removes `name`), `output.txt`, and where it
is not `quad validate`, a `command.txt` (and a `sitecustomize.py` where the
machine must lack something). `prepare.sh` runs before the command in a new git
repository; ids of commits are then masked. A folder may be named <code>.<variant>.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator.diagnostics import Diagnostic, Span, has_errors
from generator.pipeline import read
from generator.report import FORMATS
from tests.conftest import ROOT, copy_input, matches_golden
from tests.publishing import IDENTITY
from tests.running import quad, quad_alone

MUSEUM = ROOT / "tests" / "diagnostics"
CASES = sorted(path.name for path in MUSEUM.iterdir() if path.is_dir())


def lay_over(repository: Path, case: Path) -> None:
    for path in sorted((case / "input").rglob("*")):
        target = repository / path.relative_to(case / "input")
        if path.suffix == ".deleted":
            target = target.with_suffix("")
            shutil.rmtree(target) if target.is_dir() else target.unlink()
        elif path.suffix == ".symlink":
            target.with_suffix("").symlink_to(path.read_text().strip())
        elif path.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)


def prepare(repository: Path, script: Path) -> None:
    """Give the fleet a history, with `quad` at hand."""
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=repository, check=True)
    text = f'set -e; quad() {{ "$PYTHON" -m generator "$@"; }}\n{script.read_text()}'
    environment = {**os.environ, **IDENTITY, "PYTHON": sys.executable, "PYTHONPATH": str(ROOT)}
    subprocess.run(["bash", "-c", text], cwd=repository, env=environment, check=True, capture_output=True)


@pytest.mark.parametrize("name", CASES)
def test_the_user_sees_these_words(name: str, fleet_repository: Path) -> None:
    case = MUSEUM / name
    lay_over(fleet_repository, case)
    command = case / "command.txt"
    if command.exists():
        if (case / "prepare.sh").exists():
            prepare(fleet_repository, case / "prepare.sh")
        run, environment = quad, {**IDENTITY}
        if (case / "sitecustomize.py").exists():  # what another test has compiled would not need what is missing
            run = quad_alone
            environment |= {"PYTHONPATH": f"{case}:{ROOT}", "QUAD_CACHE_DIR": f"{fleet_repository}.cache"}
        done = run(command.read_text().split(), fleet_repository, environment)
        output, code = re.sub(r"\b[0-9a-f]{12}(?:[0-9a-f]{28})?\b", "COMMIT", done.stderr), done.code
    else:
        problems = read(fleet_repository).problems
        output, code = FORMATS["text"](problems), int(has_errors(problems))
    matches_golden(case / "output.txt", output.replace(str(fleet_repository), "FLEET"))
    assert code != 0
    if not command.exists():
        assert f"[{name.partition('.')[0]}]" in output


@pytest.mark.parametrize("layout", ["json", "github", "sarif"])
def test_programs_read_the_same(layout: str, tmp_path: Path) -> None:
    repository = copy_input(tmp_path / "fleet", ROOT / "generator" / "scaffold" / "tenants")
    for name in ("unknown-field", "host-taken"):
        lay_over(repository, MUSEUM / name)
    actual = FORMATS[layout](read(repository).problems)
    if layout != "github":
        json.loads(actual)
    matches_golden(ROOT / "tests" / "formats" / f"{layout}.golden", actual)


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("sarif", '"tenants/a%0A%1B%2501%FF%20b.yaml"'),
        ("github", r"::error file=tenants/a\u{a}\u{1b}%2501\u{dcff} b.yaml,title=x-y::m\u{dcff}"),
    ],
)
def test_a_path_is_nothing_but_a_path(layout: str, expected: str) -> None:
    actual = FORMATS[layout]([Diagnostic("x-y", "m\udcff", Span("tenants/a\n\x1b%01\udcff b.yaml"))])
    assert expected in actual
    assert not re.search(r"\\udc|[\udc80-\udcff]", actual), "no half of a character, which strict readers refuse"


def _codes_in_the_source() -> set[str]:
    """Every diagnostic code that is written out in generator/."""
    codes = set()
    for path in (ROOT / "generator").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in (
                "Diagnostic",
                "_refuse",
                "about",
            ):
                texts = [argument.value for argument in node.args[:2] if isinstance(argument, ast.Constant)]
                codes |= {
                    text for text in texts if isinstance(text, str) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", text)
                }
    return codes


def test_every_code_has_a_case() -> None:
    shown = {name.partition(".")[0] for name in CASES}
    shown |= {path.name.partition(".")[0] for path in (ROOT / "tests" / "pins").iterdir()}  # these need a history
    shown |= {path.name.partition(".")[0] for path in (ROOT / "tests" / "destruction").iterdir() if path.is_dir()}
    shown |= {path.name.partition(".")[0] for path in (ROOT / "tests" / "clusters").iterdir()}  # these need a cluster
    assert _codes_in_the_source() - shown == set()


def test_every_case_is_about_a_code_that_exists() -> None:
    said = {
        code
        for name in CASES
        for code in re.findall(
            r"^(?:error|warning)\[([a-z0-9-]+)\]", (MUSEUM / name / "output.txt").read_text(), re.MULTILINE
        )
    }
    without_code = {name.partition(".")[0] for name in CASES if (MUSEUM / name / "command.txt").exists()}
    assert {name.partition(".")[0] for name in CASES} - said - without_code == set()
