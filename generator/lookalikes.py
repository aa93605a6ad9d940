"""Which tenants of a profile look the same to the rules, so that one is judged for all of them.

For the rules over single objects, values look the same where an object's schema asks only their type and `rules/scope.py` tells no
difference; for those over several, where they are equal to the same texts, ports and other values as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from generator.model import Schema
from generator.profiles.opened import Trees, opened_bodies
from generator.profiles.shape import Value
from generator.profiles.template import Body, Parts, Profile
from generator.rules.scope import (
    Constraint,
    declares,
    is_amount,
    is_compared,
    is_content,
    is_exact,
    is_measure,
    is_port,
    looks,
    looks_among_others,
    names_after,
)
from generator.rules.structure import validator_of
from generator.source import Path
from generator.verdict import Verdict, verdict_of

Asked = Callable[[str, str, str, Path], Constraint]
"""What the schema of an object (version of Kubernetes, apiVersion, kind) asks of the value at a path."""

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A value in an object: by its number, whether by its very value, and the schemas that it is held against, as a text or not."""

    at: int
    by_value: bool
    schemas: tuple[tuple[Verdict, bool], ...]

    def token(self, values: Sequence[Value]) -> Any:
        """All that decides what the rules over the object say of the value."""
        value = values[self.at]
        if self.by_value:
            return str(value)
        found = looks(value) if isinstance(value, str) else value == 0
        if not self.schemas:
            return found
        return (found, *[fits(str(value) if is_text else value) for fits, is_text in self.schemas])


@dataclass(frozen=True, slots=True)
class Holes:
    """Of a profile: which values are in each object, and which texts are made of them and more.

    `held`, `texts` and `objects` are for the rules over single objects: what is told of a value, texts of which something is told,
    and for each object its digest and the numbers of those that are in it, counted through both. All else is for the rules over
    several: `joined` are such texts that may be names, `seen` the values that they look at, `names` those that may be names,
    `words` and `ports` what else stands in the objects, `as_ports` the values used as ports, `exact` those that a rule takes
    apart, and `all_exact` says that it takes apart what may be any of them.
    """

    held: tuple[Held, ...]
    texts: tuple[Parts, ...]
    objects: tuple[tuple[str, tuple[int, ...]], ...]
    joined: tuple[Parts, ...]
    seen: frozenset[int]
    names: frozenset[int]
    words: frozenset[str]
    ports: frozenset[int]
    as_ports: frozenset[int]
    exact: frozenset[int]
    all_exact: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """The same of one object; `joined` holds no names that operators make, which are in `made`."""

    held: tuple[Held, ...]
    texts: tuple[Parts, ...]
    joined: tuple[Parts, ...]
    made: tuple[Parts, ...]
    seen: frozenset[int]
    names: frozenset[int]
    as_ports: frozenset[int]
    exact: frozenset[int]
    declares: bool


@dataclass(slots=True)
class Sight:
    """What is told of values, found out once for all profiles."""

    asked: Asked
    _holes: dict[tuple[str, str, Trees], Holes] = field(default_factory=dict)
    _parts: dict[tuple[str, int], tuple[Body, _Part]] = field(default_factory=dict)
    _constraints: dict[tuple[Any, ...], Constraint] = field(default_factory=dict)
    _fitting: dict[int, tuple[Schema, Verdict]] = field(default_factory=dict)

    def holes_of(self, profile: Profile, kubernetes: str, trees: Trees) -> Holes:
        """What is told of a tenant of the profile, on this version of Kubernetes, whose lists look like these."""
        key = (profile.key, kubernetes, trees)
        if key not in self._holes:
            self._holes[key] = self._found(kubernetes, opened_bodies(profile.objects, trees))
        return self._holes[key]

    def _found(self, kubernetes: str, bodies: Sequence[Body]) -> Holes:
        parts = [self._part(kubernetes, body) for body in bodies]
        held: dict[Held, int] = {}
        texts: dict[Parts, int] = {}
        told = []
        for part in parts:
            own = [held.setdefault(one, len(held)) for one in part.held]
            told.append((own, [texts.setdefault(text, len(texts)) for text in part.texts]))
        numbers = [(*own, *(len(held) + number for number in more)) for own, more in told]
        joins = [text for part in parts for text in part.joined] + [text for part in parts for text in part.made]
        nothing: frozenset[int] = frozenset()
        return Holes(
            tuple(held),
            tuple(texts),
            tuple((body.digest, own) for body, own in zip(bodies, numbers, strict=True)),
            tuple(dict.fromkeys(joins)),
            nothing.union(*(part.seen for part in parts)),
            nothing.union(*(part.names for part in parts)),
            frozenset[str]().union(*(body.words for body in bodies)),
            nothing.union(*(body.ports for body in bodies)),
            nothing.union(*(part.as_ports for part in parts)),
            nothing.union(*(part.exact for part in parts)),
            any(part.declares for part in parts),
        )

    def _part(self, kubernetes: str, body: Body) -> _Part:
        """Remembered: where lists are opened, profiles differ by the few objects that these are in."""
        if (kubernetes, id(body)) not in self._parts:
            asked = partial(self._constraint, kubernetes, body.api_version, body.kind)
            self._parts[kubernetes, id(body)] = body, _part_of(body, tuple(_held(body, asked, self._fits)))
        return self._parts[kubernetes, id(body)][1]

    def _constraint(self, *place: Any) -> Constraint:
        if place not in self._constraints:
            self._constraints[place] = self.asked(*place)
        return self._constraints[place]

    def _fits(self, schema: Schema) -> Verdict:
        """Whether a value fits the schema; a fast no may mean that it does not know, and then the library is asked."""
        if id(schema) not in self._fitting:
            fast, slow = verdict_of(schema), cache(partial(validator_of, schema))
            self._fitting[id(schema)] = schema, lambda value: fast(value) or bool(slow().is_valid(value))
        return self._fitting[id(schema)][1]


