"""Lists and maps that components move whole: one hole each, printed as kustomize prints them, and only where nothing else looks in.

QUAD_FUZZ_TREES says how many, QUAD_FUZZ_SEED which.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from generator import kustomize
from generator.compile import compile_fleet
from generator.fast_writing import write as write_yaml
from generator.fast_writing import written
from generator.ground import Ground
from generator.hydrate import Hydrated, Hydration, hydrate
from generator.pipeline import read
from generator.profiles.reading import reading_of
from generator.profiles.shape import FIELDS, ITEMS, TEXT, holes
from generator.profiles.trees import has_order, tree
from generator.profiles.witness import shape_of
from generator.scalars import RefusedError
from generator.source import dump
from generator.staging import write
from generator.units import Tree, Unit
from tests.conftest import ROOT, copy_input
from tests.hostile import LONG, SENTINELS, SPECIAL
from tests.nasty import SPACED, texts

COUNT = int(os.environ.get("QUAD_FUZZ_TREES", "400"))
SEED = int(os.environ.get("QUAD_FUZZ_SEED", "6"))
KUSTOMIZE = kustomize.find()
NUMBERS = (0, 1, -7, 443, 2**53 - 1, True, False)
KEYS = (
    *("a", "b", "A", "aa", "aA", "a1", "a2", "a9", "a1b", "a-b", "a_b", "a.b", "a/b", "a-1", "a_1", "a.1", "_a", "_1"),
    *(
        "y",
        "no",
        "null",
        "true",
        "HTTP_PROXY",
        "HTTP2",
        "app.kubernetes.io/name",
        "k8s.io/x",
        "x" * 63,
        "cidr",
        "except",
    ),
    *("v10", "v20", "v99", "v10b", "v1_", "v1-x"),
)
LEAVES = [*SPECIAL, *LONG, *SENTINELS, *SPACED, *texts(SEED, 300)]


def is_proven(text: str) -> bool:
    try:
        tree([text], 4)
    except RefusedError:
        return False
    return True


PROVEN = [text for text in LEAVES if is_proven(text)]


def anything(random: Random, depth: int) -> Any:
    """A list or a map, now and then an empty one, of all that may be in them."""
    if depth == 0 or random.random() < 0.4:
        return random.choice(NUMBERS) if random.random() < 0.2 else random.choice(PROVEN)
    if random.random() < 0.5:
        return [anything(random, depth - 1) for _ in range(random.randrange(4))]
    return {key: anything(random, depth - 1) for key in keys(random, random.randrange(8))}


def keys(random: Random, number: int) -> list[str]:
    found = random.sample(KEYS, number)
    return found if has_order(found) else keys(random, number)


def trees(number: int) -> list[Any]:
    random = Random(SEED)
    found = [*([text] for text in PROVEN), dict.fromkeys(KEYS[:-2], "x")]
    while len(found) < number + len(PROVEN):
        made = anything(random, 4)
        if isinstance(made, list | dict) and made:
            found.append(made)
    return found


def test_they_are_printed_as_kustomize_prints_them(tmp_path: Path) -> None:
    """Out of an overlay as we write it, by replacements, into placeholders of the same kind and of the other one."""
    some = trees(COUNT)
    places = [f"k{number:05}" for number in range(len(some))]
    names = {"apiVersion": "example.com/v1", "metadata": {"name": "it"}}
    entries = [
        {
            "source": {"kind": "Tenant", "fieldPath": f"spec.{key}"},
            "targets": [{"select": {"kind": "Text"}, "fieldPaths": [f"spec.in.{key}"]}],
        }
        for key in places
    ]
    placeholders = {key: [{}, ["x"], {"x": "y"}, [{"x": "y"}]][number % 4] for number, key in enumerate(places)}
    local = {"name": "t", "annotations": {"config.kubernetes.io/local-config": "true"}}
    spec = written(dict(zip(places, some, strict=True)))
    files = {
        "in.yaml": dump({**names, "kind": "Text", "spec": {"in": placeholders}}),
        "tenant.yaml": write_yaml({"apiVersion": "x/v1", "kind": "Tenant", "metadata": local, "spec": spec}),
        "kustomization.yaml": json.dumps({"resources": ["in.yaml", "tenant.yaml"], "replacements": entries}).encode(),
    }
    write(tmp_path, files)
    real, complaint = KUSTOMIZE.build(tmp_path)
    assert not complaint
    ours = "apiVersion: example.com/v1\nkind: Text\nmetadata:\n  name: it\nspec:\n  in:\n"
    for key, value in zip(places, some, strict=True):
        column = 6 if isinstance(value, dict) else 4
        ours += f"    {key}:\n{' ' * column}{tree(value, column)}\n"
    pairs = zip(real.decode().split("\n"), ours.split("\n"), strict=False)
    assert [pair for pair in pairs if pair[0] != pair[1]][:5] == []
    assert real.decode() == ours


def test_which_keys_have_an_order() -> None:
    assert has_order(["a1", "a2", "b-1", "b10", "c", "c1", "c1b"])
    for odd in (["a9", "a10"], ["a1b", "a9", "a10"], ["v1-x", "v10-x", "v2-x"]):
        assert not has_order(odd)


OBJECTS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: odd}
data: {one: x, two: x}
---
apiVersion: v1
kind: PodTemplate
metadata:
  name: odd
  annotations: {a: b}
template:
  metadata:
    annotations: {a: b}
  spec:
    nodeSelector: {a: b}
    tolerations:
    - {key: a, operator: Exists}
    containers:
    - name: odd
      image: x
      args: [x]
"""
README = "# Odd\n\n## What it gives\nOdd things.\n\n<!-- knobs -->\n<!-- /knobs -->\n"
NODES, TOLERATIONS, ARGS = "template.spec.nodeSelector", "template.spec.tolerations", "template.spec.containers.0.args"
BY_NAME = "template.spec.containers.[name=odd].args"
USUAL = {"map": {"a": "b"}, "list": [{"key": "a", "operator": "Exists"}], "texts": ["x"], "flag": True, "text": "x"}
Entry = dict[str, Any]


