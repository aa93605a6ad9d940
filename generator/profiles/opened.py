"""Lists and maps that were moved whole, opened for the rules: as if each of their values were a hole of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from generator.cache import digest
from generator.profiles.shape import TEXT, Shape, Value, apart, holes, words
from generator.profiles.template import Body
from generator.source import Path

Trees = tuple[tuple[int, Shape, int], ...]
"""Of each list or map that is a value: its number, its shape, and the number of the first value in it."""


def opened_values(values: Sequence[Value]) -> tuple[Sequence[Value], Trees]:
    """The values, and behind them those that stand in lists and maps, whose own places are empty; and what these look like."""
    found: list[tuple[int, Shape, int]] = []
    more: list[Value] = []
    for number, value in enumerate(values):
        if isinstance(value, list | dict):
            taken = apart(value)
            found.append((number, taken.shape, len(values) + len(more)))
            more += taken.values
    if not found:
        return values, ()
    return [*("" if isinstance(value, list | dict) else value for value in values), *more], tuple(found)


def opened_bodies(bodies: Sequence[Body], trees: Trees) -> tuple[Body, ...]:
    """The objects with the values of lists and maps in their places."""
    shapes = {number: (shape, first) for number, shape, first in trees}
    return tuple(_opened(body, shapes) for body in bodies)


def _opened(body: Body, shapes: Mapping[int, tuple[Shape, int]]) -> Body:
    inside, others = [], []
    for value in body.values:
        only = value[1][0]
        if isinstance(only, int) and only in shapes:
            inside.append((value[0], *shapes[only]))
        else:
            others.append(value)
    if not inside:
        return body
    return Body(
        digest(body.digest, json.dumps([[path, shape] for path, shape, _ in inside])),
        body.api_version,
        body.kind,
        (*others, *(value for path, shape, first in inside for value in _values(path, shape, first))),
        body.words.union(*(words(shape) for _, shape, _ in inside)),
        body.ports,
    )


def _values(path: Path, shape: Shape, first: int) -> Iterator[tuple[Path, tuple[int], bool]]:
    for number, (inner, kind) in enumerate(holes(shape), first):
        yield (*path, *inner), (number,), kind == TEXT
