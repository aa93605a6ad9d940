"""What is said once of all tenants of two profiles is what comparing each of them says. QUAD_FUZZ_PATTERNS says how many pairs."""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from generator.changes import Danger, Group, TenantChange, show_path
from generator.destruction import dangers
from generator.destruction.context import standing_in
from generator.destruction.loss import Context, Mark
from generator.diff import compare, group
from generator.model import Catalogue
from generator.name_hash import config_map_json
from generator.profiles.shape import shaped
from generator.profiles.stamping import stamp
from generator.profiles.template import Parts, Profile, Slot, Stamped, Style, Template
from generator.profiles.witness import APPLICATION
from generator.snapshot import Snapshot
from generator.units import Unit
from tests.trees import snapshot

COUNT = int(os.environ.get("QUAD_FUZZ_PATTERNS", "150"))
SEED = int(os.environ.get("QUAD_FUZZ_SEED", "4"))
OBJECTS = yaml.safe_load((Path(__file__).parent / "patterns" / "objects.yaml").read_text())
CATALOGUE = Catalogue(())
MARK = re.compile(r"hole(\d+)hole")
NUMBERS = ("replicas", "port")
TREES = ("egress",)
TEXTS = ("acme", "moodle", "10Gi", "5Gi", "1", "learn.acme.example", "a b: c")
"""Few, so that tenants have what the catalogue says; some are their own, some are quoted."""
Names = tuple[str, str, str]
"""Of an object: kind, name, namespace."""


def spec_of(random: Random, name: str) -> dict[str, Any]:
    texts = ("displayName", "host", "size", "class", "zone")
    spec: dict[str, Any] = {text: random.choice((*TEXTS, f"{name}.{text}")) for text in texts}
    numbers = {number: random.choice((0, 1, 2, 8080)) for number in NUMBERS}
    spec["egress"] = [random.choice(TEXTS) for _ in range(random.choice((1, 2)))]
    return {**spec, **numbers, "name": name, "namespace": f"moodle-{name}", "ring": "broad", "cluster": "eu-1"}


HOLES = sorted(spec_of(Random(0), "x"))


def marked(text: str) -> str:
    """`{name}` in the text of an object stands for a value."""
    return re.sub(r"\{(\w+)\}", lambda found: f"hole{HOLES.index(found[1])}hole", text)


def mutated(random: Random, objects: list[Any]) -> list[Any]:
    """A copy, with one to four places changed as a catalogue might change, or as it never would."""
    made = copy.deepcopy(objects)
    for _ in range(random.choice((1, 1, 2, 4))):
        places = list(inside(made))
        at, key = random.choice(places)
        value = at[key]
        match random.randrange(9):
            case 0 if len(made) > 1:
                made.remove(random.choice(made))
            case 1:
                made.append({**copy.deepcopy(random.choice(OBJECTS)), "kind": random.choice(("Other", "ConfigMap"))})
            case 2 if not (at in made and key in ("kind", "apiVersion", "metadata")):
                del at[key]
            case 3 if isinstance(at, dict):
                at[random.choice(("suspend", "name", "added"))] = random.choice((True, "x", "{host}", {"a": "{size}"}))
            case 4 if isinstance(at, list):
                at.insert(random.randrange(len(at) + 1), copy.deepcopy(random.choice(at)))
            case 5 if isinstance(at, list):
                random.shuffle(at)
            case 6 | 7 | 8 if isinstance(value, str | int) and key not in ("kind", "apiVersion"):
                at[key] = random.choice(
                    (*TEXTS, 0, 2, "{size}", "{host}", "{replicas}", "{egress}", f"{value}x", "Delete")
                )
    return made


