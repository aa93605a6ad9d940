"""Judges profiles instead of tenants: what the rules say of one tenant holds for all whose values look the same to them.

For the rules over single objects, values look the same where an object's schema asks only their type and `rules/scope.py` tells no
difference; for those over all objects of a tenant, where they are equal to the same texts, ports and other values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from jsonschema.protocols import Validator

from generator.cache import digest
from generator.check import Case, Twin
from generator.model import Manifest
from generator.profiles.shape import Value
from generator.profiles.template import Body, Profile, with_computed
from generator.rules.scope import SINGLE, WHOLE, Constraint, is_amount, is_compared, is_port, looks
from generator.rules.structure import StructuralValidator
from generator.source import Path

Asked = Callable[[str, str, str, Path], Constraint]
"""What the schema of an object (version of Kubernetes, apiVersion, kind) asks of the value at a path."""

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A stamped tenant to be judged: its values, and a way to its objects in the order of the profile's."""

    tenant: str
    profile: Profile
    values: tuple[Value, ...]
    kubernetes: str
    commit: str
    manifests: Callable[[Sequence[int]], Sequence[Manifest]]


@dataclass(frozen=True, slots=True)
class _Held:
    """A value in an object: by its number, whether by its very value, and the schemas that it is held against."""

    at: int
    by_value: bool
    schemas: tuple[tuple[Validator, bool], ...]

    def token(self, values: Sequence[Value], tokens: Sequence[_Token], equal: dict[Value, int]) -> Any:
        """All that decides what the rules over the object say of the value; `equal` numbers the object's values."""
        value, token = values[self.at], tokens[self.at]
        if self.by_value:
            return str(value)
        found = (token.looks, equal.setdefault(value, len(equal)) if token.can_be_referred_to else token.word)
        if not self.schemas:
            return found
        return (found, *(schema.is_valid(str(value) if is_text else value) for schema, is_text in self.schemas))


@dataclass(frozen=True, slots=True)
class _Holes:
    """Of a profile: which values are in each object.

    `words` and `ports` are what else stands in the objects; `as_ports` are the values that are used as ports.
    """

    objects: tuple[tuple[_Held, ...], ...]
    words: frozenset[str]
    ports: frozenset[int]
    as_ports: frozenset[int]


