"""What of an object is the same for all tenants of a profile, and where the values are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from generator.cache import digest
from generator.profiles.cut import Sentinels, UncuttableError
from generator.profiles.template import Body, Parts
from generator.rules.scope import is_measure, is_port
from generator.rules.walk import children
from generator.source import Path

_LONGEST = 253
"""No value is compared with longer texts: scripts and configuration files. So long may a name be."""


def body_of(item: Any, sentinels: Sentinels) -> Body:
    """The object of a witness as a body."""
    kind = str(item["kind"])
    if any(sentinels.occur(str(item[key])) for key in ("apiVersion", "kind")):
        raise UncuttableError("what kind an object is of depends on a value")
    values, words, ports = [], set(), set()
    text: list[Any] = []
    order: dict[int, int] = {}
    for path, value, own in _nodes(item, (), sentinels):
        parts: Parts = (own,) if own is not None else ()
        if own is not None:
            values.append((path, parts, True))
        elif isinstance(value, str | int) and not isinstance(value, bool):
            parts = sentinels.parts(str(value))
            if not sentinels.trees.isdisjoint(parts):
                raise UncuttableError("a list or a map that is moved whole is changed on its way")
            if any(isinstance(part, int) for part in parts):
                values.append((path, parts, isinstance(value, str)))
            elif isinstance(value, int) and is_port(path):
                ports.add(value)
            elif isinstance(value, str) and len(value) <= _LONGEST and not is_measure(kind, path):
                words.add(value)
        elif isinstance(value, dict):
            words.update(key for key in value if isinstance(key, str))
        parts = tuple(part if isinstance(part, str) else order.setdefault(part, len(order)) for part in parts)
        text.append([path, type(value).__name__, parts if parts or isinstance(value, dict | list) else repr(value)])
    name = digest(json.dumps(text))
    return Body(name, str(item["apiVersion"]), kind, tuple(values), frozenset(words), frozenset(ports))


def _nodes(value: Any, path: Path, sentinels: Sentinels) -> Iterator[tuple[Path, Any, int | None]]:
    """All that an object holds, and the number of what is a list or a map that was moved whole."""
    own = sentinels.tree(value) if isinstance(value, dict | list) else None
    yield path, value, own
    for key, child in children(value) if own is None else ():
        yield from _nodes(child, (*path, key), sentinels)
