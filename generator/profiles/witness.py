"""Stand-ins for the tenants of a shape, whose every value is a sentinel: what kustomize makes of two of them shows where values go.

The first has short values that sort first, the second longer ones that sort last and against each other the other way round: what
depends on length or order comes out differently. Only names of list items keep their order, which is part of the shape.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from generator.compile import lists_of, slug_of
from generator.profiles.cut import ONLY_KEY, Sentinels, UncuttableError
from generator.profiles.reading import Reading
from generator.profiles.shape import FIELDS, ITEMS, NUMBER, Shape, Shaped, Value, filled, holes, shaped
from generator.units import Unit

APPLICATION = "argocd/application.yaml"
"""In the files of a profile, where the tenant's Application goes."""

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


def shape_of(unit: Unit, reading: Reading) -> Shaped:
    """A tenant taken apart, with what Argo CD needs; where list items give names, their order is part of the shape."""
    taken = shaped({**unit.spec, "argocd": unit.argocd}, reading.fields, reading.fixed)
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


def witness(unit: Unit, shape: Shape, shared: Sequence[tuple[str, ...]], second: bool) -> Witness:
    """One of the two stand-ins of a unit's shape; the values that are `shared` are the same for all shapes."""
    kinds = holes(shape[0])
    slugs = slug_holes(unit, shape)
    ids = _ids([path for path, _ in kinds], slugs, shape[1], shared, second)
    marks = [
        _number(id, second) if kind == NUMBER else _text(id, second) for id, (_, kind) in zip(ids, kinds, strict=True)
    ]
    values = [_standing_in(mark, kind) for mark, (_, kind) in zip(marks, kinds, strict=True)]
    spec = filled(shape[0], values)
    argocd = spec.pop("argocd")
    named = [slug_of(values[hole]) for hole in slugs]
    numbers = {str(mark): number for number, mark in enumerate([*marks, *named])}
    trees = frozenset(number for number, (_, kind) in enumerate(kinds) if kind in (ITEMS, FIELDS))
    sentinels = Sentinels(numbers, re.compile(_PATTERNS[second]), trees)
    made = Unit(spec["name"], spec, argocd, unit.catalogue, APPLICATION)
    return Witness(made, (*values, *named), sentinels)


def _standing_in(mark: str | int, kind: str) -> Value:
    """For a list, a list of one text; for a map, a map of one."""
    return [mark] if kind == ITEMS else {ONLY_KEY: mark} if kind == FIELDS else mark


def ring_of_witness(second: bool) -> str:
    """The ring of every witness: where it looks for its catalogue."""
    return _text(_RING, second)


def _lists(unit: Unit) -> list[tuple[str, str]]:
    return [(component.name, name) for component, name in lists_of(unit.spec, unit.catalogue)]


def _items(unit: Unit, feature: str, name: str) -> Sequence[object]:
    found: Sequence[object] = unit.spec["features"][feature].get(name, [])
    return found


def _order(names: Sequence[str]) -> tuple[int, ...]:
    """The rank of each name."""
    ordered = sorted(names)
    return tuple(ordered.index(name) for name in names)


def _ids(
    paths: Sequence[tuple[str | int, ...]],
    slugs: Sequence[int],
    orders: Shape,
    shared: Sequence[tuple[str, ...]],
    second: bool,
) -> list[int]:
    """What tells the sentinels apart: rising in the first witness, falling in the second, but by rank where items give names."""
    common = [path for path in paths if any(path[: len(each)] == each for each in shared)]
    own = {path: _RING - number for number, path in enumerate(common, 1)}
    own["ring",] = _RING
    ids = [own.get(path, number + _FIRST) for number, path in enumerate(paths)]
    if len(ids) + _FIRST >= _RING - len(common):
        raise UncuttableError("it has too many values")
    at = 0
    for order in orders:
        holes = slugs[at : at + len(order)]
        free = sorted((ids[hole] for hole in holes), reverse=second)
        for hole, rank in zip(holes, order, strict=True):
            ids[hole] = free[rank]
        at += len(order)
    return ids


def _text(id: int, second: bool) -> str:
    return f"zq{_LAST - id:04d}.qz.longer" if second else f"aq{id:04d}.qa"


def _number(id: int, second: bool) -> int:
    return int(f"89{_LAST - id:04d}773" if second else f"73{id:04d}1")
