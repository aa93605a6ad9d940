"""Judges profiles instead of tenants: what the rules say of one tenant holds for all whose values look the same to them.

For the rules over single objects, values look the same where an object's schema asks only their type and `rules/scope.py` tells no
difference; for those over all objects of a tenant, where they are equal to the same texts, ports and other values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from generator.check import Case
from generator.model import Manifest, Unit
from generator.profiles.shape import Value
from generator.profiles.template import Profile, with_computed
from generator.rules.scope import SINGLE, WHOLE, is_free, looks

Free = Callable[[str, str, str, Sequence[tuple[str | int, ...]]], Sequence[bool]]
"""Of a version of Kubernetes, an apiVersion and a kind: which paths have a schema that asks for a type alone."""

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """One stamped tenant to be judged: its values and a way to its objects, in the order of the profile's."""

    unit: Unit
    profile: Profile
    values: tuple[Value, ...]
    kubernetes: str
    manifests: Callable[[], Sequence[Manifest]]


@dataclass(slots=True)
class Verdicts:
    """Cases so far, by what the rules can tell apart; `clean` are those that an earlier run found nothing wrong with."""

    free: Free
    cases: dict[Key, Case] = field(default_factory=dict)
    _open: dict[tuple[int, str], list[frozenset[int]]] = field(default_factory=dict)

    def add(self, seen: Seen) -> None:
        """Make a case of everything about the tenant that was not seen before, and put the tenant beside those that were."""
        values = with_computed(seen.profile, seen.values)
        equal = _equalities(values)
        scope = (id(seen.profile), seen.kubernetes, seen.unit.catalogue.commit)
        whole = (*scope, "whole", *_whole(seen.profile, values, equal))
        loaded: list[Sequence[Manifest]] = []

        def manifests() -> Sequence[Manifest]:
            if not loaded:
                loaded.append(seen.manifests())
            return loaded[0]

        self._case(whole, seen, values, WHOLE, manifests)
        for number, (body, closed) in enumerate(zip(seen.profile.objects, self._closed(seen), strict=True)):
            key = (*scope, number, *_single(body.values, closed, values, equal, body.words))
            self._case(key, seen, values, SINGLE, lambda number=number: manifests()[number : number + 1])  # type: ignore[misc]

    def _case(
        self,
        key: Key,
        seen: Seen,
        values: Sequence[Value],
        codes: Sequence[str],
        manifests: Callable[[], Sequence[Manifest]],
    ) -> None:
        known = self.cases.get(key)
        if known is None:
            self.cases[key] = Case(seen.unit.name, manifests(), codes, tuple(str(value) for value in values))
        else:
            known.others.append((seen.unit.name, seen, codes))
'''
