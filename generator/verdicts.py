"""Judges profiles instead of tenants: what the rules say of one tenant holds for all whose values look the same to them.

For the rules over single objects, values look the same where an object's schema asks only their type and `rules/scope.py` tells no
difference; for those over all objects of a tenant, where they are equal to the same texts, ports and other values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from generator.check import Case, Twin
from generator.model import Manifest
from generator.profiles.shape import Value
from generator.profiles.template import Profile, with_computed
from generator.rules.scope import SINGLE, WHOLE, looks
from generator.source import Path

Free = Callable[[str, str, str, Path], bool]
"""Whether an object (version of Kubernetes, apiVersion, kind) has a schema that asks but a type of the value at the path."""

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A stamped tenant to be judged: its values, and a way to its objects in the order of the profile's."""

    tenant: str
    profile: Profile
    values: tuple[Value, ...]
    kubernetes: str
    commit: str
    manifests: Callable[[], Sequence[Manifest]]


@dataclass(frozen=True, slots=True)
class _Holes:
    """Of a profile: for each object which values are in it, and whether its schema asks more of one than a type."""

    objects: tuple[tuple[tuple[int, bool], ...], ...]
    words: frozenset[str]
    ports: frozenset[int]


@dataclass(slots=True)
class Verdicts:
    """The cases that are left to judge when every tenant was added."""

    free: Free
    cases: dict[Key, Case] = field(default_factory=dict)
    tenants: set[str] = field(default_factory=set)
    _holes: dict[tuple[int, str], tuple[Profile, _Holes]] = field(default_factory=dict)
    _groups: dict[Key, list[Seen]] = field(default_factory=dict)
    _covers: dict[Key, list[list[Seen]]] = field(default_factory=dict)
    _known: dict[Key, Key] = field(default_factory=dict)

    def add(self, seen: Seen) -> None:
        """Put the tenant beside those that look the same, or make cases of what was not seen before."""
        self.tenants.add(seen.tenant)
        values = with_computed(seen.profile, seen.values)
        holes = self._holes_of(seen)
        tokens = _tokens(values, holes)
        scope = (id(seen.profile), seen.kubernetes, seen.commit)
        keys = [(*scope, "whole", *(whole for whole, _ in tokens))]
        for number, own in enumerate(holes.objects):
            keys.append((*scope, number, *(values[at] if closed else tokens[at][1] for at, closed in own)))
        total = tuple(self._known.setdefault(key, key) for key in keys)
        if total in self._groups:
            self._groups[total].append(seen)
            return
        group = self._groups[total] = [seen]
        objects = _Once(seen.manifests)
        for number, key in enumerate(total, -1):
            self._covers.setdefault(key, []).append(group)
            if key not in self.cases:
                self.cases[key] = self._case(key, number, seen, objects, values)

    def _case(self, key: Key, number: int, seen: Seen, objects: _Once, values: Sequence[Value]) -> Case:
        own = objects() if number < 0 else objects()[number : number + 1]
        texts = tuple(str(value) for value in values)
        return Case(seen.tenant, own, WHOLE if number < 0 else SINGLE, texts, lambda: self._twins(key, number, seen))

    def _twins(self, key: Key, number: int, first: Seen) -> Iterator[Twin]:
        """The other tenants of a case, each with a way to its objects."""
        for group in self._covers[key]:
            for seen in group:
                if seen is not first:
                    yield Twin(seen.tenant, _Part(seen, number))

    def _holes_of(self, seen: Seen) -> _Holes:
        key = (id(seen.profile), seen.kubernetes)
        if key not in self._holes:
            self._holes[key] = (
                seen.profile,
                self._found(seen),
            )  # the profile is kept, so that its identity stays its own
        return self._holes[key][1]

    def _found(self, seen: Seen) -> _Holes:
        bodies = seen.profile.objects
        objects = []
        for body in bodies:
            closed: dict[int, bool] = {}
            for path, parts in body.values:
                is_free = self.free(seen.kubernetes, body.api_version, body.kind, path)
                for at in (part for part in parts if isinstance(part, int)):
                    closed[at] = closed.get(at, False) or not is_free
            objects.append(tuple(sorted(closed.items())))
        words = frozenset(word for body in bodies for word in body.words)
        return _Holes(tuple(objects), words, frozenset(port for body in bodies for port in body.ports))


@dataclass(frozen=True, slots=True)
class _Part:
    """The objects of a tenant that a case is about."""

    seen: Seen
    number: int

    def __call__(self) -> Sequence[Manifest]:
        found = self.seen.manifests()
        return found if self.number < 0 else found[self.number : self.number + 1]


@dataclass(slots=True)
class _Once:
    """Remembers what a function gave."""

    make: Callable[[], Sequence[Manifest]]
    made: Sequence[Manifest] | None = None

    def __call__(self) -> Sequence[Manifest]:
        if self.made is None:
            self.made = self.make()
        return self.made


def _tokens(values: Sequence[Value], holes: _Holes) -> list[tuple[Any, Any]]:
    """For each value what the rules over all objects, and those over one, can tell of it."""
    first: dict[Value, int] = {}
    found: list[tuple[Any, Any]] = []
    for at, value in enumerate(values):
        equal = first.setdefault(value, at)
        if isinstance(value, str):
            found.append((value, value) if value in holes.words else (equal, (equal, looks(value))))
        else:
            found.append((str(value) if value == 0 or value in holes.ports else equal, str(value)))
    return found