def copied(knob: str, field: str, kind: str = "PodTemplate", **options: Any) -> Entry:
    """A replacement of a field of one of the objects."""
    target = {"select": {"kind": kind, "name": "odd"}, "fieldPaths": [field], **options}
    return {"source": {"kind": "Tenant", "fieldPath": f"spec.features.odd.{knob}"}, "targets": [target]}


WHOLE = [
    copied("map", NODES),
    copied("list", TOLERATIONS),
    copied("texts", ARGS),
    copied("flag", "data.one", "ConfigMap"),
    copied("text", "data.two", "ConfigMap"),
]


def catalogue(root: Path, replacements: list[Entry], patches: list[Entry]) -> None:
    """A feature of knobs of all kinds, and these replacements and patches."""
    copy_input(root, ROOT / "generator" / "scaffold" / "tenants")
    said = {"title": "Knob", "description": "A knob."}
    text = {**said, "type": "string", "minLength": 1}
    inner = {**said, "type": "object", "additionalProperties": text, "minProperties": 1}
    knobs = {
        "map": {**inner, "default": USUAL["map"], "examples": [USUAL["map"]]},
        "list": {**said, "type": "array", "minItems": 1, "items": inner, "default": USUAL["list"]},
        "texts": {**said, "type": "array", "minItems": 1, "items": text, "default": USUAL["texts"]},
        "flag": {**said, "type": "boolean", "default": True},
        "text": {**text, "default": "x"},
    }
    told = {"title": "Odd", "description": "Odd things.", "type": "object", "additionalProperties": False}
    component = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component", "resources": ["objects.yaml"]}
    files = {
        "objects.yaml": OBJECTS.encode(),
        "kustomization.yaml": dump({**component, "replacements": replacements, "patches": patches}),
        "schema.yaml": dump({**told, "properties": knobs}),
        "README.md": README.encode(),
        "examples/minimal.yaml": b"{}\n",
    }
    write(root / "overlays" / "features" / "odd", files)
    tenant = {"name": "t0", "displayName": "T", "host": "t0.example.org", "features": {"odd": {}}}
    (root / "tenants" / "production" / "t0.yaml").write_bytes(dump(tenant))


