"""One row for each tenant of a fleet without a problem: what reading and resolving its file has given. Pure.

What is equal in many tenants stands in a table once, and is one object again when it was read: a spec is never changed. A line has
a table and some hundred rows, so that the table of a large fleet is never in memory as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from generator.fleet_checks import Quota
from generator.model import Spec

_TOGETHER = 500
"""How many rows share a table."""
_DIVIDED = "features"
"""The one part of a spec that is divided again: tenants have the same of them in many combinations."""


@dataclass(frozen=True, slots=True)
class Row:
    """A tenant's file by its git blob id: its data, the resolved spec, and what is added up or may be claimed once in a fleet."""

    id: str
    data: Mapping[str, Any]
    spec: Spec
    claims: tuple[tuple[str, Any], ...]
    quota: Quota


@dataclass(slots=True)
class _Table:
    """Values by number, each once."""

    texts: dict[str, int] = field(default_factory=dict)

    def number(self, value: Any) -> int:
        return self.texts.setdefault(json.dumps(value, ensure_ascii=False), len(self.texts))

    def map(self, data: Mapping[str, Any]) -> list[Any]:
        """The number of the keys, then those of the values; the part that is divided is a list by itself."""
        found: list[Any] = [self.number(list(data))]
        for key, value in data.items():
            found.append(self.map(value) if key == _DIVIDED and isinstance(value, dict) else self.number(value))
        return found


def to_bytes(rows: Mapping[str, Row]) -> bytes:
    """The rows, by the paths of the files, as lines of JSON."""
    rest = iter(rows.items())
    return b"\n".join(_line(some) for some in iter(lambda: list(islice(rest, _TOGETHER)), []))


def _line(rows: Sequence[tuple[str, Row]]) -> bytes:
    table = _Table()
    packed = {
        path: [row.id, table.map(row.data), table.map(row.spec), table.number(row.claims), row.quota]
        for path, row in rows
    }
    return f"[[{','.join(table.texts)}],{json.dumps(packed)}]".encode()


def from_bytes(raw: bytes, ids: Mapping[str, str]) -> dict[str, Row]:
    """Those of the rows that `to_bytes` wrote whose files have these ids still."""
    return {path: row for line in raw.split(b"\n") for path, row in _rows(line, ids)}


def _rows(line: bytes, ids: Mapping[str, str]) -> Iterator[tuple[str, Row]]:
    table, packed = json.loads(line)

    def map_of(numbers: list[Any]) -> dict[str, Any]:
        keys, *values = numbers
        return {
            key: map_of(value) if type(value) is list else table[value]
            for key, value in zip(table[keys], values, strict=True)
        }

    for path, (id, data, spec, claims, quota) in packed.items():
        if ids.get(path) == id:
            claimed = tuple((space, claim) for space, claim in table[claims])
            yield path, Row(id, map_of(data), map_of(spec), claimed, tuple(quota))
