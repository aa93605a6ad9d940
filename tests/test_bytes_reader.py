"""Files in memory are read as those on disk, and what was parsed once is the same when it comes from the cache."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.bytes_reader import BytesReader
from generator.cache import Cache
from generator.census import WholeFleetError
from generator.destruction.allowances import allowances_of, from_rows, to_rows
from generator.load import load, load_from
from generator.model import Repository
from generator.source import Document
from generator.unchanged import content, files_below
from generator.validity import bytes_of_input
from tests.conftest import ROOT
from tests.publishing import BIRCH, make_fleet


def documents(repository: Repository) -> list[Document]:
    own = [
        document
        for component in repository.catalogue.components
        for each in component.documents.values()
        for document in each
    ]
    shared = [*repository.schemas.values(), *repository.catalogue.releases.values(), *repository.defaults.values()]
    return [*own, *shared, *(file.document for file in repository.tenants)]


def test_what_is_read_from_memory_is_what_lies_on_disk(tmp_path: Path) -> None:
    files = bytes_of_input(ROOT)
    assert files
    expected, problems = load(ROOT)
    assert problems == []
    for _ in range(2):  # the second time from the cache
        found, problems = load_from(BytesReader(ROOT, files, Cache(tmp_path)))
        assert problems == []
        for one, other in zip(documents(found), documents(expected), strict=True):
            assert (one.path, one.data) == (other.path, other.data)
            assert dict(one.places) == dict(other.places)
        names = [(each.kind, each.name, each.folder, each.files) for each in found.catalogue.components]
        assert names == [(each.kind, each.name, each.folder, each.files) for each in expected.catalogue.components]
    assert list((tmp_path / "document").rglob("*"))


def test_other_bytes_are_not_what_was_kept(tmp_path: Path) -> None:
    def said(text: str) -> object:
        reader = BytesReader(Path("/nowhere"), {"schemas/a.yaml": text.encode()}, Cache(tmp_path))
        return reader.known({"a": Path("/nowhere/schemas/a.yaml")})["a"].data

    slow = "a: >-\n  some\n  words\n"
    assert said(slow) == said(slow) == {"a": "some words"}
    assert said(slow.replace("some", "more")) == {"a": "more words"}
    with pytest.raises(WholeFleetError):
        said(f"{slow}a: again\n")
    with pytest.raises(WholeFleetError):
        said(f"{slow}---\n{slow}")


def test_allowances_come_back_as_they_were(tmp_path: Path) -> None:
    first = '{object: Service moodle, reason: none, until: "2026-12-31"}'
    second = '{object: PersistentVolumeClaim data, field: spec.x, reason: b, until: "2026-01-01"}'
    entries = f"- {first}\n- {second}\n"
    fleet = make_fleet(tmp_path / "fleet")
    (fleet.root / "tenants/production/birch.yaml").write_text(f"{BIRCH}allow:\n{entries}")
    repository, _ = load(fleet.root)
    [document] = [file.document for file in repository.tenants if file.stem == "birch"]
    expected = [entry for entry in allowances_of(repository).entries if entry.tenant == "birch"]
    assert len(expected) == 2
    assert list(from_rows("birch", to_rows(document))) == expected


def test_files_of_every_size_are_read_whole(tmp_path: Path) -> None:
    for size in (0, 1, 100_000):
        (tmp_path / str(size)).write_bytes(b"x" * size)
    assert {path: len(content(entry)) for path, entry in files_below(tmp_path) if entry} == {
        "0": 0,
        "1": 1,
        "100000": 100_000,
    }
