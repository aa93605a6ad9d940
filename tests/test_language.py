"""Catalogues that choose by a value: what kustomize would do otherwise for one tenant than for the next is not stamped."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from generator import kustomize
from generator.compile import compile_fleet
from generator.ground import Ground
from generator.hydrate import Hydrated, Hydration, hydrate
from generator.pipeline import read
from generator.profiles.cut import UncuttableError
from generator.profiles.make import Bench, make_profile
from generator.profiles.reading import reading_of
from generator.profiles.template import Profile
from generator.profiles.witness import shape_of
from generator.source import dump
from generator.staging import write
from generator.units import Tree, Unit
from tests.conftest import ROOT, copy_input

KUSTOMIZE = kustomize.find()
OBJECTS = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: odd
  labels: {size: x}
  annotations: {size: x}
data: {one: x, two: x.y & z, three: x/y}
---
apiVersion: v1
kind: PodTemplate
metadata: {name: odd}
template:
  spec:
    containers:
    - name: x
      image: x
      env:
      - {name: X, value: x}
"""
README = "# {}\n\n## What it gives\nOdd things.\n\n<!-- knobs -->\n<!-- /knobs -->\n"
CONTAINER = "template.spec.containers.0"
Entry = dict[str, Any]


def copied(knob: str, target: str, field: str, **options: Any) -> Entry:
    """A replacement of the field of the ConfigMap or of the PodTemplate."""
    found: Entry = {"select": {"kind": target, "name": "odd"}, "fieldPaths": [field]}
    where: Entry = {"kind": "Tenant", "fieldPath": f"spec.features.odd.{knob}"}
    source = {**where, "options": options["source"]} if "source" in options else where
    return {
        "source": source,
        "targets": [{**found, **{key: options[key] for key in ("options", "reject") if key in options}}],
    }


def patch(text: str, **target: str) -> Entry:
    return {"patches": [{"target": {"kind": "ConfigMap", "name": "odd", **target}, "patch": text}]}


ADD = '[{"op": "add", "path": "/data/four", "value": "y"}]'
IMAGE = copied("text", "PodTemplate", f"{CONTAINER}.image")
VARIABLE = copied("text", "PodTemplate", f"{CONTAINER}.env.0.name")
MERGE = "{apiVersion: v1, kind: PodTemplate, metadata: {name: odd}, template: {spec: {containers: [{name: a.b}]}}}"
MAP = "{apiVersion: v1, kind: ConfigMap, metadata: {name: odd}, data: {five: y}}"
LABEL = copied("text", "ConfigMap", "metadata.labels.size")
NAME = copied("text", "PodTemplate", "metadata.name")
PART = {"delimiter": "/", "index": 1}
DOT = {"delimiter": ".", "index": 1}
FAR = {"delimiter": " & ", "index": 1}

