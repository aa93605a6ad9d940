"""A change of the catalogue is said of profiles as it is said of each tenant: the same groups, words, causes and dangers.

QUAD_FUZZ_CATALOGUE says how many random changes are tried beside those that are named here.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from generator import kustomize, recognition
from generator.cache import Cache
from generator.changes import Danger, Review, TenantChange
from generator.comparison import NEWER, compiled, rendered
from generator.diagnostics import Diagnostic
from generator.diff import attribute, compare
from generator.diff.review import own_paths, review
from generator.hydrate import Hydration
from generator.judgement import Case, judged
from generator.model import Fleet
from generator.pipeline import read
from generator.recognition import recognised
from generator.report.changes_json import json
from generator.snapshot import Snapshot, of_bytes
from tests.conftest import ROOT, copy_input

COUNT = int(os.environ.get("QUAD_FUZZ_CATALOGUE", "4"))
SEED = int(os.environ.get("QUAD_FUZZ_SEED", "5"))
DAY = date(2026, 11, 21)
KUSTOMIZE = kustomize.find()
SIMILAR = ("acme", "birch", "moodle")
BACKED = ("cedar", "dogwood")
BACKUP = "features:\n  backup: {{bucket: {name}-backup, endpoint: https://s3.example.org}}\n"
ALLOWED = """\
allow:
- object: PersistentVolumeClaim moodledata
  reason: moved by hand
  until: "2026-12-01"
"""


@dataclass(frozen=True)
class Side:
    """A fleet and its trees, by environment."""

    fleet: Fleet
    trees: dict[str, Snapshot]


@dataclass(frozen=True)
class Place:
    root: Path
    how: Hydration
    older: Side


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Tenants of two shapes, and one that is alone with its own; their cache knows the profiles."""
    folder = tmp_path_factory.mktemp("origin")
    root = copy_input(folder / "fleet", ROOT / "generator" / "scaffold" / "tenants")
    for name in (*SIMILAR, *BACKED, "elm"):
        more = BACKUP.format(name=name) if name in BACKED else "state: suspended\n" if name == "elm" else ""
        more += ALLOWED if name == "birch" else ""
        text = f"name: {name}\nhost: {name}.example.org\ndisplayName: {name} school\n{more}"
        (root / "tenants" / "production" / f"{name}.yaml").write_text(text)
    how = Hydration(KUSTOMIZE, Cache(folder / "cache"), pays=2)
    return Place(root, how, side(root, how, folder / "older"))


def side(root: Path, how: Hydration, folder: Path) -> Side:
    fleet = read(root)
    assert fleet.problems == []
    names = ("production", "staging")
    trees, problems = rendered(
        compiled(fleet.repository, fleet.tenants, names), fleet.tenants, folder, how, NEWER, lambda: None
    )
    assert problems == []
    return Side(fleet, trees)


def edited(root: Path, path: str, old: str, new: str) -> None:
    before = (root / path).read_text()
    assert old in before, (path, old)
    (root / path).write_text(before.replace(old, new, 1))


