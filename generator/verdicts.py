"""Judges profiles instead of tenants: what the rules say of one tenant holds for all whose values look the same to them.

`lookalikes.py` says what looks the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from generator.cache import digest
from generator.check import Case, Twin
from generator.clean import Clean, Scope
from generator.lookalikes import Holes, Key, Sight, whole_looks
from generator.model import Manifest
from generator.profiles.opened import Trees, opened_values
from generator.profiles.shape import Value
from generator.profiles.template import Body, Profile, joined, with_computed
from generator.rules.scope import SINGLE, WHOLE, looks


@dataclass(frozen=True, slots=True)
class Seen:
    """A stamped tenant to be judged: its values, and a way to its objects in the order of the profile's."""

    tenant: str
    profile: Profile
    values: tuple[Value, ...]
    kubernetes: str
    commit: str
    manifests: Callable[[Sequence[int]], Sequence[Manifest]]


@dataclass(slots=True)
class Verdicts:
    """The cases that are left to judge when every tenant was added; `clean` knows what earlier runs found right."""

    sight: Sight
    clean: Clean = field(default_factory=Clean)
    cases: dict[int, Case] = field(default_factory=dict)
    tenants: set[str] = field(default_factory=set)
    _groups: dict[tuple[int, ...], list[Seen]] = field(default_factory=dict)
    _passed: set[int] = field(default_factory=set)
    _covers: dict[int, list[tuple[list[Seen], int]]] = field(default_factory=dict)
    _tokens: dict[Any, int] = field(default_factory=dict)
    _numbers: dict[Key, int] = field(default_factory=dict)
    _keys: list[Key] = field(default_factory=list)

    def add(self, seen: Seen) -> None:
        """Put the tenant beside those that look the same, or make cases of what was not seen before."""
        self.tenants.add(seen.tenant)
        if self.clean.has(_scope(seen), seen.values):
            return
        total = self._looks(seen, *self._opened(seen))
        if total in self._groups:
            self._groups[total].append(seen)
            return
        group = self._groups[total] = [seen]
        for at, number in enumerate(total, -1):
            self._covers.setdefault(number, []).append((group, at))
        for at, number in enumerate(total, -1):
            if self._is_new(number):
                codes, twins = WHOLE if at < 0 else SINGLE, partial(self._twins, number, (seen, at))
                named = partial(self._named, seen)
                self.cases[number] = Case(seen.tenant, _Part(seen, at), codes, named, self._keys[number], twins)

    def _opened(self, seen: Seen) -> tuple[Trees, Sequence[Value], Sequence[str], Holes]:
        """What its lists look like, its values with those in lists, texts made of them that may be names, and where they are."""
        values, trees = opened_values(with_computed(seen.profile, seen.values))
        holes = self.sight.holes_of(seen.profile, seen.kubernetes, trees)
        return trees, values, [joined(parts, values) for parts in holes.joined], holes

    def _named(self, seen: Seen) -> Sequence[str]:
        """What of the tenant's own the words of a finding may hold."""
        _, values, joins, _ = self._opened(seen)
        return [str(value) for value in (*values, *joins)]

    def kinds(self) -> set[tuple[str, str]]:
        """Group and kind of all objects that are left to judge."""
        bodies = (body for case in self.cases.values() for body in _bodies(case))
        return {(body.api_version.rpartition("/")[0], body.kind) for body in bodies}

    def _looks(
        self, seen: Seen, trees: Trees, values: Sequence[Value], joins: Sequence[str], holes: Holes
    ) -> tuple[int, ...]:
        """The numbers of the keys of the tenant: of all its objects together, then of each one.

        Keys are long and nearly always known: each part of one is looked up once, then its number stands for it.
        """
        scope = (seen.kubernetes, seen.commit)
        whole = (*scope, seen.profile.key, trees, *whole_looks(values, joins, holes))
        told = [held.token(values) for held in holes.held]
        told += [looks(joined(parts, values)) for parts in holes.texts]
        numbers = [self._tokens.setdefault(token, len(self._tokens)) for token in told]
        total = [self._number(whole, whole)]
        for name, own in holes.objects:
            short = (*scope, name, *[numbers[at] for at in own])
            number = self._numbers.get(short)
            if number is None:
                key = (*scope, name, *[told[at] for at in own])
                number = self._number(short, key)
            total.append(number)
        return tuple(total)

    def _number(self, short: Key, key: Key) -> int:
        number = self._numbers.setdefault(short, len(self._keys))
        if number == len(self._keys):
            self._keys.append(key)
        return number

    def _is_new(self, number: int) -> bool:
        """Whether nobody judged the like, in this run or in an earlier one."""
        if number in self.cases or number in self._passed:
            return False
        if not self.is_clean(self._keys[number]):
            return True
        self._passed.add(number)
        return False

    def is_clean(self, key: Key) -> bool:
        """Whether an earlier run found nothing wrong with a case of this key."""
        return digest(repr(key)) in self.clean.cases

    def passed(self, case: Case) -> None:
        """Nothing was found wrong with a case."""
        if case.key:
            self.clean.cases.add(digest(repr(case.key)))

    def remember(self) -> None:
        """When all cases are judged: note the tenants with which nothing is wrong; nobody asks again what they look like."""
        right = {number: self.is_clean(key) for number, key in enumerate(self._keys)}
        for total, group in self._groups.items():
            if all(right[number] for number in total):
                for seen in group:
                    self.clean.add(_scope(seen), seen.values)

    def _twins(self, number: int, judged: tuple[Seen, int]) -> Iterator[Twin]:
        """What else a case is about, each with a way to its objects: a tenant may have several that look the same."""
        for group, at in self._covers[number]:
            for seen in group:
                if seen is not judged[0] or at != judged[1]:
                    yield Twin(seen.tenant, _Part(seen, at))


@dataclass(frozen=True, slots=True)
class _Part:
    """The objects of a tenant that a case is about."""

    seen: Seen
    number: int

    def __call__(self) -> Sequence[Manifest]:
        every = range(len(self.seen.profile.objects))
        return self.seen.manifests(every if self.number < 0 else [self.number])


def _scope(seen: Seen) -> Scope:
    return seen.profile.key, seen.kubernetes, seen.commit


def _bodies(case: Case) -> Sequence[Body]:
    part = case.manifests
    assert isinstance(part, _Part)
    return part.seen.profile.objects if part.number < 0 else [part.seen.profile.objects[part.number]]