def unit_of(root: Path) -> tuple[Tree, Unit]:
    fleet = read(root)
    traps = {
        "trap-placeholder-type",
        "trap-ambiguous-selector",
        "unknown-path",
        "unread-knob",
    }  # we have to be right with them, too
    assert {problem.code for problem in fleet.problems} <= traps
    (tree,) = (tree for tree in compile_fleet(fleet.repository, fleet.tenants) if tree.environment == "production")
    return tree, next(unit for unit in tree.units if unit.name == "t0")


def like(unit: Unit, number: int, said: Mapping[str, Any]) -> Unit:
    """Another tenant whose feature says these values."""
    name = f"t{number}"
    spec = {**unit.spec, "name": name, "features": {"odd": {**USUAL, **said}}}
    return replace(unit, name=name, spec=spec, application=f"argocd/a/00/{name}.yaml")


def kinds(unit: Unit) -> dict[str, str]:
    """The kinds of the holes in the feature's values, by their paths."""
    found = holes(shape_of(unit, reading_of(unit)).shape[0])
    return {".".join(map(str, path[2:])): kind for path, kind in found if path[:2] == ("features", "odd")}


def hydrated(tree: Tree, units: list[Unit], place: Path, how: Hydration) -> list[Hydrated]:
    write(place, tree.files)
    return [made for made in hydrate(Tree("production", {}, (), tuple(units)), Ground(place), how) if made.unit]


def files(made: list[Hydrated]) -> dict[str, bytes]:
    return {path: raw for one in made for path, raw in one.files.items()}


def test_tenants_with_anything_in_them_are_one_shape(tmp_path: Path) -> None:
    """Stamped from the profile of an ordinary tenant; in maps there is what Kubernetes allows there, in lists anything."""
    catalogue(tmp_path / "fleet", WHOLE, [])
    shared, unit = unit_of(tmp_path / "fleet")
    random = Random(SEED)
    lists = [value for value in trees(60) if isinstance(value, list)][-40:]
    said: list[dict[str, Any]] = [{"list": value, "texts": ["-", *random.sample(PROVEN, 4)]} for value in lists[:12]]
    said += [{"map": dict.fromkeys(keys(random, 5), text)} for text in random.sample(PROVEN, 4)]
    said += [
        {"flag": False, "text": text, "texts": [text]} for text in ("odd", "moodle-env", "true", "", "1e3", " a\nb")
    ]
    units = [like(unit, number, values) for number, values in enumerate(said, 1)]
    usual = {"map": FIELDS, "list": ITEMS, "texts": ITEMS, "flag": TEXT, "text": TEXT}
    assert kinds(unit) == usual
    fast = hydrated(shared, [unit, *units], tmp_path / "fast", Hydration(KUSTOMIZE, pays=3))
    slow = hydrated(shared, [unit, *units], tmp_path / "slow", Hydration(KUSTOMIZE, plain=True))
    assert {made.reason for made in fast if not made.stamped} <= {""}
    assert sum(bool(made.stamped) for made in fast) >= len(units) - 1  # a list with a name in it that is renamed
    assert files(fast) == files(slow)


PATCH = {"target": {"kind": "PodTemplate", "name": "odd"}}


def operation(path: str, **more: Any) -> list[Entry]:
    return [{**PATCH, "patch": json.dumps([{"op": "add", "path": path, "value": "y", **more}])}]


