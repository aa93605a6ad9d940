"""A fleet of which most tenants were read before is the very fleet that reading everything gives."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator import git, own_files, remembered, rows, shapes
from generator.cache import NO_CACHE, Cache, default_folder
from generator.compile import compile_fleet, unit_files
from generator.hydrate import _groups
from generator.model import Fleet
from generator.own_files import OwnFiles
from generator.pipeline import read
from generator.provenance import head
from generator.remembered import read_tree
from generator.rendering import opened
from generator.shapes import Group, groups_of
from generator.verbs import validate
from tests.publishing import BIRCH, make_fleet, put
from tests.test_validity import DOUBTFUL, ELM, PRODUCTION, VALID

pytestmark = pytest.mark.usefixtures("identity")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_fleet(tmp_path / "fleet", ("birch", "cedar")).root


@pytest.fixture
def cache(tmp_path: Path, root: Path) -> Cache:
    """In which the tenants of the fleet have rows."""
    made = Cache(tmp_path / "cache")
    assert not read_tree(root, made).problems
    return made


@pytest.fixture
def new(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The tenants that were read, run by run."""
    found: list[list[str]] = []

    def noted(*arguments: Any) -> Fleet:
        fleet = read(*arguments)
        found.append(sorted(file.stem for file in fleet.repository.tenants))
        return fleet

    monkeypatch.setattr(remembered, "read", noted)
    return found


def seen(fleet: Fleet) -> Any:
    """All that a fleet says, each value with its type and maps in their order."""
    files = [(file.environment, file.stem, file.document) for file in fleet.repository.tenants]
    documents = [(environment, stem, repr(one.data), dict(one.places)) for environment, stem, one in files]
    tenants = [
        (one.environment, one.name, repr(one.spec), one.document.path, dict(one.origins)) for one in fleet.tenants
    ]
    return documents, tenants, sorted(map(str, fleet.problems))


@pytest.mark.parametrize("files", [*VALID.values(), *DOUBTFUL.values()], ids=[*VALID, *DOUBTFUL])
def test_a_fleet_of_rows_is_the_fleet(root: Path, cache: Cache, files: dict[str, str | None]) -> None:
    put(root, files)
    wanted = seen(read(root))
    assert seen(read_tree(root, cache)) == wanted
    assert seen(read_tree(root, cache)) == wanted


