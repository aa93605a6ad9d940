"""A feature that says `x-last` comes after all others, and its patterns reach what they bring; stamped and built plainly alike."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from generator.compile import compile_fleet, unit_files
from generator.model import components_of
from generator.pipeline import read
from generator.profiles.reading import reading_of
from generator.source import dump
from generator.units import Unit
from tests.conftest import ROOT, copy_input
from tests.running import quad

SCHEMA = {
    "title": "Odd",
    "description": "Odd things.",
    "type": "object",
    "additionalProperties": False,
    "properties": {},
}
INSTALL = yaml.safe_load((ROOT / "overlays" / "base" / "install.yaml").read_bytes())
JOB = {**INSTALL, "metadata": {"name": "moodle-zebra"}}
NAMES = ("north", "south", "west")


def feature(root: Path, name: str, schema: dict[str, object], **files: object) -> None:
    folder = root / "overlays" / "features" / name
    (folder / "examples").mkdir(parents=True)
    (folder / "examples" / "minimal.yaml").write_text("{}\n")
    (folder / "README.md").write_text(f"# {name}\n\n<!-- knobs -->\n<!-- /knobs -->\n")
    (folder / "schema.yaml").write_bytes(dump({**SCHEMA, **schema}))
    for file, data in files.items():
        (folder / f"{file}.yaml").write_bytes(dump(data))


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """Three tenants whose feature `first` patches the Jobs that `zebra` brings."""
    root = copy_input(tmp_path / "fleet", ROOT / "tests" / "features" / "tenants")
    (root / "tenants" / "production" / "sample.yaml").unlink()
    component = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component"}
    patch = {"path": "patch.yaml", "target": {"group": "batch", "kind": "Job", "name": "moodle-.*"}}
    operation = {"op": "add", "path": "/metadata/annotations/odd", "value": "yes"}
    feature(root, "first", {"x-last": True}, kustomization={**component, "patches": [patch]}, patch=[operation])
    feature(root, "zebra", {}, kustomization={**component, "resources": ["job.yaml"]}, job=JOB)
    said = {"cluster": "main", "ring": "broad", "plan": "small", "release": {"version": "5.3.0"}}
    for name in NAMES:
        tenant = {"name": name, "displayName": name, "host": f"{name}.example.org", **said}
        file = root / "tenants" / "production" / f"{name}.yaml"
        file.write_bytes(dump({**tenant, "features": {"first": {}, "zebra": {}}}))
    return root


def units_of(root: Path) -> list[Unit]:
    fleet = read(root)
    assert fleet.problems == []
    return [unit for tree in compile_fleet(fleet.repository, fleet.tenants) for unit in tree.units]


def test_what_is_last_comes_after_the_other_features_and_before_the_model(fleet: Path) -> None:
    (unit, *_) = units_of(fleet)
    names = [name for _, name in components_of(unit.spec, unit.catalogue.last)]
    assert names == ["base", "cloudnative-pg", "redis", "zebra", "first", "kubernetes", "active"]
    written = yaml.safe_load(unit_files(unit)[f"tenants/{unit.name}/overlay/kustomization.yaml"])
    assert [path.rpartition("/")[2] for path in written["components"]] == names


def test_its_pattern_reaches_what_they_bring_and_is_stamped(fleet: Path) -> None:
    assert all(reading_of(unit).objection == "" for unit in units_of(fleet))
    trees = []
    for option in ("--plain", "--no-cache"):
        done = quad(["render", option], fleet)
        assert done.code == 0, done.stderr
        files = {path: path.read_bytes() for path in (fleet / "rendered").rglob("manifests.yaml")}
        trees.append(files)
    assert trees[0] == trees[1]
    for name in NAMES:
        raw = trees[0][fleet / "rendered" / "production" / "tenants" / name / "manifests" / "manifests.yaml"]
        jobs = {item["metadata"]["name"]: item for item in yaml.safe_load_all(raw) if item["kind"] == "Job"}
        assert jobs["moodle-zebra"]["metadata"]["annotations"]["odd"] == "yes"
        assert jobs["moodle-install"]["metadata"]["annotations"]["odd"] == "yes"