# Something else looks into one of them: which one, and by what.
TOUCHED: dict[str, tuple[str, list[Entry], list[Entry]]] = {
    "read-inside": ("list", [*WHOLE, copied("list.0.key", "data.two", "ConfigMap")], []),
    "read-by-a-key-in-brackets": ("map", [*WHOLE, copied("map.[a]", "data.two", "ConfigMap")], []),
    "read-in-brackets-alone": ("map", [*WHOLE, copied("[map]", "data.two", "ConfigMap")], []),
    "written-in-brackets": ("list", [*WHOLE, copied("text", "template.spec.[tolerations].0.key")], []),
    "read-around": ("texts", [*WHOLE, copied("texts", "data.two", "ConfigMap")], []),
    "written-inside": ("texts", [*WHOLE, copied("text", f"{ARGS}.0")], []),
    "written-inside-by-name": ("texts", [*WHOLE, copied("text", f"{BY_NAME}.0")], []),
    "written-around": ("list", [*WHOLE, copied("map", "template.spec")], []),
    "twice-to-one-place": ("map", [*WHOLE, copied("map", NODES)], []),
    "in-metadata": ("map", [copied("map", "metadata.annotations"), *WHOLE[1:]], []),
    "with-options": ("list", [WHOLE[0], copied("list", TOLERATIONS, options={"create": True}), *WHOLE[2:]], []),
    "into-a-config-map": ("map", [copied("map", "data", "ConfigMap"), *WHOLE[1:3]], []),
    "patched-inside": ("map", WHOLE, operation("/template/spec/nodeSelector/c")),
    "patched-item": ("texts", WHOLE, operation("/template/spec/containers/0/args/-")),
    "copied-from": (
        "texts",
        WHOLE,
        operation("/template/x", op="copy", **{"from": "/template/spec/containers/0/args"}),
    ),
    "patched-by-pattern": (
        "map",
        WHOLE,
        [{"target": {"kind": "Pod.*"}, "patch": operation("/template/spec/nodeSelector/c")[0]["patch"]}],
    ),
    "merged": (
        "map",
        WHOLE,
        [
            {
                "patch": "{apiVersion: v1, kind: PodTemplate, metadata: {name: odd}, "
                "template: {spec: {nodeSelector: {c: d}}}}"
            }
        ],
    ),
    "copied-by-another": (
        "list",
        [
            *WHOLE,
            {
                "source": {"kind": "PodTemplate", "name": "odd", "fieldPath": "template.spec.tolerations.0.key"},
                "targets": [{"select": {"kind": "ConfigMap", "name": "odd"}, "fieldPaths": ["data.two"]}],
            },
        ],
        [],
    ),
}


@pytest.mark.parametrize("name", TOUCHED)
def test_what_is_looked_into_is_structure(name: str, tmp_path: Path) -> None:
    knob, replacements, patches = TOUCHED[name]
    catalogue(tmp_path / "fleet", replacements, patches)
    _, unit = unit_of(tmp_path / "fleet")
    assert kinds(unit).get(knob) not in (FIELDS, ITEMS)


STRUCTURE: dict[str, Any] = {
    "a name that is renamed": [{"key": "moodle-env"}],
    "nothing": [None],
    "a fraction": [1.5],
    "a large number": [2**53],
    "a namespace": [{"namespace": "a"}],
    "metadata": [{"x": {"metadata": {"a": "b"}}}],
    "an odd key": [{"a b": "c"}],
    "numbers in keys": [{"a9": "b", "a10": "c"}],
}


@pytest.mark.parametrize("name", STRUCTURE)
def test_values_that_kustomize_may_look_for_are_structure(name: str, tmp_path: Path) -> None:
    catalogue(tmp_path / "fleet", WHOLE, [])
    _, unit = unit_of(tmp_path / "fleet")
    found = kinds(like(unit, 1, {"list": STRUCTURE[name]}))
    assert found.get("list") != ITEMS
    assert found["texts"] == ITEMS
