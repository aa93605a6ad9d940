"""Stamped bytes are kustomize's, whatever the values. QUAD_FUZZ_STAMPED says how many tenants, QUAD_FUZZ_SEED which."""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from generator import kustomize, schema
from generator.cache import NO_CACHE, Cache
from generator.compile import catalogue_files, compile_fleet
from generator.ground import Ground
from generator.hydrate import Hydrated, Hydration, hydrate
from generator.making import Made, make
from generator.manifest_loader import ManifestLoader
from generator.model import Fleet, Progress
from generator.pipeline import read
from generator.profiles.filling import refilled
from generator.profiles.reading import reading_of
from generator.profiles.template import with_computed
from generator.profiles.witness import shape_of
from generator.staging import write
from generator.units import Tree, Unit
from tests.bench.fleet import fleet as random_fleet
from tests.conftest import ROOT, copy_input
from tests.hostile import varied

COUNT = int(os.environ.get("QUAD_FUZZ_STAMPED", "20"))
SEED = int(os.environ.get("QUAD_FUZZ_SEED", "6"))
KUSTOMIZE = kustomize.find()
FULL = """\
name: full
displayName: Full
host: full.example.org
cache: {host: redis}
features:
  backup: {bucket: full-backup, endpoint: "https://s3.example.org"}
  oauth:
    providers: {one: {name: One, issuer: "https://login.example.org", clientId: moodle, secretProperty: one-secret}}
  mail: {host: smtp.example.org}
  objectfs: {bucket: full-files, endpoint: "https://s3.example.org"}
  plugins: {lock: {mod_one: {version: "2026010100", url: "https://example.org/one.zip", sha256: SUM}}}
  scaling: {}
  white-label: {hosts: [b.example.org, a.example.org, c.example.net]}
""".replace("SUM", "0123456789abcdef" * 4)
REASONS = ("holds a character that kustomize does not keep", "two items of a list have one name")
"""Why a value may be left to kustomize; nothing else is to be."""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    root = copy_input(tmp_path_factory.mktemp("full") / "fleet", ROOT / "generator" / "scaffold" / "tenants")
    (root / "tenants" / "production" / "full.yaml").write_text(FULL)
    found = read(root)
    assert found.problems == []
    return found


@pytest.fixture(scope="module")
def full(fleet: Fleet) -> Unit:
    (unit,) = (
        unit for tree in compile_fleet(fleet.repository, fleet.tenants) for unit in tree.units if unit.name == "full"
    )
    return unit


def hydrated(units: Sequence[Unit], place: Path, how: Hydration) -> dict[str, Hydrated]:
    """What becomes of each tenant, by name; what kustomize refuses is a problem that names it."""
    for ring in {unit.spec["ring"] for unit in units}:
        write(place, catalogue_files(units[0].catalogue, ring))
    made = list(hydrate(Tree("production", {}, (), tuple(units)), Ground(place), how))
    refused = {name for one in made for problem in one.problems for name in problem.tenants}
    return {one.unit.name: one for one in made if one.unit and one.unit.name not in refused}


def differences(stamped: Iterable[Hydrated], plain: dict[str, Hydrated]) -> list[str]:
    """Each stamped file that kustomize writes differently, with the first line."""
    found = []
    for one in stamped:
        assert one.unit is not None
        other = plain.get(one.unit.name)
        if other is None:
            found.append(f"{one.unit.name}: kustomize refuses it")
        elif one.files.keys() != other.files.keys():
            found.append(f"{one.unit.name}: {sorted(one.files.keys() ^ other.files.keys())}")
        else:
            found += [
                f"{path}: {_first(raw, other.files[path])}"
                for path, raw in one.files.items()
                if raw != other.files[path]
            ]
    return found


def refilled_otherwise(stamped: Sequence[Hydrated]) -> list[str]:
    """Each object that comes out otherwise when it is made from the first tenant's of the profile than when it is read."""
    models: dict[str, list[object]] = {}
    found = []
    for one in stamped:
        assert one.stamped is not None
        profile = one.stamped.profile
        read = [item for path in one.stamped.paths for item in yaml.load_all(one.files[path], Loader=ManifestLoader)]
        before = json.dumps(models.setdefault(profile.key, read))
        values = with_computed(profile, one.stamped.values)
        pairs = zip(models[profile.key], profile.objects, strict=True)
        made = [refilled(model, body, values) for model, body in pairs]
        found += [f"{one.stamped.unit.name}: {ours}" for ours, real in zip(made, read, strict=True) if ours != real]
        assert json.dumps(models[profile.key]) == before, "the model is another's"
    return found


