"""Which shape tenants are of, remembered by their tokens: their values are in their specs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from generator.cache import Cache, Kind, digest
from generator.identity import workshop
from generator.profiles.shape import Shape
from generator.shapes import Group

_KIND: Kind = "rows"


def kept_shapes(cache: Cache, name: str) -> dict[str, Shape]:
    """The shape of each tenant that was taken apart before, by its token; those of one shape have one object for it."""
    raw = cache.get(_KIND, _key(name))
    if raw is None:
        return {}
    shapes, numbers = json.loads(raw)
    tuples = [_tuple(shape) for shape in shapes]
    return {token: tuples[number] for token, number in numbers.items()}


def keep_shapes(cache: Cache, name: str, known: Mapping[str, Shape], groups: Sequence[Group]) -> None:
    """Remember the tenants of all groups, where they are not those that are known."""
    numbers = {unit.token: number for number, group in enumerate(groups) for unit, _ in group.members if unit.token}
    if numbers and numbers.keys() != known.keys():
        body = [[group.shape for group in groups], numbers]
        cache.put(_KIND, _key(name), json.dumps(body, ensure_ascii=False).encode())


def _key(name: str) -> str:
    return digest(workshop(), "shapes", name)


def _tuple(node: Any) -> Any:
    return tuple(_tuple(child) for child in node) if isinstance(node, list) else node
