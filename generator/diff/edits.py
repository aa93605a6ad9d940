"""The fields that differ between two objects, and how they turn the older into the newer.

A step `Item` names the item of a keyed list, whose order is no difference. In other lists items are aligned, and an index is
that in the newer list; where an item is removed, that in the older.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from generator.changes import ABSENT, Edit, FieldPath, Item, Step
from generator.diff.keys import key_of
from generator.diff.unknowns import refuse_open, shown

_ALIGNED = 2_000
"""Longer lists are compared place by place: aligning takes time in the square of their length."""


def edits(before: Any, after: Any) -> list[Edit]:
    """Every field that differs, in the order of the paths; nothing for the order of keys and of keyed lists."""
    return list(_differences(before, after, ()))


def _differences(before: Any, after: Any, path: FieldPath) -> Iterator[Edit]:
    if before is after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from _differences(before.get(key, ABSENT), after.get(key, ABSENT), (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(before, after, path)
    elif type(before) is not type(after) or before != after:
        yield Edit(path, before, after)


def _of_lists(before: list[Any], after: list[Any], path: FieldPath) -> Iterator[Edit]:
    field = next((step for step in reversed(path) if isinstance(step, str)), "")
    key = key_of(field, before, after)
    if key is None:
        yield from _aligned(before, after, path)
        return
    old, new = {item[key]: item for item in before}, {item[key]: item for item in after}
    for value in sorted(old.keys() | new.keys(), key=lambda value: (isinstance(value, str), value)):
        yield from _differences(old.get(value, ABSENT), new.get(value, ABSENT), (*path, Item(key, value)))


def _aligned(before: list[Any], after: list[Any], path: FieldPath) -> Iterator[Edit]:
    for _, i1, i2, j1, j2 in _blocks(before, after):
        common = min(i2 - i1, j2 - j1)
        for place in range(common):
            yield from _differences(before[i1 + place], after[j1 + place], (*path, j1 + place))
        for index in range(i1 + common, i2):
            yield Edit((*path, index), before[index], ABSENT)
        for index in range(j1 + common, j2):
            yield Edit((*path, index), ABSENT, after[index])


def _blocks(before: list[Any], after: list[Any]) -> list[tuple[str, int, int, int, int]]:
    if max(len(before), len(after)) > _ALIGNED:
        return [("replace", 0, len(before), 0, len(after))]
    unknown: list[str] = []

    def told(value: Any) -> str:
        unknown.append(shown(value))
        return unknown[-1]

    old, new = ([json.dumps(item, sort_keys=True, default=told) for item in items] for items in (before, after))
    if unknown:
        refuse_open([*zip(old, before, strict=True), *zip(new, after, strict=True)])
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [block for block in matcher.get_opcodes() if block[0] != "equal"]


def apply(changes: Sequence[Edit], value: Any) -> Any:
    """The value with the changes made; it is itself left as it was. New items of keyed lists stand at the end."""
    return _apply([(change.path, change) for change in changes], value)


_Left = list[tuple[FieldPath, Edit]]
"""What is left of each path on the way down."""


def _apply(changes: _Left, value: Any) -> Any:
    if not changes:
        return value
    if not changes[0][0]:
        return changes[0][1].after
    if isinstance(value, list):
        return _by_place(changes, value) if isinstance(changes[0][0][0], int) else _by_key(changes, value)
    result = dict(value)
    for step, below in _below(changes).items():
        assert isinstance(step, str)
        result[step] = _apply(below, result.get(step))
    return {key: item for key, item in result.items() if item is not ABSENT}


def _by_key(changes: _Left, items: list[Any]) -> list[Any]:
    result = list(items)
    for step, below in _below(changes).items():
        assert isinstance(step, Item)
        places = [place for place, item in enumerate(result) if item is not ABSENT and item[step.key] == step.value]
        if places:
            result[places[0]] = _apply(below, result[places[0]])
        else:
            result.append(_apply(below, ABSENT))
    return [item for item in result if item is not ABSENT]


def _by_place(changes: _Left, items: list[Any]) -> list[Any]:
    """Without what is removed, by the older places; then what is new and what is changed, by the newer."""
    whole = [(path[0], change) for path, change in changes if len(path) == 1]
    removed = {place for place, change in whole if change.after is ABSENT}
    added = {place: change.after for place, change in whole if change.before is ABSENT}
    rest = [(path, change) for path, change in changes if len(path) > 1 or ABSENT not in (change.before, change.after)]
    kept = iter([item for place, item in enumerate(items) if place not in removed])
    below = _below(rest)
    number = len(items) - len(removed) + len(added)
    return [added[place] if place in added else _apply(below.get(place, []), next(kept)) for place in range(number)]


def _below(changes: _Left) -> dict[Step, _Left]:
    found: dict[Step, _Left] = defaultdict(list)
    for path, change in changes:
        found[path[0]].append((path[1:], change))
    return found