# What the feature replaces, what another one after it says, and a part of the reason; a reason of none means that it is stamped.
CASES: dict[str, tuple[list[Entry], Entry, str]] = {
    "nothing-odd": (
        [
            copied("text", "ConfigMap", "data.three", options=PART),
            copied("text", "PodTemplate", "template.spec.containers.[name=x].env.[name=X].value"),
            *(LABEL, IMAGE),
        ],
        {"patches": [*patch(ADD)["patches"], *patch(MAP)["patches"]]},
        "",
    ),
    "part-of-a-value": (
        [copied("text", "ConfigMap", "data.one", source={"delimiter": "."})],
        {},
        "apart by `delimiter`",
    ),
    "value-in-parts": (
        [copied("text", "ConfigMap", "data.two"), copied("other", "ConfigMap", "data.two", options=DOT)],
        {},
        "takes `data.two` apart",
    ),
    "plain-value-in-parts": (
        [copied("text", "ConfigMap", "data.two", options=DOT), copied("other", "ConfigMap", "data.two", options=FAR)],
        {},
        "",
    ),
    "overwritten": (
        [copied("text", "ConfigMap", "data.two", options=DOT), copied("other", "ConfigMap", "data.two")],
        {},
        "",
    ),
    "in-parts-by-another": (
        [copied("text", "ConfigMap", "data.two", options=DOT)],
        {"replacements": [copied("other", "ConfigMap", "data.two")]},
        "takes `data.two` apart",
    ),
    "labels": ([LABEL], patch(ADD, labelSelector="size=a.b"), "selects by `labelSelector`"),
    "annotations": (
        [copied("text", "ConfigMap", "metadata.annotations.size")],
        patch(ADD, annotationSelector="size=a.b"),
        "selects by `annotationSelector`",
    ),
    "rejected": (
        [LABEL, copied("other", "ConfigMap", "data.one", reject=[{"labelSelector": "size=a.b"}])],
        {},
        "rejects",
    ),
    "images": ([IMAGE], {"images": [{"name": "a.b", "newTag": "new"}]}, "uses `images`"),
    "test": (
        [copied("text", "ConfigMap", "data.one")],
        patch(f'{ADD[:-1]}, {{"op": "test", "path": "/data/one", "value": "a.b"}}]'),
        "`test`",
    ),
    "merged-by-key": ([VARIABLE], {"patches": [{"patch": MERGE}]}, "merges a list"),
    "item-by-value": (
        [copied("other", "PodTemplate", f"{CONTAINER}.env.[name=X].value"), VARIABLE],
        {},
        "chosen by `name`, which is a value",
    ),
    "named-by-a-value": (
        [NAME],
        {"replacements": [copied("other", "PodTemplate", f"{CONTAINER}.image")]},
        "a name may be a value",
    ),
    "variables": (
        [copied("text", "ConfigMap", "data.one")],
        {"vars": [{"name": "V", "objref": {"apiVersion": "v1", "kind": "ConfigMap", "name": "odd"}}]},
        "uses `vars`",
    ),
}


def catalogue(root: Path, replacements: list[Entry], more: Entry) -> None:
    """Two features: one with the objects, and one that comes after it."""
    knob = {
        "title": "Text",
        "description": "A text.",
        "type": "string",
        "minLength": 1,
        "default": "x",
        "examples": ["x"],
    }
    told = {"title": "Odd", "description": "Odd things.", "type": "object", "additionalProperties": False}
    head = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component"}
    odd = {**head, "resources": ["objects.yaml"], "replacements": replacements}
    files = {
        "odd/objects.yaml": OBJECTS.encode(),
        "odd/kustomization.yaml": dump(odd),
        "odd/schema.yaml": dump({**told, "properties": {"text": knob, "other": knob}}),
        "podd/kustomization.yaml": dump({**head, **(more or {"generatorOptions": {}})}),
        "podd/schema.yaml": dump({**told, "properties": {}, "x-requires": ["odd"]}),
    }
    for name in ("odd", "podd"):
        files |= {f"{name}/README.md": README.format(name).encode(), f"{name}/examples/minimal.yaml": b"{}\n"}
    write(root / "overlays" / "features", files)
    for name, text in (("t0", "plain"), ("t1", "a.b"), ("t2", "odd")):
        said = {"name": name, "displayName": "T", "host": f"{name}.example.org"}
        features = {"odd": {"text": text, "other": "o"}, "podd": {}}
        (root / "tenants" / "production" / f"{name}.yaml").write_bytes(dump({**said, "features": features}))