@pytest.mark.parametrize("together", [1, 2])
def test_rows_of_several_tables(
    root: Path, tmp_path: Path, new: list[list[str]], monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    """As those of a large fleet are: a table each, or a last one that is full."""
    monkeypatch.setattr(rows, "_TOGETHER", together)
    put(root, next(iter(VALID.values())))
    wanted, cache = seen(read(root)), Cache(tmp_path / "other")
    assert [seen(read_tree(root, cache)) for _ in range(2)] == [wanted] * 2
    assert new[1:] == [[]]


def test_validating_reads_no_fleet_that_another_verb_has_read(
    root: Path, tmp_path: Path, new: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUAD_CACHE_DIR", str(tmp_path / "other"))
    read_tree(root, Cache(default_folder()))
    assert validate.run(root) == 0
    assert len(new) == 1


@pytest.mark.parametrize("name", VALID)
def test_only_files_without_a_row_are_read(root: Path, cache: Cache, new: list[list[str]], name: str) -> None:
    put(root, VALID[name])
    there = [path for path, text in VALID[name].items() if text is not None]
    read_tree(root, cache)
    read_tree(root, cache)
    assert new == [sorted(Path(path).stem for path in there), []]


@pytest.mark.parametrize("path", ["tenants/fleet.yaml", f"{PRODUCTION}/_defaults.yaml", "overlays/base/quota.yaml"])
def test_where_anything_shared_is_new_everything_is_read(
    root: Path, cache: Cache, new: list[list[str]], path: str
) -> None:
    with (root / path).open("a") as file:
        file.write("# a word\n")
    assert seen(read_tree(root, cache)) == seen(read(root))
    assert "birch" in new[0]


def test_an_allowance_is_read_each_time(root: Path, cache: Cache, new: list[list[str]]) -> None:
    allow = 'allow:\n- {object: Service moodle, reason: none, until: "2026-12-31"}\n'
    put(root, {f"{PRODUCTION}/elm.yaml": ELM + allow})
    for _ in range(2):
        assert seen(read_tree(root, cache)) == seen(read(root))
    assert all("elm" in names for names in new)


def test_a_link_has_no_row(root: Path, cache: Cache) -> None:
    """Even to a file of the same bytes."""
    birch = root / PRODUCTION / "birch.yaml"
    birch.rename(root / "birch.yaml")
    birch.symlink_to("../../birch.yaml")
    found = read_tree(root, cache)
    assert [problem.code for problem in found.problems] == ["symbolic-link"]
    assert seen(found) == seen(read(root))


def test_what_changes_while_it_is_read_is_read_again(root: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows would be laid beside a fleet.yaml that they are not of."""

    def slow(*arguments: Any) -> Fleet:
        with (root / "tenants" / "fleet.yaml").open("a") as file:
            file.write("# a word\n")
        put(root, {"overlays/base/quota.yaml": "a: b\n"})
        return read(*arguments)

    monkeypatch.setattr(remembered, "read", slow)
    found = read_tree(root, cache)
    monkeypatch.undo()
    assert seen(found) == seen(read(root))


def flipped(raw: bytes) -> bytes:
    return raw[:-1] + bytes([raw[-1] ^ 1])


@pytest.mark.parametrize("damage", [flipped, lambda _: b"", lambda raw: raw[: len(raw) // 2]])
def test_damaged_rows_are_none(
    root: Path, cache: Cache, new: list[list[str]], damage: Callable[[bytes], bytes]
) -> None:
    assert cache.folder
    [entry] = (cache.folder / "rows").glob("*/*")
    entry.write_bytes(damage(entry.read_bytes()))
    assert seen(read_tree(root, cache)) == seen(read(root))
    assert "birch" in new[0]


def test_a_commit_and_its_checkout_share_their_rows(
    root: Path, cache: Cache, tmp_path: Path, new: list[list[str]]
) -> None:
    git.run(root, ["add", "-A"])
    git.run(root, ["commit", "-qm", "All", "--allow-empty"])
    source = head(root)
    fleet, _ = opened(root, source, tmp_path / "copy", cache)
    whole, _ = opened(root, source, tmp_path / "whole", NO_CACHE)
    assert seen(fleet) == seen(whole)
    assert new == [[]]
    assert not (tmp_path / "copy" / PRODUCTION / "birch.yaml").exists()


def test_a_broken_file_of_a_commit_is_told_of_as_ever(root: Path, cache: Cache, tmp_path: Path) -> None:
    put(root, {f"{PRODUCTION}/cedar.yaml": BIRCH.replace("name: birch", "name: cedar")})  # the host is birch's
    git.run(root, ["add", "-A"])
    git.run(root, ["commit", "-qm", "All"])
    found, whole = (opened(root, head(root), tmp_path / name, which) for name, which in (("a", cache), ("b", NO_CACHE)))
    assert found[0].problems
    assert seen(found[0]) == seen(whole[0])
    assert found[1] == whole[1]


def test_tokens_differ_where_files_do(root: Path, cache: Cache) -> None:
    first = {tenant.name: tenant.token for tenant in read_tree(root, cache).tenants}
    put(root, {f"{PRODUCTION}/birch.yaml": BIRCH.replace("Birch", "Beech")})
    second = {tenant.name: tenant.token for tenant in read_tree(root, cache).tenants}
    assert {name for name in first if first[name] != second[name]} == {"birch"}
    with (root / "tenants" / "fleet.yaml").open("a") as file:
        file.write(os.linesep)
    third = {tenant.name: tenant.token for tenant in read_tree(root, cache).tenants}
    assert not set(third.values()) & set(second.values())
    assert "" not in third.values()


def never(*_: object) -> Any:
    raise AssertionError


def said(groups: list[Group]) -> list[Any]:
    return [(one.name, repr(one.shape), [(unit.name, repr(values)) for unit, values in one.members]) for one in groups]


def test_shapes_come_back_as_they_were(root: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = read_tree(root, cache)
    trees = compile_fleet(fleet.repository, fleet.tenants)
    plain = [said(groups_of(tree.units)) for tree in trees]
    assert [said(_groups(tree, cache)) for tree in trees] == plain
    monkeypatch.setattr(shapes, "shape_of", never)
    assert [said(_groups(tree, cache)) for tree in trees] == plain
    other = [replace(tree, units=tuple(replace(unit, token="other") for unit in tree.units)) for tree in trees]
    with pytest.raises(AssertionError):
        _groups(other[0], cache)


@pytest.mark.parametrize("together", [1, 2, 200])
def test_own_files_come_back_as_they_were(
    root: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    """In one piece or in several, the last of which may be full."""
    monkeypatch.setattr(own_files, "_TOGETHER", together)
    fleet = read_tree(root, cache)
    units = [unit for tree in compile_fleet(fleet.repository, fleet.tenants) for unit in tree.units]
    first = OwnFiles(cache, "a shape")
    assert [first.of(unit) for unit in units] == [unit_files(unit) for unit in units]
    first.keep()
    wanted = [unit_files(unit) for unit in units]
    monkeypatch.setattr(own_files, "unit_files", never)
    second = OwnFiles(cache, "a shape")
    assert [second.of(unit) for unit in units] == wanted
    for name, token in (("another shape", units[0].token), ("a shape", "other"), ("a shape", "")):
        with pytest.raises(AssertionError):
            OwnFiles(cache, name).of(replace(units[0], token=token))