def inside(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in the data: what holds it, and its key or index."""
    for key, child in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(child, dict | list):
            yield from inside(child)


def profile_of(objects: Sequence[Any], key: str) -> Profile:
    """The profile that would be made of these objects; each ConfigMap's name has the hash of its data."""
    slots: list[Slot] = []
    hashes: list[Parts] = []
    manifests, application = (
        [item for item in objects if (item["kind"] == "Application") is own] for own in (False, True)
    )
    templates = [
        _template(("tenants/", HOLES.index("name"), "/manifests/manifests.yaml"), manifests, slots, hashes),
        _template((APPLICATION,), application, slots, hashes),
    ]
    return Profile(tuple(templates), tuple(slots), (), tuple(hashes), (), key)


def _template(path: Parts, objects: Sequence[Any], slots: list[Slot], hashes: list[Parts]) -> Template:
    texts = "---\n".join(marked(yaml.safe_dump(item, width=10_000)) for item in objects)
    for item in objects:
        if item["kind"] == "ConfigMap":
            data = {str(key): str(value) for key, value in item.get("data", {}).items()}
            hashes.append(_parts(marked(config_map_json(data))))
            texts = texts.replace("HASH", f"hole{len(HOLES) + len(hashes) - 1}hole")
    literals, found = [""], []
    for line in texts.splitlines(keepends=True):
        head, value = re.fullmatch(r"(\s*(?:- )*(?:[\w./-]+: )?)(.*\n)", line, re.DOTALL).groups()  # type: ignore[union-attr]
        if not MARK.search(value):
            literals[-1] += line
            continue
        parts = _parts(yaml.safe_load(value))
        hole = HOLES[parts[0]] if len(parts) == 1 and isinstance(parts[0], int) and parts[0] < len(HOLES) else ""
        column = len(head) - len(head.lstrip()) + 2
        if hole in TREES and not head.endswith("- "):
            head = f"{head.rstrip()}\n{' ' * column}"
        elif hole in TREES:
            column = len(head)
        style: Style = "number" if hole in NUMBERS else "tree" if hole in TREES else "text"
        slots.append(Slot(parts, style, column if style == "tree" else len(head), column))
        found.append(len(slots) - 1)
        literals[-1] += head
        literals.append("\n")
    return Template(path, tuple(literals), tuple(found))


def _parts(text: str) -> Parts:
    pieces = MARK.split(text)
    return tuple(int(piece) if at % 2 else piece for at, piece in enumerate(pieces) if piece)


def tree(profile: Profile, specs: Sequence[dict[str, Any]], where: str) -> Snapshot:
    files: dict[str, bytes | str] = {}
    stamped = {}
    for spec in specs:
        taken = shaped(spec, {**dict.fromkeys(HOLES, "value"), **dict.fromkeys(TREES, "list")})
        unit = Unit(spec["name"], spec, {}, CATALOGUE, f"argocd/eu-1/00/{spec['name']}.yaml")
        made = stamp(profile, taken.values)
        files |= {unit.application if path == APPLICATION else path: raw for path, raw in made.items()}
        body = {"kind": "Tenant", "metadata": {"name": spec["name"]}, "spec": spec}
        files[f"tenants/{spec['name']}/overlay/tenant.yaml"] = yaml.safe_dump(body)
        stamped[spec["name"]] = Stamped(profile, taken.values, (taken.shape, ()), unit)
    return replace(snapshot(files, where), stamped=stamped)


def whole(change: TenantChange) -> TenantChange:
    """With all its values, the edits of each object in the order in which they are shown."""
    known = change.like.whole(change) if change.like else change
    objects = (
        replace(item, edits=tuple(sorted(item.edits, key=lambda edit: show_path(edit.path)))) for item in known.objects
    )
    return replace(known, objects=tuple(objects))


def judged(changes: Sequence[TenantChange], after: Snapshot) -> tuple[list[Danger], list[Group]]:
    marks = (Mark(("size",), "size-falls", "falls", "less", "more"),)
    found = dangers(changes, Context(marks=marks, standing=standing_in({after.environment: after})))
    return found, group(changes, found, [("zone",)])


def agree(older: Sequence[Any], newer: Sequence[Any], specs: Sequence[dict[str, Any]]) -> list[TenantChange]:
    """What is said of all tenants together, seen to be what is said of each of them."""
    before, after = (tree(profile_of(each, key), specs, key) for each, key in ((older, "old"), (newer, "new")))
    alone, together = compare(before, after, singly=True), compare(before, after)
    assert [whole(change) for change in together] == [whole(change) for change in alone], (older, newer)
    assert judged(together, after) == judged(alone, after), (older, newer)
    return together


def test_patterns_say_what_each_tenant_says() -> None:
    random = Random(SEED)
    shared = told = 0
    for _ in range(COUNT):
        older = mutated(random, OBJECTS) if random.random() < 0.5 else OBJECTS
        newer = mutated(random, older)
        names = random.sample(("acme", "birch", "moodle", "uni", "a", "school-of-life"), 4)
        together = agree(older, newer, [spec_of(random, name) for name in names])
        shared += sum(change.like is not None for change in together)
        told += len(together)
    assert told / 4 < shared < told  # neither always nor never


@pytest.mark.parametrize(
    ("older", "newer", "shared"),
    [
        (("Service", "{name}", "web"), ("Service", "acme", "web"), False),
        (("Service", "{name}-web", "web"), ("Service", "{host}-web", "web"), False),
        (("Service", "web", "{namespace}"), ("Service", "web", "moodle-acme"), False),
        (("Secret", "{name}-khf7gg8mbm", "web"), ("Secret", "acme-9k2t4hmdcc", "web"), False),
        (("Secret", "env-{name}", "web"), ("Secret", "env-9k2t4hmdcc", "web"), False),
        (("Service", "{name}-web", "web"), ("Service", "{name}-api", "web"), True),
        (("Secret", "{name}-env-khf7gg8mbm", "web"), ("Secret", "{name}-env-9k2t4hmdcc", "web"), True),
    ],
)
def test_names_that_only_values_can_tell_apart(older: Names, newer: Names, shared: bool) -> None:
    specs = [spec_of(Random(SEED), name) for name in ("acme", "birch", "khf7gg8mbm")]
    together = agree([named(*older, "old")], [named(*newer, "new")], specs)
    assert [change.like is not None for change in together] == [shared] * len(specs)


def named(kind: str, name: str, namespace: str, said: str) -> Any:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "spec": {"said": said}}
