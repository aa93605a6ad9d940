"""Stand-ins for the tenants of a shape, whose every value is a sentinel: what kustomize makes of two of them shows where values go.

The first has short values that sort first, the second longer ones that sort last and against each other the other way round: what
depends on length or order comes out differently. Only names of list items keep their order, which is part of the shape.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from generator.compile import lists_of, slug_of
from generator.model import Catalogue, Unit
from generator.profiles.cut import Sentinels, UncuttableError
from generator.profiles.shape import NUMBER, Shape, Shaped, Value, filled, holes, shaped
from generator.profiles.template import APPLICATION

_LAST = 9999
_FIRST = 10
_RING = _LAST - 1
"""The ring's sentinel is always the same, so that one copy of the catalogue serves all witnesses."""

_PATTERNS = (r"aq\d{4}[.-]qa|73\d{4}1", r"zq\d{4}(?:\.qz\.longer|-qz-longer)|89\d{4}773")


@dataclass(frozen=True, slots=True)
class Witness:
    """A unit made of sentinels, its values in the order of a profile's, and how to find them again."""

    unit: Unit
    values: tuple[Value, ...]
    sentinels: Sentinels


def renamed(catalogue: Catalogue) -> frozenset[str]:
    """The names that kustomize adds a suffix to: a value equal to one could be taken for a reference to it, so it is no hole."""
    found: set[str] = set()
    for component in catalogue.components:
        for file, documents in component.documents.items():
            for body in (document.data for document in documents if isinstance(document.data, Mapping)):
                if file.endswith("kustomization.yaml"):
                    generated = [*body.get("configMapGenerator", ()), *body.get("secretGenerator", ())]
                    found |= {str(one.get("name")) for one in generated}
                elif file.startswith("each/"):
                    found.add(str((body.get("metadata") or {}).get("name")))
    return frozenset(found)


def shape_of(unit: Unit, fixed: AbstractSet[str]) -> Shaped:
    """A tenant taken apart, with what Argo CD needs; where list items give names, their order is part of the shape."""
    taken = shaped({**unit.spec, "argocd": unit.argocd}, fixed)
    orders = tuple(_order([slug_of(item) for item in _items(unit, *where)]) for where in _lists(unit))
    return Shaped((taken.shape, orders), taken.values)


def slug_holes(unit: Unit, shape: Shape) -> tuple[int, ...]:
    """The values that list items are named by, list after list."""
    places = {path: number for number, (path, _) in enumerate(holes(shape[0]))}
    found = []
    for feature, name in _lists(unit):
        for index, item in enumerate(_items(unit, feature, name)):
            path = ("features", feature, name, index)
            path = path if isinstance(item, str) else (*path, "name")  # type: ignore[assignment]
            if path not in places:
                raise UncuttableError(f"the items of `{name}` are named by no text")
            found.append(places[path])
    return tuple(found)


def witness(unit: Unit, shape: Shape, second: bool) -> Witness:
    """One of the two stand-ins of a unit's shape."""
    kinds = holes(shape[0])
    slugs = slug_holes(unit, shape)
    ids = _ids([path for path, _ in kinds], slugs, shape[1], second)
    values = [
        _number(id, second) if kind == NUMBER else _text(id, second) for id, (_, kind) in zip(ids, kinds, strict=True)
    ]
    spec = filled(shape[0], values)
    argocd = spec.pop("argocd")
    named = [slug_of(values[hole]) for hole in slugs]
    numbers = {str(value): number for number, value in enumerate([*values, *named])}
    sentinels = Sentinels(numbers, re.compile(_PATTERNS[second]))
    made = Unit(spec["name"], spec, argocd, unit.catalogue, APPLICATION)
    return Witness(made, (*values, *named), sentinels)


def ring_of_witness(second: bool) -> str:
    """The ring of every witness: where it looks for its catalogue."""
    return _text(_RING, second)


def _lists(unit: Unit) -> list[tuple[str, str]]:
    return [(component.name, name) for component, name in lists_of(unit)]


def _items(unit: Unit, feature: str, name: str) -> Sequence[object]:
    found: Sequence[object] = unit.spec["features"][feature].get(name, [])
    return found


def _order(names: Sequence[str]) -> tuple[int, ...]:
    """The rank of each name."""
    ordered = sorted(names)
    return tuple(ordered.index(name) for name in names)


def _ids(paths: Sequence[tuple[str | int, ...]], slugs: Sequence[int], orders: Shape, second: bool) -> list[int]:
    """What tells the sentinels apart: rising in the first witness, falling in the second, but by rank where items give names."""
    ids = [_RING if path == ("ring",) else number + _FIRST for number, path in enumerate(paths)]
    if len(ids) + _FIRST >= _RING:
        raise UncuttableError("it has too many values")
    at = 0
    for order in orders:
        own = slugs[at : at + len(order)]
        free = sorted((ids[hole] for hole in own), reverse=second)
        for hole, rank in zip(own, order, strict=True):
            ids[hole] = free[rank]
        at += len(order)
    return ids


def _text(id: int, second: bool) -> str:
    return f"zq{_LAST - id:04d}.qz.longer" if second else f"aq{id:04d}.qa"


def _number(id: int, second: bool) -> int:
    return int(f"89{_LAST - id:04d}773" if second else f"73{id:04d}1")
