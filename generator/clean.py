"""What earlier runs found nothing wrong with: cases by their keys, and stamped tenants by their profile and values.

A tenant that is known here is not even asked what it looks like to the rules (`lookalikes.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from generator.cache import NO_CACHE, Cache, Kind, digest

_KIND: Kind = "verdicts"
_TOKEN = 32

Scope = tuple[str, str, str]
"""What decides beside a tenant's values: the key of the profile, the version of Kubernetes, the catalogue's commit."""


@dataclass(slots=True)
class Clean:
    """Of one set of schemas and one generator, which `key` stands for; both kinds of entries are sets of lines."""

    cache: Cache = NO_CACHE
    key: str = ""
    cases: set[str] = field(default_factory=set)
    _tenants: dict[Scope, set[str]] = field(default_factory=dict)
    _before: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cases |= self._read(self.key)

    def has(self, scope: Scope, values: Sequence[Any]) -> bool:
        """Whether a tenant of the scope with these values was right."""
        return _token(values) in self._of(scope)

    def add(self, scope: Scope, values: Sequence[Any]) -> None:
        """A tenant of the scope with these values is right."""
        self._of(scope).add(_token(values))

    def keep(self) -> None:
        """Write what is new."""
        self._write(self.key, self.cases)
        for scope, tokens in self._tenants.items():
            self._write(self._name(scope), tokens)

    def _of(self, scope: Scope) -> set[str]:
        if scope not in self._tenants:
            self._tenants[scope] = self._read(self._name(scope))
        return self._tenants[scope]

    def _name(self, scope: Scope) -> str:
        return digest(self.key, *scope)

    def _read(self, name: str) -> set[str]:
        found = set((self.cache.get(_KIND, name) or b"").decode().split())
        self._before[name] = frozenset(found)
        return found

    def _write(self, name: str, lines: set[str]) -> None:
        if lines != self._before[name]:
            self.cache.put(_KIND, name, "\n".join(sorted(lines)).encode())


def _token(values: Sequence[Any]) -> str:
    return digest(repr(values))[:_TOKEN]
