"""The structure of a resolved tenant apart from its values: tenants of one shape make one profile.

What decides structure is the shape: keys, lengths of lists, booleans, empty texts, the model and the state, and the order in which
names made of list items sort. Every other text and every whole number is a hole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

Value = str | int
Shape = tuple[Any, ...]

STRUCTURAL = ("model", "state")
"""Texts that choose components."""

TEXT, NUMBER = "text", "number"
"""The two kinds of holes, as they stand in a shape."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """A tenant taken apart: `shape` is equal for all tenants of a profile, `values` fill its holes in the order of the walk."""

    shape: Shape
    values: tuple[Value, ...]


def shaped(spec: Mapping[str, Any], fixed: AbstractSet[str] = frozenset()) -> Shaped:
    """Take a resolved tenant apart; texts that are `fixed` are no holes."""
    values: list[Value] = []

    def take(node: Any) -> Any:
        kind = type(node)
        if kind is str and node and node not in fixed:
            values.append(node)
            return TEXT
        if kind is int:
            values.append(node)
            return NUMBER
        if kind is dict:
            return ("map", *[(name, take(node[name])) for name in sorted(node)])
        if kind is list:
            return ("list", *[take(item) for item in node])
        return _fixed(node)

    fields = tuple((name, _fixed(spec[name]) if name in STRUCTURAL else take(spec[name])) for name in sorted(spec))
    return Shaped(("map", *fields), tuple(values))


def _fixed(value: Any) -> tuple[str, Any, str]:
    """With its type, since Python takes 1.0 and true for equal."""
    return ("fixed", value, type(value).__name__)


def filled(shape: Shape, values: Sequence[Value]) -> dict[str, Any]:
    """The tenant of this shape with these values: the inverse of `shaped`."""
    rest = iter(values)

    def put(node: Any) -> Any:
        if node in (TEXT, NUMBER):
            return next(rest)
        kind, *parts = node
        if kind == "map":
            return {name: put(child) for name, child in parts}
        return [put(child) for child in parts] if kind == "list" else parts[0]

    result = put(shape)
    assert isinstance(result, dict)
    return result


def holes(shape: Shape) -> list[tuple[tuple[str | int, ...], str]]:
    """The path and the kind of every hole, in the order of the walk."""
    found: list[tuple[tuple[str | int, ...], str]] = []

    def walk(node: Any, path: tuple[str | int, ...]) -> None:
        if node in (TEXT, NUMBER):
            found.append((path, node))
        elif node[0] == "map":
            for name, child in node[1:]:
                walk(child, (*path, name))
        elif node[0] == "list":
            for index, child in enumerate(node[1:]):
                walk(child, (*path, index))

    walk(shape, ())
    return found
