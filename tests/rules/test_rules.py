"""Every rule against its cases: tests/rules/<code>/<case>/manifests.yaml says expected.txt (UPDATE_GOLDEN=1 rewrites it)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.crds import read_crds
from generator.model import Manifest
from generator.rules import RULES, Context

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/*/manifests.yaml"))


def manifests_of(path: Path) -> list[Manifest]:
    documents = yaml.safe_load_all(path.read_text("utf-8"))
    return [Manifest("acme", "1.34", "moodle-acme", document) for document in documents]


def custom_schemas(folder: Path) -> dict[tuple[str, str, str], Mapping[str, Any]] | None:
    """The schemas of all the CRDs in a folder; None where there is no folder."""
    if not folder.is_dir():
        return None
    kinds = set()
    for path in folder.glob("*.yaml"):
        spec = yaml.safe_load(path.read_bytes())["spec"]
        kinds.add((spec["group"], spec["names"]["kind"]))
    return read_crds(folder, kinds)


def findings(code: str, case: Path) -> str:
    manifests = manifests_of(case / "manifests.yaml")
    violations = RULES[code](manifests, Context(custom_schemas(case / "crds")))
    lines = []
    for violation in violations:
        where = ".".join(str(part) for part in violation.path)
        severity = "warning: " if violation.severity == "warning" else ""
        lines.append(f"{violation.manifest.kind}/{violation.manifest.name} {where}: {severity}{violation.message}\n")
        assert violation.help
    return "".join(sorted(lines))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_case(case: Path) -> None:
    found = findings(case.parent.name, case)
    expected = case / "expected.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(found, "utf-8")
    assert found == expected.read_text("utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_only_good_cases_are_silent(case: Path) -> None:
    silent = (case / "expected.txt").read_text("utf-8") == ""
    assert silent == case.name.startswith("good")


@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_good_and_bad_cases(code: str) -> None:
    names = [case.name for case in CASES if case.parent.name == code]
    good = [name for name in names if name.startswith("good")]
    assert good
    assert len(names) - len(good) >= 2


def test_no_orphans() -> None:
    folders = {path.parent for path in HERE.glob("*/*/*") if path.is_file()}
    assert folders - set(CASES) - {path for path in folders if path.name == "__pycache__"} == set()
    assert {case.parent.name for case in CASES} <= set(RULES)
