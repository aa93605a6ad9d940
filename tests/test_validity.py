"""`quad validate` after a few tenants' files have changed reads those alone, and finds what reading everything finds."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from generator.cache import Cache
from generator.part import read_part, rows_of
from generator.pipeline import read
from generator.provenance import head
from generator.publication import publish
from generator.publish import Request
from generator.remembered import keep_valid, read_tree
from generator.rendering import input_at
from generator.validity import Valid, input_of, keep, look
from tests.publishing import BIRCH, make_fleet, permissive, put, tools
from tests.running import quad

PRODUCTION = "tenants/production"
ELM = BIRCH.replace("birch", "elm")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_fleet(tmp_path / "fleet", ("birch", "cedar")).root


@pytest.fixture
def cache(tmp_path: Path, root: Path) -> Cache:
    """In which the fleet is known to be without a problem."""
    made = Cache(tmp_path / "cache")
    fleet, found = read(root), input_of(root)
    assert found
    assert not fleet.problems
    keep(root, Valid(found, rows_of(fleet), ()), made)
    return made


VALID: Mapping[str, Mapping[str, str | None]] = {
    "nothing": {},
    "value": {f"{PRODUCTION}/birch.yaml": BIRCH.replace("Birch", "Beech")},
    "another": {f"{PRODUCTION}/elm.yaml": ELM},
    "gone": {f"{PRODUCTION}/birch.yaml": None},
    "moved": {f"{PRODUCTION}/birch.yaml": None, "tenants/staging/birch.yaml": BIRCH},
    "hosts-swapped": {
        f"{PRODUCTION}/birch.yaml": BIRCH.replace("birch.example", "cedar.example"),
        f"{PRODUCTION}/cedar.yaml": BIRCH.replace("birch", "cedar").replace("cedar.example", "birch.example"),
    },
    "ring": {f"{PRODUCTION}/birch.yaml": BIRCH.replace("canary", "broad")},
}
DOUBTFUL: Mapping[str, Mapping[str, str | None]] = {
    "host-taken": {f"{PRODUCTION}/birch.yaml": BIRCH.replace("birch.example", "cedar.example")},
    "unknown-field": {f"{PRODUCTION}/birch.yaml": f"{BIRCH}colour: green\n"},
    "not-its-name": {f"{PRODUCTION}/birch.yaml": BIRCH.replace("name: birch", "name: beech", 1)},
    "in-two-environments": {"tenants/staging/birch.yaml": BIRCH.replace("birch.example", "beech.example")},
    "defaults": {f"{PRODUCTION}/_defaults.yaml": "plan: medium\n"},
    "fleet": {"tenants/fleet.yaml": "rings: []\n"},
    "catalogue": {"overlays/base/kustomization.yaml": "resources: [nothing.yaml]\n"},
    "schema": {"schemas/more.yaml": "a: b\n"},
    "stray": {f"{PRODUCTION}/notes.txt": "Nobody reads this\n"},
    "outside": {"tenants/oak.yaml": ELM},
    "hidden": {f"{PRODUCTION}/.elm.yaml": ELM},
    "deeper": {f"{PRODUCTION}/more/elm.yaml": ELM},
    "no-yaml": {f"{PRODUCTION}/birch.yaml": "a: [\n"},
}


@pytest.mark.parametrize("files", VALID.values(), ids=VALID)
def test_few_files_are_judged_alone(root: Path, cache: Cache, files: Mapping[str, str | None]) -> None:
    put(root, files)
    fleet = read(root)
    assert not fleet.problems
    for reads in (bool(files), False):  # the second time they are known as well
        with patch("generator.part.read_part", side_effect=read_part) as reading:
            assert look(root, input_of(root), cache) == len(fleet.tenants)
        assert bool(reading.call_count) is reads


@pytest.mark.parametrize("files", DOUBTFUL.values(), ids=DOUBTFUL)
def test_a_doubt_is_for_the_whole_fleet(root: Path, cache: Cache, files: Mapping[str, str | None]) -> None:
    put(root, files)
    assert look(root, input_of(root), cache) is None


def test_links_and_what_is_no_file(root: Path, cache: Cache) -> None:
    path = root / PRODUCTION / "birch.yaml"
    path.unlink()
    path.symlink_to("cedar.yaml")
    assert input_of(root) is None
    assert look(root, None, cache) is None
    path.unlink()
    shutil.rmtree(root / "schemas")
    assert input_of(root) is None


def test_a_capacity_is_that_of_all_tenants(root: Path, tmp_path: Path) -> None:
    fleet, place = root / "tenants" / "fleet.yaml", "    region: eu-central-1\n"
    taken = sum(row.quota[0] for row in rows_of(read(root)).values())
    fleet.write_text(fleet.read_text().replace(place, f'{place}    capacity: {{cpu: "{taken:g}"}}\n'))
    made, found = Cache(tmp_path / "cache"), input_of(root)
    assert found
    assert not read(root).problems
    keep(root, Valid(found, rows_of(read(root)), ()), made)
    put(root, {f"{PRODUCTION}/birch.yaml": BIRCH.replace("small", "medium")})
    expected = read(root).problems
    assert (look(root, input_of(root), made) is None) is bool(expected)
    assert [problem.code for problem in expected] == ["capacity-exceeded"]


def test_who_reads_the_whole_fleet_remembers_it(root: Path, tmp_path: Path) -> None:
    made = Cache(tmp_path / "made")
    assert look(root, input_of(root), made) is None
    number = len(read_tree(root, made).tenants)
    assert look(root, input_of(root), made) == number
    put(root, DOUBTFUL["host-taken"])
    assert read_tree(root, made).problems
    assert look(root, input_of(root), made) is None


def test_a_publication_remembers_its_checkout(tmp_path: Path) -> None:
    fleet = make_fleet(tmp_path / "published", ("birch", "cedar"))
    known, made = tools(), Cache(tmp_path / "made")
    done = publish(Request(fleet.root, ()), replace(known, how=replace(known.how, cache=made)), permissive)
    assert {outcome.state for outcome in done.outcomes} == {"published"}
    assert look(fleet.root, input_of(fleet.root), made) == len(read(fleet.root).tenants)


OTHERS = {name: files for name, files in {**VALID, **DOUBTFUL}.items() if files}


@pytest.mark.parametrize("edit", OTHERS.values(), ids=OTHERS)
def test_a_commit_is_not_remembered_for_a_checkout_of_another(
    root: Path, tmp_path: Path, edit: Mapping[str, str | None]
) -> None:
    made, source, fleet = Cache(tmp_path / "made"), head(root), read(root)
    put(root, edit)
    keep_valid(root, input_at(root, source), fleet, made)
    assert look(root, input_of(root), made) is None


def test_the_command_says_the_same_each_time(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUAD_CACHE_DIR", str(tmp_path / "cache"))
    first, again = (quad(["validate"], root) for _ in range(2))
    assert first == again
    put(root, {f"{PRODUCTION}/birch.yaml": BIRCH.replace("birch.example", "cedar.example")})
    assert quad(["validate"], root).code == 1
    put(root, {f"{PRODUCTION}/birch.yaml": BIRCH})
    assert quad(["validate"], root) == first
