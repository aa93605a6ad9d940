"""Writes what `source.dump` writes, many times faster: of a tenant's overlay, whose data is texts, whole numbers and truth values.

It is no second style: what it does not know is left to `dump`, which is the specification, and a test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from generator.blocks import Style, Written, block
from generator.source import dump, is_plain

_AS_IT_IS = re.compile(r"[ -~\xa1-\xac\xae-\u1fff\u2010-\u2027\u2030-\ud7ff]*")
"""What double quotes hold unescaped, but for quotes and backslashes."""
_LONGEST_KEY = 100


def write(data: dict[str, Any]) -> bytes:
    """As `dump`."""
    try:
        return (block(data, 0, _AS_SAID) + "\n").encode()
    except TypeError:
        return dump(data)


def written(data: Mapping[str, Any]) -> Written:
    """A map that is not empty, in the order of its keys at every depth, to stand in another one."""
    try:
        return Written(block(dict(data), 0, _SORTED))
    except TypeError:
        return Written(dump(_sorted(data)).decode().removesuffix("\n"))


def _scalar(text: str, _column: int, _indent: int) -> str:
    return own_scalar(text)


@lru_cache(maxsize=8192)
def own_scalar(text: str) -> str:
    """The text in block style, the same wherever it stands."""
    if text.startswith("..."):  # it could end the document, and libyaml quotes it in a way of its own
        return _dumped(text)
    if is_plain(text):
        return text
    if _AS_IT_IS.fullmatch(text):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return _dumped(text)


def _dumped(text: str) -> str:
    return dump([text]).decode("utf-8").removeprefix("- ").removesuffix("\n")


@lru_cache(maxsize=4096)
def _key(text: str) -> str:
    if len(text) <= _LONGEST_KEY and is_plain(text):
        return text
    raise TypeError(f"{text!r} is no plain key")


def _sorted(value: Any) -> Any:
    """Maps in the order of their keys, so that the order in which layers spoke leaves no trace."""
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


_AS_SAID = Style(_scalar, _key, iter)
_SORTED = Style(_scalar, _key, sorted)