@dataclass(slots=True)
class Verdicts:
    """The cases that are left to judge when every tenant was added; `clean` are those that earlier runs found right."""

    asked: Asked
    clean: set[str] = field(default_factory=set)
    cases: dict[Key, Case] = field(default_factory=dict)
    tenants: set[str] = field(default_factory=set)
    _holes: dict[tuple[str, str], _Holes] = field(default_factory=dict)
    _groups: dict[Key, list[Seen]] = field(default_factory=dict)
    _passed: set[Key] = field(default_factory=set)
    _covers: dict[Key, list[tuple[list[Seen], int]]] = field(default_factory=dict)
    _known: dict[Key, Key] = field(default_factory=dict)

    def add(self, seen: Seen) -> None:
        """Put the tenant beside those that look the same, or make cases of what was not seen before."""
        self.tenants.add(seen.tenant)
        values = with_computed(seen.profile, seen.values)
        holes = self._holes_of(seen)
        tokens = _tokens(values, holes)
        scope = (seen.kubernetes, seen.commit)
        keys: list[Key] = [(*scope, seen.profile.key, *_whole(values, tokens))]
        for body, own in zip(seen.profile.objects, holes.objects, strict=True):
            equal: dict[Value, int] = {}
            keys.append((*scope, body.digest, *(held.token(values, tokens, equal) for held in own)))
        total = tuple(self._known.setdefault(key, key) for key in keys)
        if total in self._groups:
            self._groups[total].append(seen)
            return
        group = self._groups[total] = [seen]
        for number, key in enumerate(total, -1):
            self._covers.setdefault(key, []).append((group, number))
        new = [(number, key) for number, key in enumerate(total, -1) if self._is_new(key)]
        every = range(len(holes.objects))
        wanted = every if new and new[0][0] < 0 else [number for number, _ in new]
        found = dict(zip(wanted, seen.manifests(wanted), strict=True)) if new else {}
        texts = tuple(str(value) for value in values)
        for number, key in new:
            objects = [found[at] for at in every] if number < 0 else [found[number]]
            codes = WHOLE if number < 0 else SINGLE
            self.cases[key] = Case(seen.tenant, objects, codes, texts, key, partial(self._twins, key, seen))

    def _is_new(self, key: Key) -> bool:
        """Whether nobody judged the like, in this run or in an earlier one."""
        if key in self.cases or key in self._passed:
            return False
        if not self.is_clean(key):
            return True
        self._passed.add(key)
        return False

    def is_clean(self, key: Key) -> bool:
        """Whether an earlier run found nothing wrong with a case of this key."""
        return digest(repr(key)) in self.clean

    def passed(self, case: Case) -> None:
        """Nothing was found wrong with a case."""
        if case.key:
            self.clean.add(digest(repr(case.key)))

    def _twins(self, key: Key, first: Seen) -> Iterator[Twin]:
        """The other tenants of a case, each with a way to its objects."""
        for group, number in self._covers[key]:
            for seen in group:
                if seen is not first:
                    yield Twin(seen.tenant, _Part(seen, number))

    def _holes_of(self, seen: Seen) -> _Holes:
        key = (seen.profile.key, seen.kubernetes)
        if key not in self._holes:
            self._holes[key] = self._found(seen)
        return self._holes[key]

    def _found(self, seen: Seen) -> _Holes:
        bodies = seen.profile.objects
        held = tuple(
            tuple(_held(body, partial(self.asked, seen.kubernetes, body.api_version, body.kind))) for body in bodies
        )
        words = frozenset(word for body in bodies for word in body.words)
        ports = frozenset(port for body in bodies for port in body.ports)
        as_ports = {
            part
            for body in bodies
            for path, parts, _ in body.values
            if is_port(path)
            for part in parts
            if isinstance(part, int)
        }
        return _Holes(held, words, ports, frozenset(as_ports))


def _held(body: Body, asked: Callable[[Path], Constraint]) -> Iterator[_Held]:
    by_value: set[int] = set()
    schemas: dict[int, list[tuple[Validator, bool]]] = {}
    for path, parts, is_text in body.values:
        wanted = asked(path)
        for at in (part for part in parts if isinstance(part, int)):
            own = schemas.setdefault(at, [])
            if wanted == "by value" or is_compared(path) or (len(parts) > 1 and wanted != "none"):
                by_value.add(at)
            elif not isinstance(wanted, str):
                own.append((StructuralValidator(wanted), is_text))
    for at, own in schemas.items():
        yield _Held(at, at in by_value, tuple(own))


@dataclass(frozen=True, slots=True)
class _Part:
    """The objects of a tenant that a case is about."""

    seen: Seen
    number: int

    def __call__(self) -> Sequence[Manifest]:
        every = range(len(self.seen.profile.objects))
        return self.seen.manifests(every if self.number < 0 else [self.number])


@dataclass(frozen=True, slots=True)
class _Token:
    """What rules can tell of a value: how it looks, which text or port of the objects it is, and whether others may equal it."""

    looks: Any
    word: Value
    can_be_referred_to: bool


def _tokens(values: Sequence[Value], holes: _Holes) -> list[_Token]:
    found: list[_Token] = []
    for at, value in enumerate(values):
        if isinstance(value, str) and is_amount(value):
            found.append(_Token(looks(value), "", False))
        elif isinstance(value, str) or at in holes.as_ports:
            word = value if value in holes.words or value in holes.ports else ""
            found.append(_Token(looks(value) if isinstance(value, str) else "", word, not word))
        else:
            found.append(_Token("", "0" if value == 0 else "", False))
    return found


def _whole(values: Sequence[Value], tokens: Sequence[_Token]) -> Iterator[Value]:
    """What the rules over all objects can tell of the values: the texts and the ports that they are, or which are equal."""
    equal: dict[Value, int] = {}
    for value, token in zip(values, tokens, strict=True):
        yield equal.setdefault(value, len(equal)) if token.can_be_referred_to else token.word
