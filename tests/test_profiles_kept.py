"""Which profiles are kept for the next run: those that kustomize was asked about and agreed with."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from generator import kustomize
from generator.cache import Cache
from generator.compile import catalogue_files, compile_fleet
from generator.ground import Ground
from generator.hydrate import Hydrated, Hydration, hydrate
from generator.kustomize import Kustomize
from generator.pipeline import read
from generator.staging import write
from generator.units import Tree, Unit
from tests.conftest import ROOT

REAL = kustomize.find()


class Failing(Kustomize):
    """Builds nothing below a folder of this name."""

    def build(self, folder: Path) -> tuple[bytes, str]:
        return (b"", "no memory") if "quad-profiles-" in str(folder) else super().build(folder)


class Counting(Kustomize):
    """Remembers what was built: the last folder's name."""

    built: ClassVar[list[str]] = []

    def build(self, folder: Path) -> tuple[bytes, str]:
        self.built.append(folder.name)
        return super().build(folder)


@pytest.fixture(scope="module")
def unit() -> Unit:
    fleet = read(ROOT)
    return next(
        unit
        for tree in compile_fleet(fleet.repository, fleet.tenants)
        for unit in tree.units
        if not unit.spec["features"]
    )


def named(unit: Unit, *names: str) -> list[Unit]:
    """Tenants like this one, by their display names."""
    return [
        replace(
            unit,
            name=f"t{at}",
            spec={**unit.spec, "name": f"t{at}", "displayName": name},
            application=f"argocd/a/00/t{at}.yaml",
        )
        for at, name in enumerate(names)
    ]


def run(units: Sequence[Unit], place: Path, how: Hydration) -> list[Hydrated]:
    write(place, catalogue_files(units[0].catalogue, units[0].spec["ring"]))
    return [made for made in hydrate(Tree("production", {}, (), tuple(units)), Ground(place), how) if made.unit]


def kept(cache: Cache) -> int:
    return cache.sizes()["profile"].entries


def test_a_profile_that_no_tenant_could_prove_is_not_kept(unit: Unit, tmp_path: Path) -> None:
    how = Hydration(REAL, Cache(tmp_path / "cache"), pays=1)
    assert [bool(made.stamped) for made in run(named(unit, "a\ufffe"), tmp_path / "one", how)] == [False]
    assert kept(how.cache) == 0
    assert [bool(made.stamped) for made in run(named(unit, "a\ufffe", "a"), tmp_path / "two", how)] == [True, False]
    assert kept(how.cache) == 1


def test_applications_that_are_alike_are_built_and_proven_once(
    unit: Unit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two witnesses and a proof for the first shape; the second one's, which also reads a feature, need none."""
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    one, other = named(unit, "a", "b")
    feature = {"memoryPercent": 80, "scaleDown": {"percent": 1, "periodSeconds": 2, "stabilizationSeconds": 3}}
    spec = {**other.spec, "features": {"scaling": {**feature, "scaleUp": {"periodSeconds": 4, "pods": 5}}}}
    how = Hydration(Counting(REAL.kubectl), Cache(tmp_path / "cache"), pays=1)
    assert [bool(made.stamped) for made in run([one, replace(other, spec=spec)], tmp_path / "place", how)] == [
        True,
        True,
    ]
    assert Counting.built == ["overlay", "argocd"] * 3 + ["overlay"] * 3
    plain = run([one, replace(other, spec=spec)], tmp_path / "plain", Hydration(REAL, plain=True))
    again = run([one, replace(other, spec=spec)], tmp_path / "again", how)
    assert {made.unit.name: made.files for made in again if made.unit} == {
        made.unit.name: made.files for made in plain if made.unit
    }


def test_a_kustomize_that_fails_is_asked_again(unit: Unit, tmp_path: Path) -> None:
    """It may have been killed: that is no reason to leave the shape alone for ever."""
    how = Hydration(Failing(REAL.kubectl), Cache(tmp_path / "cache"), pays=1)
    (made,) = run(named(unit, "a"), tmp_path / "one", how)
    assert not made.stamped
    assert made.reason == "kustomize refuses the witness: no memory"
    assert kept(how.cache) == 0
    (again,) = run(named(unit, "a"), tmp_path / "two", replace(how, kustomize=REAL))
    assert again.stamped
    assert again.files == made.files


def test_a_kustomize_that_is_killed_is_no_empty_output(tmp_path: Path) -> None:
    program = tmp_path / "kubectl"
    program.write_text("#!/bin/sh\nkill -9 $$\n")
    program.chmod(0o755)
    output, complaint = Kustomize(program).build(tmp_path)
    assert (output, complaint) == (b"", "it ended without a word, with -9")