BASE = "overlays/base/"
PLAN = """\
- source: {kind: Tenant, fieldPath: spec.plan}
  targets:
  - select: {kind: ConfigMap, name: moodle-env}
    fieldPaths: [data.MOODLE_PLAN]
"""
EDITS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "a field": ((f"{BASE}rollout.yaml", "minReadySeconds: 5", "minReadySeconds: 6"),),
    "a script, and all that names it": (
        (f"{BASE}config/config.php", "'connecttimeout' => 10", "'connecttimeout' => 20"),
    ),
    "a variable beside values": ((f"{BASE}config/moodle.env", "\n", "\nNEW_SWITCH=on\n"),),
    "a value that nobody read": (
        (f"{BASE}config/moodle.env", "MOODLE_URL", "MOODLE_PLAN=tenant\nMOODLE_URL"),
        (f"{BASE}replacements/environment.yaml", "- source", f"{PLAN}- source"),
    ),
    "a smaller volume": ((f"{BASE}moodledata.yaml", "ReadWriteMany", "ReadWriteOnce"),),
    "an object less": ((f"{BASE}kustomization.yaml", "- disruption.yaml\n", ""),),
    "a policy less": ((f"{BASE}kustomization.yaml", "- network/dns.yaml\n", ""),),
    "of Argo CD": (("overlays/argocd/application.yaml", "limit: 5\n", "limit: 6\n"),),
    "of one feature": (
        ("overlays/features/backup/files.yaml", "concurrencyPolicy: Forbid", "concurrencyPolicy: Allow"),
    ),
    "two at once, and a tenant's own": (
        (f"{BASE}rollout.yaml", "replicas: 1", "replicas: 0"),
        (f"{BASE}disruption.yaml", "maxUnavailable: 1", "maxUnavailable: 0"),
        ("tenants/production/acme.yaml", "acme school", "Acme School"),
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_profiles_say_what_tenants_say(name: str, origin: Place, tmp_path: Path) -> None:
    root = copy(origin.root, tmp_path)
    for path, old, new in EDITS[name]:
        edited(root, path, old, new)
    newer = side(root, origin.how, tmp_path / "newer")
    found, shared = alike(origin.older, newer, root)
    assert found.groups
    assert shared
    for environment, tree in origin.older.trees.items():
        after = newer.trees[environment]
        there = recognised(replace(tree, stamped={}), after, origin.how.cache)
        same = {name for name, known in after.stamped.items() if known.shape == tree.stamped[name].shape}
        assert there.stamped.keys() >= same - {"acme"}


def test_random_changes_of_the_catalogue(origin: Place, tmp_path: Path) -> None:
    random, compared = Random(SEED), 0
    for number in range(COUNT):
        root = copy(origin.root, tmp_path / str(number))
        for _ in range(random.choice((1, 2, 4))):
            disturb(random, root / "overlays")
        try:
            newer = side(root, origin.how, tmp_path / f"newer{number}")
        except AssertionError:
            continue  # refused, by us or by kustomize
        compared += alike(origin.older, newer, root)[1]
    assert compared


def disturb(random: Random, folder: Path) -> None:
    """Change a scalar, add a label or take something away, in one of the catalogue's files of objects."""
    files = [*folder.glob("base/*.yaml"), *folder.glob("base/network/*.yaml"), *folder.glob("features/*/*.yaml")]
    known = ("kustomization.yaml", "schema.yaml")
    path = random.choice(sorted(file for file in files if file.name not in known))
    found = [item for item in yaml.safe_load_all(path.read_text()) if isinstance(item, dict) and "metadata" in item]
    places = [place for item in found for place in inside(item.get("spec", item.get("data", {})))]
    if not places:
        return
    holder, key = random.choice(places)
    value = holder[key]
    match random.randrange(4):
        case 0:
            random.choice(found)["metadata"].setdefault("labels", {})["example.org/added"] = "yes"
        case 1 if isinstance(value, int) and not isinstance(value, bool):
            holder[key] = value + 1
        case 2 if isinstance(value, str):
            holder[key] = f"{value}x"
        case 3 if isinstance(holder, dict) and not isinstance(value, dict | list):
            del holder[key]
    path.write_text(yaml.safe_dump_all(found))


def inside(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in the data: what holds it, and its key or index."""
    for key, child in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(child, dict | list):
            yield from inside(child)


def test_a_branch_that_somebody_edited_is_compared_as_it_is(origin: Place, tmp_path: Path) -> None:
    root = copy(origin.root, tmp_path)
    edited(root, *EDITS["a field"][0])
    newer = side(root, origin.how, tmp_path / "newer").trees["production"]
    older = origin.older.trees["production"]
    path = "tenants/acme/manifests/manifests.yaml"
    files = {**older.read(older.ids), path: older.read([path])[path].replace(b"replicas: 1", b"replicas: 9")}
    there = recognised(of_bytes(files, "production", "edited"), newer, origin.how.cache)
    assert "acme" not in there.stamped
    assert "birch" in there.stamped
    shown = {change.tenant: change for change in compare(there, newer)}
    assert shown["acme"].like is None
    assert shown["birch"].like is not None
    assert len(shown["acme"].objects) > len(shown["birch"].objects)


def test_a_branch_that_was_recognised_is_not_stamped_again(
    origin: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for the tenants whose files are others since."""
    root = copy(origin.root, tmp_path)
    edited(root, *EDITS["a field"][0])
    newer = side(root, origin.how, tmp_path / "newer").trees["production"]
    older = replace(origin.older.trees["production"], stamped={})
    first = recognised(older, newer, origin.how.cache).stamped
    monkeypatch.setattr(recognition, "_made", lambda *_: False)
    assert recognised(older, newer, origin.how.cache).stamped == first
    assert {"acme", "birch"} <= first.keys()
    files = {**older.read(older.ids), "tenants/acme/manifests/manifests.yaml": b"a: b\n"}
    there = recognised(of_bytes(files, "production", "edited"), newer, origin.how.cache)
    assert there.stamped.keys() == first.keys() - {"acme"}


def copy(root: Path, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    target = folder / "fleet"
    subprocess.run(["cp", "-r", str(root), str(target)], check=True)
    return target


def alike(older: Side, newer: Side, root: Path) -> tuple[Review, int]:
    """What both ways say, which is the same, and of how many tenants it was said by their profiles."""
    pairs = [(older.trees[name], newer.trees[name]) for name in newer.trees]
    together, alone = (said(pairs, newer, root, singly) for singly in (False, True))
    assert together[1:] == alone[1:]
    assert json(together[-1]) == json(alone[-1])
    return together[-1], sum(change.like is not None for change in together[0])


def said(
    pairs: Sequence[tuple[Snapshot, Snapshot]], newer: Side, root: Path, singly: bool
) -> tuple[list[TenantChange], list[TenantChange], list[Danger], list[Diagnostic], Review]:
    repository = newer.fleet.repository
    changes = [
        change
        for before, after in pairs
        for change in attribute(compare(before, after, singly), repository, newer.fleet.tenants, before, after)
    ]
    whole = [change.like.whole(change) if change.like else change for change in changes]
    dangers, problems = judged(Case(root, repository, "HEAD", pairs, DAY, root / "crds", complete=True), changes)
    return changes, whole, dangers, problems, review(pairs, changes, dangers, own_paths(repository))
