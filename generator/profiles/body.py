"""What of an object is the same for all tenants of a profile, and where the values are."""

from __future__ import annotations

import json
from typing import Any

from generator.cache import digest
from generator.profiles.cut import Sentinels
from generator.profiles.template import Body, Parts
from generator.rules.scope import is_port
from generator.rules.walk import everything

_LONGEST = 100
"""No value is compared with longer texts: scripts and configuration files."""


def body_of(item: Any, sentinels: Sentinels) -> Body:
    """The object of a witness as a body."""
    values, words, ports = [], set(), set()
    text: list[Any] = []
    order: dict[int, int] = {}
    for path, value in everything(item):
        parts: Parts = ()
        if isinstance(value, str | int) and not isinstance(value, bool):
            parts = sentinels.parts(str(value))
            own = [part for part in parts if isinstance(part, int)]
            if own:
                values.append((path, parts, isinstance(value, str)))
            elif isinstance(value, int) and is_port(path):
                ports.add(value)
            elif isinstance(value, str) and len(value) < _LONGEST:
                words.add(value)
            parts = tuple(part if isinstance(part, str) else order.setdefault(part, len(order)) for part in parts)
        text.append([path, type(value).__name__, parts if parts or isinstance(value, dict | list) else repr(value)])
    name = digest(json.dumps(text))
    return Body(name, str(item["apiVersion"]), str(item["kind"]), tuple(values), frozenset(words), frozenset(ports))
