"""Two states of an object side by side: the values at one path in both, list items matched by their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.changes import ABSENT, FieldPath, Item
from generator.destruction.quantities import quantity
from generator.rules.walk import at

_NAMES = (("name",), ("metadata", "name"))
_AMOUNTS = {"requests", "limits", "storage", "size", "cpu", "memory", "sizeLimit", "capacity"}
"""Fields whose texts are quantities: `1024Mi` and `1Gi` are the same."""

_EMPTY: tuple[Any, ...] = (ABSENT, None, [], {})


def pairs(
    before: Any, after: Any, pattern: Sequence[str], path: FieldPath = ()
) -> Iterator[tuple[FieldPath, Any, Any]]:
    """Both values at each place that the pattern reaches in `before`; `*` stands for every item of a list."""
    if not pattern:
        yield path, before, after
        return
    head, rest = pattern[0], pattern[1:]
    if head == "*":
        for step, old, new in matched(before, after):
            yield from pairs(old, new, rest, (*path, step))
    elif isinstance(before, Mapping) and head in before:
        yield from pairs(before[head], value(after, head), rest, (*path, head))


def value(body: Any, key: str) -> Any:
    """The field of a map, `ABSENT` where there is none."""
    return body.get(key, ABSENT) if isinstance(body, Mapping) else ABSENT


def matched(before: Any, after: Any) -> Iterator[tuple[Item | int, Any, Any]]:
    """The items of `before`, each with the one of the same name in `after`, or of the same index where they have none."""
    old, new = (
        list(items) if isinstance(items, Sequence) and not isinstance(items, str) else [] for items in (before, after)
    )
    for index, item in enumerate(old):
        if (name := name_of(item)) is not None:
            yield Item("name", name), item, next((other for other in new if name_of(other) == name), ABSENT)
        else:
            yield index, item, new[index] if index < len(new) else ABSENT


def name_of(item: Any) -> str | None:
    """The name by which an item of a list is known."""
    found = (at(item, *path) for path in _NAMES)
    return next((name for name in found if isinstance(name, str)), None)


def alike(before: Any, after: Any, amount: bool = False) -> bool:
    """Whether two values mean the same: quantities by their amount, an empty list or map as none at all."""
    if before == after or (_empty(before) and _empty(after)):
        return True
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        keys = before.keys() | after.keys()
        return all(alike(value(before, key), value(after, key), amount or key in _AMOUNTS) for key in keys)
    if isinstance(before, list) and isinstance(after, list):
        same_length = len(before) == len(after)
        return same_length and all(alike(old, new, amount) for old, new in zip(before, after, strict=True))
    old, new = quantity(before), quantity(after)
    return amount and old is not None and old == new


def _empty(found: Any) -> bool:
    return any(found is nothing or (found == nothing and isinstance(found, list | dict)) for nothing in _EMPTY)


def narrowest(before: Any, after: Any, path: FieldPath) -> tuple[FieldPath, Any, Any]:
    """The deepest place that holds everything that differs between two values."""
    steps: list[tuple[str | int | Item, Any, Any]] = []
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        steps = [(key, value(before, key), value(after, key)) for key in sorted(before.keys() | after.keys())]
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        steps = list(matched(before, after))
        if [name_of(item) for item in before] != [name_of(item) for item in after]:
            return path, before, after
    differing = [found for found in steps if not alike(found[1], found[2], found[0] in _AMOUNTS or _inside(path))]
    if len(differing) == 1:
        step, old, new = differing[0]
        return narrowest(old, new, (*path, step))
    return path, before, after


def _inside(path: FieldPath) -> bool:
    return any(step in _AMOUNTS for step in path)
