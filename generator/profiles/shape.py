"""The structure of a resolved tenant apart from its values: tenants of one shape make one profile.

Only what components read is looked at (`reading.py`). What decides structure is the shape: keys, lengths of lists, booleans, empty
texts, the model and the state, and the order in which names made of list items sort. Every other text and every whole number is a
hole, and so is a list that components only move whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Literal

from generator.profiles.trees import KEY, has_order
from generator.scalars import INTEGER_LIMIT

Value = str | int | list[Any] | dict[str, Any]
Shape = tuple[Any, ...]

TEXT, NUMBER, ITEMS, FIELDS = "text", "number", "items", "fields"
"""The kinds of holes, as they stand in a shape: the last two are a list and a map that are moved whole."""

Manner = Literal["structure", "value", "plain", "text", "list", "block"]
"""How a value is read.

It chooses components; as it is; as it is, into a text that is taken apart afterwards; only as a text; whole, if it is a list;
whole, if it is a map or a list.
"""

PLAIN = r"[A-Za-z0-9._-]"
"""What a value is made of that may go into a text that is taken apart: nothing by which the language lets it be divided."""

Fields = Mapping[str, Any]
"""What is read of a map: for each key the same again, or the manner in which its value is read."""

_PLAIN = re.compile(f"{PLAIN}+")
_MEANT = frozenset({"apiVersion", "kind", "metadata", "namespace"})
"""Keys that kustomize looks for wherever they stand."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """A tenant taken apart: `shape` is equal for all tenants of a profile, `values` fill its holes in the order of the walk."""

    shape: Shape
    values: tuple[Value, ...]


def shaped(spec: Mapping[str, Any], fields: Fields, fixed: AbstractSet[str] = frozenset()) -> Shaped:
    """Take what is read of a resolved tenant apart; texts that are `fixed` are no holes."""
    values: list[Value] = []

    def read(node: Any, below: Any) -> Any:
        if isinstance(below, str) or type(node) is not dict:
            manner: Any = below if isinstance(below, str) else "value"
            return _taken(node, manner, fixed, values)
        return ("map", *[(name, read(node[name], child)) for name, child in below.items() if name in node])

    return Shaped(read(spec, fields), tuple(values))


def apart(value: Any) -> Shaped:
    """The same for a list or a map by itself, no part of which is moved whole."""
    values: list[Value] = []
    return Shaped(_taken(value, "value", frozenset(), values), tuple(values))


def _taken(node: Any, manner: Manner, fixed: AbstractSet[str], values: list[Value]) -> Any:
    kind = type(node)
    found: Any = None
    if kind is str and (manner == "text" or _is_free(node, manner, fixed)):
        found = TEXT
    elif kind is int:
        found = NUMBER
    elif kind is bool and manner == "text":
        found, node = TEXT, "true" if node else "false"
    elif kind is list and manner in ("list", "block") and node and _is_movable(node, fixed):
        found = ITEMS
    elif kind is dict and manner == "block" and node and _is_movable(node, fixed):
        found = FIELDS
    if found:
        values.append(node)
        return found
    inner: Manner = "plain" if manner == "plain" else "value"
    if kind is dict:
        return ("map", *[(name, _taken(node[name], inner, fixed, values)) for name in sorted(node)])
    if kind is list:
        return ("list", *[_taken(item, inner, fixed, values) for item in node])
    # With its type, since Python takes 1.0 and true for equal.
    return ("fixed", node, kind.__name__)


def _is_free(text: str, manner: Manner, fixed: AbstractSet[str]) -> bool:
    """Whether another text in its place would change nothing but itself."""
    if not text or text in fixed or manner == "structure":
        return False
    return manner != "plain" or _PLAIN.fullmatch(text) is not None


def _is_movable(node: Any, fixed: AbstractSet[str]) -> bool:
    """Whether kustomize has no reason to look into it, and how it is written is known."""
    kind = type(node)
    if kind is str:
        return node not in fixed
    if kind is list:
        return all(_is_movable(item, fixed) for item in node)
    if kind is dict:
        known = all(key not in _MEANT and KEY.fullmatch(key) for key in node)
        return known and has_order(node) and all(_is_movable(child, fixed) for child in node.values())
    return kind is bool or (kind is int and abs(node) < INTEGER_LIMIT)


def filled(shape: Shape, values: Sequence[Value]) -> dict[str, Any]:
    """What is read of the tenant of this shape with these values: the inverse of `shaped`."""
    rest = iter(values)

    def put(node: Any) -> Any:
        if type(node) is str:
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
    return [(path, node) for path, node in _nodes(shape, ()) if type(node) is str]


def values_at(spec: Mapping[str, Any], paths: Sequence[tuple[str | int, ...]]) -> tuple[Value, ...]:
    """The values of a tenant whose shape has holes at these paths: those of `shaped`, without the walk."""
    found: list[Value] = []
    for path in paths:
        node: Any = spec
        for key in path:
            node = node[key]
        found.append(node if type(node) is not bool else "true" if node else "false")
    return tuple(found)


def words(shape: Shape) -> Iterator[str]:
    """The texts that are no holes, and the keys."""
    for path, node in _nodes(shape, ()):
        yield from (part for part in path[-1:] if isinstance(part, str))
        if type(node) is tuple and node[0] == "fixed" and isinstance(node[1], str):
            yield node[1]


def _nodes(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    yield path, node
    if type(node) is tuple and node[0] in ("map", "list"):
        children = node[1:] if node[0] == "map" else enumerate(node[1:])
        for key, child in children:
            yield from _nodes(child, (*path, key))
