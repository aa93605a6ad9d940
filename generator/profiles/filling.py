"""A tenant's object made from another tenant's of the same profile: as parsed as if its file had been stamped and read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from generator.profiles.shape import Value
from generator.profiles.template import Body, joined
from generator.source import Path


def refilled(model: Any, body: Body, values: Sequence[Value]) -> Any:
    """The model with these values, computed ones included, in their places; what holds none of them is shared with it."""
    top = {"": model}
    copied: set[Path] = set()
    for path, parts, is_text in body.values:
        whole = values[parts[0]] if len(parts) == 1 and isinstance(parts[0], int) else None
        if not isinstance(whole, list | dict):
            text = joined(parts, values)
            whole = text if is_text else int(text)
        _put(top, path, whole, copied)
    return top[""]


def _put(top: dict[str, Any], path: Path, value: Any, copied: set[Path]) -> None:
    """Copies what is above the value, but each of it once."""
    node: Any = top
    whole: Path = ("", *path)
    for length, key in enumerate(whole[:-1], 1):
        if (here := whole[:length]) not in copied:
            node[key] = node[key].copy()
            copied.add(here)
        node = node[key]
    node[whole[-1]] = value
