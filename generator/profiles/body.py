"""What of an object is the same for all tenants of a profile, and where the values are."""

from __future__ import annotations

from typing import Any

from generator.profiles.cut import Sentinels
from generator.profiles.template import Body
from generator.rules.walk import everything

_LONGEST = 100
"""No value is compared with longer texts: scripts and configuration files."""


def body_of(item: Any, sentinels: Sentinels) -> Body:
    """The object of a witness as a body."""
    values, words, ports = [], set(), set()
    for path, value in everything(item):
        if isinstance(value, str | int) and not isinstance(value, bool):
            parts = sentinels.parts(str(value))
            if any(isinstance(part, int) for part in parts):
                values.append((path, parts))
            elif isinstance(value, int) and is_port(path):
                ports.add(value)
            elif isinstance(value, str) and len(value) < _LONGEST:
                words.add(value)
    return Body(str(item["apiVersion"]), str(item["kind"]), tuple(values), frozenset(words), frozenset(ports))


def is_port(path: tuple[str | int, ...]) -> bool:
    """Whether the number at the path is that of a port, by its key's name."""
    key = next((part for part in reversed(path) if isinstance(part, str)), "").lower()
    return "port" in key or key == "number"