def _first(ours: bytes, real: bytes) -> str:
    pairs = zip(ours.decode().split("\n"), real.decode().split("\n"), strict=False)
    return next((f"{one!a} is not {other!a}" for one, other in pairs if one != other), "one is longer")


def test_every_leaf_with_hostile_values(fleet: Fleet, full: Unit, tmp_path: Path) -> None:
    """Stamped from a profile that is made of, and proven by, an ordinary tenant."""
    units = [full, *varied(full, schema.resolved(fleet.repository), COUNT, SEED, 40)]
    fast = hydrated(units, tmp_path / "fast", Hydration(KUSTOMIZE, pays=COUNT // 2))
    plain = hydrated(units, tmp_path / "plain", Hydration(KUSTOMIZE, plain=True))
    stamped = [one for one in fast.values() if one.stamped]
    assert differences(stamped, plain) == []
    assert refilled_otherwise(stamped) == []
    reasons = Counter(one.reason for one in fast.values() if not one.stamped)
    assert [reason for reason in reasons if reason and not reason.endswith(REASONS)] == []
    assert len(stamped) > 0.6 * len(units), reasons  # the rest equals names that are renamed, or is refused by name


def test_values_that_are_names_which_kustomize_changes(fleet: Fleet, full: Unit, tmp_path: Path) -> None:
    """A value that equals such a name makes a shape of its own, and that is stamped as kustomize takes it."""
    known = shape_of(full, reading_of(full)).shape
    many = varied(full, schema.resolved(fleet.repository), 100, SEED + 1, 40)
    units = [unit for unit in many if shape_of(unit, reading_of(unit)).shape != known][: max(2, COUNT // 10)]
    fast = hydrated(units, tmp_path / "fast", Hydration(KUSTOMIZE, pays=1))
    plain = hydrated(units, tmp_path / "plain", Hydration(KUSTOMIZE, plain=True))
    stamped = [one for one in fast.values() if one.stamped]
    assert differences(stamped, plain) == []
    assert stamped, Counter(one.reason for one in fast.values())


def test_random_tenants(tmp_path: Path) -> None:
    """Whole trees, as `quad render` makes them, of tenants whose shapes have several members; then again out of the cache."""
    found = read(random_fleet(tmp_path / "fleet", 150, SEED))
    shapes = defaultdict(list)
    for tree in compile_fleet(found.repository, found.tenants):
        for unit in tree.units:
            shapes[unit.catalogue.commit, shape_of(unit, reading_of(unit)).shape].append(unit.name)
    largest = sorted(shapes.values(), key=len, reverse=True)[: max(3, COUNT // 20)]
    names = {name for members in largest for name in members[:6]}
    few = replace(found, tenants=[tenant for tenant in found.tenants if tenant.name in names])
    trees = compile_fleet(few.repository, few.tenants)
    cache = Cache(tmp_path / "cache")
    ways = {
        "plain": Hydration(KUSTOMIZE, NO_CACHE, plain=True),
        "fast": Hydration(KUSTOMIZE, cache, pays=1),
        "again": Hydration(KUSTOMIZE, cache, pays=1),
    }
    files: dict[str, dict[str, bytes]] = {way: {} for way in ways}
    made = {way: _made(few, trees, tmp_path / way, how, files[way]) for way, how in ways.items()}
    assert files["fast"] == files["plain"]
    assert files["again"] == files["plain"]
    assert len(names) > 10
    assert made["fast"].by_kustomize == {}
    assert {one.objects for one in made.values()} == {made["plain"].objects}


def _made(fleet: Fleet, trees: Sequence[Tree], folder: Path, how: Hydration, found: dict[str, bytes]) -> Made:
    def keep(environment: str, files: Mapping[str, bytes]) -> None:
        found.update({f"{environment}/{path}": raw for path, raw in files.items()})

    return make(fleet, trees, folder, how, folder / "none", Progress(), keep)