def _part_of(body: Body, held: tuple[Held, ...]) -> _Part:
    places = [(path, parts, _own(parts)) for path, parts, _ in body.values]
    names = [(parts, own) for path, parts, own in places if not is_measure(body.kind, path)]
    return _Part(
        held,
        tuple(parts for _, parts, is_text in body.values if is_text and len(parts) > 1),
        tuple(parts for parts, _ in names if len(parts) > 1),
        tuple((*parts, suffix) for parts, suffix in _made_names(body)),
        frozenset(at for path, _, own in places if not is_content(body.kind, path) for at in own),
        frozenset(at for parts, own in names if len(parts) == 1 for at in own),
        frozenset(at for path, _, own in places if is_port(path) for at in own),
        frozenset(at for path, _, own in places if is_exact(path) for at in own),
        any(declares(path) for path, _, _ in places),
    )


def _own(parts: Parts) -> list[int]:
    """The numbers of the values in a text."""
    return [part for part in parts if isinstance(part, int)]


def _made_names(body: Body) -> Iterator[tuple[Parts, str]]:
    """The name of an object whose name holds a value, with each of the suffixes that an operator gives to it."""
    for path, parts, _ in body.values:
        if path == ("metadata", "name"):
            for suffix in names_after(body.api_version, body.kind):
                yield parts, suffix


def _held(body: Body, asked: Callable[[Path], Constraint], fits: Callable[[Schema], Verdict]) -> Iterator[Held]:
    by_value: set[int] = set()
    schemas: dict[int, list[tuple[Verdict, bool]]] = {}
    for path, parts, is_text in body.values:
        wanted = asked(path)
        for at in _own(parts):
            own = schemas.setdefault(at, [])
            if wanted == "by value" or is_compared(path) or (len(parts) > 1 and wanted != "none"):
                by_value.add(at)
            elif not isinstance(wanted, str):
                own.append((fits(wanted), is_text))
    for at, own in schemas.items():
        yield Held(at, at in by_value, tuple(dict.fromkeys(own)))


def whole_looks(values: Sequence[Value], joins: Sequence[str], holes: Holes) -> Iterator[Any]:
    """What the rules over several objects can tell of the values: the texts and the ports that they are, or which are equal."""
    equal: dict[Value, int] = {}
    amounts = {text for text in (*(values[at] for at in holes.names), *joins) if _is_amount(text)}
    for at, value in enumerate([*values, *joins]):
        if holes.all_exact or at in holes.exact:
            yield value
        elif at < len(values) and at not in holes.seen:
            continue
        elif isinstance(value, str):
            if value in holes.words:
                yield value
            elif is_amount(value) and value not in amounts:  # no name, nor equal to one: it measures something
                yield ""
            else:
                yield (*looks_among_others(value), equal.setdefault(value, len(equal)))
        elif at in holes.as_ports and value:
            yield value if value in holes.ports else ("port", equal.setdefault(value, len(equal)))
        else:
            yield value == 0


def _is_amount(value: Value) -> bool:
    return isinstance(value, str) and is_amount(value)
