"""Documents that differ between tenants in the tenants' own values alone are parsed and compared once.

The values of a tenant's spec are replaced in the bytes by single characters of Unicode's private use area, one for each place
in the spec. What remains is the same for all tenants of a shape; its data is parsed once, and for each tenant the characters
are turned back into the values. The parts of an object that hold none are shared by all tenants.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.changes import Edit, Item
from generator.diff.documents import load
from generator.diff.edits import edits

_FIRST, _LAST = 0xE000, 0xF8FF
_SHORTEST = 5
_PRIVATE = re.compile(rb"\xee[\x80-\xbf]{2}|\xef[\x80-\xa3][\x80-\xbf]")
# Words that stand for themselves wherever they occur in YAML: no quote, no escape, no sign that begins or ends anything.
_LITERAL = re.compile(
    r"(?!false$)(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9/](?:[\w./@+*-]|:(?=[^\s:]))*(?: [\w./@+*-]+)*",
    re.ASCII | re.IGNORECASE,
)
# An escape sequence that runs into a replaced value would lose its end.
_CUT = re.compile(rb"\\[xuU]?[0-9A-Fa-f]{0,8}(?:\xee[\x80-\xbf]{2}|\xef[\x80-\xa3][\x80-\xbf])")

# A line's value that is a text whatever surrounds it: in quotes, or in letters that are no word of YAML's own.
_LINE = re.compile(
    rb"""(?P<key>^[ ]*(?:-[ ])?[A-Za-z][A-Za-z0-9]*:[ ])
         (?:"(?P<quoted>(?:[ !#-&(-\[\]-~]|\xc3[\x80-\xbf])+)"|(?P<plain>[A-Za-z/][A-Za-z0-9_./@+-]{5,}))$""",
    re.MULTILINE | re.VERBOSE,
)

Table = dict[int, str]
"""From the character to the value it stands for."""


@dataclass(frozen=True, slots=True)
class Values:
    """One tenant's own values: what to replace in bytes, longest first, and how to get it back."""

    marks: tuple[tuple[bytes, bytes], ...] = ()
    table: Table = field(default_factory=dict)


def values_of(*specs: Mapping[str, Any] | None) -> Values:
    """The texts of a tenant's specs that may be replaced, each with the character of its place.

    Plain words but the tenant's name are left: they are many tenants' (`kubernetes`), and occur in keys.
    """
    found: dict[str, int] = {}
    sides = specs[:1] if specs and all(spec is specs[0] for spec in specs) else specs
    for side, spec in enumerate(sides):
        name = (spec or {}).get("name")
        for place, text in enumerate(_texts(spec or {})):
            code = _FIRST + place * len(specs) + side
            own = text == name or not text.isalpha()
            if own and len(text) >= _SHORTEST and code <= _LAST and _LITERAL.fullmatch(text):
                found.setdefault(text, code)
    ordered = sorted(found.items(), key=lambda item: (-len(item[0]), item[1]))
    marks = tuple((text.encode(), chr(code).encode()) for text, code in ordered)
    return Values(marks, {code: text for text, code in found.items()})


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key in sorted(value):
            yield from _texts(value[key])
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


@dataclass(frozen=True, slots=True)
class Shape:
    """A document's data with characters for values, and where they are."""

    data: Any
    holes: Any


@dataclass(frozen=True, slots=True)
class Memory:
    """What was parsed and compared before, by the bytes."""

    shapes: dict[bytes, Shape] = field(default_factory=dict)
    edits: dict[tuple[bytes, bytes], tuple[Edit, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Read:
    """One document of one tenant: the bytes with characters for values, and its own data."""

    skeleton: bytes
    data: Any


def read(raw: bytes, values: Values, memory: Memory, where: str) -> Read:
    """The document's data, from memory where another tenant's was alike."""
    if _PRIVATE.search(raw):  # what has such characters of its own is nobody's template
        return Read(b"", load(raw, where))
    skeleton = _replaced(raw, values)
    shape = memory.shapes.get(skeleton)
    if shape is None:
        data = load(skeleton, where)
        shape = memory.shapes[skeleton] = Shape(data, holes(data))
    return Read(skeleton, restore(shape.data, shape.holes, values.table))


def read_lines(raw: bytes, memory: Memory, where: str) -> Any:
    """The data of a file that has a value a line: all texts are replaced by their place, as each file has others."""
    if _PRIVATE.search(raw) or raw.count(b"\n") > _LAST - _FIRST:
        return load(raw, where)
    table: Table = {}

    def mark(found: re.Match[bytes]) -> bytes:
        code = _FIRST + len(table)
        table[code] = (found["quoted"] or found["plain"]).decode()
        sign = chr(code).encode()
        return found["key"] + (b'"' + sign + b'"' if found["quoted"] else sign)

    skeleton = _LINE.sub(mark, raw)
    if skeleton not in memory.shapes:
        data = load(skeleton, where)
        memory.shapes[skeleton] = Shape(data, holes(data))
    shape = memory.shapes[skeleton]
    return restore(shape.data, shape.holes, table)


def _replaced(raw: bytes, values: Values) -> bytes:
    skeleton = raw
    for text, mark in values.marks:
        skeleton = skeleton.replace(text, mark)
    return raw if b"\\" in raw and _CUT.search(skeleton) else skeleton


def edits_between(before: Read, after: Read, values: Values, memory: Memory) -> tuple[Edit, ...]:
    """The edits from one document to the other, from memory where another tenant's were alike."""
    pair = (before.skeleton, after.skeleton)
    if before.skeleton not in memory.shapes or after.skeleton not in memory.shapes:
        return tuple(edits(before.data, after.data))
    if pair not in memory.edits:
        memory.edits[pair] = tuple(edits(memory.shapes[pair[0]].data, memory.shapes[pair[1]].data))
    return tuple(_restored(edit, values.table) for edit in memory.edits[pair])


def _restored(edit: Edit, table: Table) -> Edit:
    path = tuple(restore(step, True, table) if isinstance(step, str) else _item(step, table) for step in edit.path)
    return Edit(path, restore(edit.before, holes(edit.before), table), restore(edit.after, holes(edit.after), table))


def _item(step: int | Item, table: Table) -> int | Item:
    if isinstance(step, Item) and isinstance(step.value, str):
        return Item(step.key, step.value.translate(table))
    return step


def holes(value: Any) -> Any:
    """Where the value has characters to turn back: None for nowhere, True for a text, a map by key or index for the rest."""
    if isinstance(value, str):
        return True if not value.isascii() and any(_FIRST <= ord(sign) <= _LAST for sign in value) else None
    if isinstance(value, dict):
        if any(holes(key) for key in value):
            return ...
        found = {key: hole for key, item in value.items() if (hole := holes(item)) is not None}
        return found or None
    if isinstance(value, list):
        return {place: hole for place, item in enumerate(value) if (hole := holes(item)) is not None} or None
    return None


def restore(value: Any, where: Any, table: Table) -> Any:
    """The value with its characters turned back; what holds none is the same object as before."""
    if where is None:
        return value
    if where is True:
        return value.translate(table)
    if where is ...:
        return {key.translate(table): restore(item, holes(item), table) for key, item in value.items()}
    copy = value.copy()
    for place, hole in where.items():
        copy[place] = restore(value[place], hole, table)
    return copy
