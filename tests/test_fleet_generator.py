"""The fleets that benchmarks and differential tests use: all of it valid, every knob of the schema varied, the same each time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from generator.compile import compile_fleet
from generator.pipeline import read
from generator.shapes import groups_of
from tests.bench.fleet import fleet, fleet_settings, language, tenants
from tests.conftest import ROOT

EXCUSED = {
    **dict.fromkeys(
        ("features.local-port.web", *(f"features.dev-stack.{name}" for name in ("database", "mail", "redis", "smtp"))),
        "no random tenant is a Compose project",
    ),
    "features.exam-calendar.events[].type": "KEDA's name for the only kind of event there is",
    "project.syncWindows[].kind": "an examination allows nothing",
    "project.syncWindows[].applications[]": "a project has one",
}
"""Knobs that cannot vary, and why."""
NUMBER = 1600
"""So many that of forty features, of which a tenant has one or two, each knob is said several times."""
ASKED_FOR_ONCE = {"restore", "clone", "drill"}
"""Of one site at a time, so that no fleet has them; tests/test_transactions.py and tests/test_restore_command.py have."""


@pytest.fixture(scope="module")
def documents() -> dict[str, dict[str, Any]]:
    return dict(tenants(NUMBER, 1, language(fleet_settings(NUMBER))))


def test_every_tenant_is_valid(tmp_path: Path) -> None:
    found = read(fleet(tmp_path / "fleet", 200, seed=2))
    assert [(problem.code, problem.span.path, problem.message) for problem in found.problems] == []
    assert len(found.tenants) == 200


def test_tenants_of_few_offerings_have_few_shapes(tmp_path: Path) -> None:
    """And those that choose by themselves have nearly as many as there are of them."""
    sold, chosen = (read(fleet(tmp_path / str(each), 60, seed=2, offerings=each)) for each in (4, 0))
    assert sold.problems == []
    few, many = (
        sum(len(groups_of(tree.units)) for tree in compile_fleet(each.repository, each.tenants))
        for each in (sold, chosen)
    )
    assert few * 2 < many


def test_every_knob_of_the_schema_varies(documents: dict[str, dict[str, Any]]) -> None:
    schema = json.loads((ROOT / "schemas" / "tenant.schema.json").read_bytes())
    seen: dict[str, set[str]] = defaultdict(set)
    for document in documents.values():
        for path, value in _said(document):
            seen[path].add(json.dumps(value))
    for path in list(seen):  # of a map, what is under its keys
        for end in range(path.count(".")):
            seen[path.rsplit(".", end + 1)[0]] |= seen[path]
    constant = {path for path in _leaves(schema) if len(seen[path]) < 2 and path.split(".")[0] not in ASKED_FOR_ONCE}
    assert constant == set(EXCUSED)


def test_lists_have_one_to_three_items(documents: dict[str, dict[str, Any]]) -> None:
    lengths: dict[str, set[int]] = defaultdict(set)
    for document in documents.values():
        for path, value in _said(document, lists=True):
            lengths[path].add(len(value))
    assert lengths["features.white-label.hosts"] == lengths["network.egress"] == {1, 2, 3}


def test_the_same_seed_gives_the_same_tenants_in_a_fleet_of_any_size(documents: dict[str, dict[str, Any]]) -> None:
    few = dict(tenants(40, 1, language(fleet_settings(NUMBER))))
    other = dict(tenants(40, 2, language(fleet_settings(NUMBER))))
    assert list(documents.items())[:40] == list(few.items())
    assert few != other


def _leaves(node: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """The knobs without knobs of their own; a list is its items'."""
    if "items" in node:
        yield from _leaves(node["items"], f"{path}[]")
    elif "properties" in node:
        for name, child in node["properties"].items():
            yield from _leaves(child, f"{path}.{name}" if path else name)
    else:
        yield path


def _said(value: Any, path: str = "", lists: bool = False) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, child in value.items():
            yield from _said(child, f"{path}.{name}" if path else name, lists)
    elif isinstance(value, list):
        if lists:
            yield path, value
        for item in value:
            yield from _said(item, f"{path}[]", lists)
    elif not lists:
        yield path, value
