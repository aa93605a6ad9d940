"""Reads plain files fast: the few shapes of line that nearly every tenant file is made of, the meaning of each remembered.

It is no second YAML reader. What a line may be is so narrow that there is nothing to interpret (no escape, no scalar of several
lines, no tag, no anchor, no document marker), and anything else, faults included, is left to `source.py`, which is the
specification: a file is read here exactly as there, or not at all, and a test holds the two together. Places are found by the
slow reader when somebody first asks for one, which is where something is to be said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

from generator import source
from generator.diagnostics import Diagnostic
from generator.lazy import Later
from generator.source import Document, Path, Places, plain_scalar

_MOST_BLOCKS = 24  # deeper files are left to the slow reader, long before its own limit
_MOST_NESTED = 8
_LONGEST_LINE = 1000
_REMEMBERED = 8192  # lines; a fleet repeats most of them

# Classes that say what is not in them: letters of any script are in all, and _STRANGE sees to those that are no letters.
_STRANGE = re.compile("[^\x00-\x7f\u00a1-\u167f\u1681-\u17ff\u1810-\u1fff\u3041-\ua4cf\uac00-\ud7a3]")
_NAME = "[A-Za-z_$][A-Za-z0-9_./-]{0,99}"
_FIRST = r"""(?:[^\x00- !"#%&')*+,:;<=>?@\[\\\]`{|}~\x7f-]|-(?=[A-Za-z0-9-]))"""
_PLAIN = rf"{_FIRST}(?:[^\x00-\x1f#:\x7f]|:(?=[^ ])|(?<! )#)*?"
_PLAIN_INSIDE = re.compile(rf"""{_FIRST}[^\x00-\x1f!"#%&',:;<>?\[\\\]`{{|}}\x7f]*""")
_QUOTED = r"""(?:"(?P<double>[^\x00-\x1f"\\\x7f]*)"|'(?P<single>[^\x00-\x1f'\x7f]*)')"""
_COMMENT = r"#[^\x00-\x1f\x7f]*"
_ENTRY = re.compile(
    rf"(?P<indent> *)(?:(?P<dash>- +)?(?P<name>{_NAME}):(?: +(?P<value>.*))?|(?P<item>- +)(?P<alone>.*))"
)
_IGNORED = re.compile(rf" *(?:{_COMMENT})?")
_SCALAR = re.compile(rf"(?:(?P<plain>{_PLAIN})|{_QUOTED}) *(?: {_COMMENT})?")
_QUOTED_INSIDE = re.compile(_QUOTED)
_NAME_INSIDE = re.compile(rf"({_NAME}): +")
_COMMA = re.compile(" *, *")
_END = re.compile(rf" *(?: {_COMMENT})?")

_Entry = tuple[int, int, str | None, Any]
"""A line: its indent (-1 where it says nothing), the column of what follows a dash (-1 without one), the key, the value."""
_NOTHING: _Entry = (-1, -1, None, None)
_OPEN = object()
"""The value of a key whose value, if any, stands on the lines below."""


class _NotPlainError(Exception):
    """The text is none of ours; never leaves this module."""


def parse(path: str, raw: bytes) -> tuple[Document | None, list[Diagnostic]]:
    """As `source.parse`."""
    data = plain_data(raw)
    return source.parse(path, raw) if data is None else (with_places_later(path, data, raw), [])


def parse_all(path: str, raw: bytes) -> tuple[list[Document], list[Diagnostic]]:
    """As `source.parse_all`."""
    data = plain_data(raw)
    return source.parse_all(path, raw) if data is None else ([with_places_later(path, data, raw)], [])


def with_places_later(path: str, data: Any, raw: bytes) -> Document:
    """A document whose data is known already."""
    return Document(path, data, Later(partial(places_of, path, raw)))


def places_of(path: str, raw: bytes) -> Mapping[Path, Places]:
    """The places of a file's only document, by the slow reader."""
    [document] = source.parse_all(path, raw)[0]
    return document.places


def plain_data(raw: bytes) -> Any:
    """What the file says; None where it is not plain enough to be read here. Files share what their lines say: never change it."""
    try:
        return _assembled(raw.decode("utf-8").split("\n"))
    except (UnicodeDecodeError, _NotPlainError):
        return None


def _assembled(lines: list[str]) -> Any:
    """The blocks that the lines' indents make; `opened` is the mapping and key that the line before left without a value."""
    blocks: list[tuple[int, Any]] = []
    level: int = -1
    block: Any = None
    opened: str | None = ""
    for line in lines:
        indent, column, name, value = _entry(line)
        if indent < 0:
            continue
        dashed = column >= 0
        wanted: Any = list if dashed else dict
        if opened is not None and (indent > level or (dashed and indent == level)):
            child = wanted()
            if block is not None:
                block[opened] = child
            level, block = indent, child
            blocks.append((level, block))
        while level > indent or (level == indent and not dashed and type(block) is list):
            blocks.pop()
            level, block = blocks[-1] if blocks else (-1, None)
        if level != indent or type(block) is not wanted or len(blocks) > _MOST_BLOCKS:
            raise _NotPlainError
        opened = None
        if dashed and name is None:
            block.append(value)
            continue
        if dashed:
            block.append({})
            level, block = column, block[-1]
            blocks.append((level, block))
        if name in block:
            raise _NotPlainError
        if value is _OPEN:
            opened, value = name, None
        block[name] = value
    return blocks[0][1] if blocks else None


@lru_cache(maxsize=_REMEMBERED)
def _entry(line: str) -> _Entry:
    """What a line says by itself."""
    if len(line) > _LONGEST_LINE or (not line.isascii() and _STRANGE.search(line)):
        raise _NotPlainError
    if _IGNORED.fullmatch(line):
        return _NOTHING
    found = _ENTRY.fullmatch(line)
    if found is None:
        raise _NotPlainError
    indent, name = len(found["indent"]), found["name"]
    if name is None:
        value = _value(found["alone"])
        if value is _OPEN:
            raise _NotPlainError
        return indent, indent + len(found["item"]), None, value
    _refuse_unless_text(name)
    column = found.start("name") if found["dash"] else -1
    return indent, column, name, _value(found["value"] or "")


def _value(text: str) -> Any:
    if not text or _IGNORED.fullmatch(text):
        return _OPEN
    if found := _SCALAR.fullmatch(text):
        return _quoted(found) if found["plain"] is None else _plain(found["plain"])
    value, at = _inside(text, 0, 0)
    if not _END.fullmatch(text, at):
        raise _NotPlainError
    return value


def _inside(text: str, at: int, nested: int) -> tuple[Any, int]:
    """The value that begins at a place inside brackets, or that is the brackets themselves, and where it ends."""
    if nested > _MOST_NESTED:
        raise _NotPlainError
    if text.startswith("{", at):
        return _mapping(text, at, nested + 1)
    if text.startswith("[", at):
        return _sequence(text, at, nested + 1)
    if found := _QUOTED_INSIDE.match(text, at):
        return _quoted(found), found.end()
    if nested and (found := _PLAIN_INSIDE.match(text, at)):
        return _plain(found[0].rstrip(" ")), found.end()
    raise _NotPlainError


def _mapping(text: str, at: int, nested: int) -> tuple[dict[str, Any], int]:
    result: dict[str, Any] = {}
    if text.startswith("{}", at):
        return result, at + 2
    at += 1
    while found := _NAME_INSIDE.match(text, at):
        _refuse_unless_text(found[1])
        if found[1] in result:
            raise _NotPlainError
        result[found[1]], at = _inside(text, found.end(), nested)
        at, ended = _after(text, at, "}")
        if ended:
            return result, at
    raise _NotPlainError


def _sequence(text: str, at: int, nested: int) -> tuple[list[Any], int]:
    result: list[Any] = []
    if text.startswith("[]", at):
        return result, at + 2
    at, ended = at + 1, False
    while not ended:
        value, at = _inside(text, at, nested)
        result.append(value)
        at, ended = _after(text, at, "]")
    return result, at


def _after(text: str, at: int, bracket: str) -> tuple[int, bool]:
    """Where to go on after a value: behind the comma, or behind the bracket that ends them all."""
    if comma := _COMMA.match(text, at):
        return comma.end(), False
    if text.startswith(bracket, at):
        return at + 1, True
    raise _NotPlainError


def _quoted(found: re.Match[str]) -> str:
    return str(found["double"] if found["single"] is None else found["single"])


def _plain(text: str) -> Any:
    try:
        return plain_scalar(text)
    except ValueError:
        raise _NotPlainError from None


@lru_cache(maxsize=1024)
def _refuse_unless_text(name: str) -> None:
    if not isinstance(_plain(name), str):
        raise _NotPlainError