@pytest.mark.parametrize("name", CASES)
def test_what_chooses_by_a_value(name: str, tmp_path: Path) -> None:
    replacements, more, reason = CASES[name]
    root = copy_input(tmp_path / "fleet", ROOT / "generator" / "scaffold" / "tenants")
    catalogue(root, replacements, more)
    fleet = read(root)
    assert {problem.code for problem in fleet.problems} <= {"unread-knob"}, "it is no fault of the catalogue"
    (tree,) = (tree for tree in compile_fleet(fleet.repository, fleet.tenants) if tree.environment == "production")
    units = tuple(unit for unit in tree.units if unit.name in ("t0", "t1", "t2"))
    if reason:
        with pytest.raises(UncuttableError, match=re.escape(reason)):
            made(units[0], tmp_path / "witnesses")
        return
    fast = _hydrated(tree, units, tmp_path / "fast", Hydration(KUSTOMIZE, pays=2))
    assert {made.reason for made in fast if not made.stamped} == set()
    assert _files(fast) == _files(_hydrated(tree, units, tmp_path / "plain", Hydration(KUSTOMIZE, plain=True)))


def test_a_value_that_could_divide_a_text_makes_a_shape_of_its_own(tmp_path: Path) -> None:
    root = copy_input(tmp_path / "fleet", ROOT / "generator" / "scaffold" / "tenants")
    parts = [copied(knob, "ConfigMap", "data.two", options=how) for knob, how in (("text", DOT), ("other", FAR))]
    catalogue(root, parts, {})
    for name, text in (("t3", "a & b"), ("t4", "a &"), ("t5", " ")):
        file = root / "tenants" / "production" / "t0.yaml"
        file.with_stem(name).write_text(file.read_text().replace("t0", name).replace("text: plain", f'text: "{text}"'))
    fleet = read(root)
    (tree,) = (tree for tree in compile_fleet(fleet.repository, fleet.tenants) if tree.environment == "production")
    units = tuple(unit for unit in tree.units if unit.name in ("t0", "t1", "t3", "t4", "t5"))
    shapes = {unit.name: shape_of(unit, reading_of(unit)).shape for unit in units}
    assert shapes["t0"] == shapes["t1"]
    assert len(set(shapes.values())) == 4
    fast = _hydrated(tree, units, tmp_path / "fast", Hydration(KUSTOMIZE, pays=1))
    assert {made.reason for made in fast if not made.stamped} == set()
    assert _files(fast) == _files(_hydrated(tree, units, tmp_path / "plain", Hydration(KUSTOMIZE, plain=True)))


@pytest.mark.parametrize(
    ("replacements", "more"),
    [
        ([LABEL], {"patches": [{"target": {"kind": "Ten.*"}, "patch": ADD}]}),
        ([copied("text", "Tenant", "spec.host")], {}),
        (
            [],
            {
                "patches": [
                    {"patch": "{apiVersion: quadrangle.dev/v1, kind: Tenant, metadata: {name: t0}, spec: {a: b}}"}
                ]
            },
        ),
        ([], {"patches": [{"target": {"name": "t0"}, "patch": ADD}]}),
    ],
)
def test_a_catalogue_that_changes_the_tenant(replacements: list[Entry], more: Entry, tmp_path: Path) -> None:
    """It is at fault, but if it comes so far, nothing is stamped: what is read may be something else by then."""
    root = copy_input(tmp_path / "fleet", ROOT / "generator" / "scaffold" / "tenants")
    catalogue(root, replacements, more)
    fleet = read(root)
    units = (unit for tree in compile_fleet(fleet.repository, fleet.tenants) for unit in tree.units)
    assert "may change the tenant" in reading_of(next(unit for unit in units if unit.name == "t0")).objection


def made(unit: Unit, folder: Path) -> Profile:
    """The profile of the unit's shape."""
    reading = reading_of(unit)
    if reading.objection:
        raise UncuttableError(reading.objection)
    return make_profile(unit, shape_of(unit, reading).shape, reading, Bench(KUSTOMIZE, folder), "0", "catalogue")[0]


def _hydrated(tree: Tree, units: tuple[Any, ...], place: Path, how: Hydration) -> list[Hydrated]:
    write(place, tree.files)
    return [made for made in hydrate(Tree("production", {}, (), units), Ground(place), how) if made.unit]


def _files(made: list[Hydrated]) -> dict[str, bytes]:
    return {path: raw for one in made for path, raw in one.files.items()}
