"""Plain data as YAML in block style: where lines break and how deep they stand; scalars are written by whoever asks.

The layout is that of libyaml and of go-yaml v2, which agree: two blanks for a map in a map, none for a list in a map.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

STEP = 2

Block = dict[str, Any] | list[Any]


class Written(str):
    """A map that is text already, its lines standing at column 0; only where no scalar takes several lines."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Style:
    """Who writes: a text, given its column and the indentation of its further lines; a key; and in which order keys come."""

    scalar: Callable[[str, int, int], str]
    key: Callable[[str], str]
    order: Callable[[dict[str, Any]], Iterable[str]]


def block(data: Block, column: int, style: Style) -> str:
    """A map or a list that is not empty, its first line without the margin of `column`, its last one without an end."""
    margin = "\n" + " " * column
    if isinstance(data, dict):
        return margin.join([_entry(style.key(key), data[key], column, style) for key in style.order(data)])
    return margin.join(["- " + _item(value, column + STEP, style) for value in data])


def _entry(key: str, value: Any, column: int, style: Style) -> str:
    if type(value) is str:
        return f"{key}: {style.scalar(value, column + len(key) + 2, column + STEP)}"
    if type(value) is Written:
        margin = "\n" + " " * (column + STEP)
        return f"{key}:{margin}" + value.replace("\n", margin)
    if value and isinstance(value, dict | list):
        inner = column + STEP if isinstance(value, dict) else column
        return f"{key}:\n{' ' * inner}{block(value, inner, style)}"
    return f"{key}: {_plain(value)}"


def _item(value: Any, column: int, style: Style) -> str:
    if isinstance(value, str):
        return style.scalar(value, column, column)
    return block(value, column, style) if value and isinstance(value, dict | list) else _plain(value)


def _plain(value: Any) -> str:
    """What needs no quotes: a whole number, a truth value, nothing, and what is empty."""
    if type(value) is int:
        return str(value)
    if value is None:
        return "null"
    if isinstance(value, dict | list):
        return "{}" if isinstance(value, dict) else "[]"
    if type(value) is bool:
        return "true" if value else "false"
    raise TypeError(f"{value!r} is not written in block style")
