"""Many small groups that change the same fields of the same object to values of their own, said as one.

A schedule that is spread over the night has another value in each tenant; three hundred groups of one say less than one
group that shows some of the values.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from generator.changes import ABSENT, Edit, Group

_MANY = 8
_SMALL = 2
_EXAMPLES = 3
_WIDTH = 40


def blended(groups: Sequence[Group]) -> list[Group]:
    """The groups, with those of one or two members made one where there are many of them for the same fields."""
    alike: dict[Any, list[Group]] = defaultdict(list)
    for item in groups:
        alike[item.action, item.object, tuple(edit.path for edit in item.edits)].append(item)
    result: list[Group] = []
    for found in alike.values():
        small = [item for item in found if len(item.members) <= _SMALL]
        if len(small) <= _MANY:
            result += found
        else:
            result += [item for item in found if len(item.members) > _SMALL]
            result.append(_one(small))
    return result


def _one(groups: Sequence[Group]) -> Group:
    first = groups[0]
    edits = tuple(
        Edit(
            edit.path,
            _blend([item.edits[at].before for item in groups]),
            _blend([item.edits[at].after for item in groups]),
        )
        for at, edit in enumerate(first.edits)
    )
    causes = tuple(dict.fromkeys(cause for item in groups for cause in item.causes))
    return replace(
        first,
        edits=edits,
        before=_blend([item.before for item in groups]),
        after=_blend([item.after for item in groups]),
        members=tuple(member for item in groups for member in item.members),
        dangers=tuple(danger for item in groups for danger in item.dangers),
        cause=causes[0] if causes else None,
        causes=causes[:_MANY],
        rolls=tuple(sorted({id for item in groups for id in item.rolls})),
    )


def _blend(values: Sequence[Any]) -> Any:
    """What is the same in all values; for the rest a text that shows some of them."""
    first = values[0]
    if all(type(value) is type(first) and value == first for value in values):
        return first
    if all(isinstance(value, dict) and value.keys() == first.keys() for value in values):
        return {key: _blend([value[key] for value in values]) for key in first}
    if all(isinstance(value, list) and len(value) == len(first) for value in values):
        return [_blend([value[at] for value in values]) for at in range(len(first))]
    return _differs(values)


def _differs(values: Iterable[Any]) -> str:
    texts = list(dict.fromkeys(_short(value) for value in values))
    more = ", …" if len(texts) > _EXAMPLES else ""
    return f"<differs: {', '.join(texts[:_EXAMPLES])}{more}>"


def _short(value: Any) -> str:
    if value is ABSENT:
        return "none"
    text = "…" if isinstance(value, dict | list) else str(value).splitlines()[0] if str(value) else '""'
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]}…"
