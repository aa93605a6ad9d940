"""The files of tenants' overlays, remembered: they are written from the whole spec, value by value, and seldom change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from generator.cache import Cache, Kind, digest
from generator.compile import unit_files
from generator.identity import workshop
from generator.units import Unit

_KIND: Kind = "rows"
_TOGETHER = 200
"""How many tenants are remembered in one piece: no more are in memory at a time."""


@dataclass(slots=True)
class OwnFiles:
    """Of the tenants of one shape in one environment, which `name` stands for, by their tokens; asked for in the same order."""

    cache: Cache
    name: str
    _piece: int = 0
    _kept: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    _now: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._open()

    def _open(self) -> None:
        raw = self.cache.get(_KIND, self._key())
        self._kept = {} if raw is None else json.loads(raw)
        self._now = {}

    def of(self, unit: Unit) -> dict[str, bytes]:
        """As `unit_files`; a tenant without a token is not remembered."""
        folder = f"tenants/{unit.name}/"
        if not unit.token:
            return unit_files(unit)
        if len(self._now) == _TOGETHER:
            self.keep()
            self._piece += 1
            self._open()
        texts = self._kept.get(unit.token)
        if texts is not None:
            self._now[unit.token] = texts
            return {folder + path: text.encode() for path, text in texts.items()}
        files = unit_files(unit)
        self._now[unit.token] = {path.removeprefix(folder): raw.decode() for path, raw in files.items()}
        return files

    def keep(self) -> None:
        """Remember those of the last piece, once all tenants were asked for."""
        if self._now and self._now.keys() != self._kept.keys():
            self.cache.put(_KIND, self._key(), json.dumps(self._now, ensure_ascii=False).encode())

    def _key(self) -> str:
        return digest(workshop(), "own files", self.name, str(self._piece))
