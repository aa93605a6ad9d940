"""Templates for the peers, made from what quad rendered: what differs between tenants is a hole, the rest stands as it is.

Tenants whose objects are the same but for the holes share a template. What a peer gets is generous: values
come ready for their place (also the hashes of ConfigMaps), with nothing to default, derive or check.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Objects = list[dict[str, Any]]
Place = tuple[str | int, ...]
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
HASH = re.compile(r"-[2456789bcdfghkmt]{10}$")
MARK = re.compile(r"\"?HOLE_(v[0-9]+)(s?)_\"?")


@dataclass(frozen=True, slots=True)
class Filled:
    """A tenant's objects, and the same as a template's number and the values for its holes."""

    name: str
    objects: Objects
    template: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Templates:
    """Objects with marks in their holes, by number, and the tenants that fill them."""

    marked: Sequence[Objects]
    tenants: Sequence[Filled]


def read(path: Path) -> Objects:
    """The objects of a file of manifests, YAML or JSON."""
    raw = path.read_bytes()
    found = json.loads(raw) if raw.lstrip()[:1] == b"[" else list(yaml.load_all(raw, Loader=Loader))
    return [one for one in found if one]


def cut(tenants: Mapping[str, Objects]) -> Templates:
    """The templates of these tenants. A value is a hole where the tenants' values at its place differ, or it names the tenant."""
    leaves = {name: list(_leaves(objects, name)) for name, objects in tenants.items()}
    seen: dict[Place, set[str]] = defaultdict(set)
    for found in leaves.values():
        for _, place, value in found:
            seen[place].add(repr(value))
    numbers: dict[str, int] = {}
    filled = []
    for name, objects in tenants.items():
        holes = [(at, value) for at, place, value in leaves[name] if _differs(seen[place], value, name)]
        marked = json.dumps(_marked(objects, holes))
        values = {f"v{number}": value for number, (_, value) in enumerate(holes)}
        filled.append(Filled(name, objects, numbers.setdefault(marked, len(numbers)), values))
    return Templates([json.loads(marked) for marked in numbers], filled)


def _differs(values: set[str], value: Any, name: str) -> bool:
    return len(values) > 1 or (isinstance(value, str) and name in value)


def _leaves(objects: Objects, tenant: str) -> Iterator[tuple[Place, Place, Any]]:
    """Every scalar with its place in this document, and its place by the object's kind and name, the same in all tenants."""
    for index, each in enumerate(objects):
        own = HASH.sub("", each["metadata"]["name"])
        whose = (each["kind"], "*" if tenant in own else own)
        for place, value in _scalars(each):
            yield (index, *place), (*whose, *place), value


def _scalars(node: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _scalars(value, (*place, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _scalars(value, (*place, index))
    else:
        yield place, node


def _marked(objects: Objects, holes: Sequence[tuple[Place, Any]]) -> Objects:
    """A copy with a mark in each hole; an `s` in the mark says that a string belongs there."""
    copied: Any = json.loads(json.dumps(objects))
    for number, (place, value) in enumerate(holes):
        node = copied
        for part in place[:-1]:
            node = node[part]
        node[place[-1]] = f"HOLE_v{number}{'s' if isinstance(value, str) else ''}_"
    return list(copied)


def as_yaml(objects: Objects, hole: Callable[[str, bool], str], escape: Callable[[str], str]) -> str:
    """YAML text with what `hole` writes for a name and whether it is a string; all other text goes through `escape`."""
    text = yaml.dump_all(objects, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=1_000_000)
    return _spliced(text, hole, escape)


def as_json(objects: Objects, hole: Callable[[str], str]) -> str:
    """JSON text, which is also Jsonnet and JavaScript, with an expression in each hole."""
    return _spliced(json.dumps(objects, indent=1), lambda name, _is_string: hole(name), lambda text: text)


def _spliced(text: str, hole: Callable[[str, bool], str], escape: Callable[[str], str]) -> str:
    parts, end = [], 0
    for match in MARK.finditer(text):
        parts += [escape(text[end : match.start()]), hole(match[1], match[2] == "s")]
        end = match.end()
    return "".join([*parts, escape(text[end:])])


def braces(text: str) -> str:
    """Text that Go's templates and Jinja2 leave alone, by an expression for each opening brace they would read."""
    return re.sub(r"\{\{|\{%|\{#", lambda match: f'{{{{ "{match[0]}" }}}}', text)
