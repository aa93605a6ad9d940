"""Covering arrays over the catalogue: few rows in which every pair of choices occurs that may occur together.

A row chooses one part of each kind (a model, a state) and any number of features. A pair of choices is two parts, or a part with a
feature that is missing: what a part needs and does not say shows where that is missing. Nothing here is written or run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product

MANY = "feature"
"""The kind of which a row has any number; of every other it has exactly one."""

Literal = tuple[str, str, bool]
"""Kind, name, and whether the row has it."""
Pair = tuple[Literal, Literal]


@dataclass(frozen=True, slots=True)
class Part:
    """A folder of the catalogue, with what its schema says of others.

    `requires` and `conflicts` name features; `works` says for a kind the names that it works with, others are left out.
    """

    kind: str
    name: str
    requires: frozenset[str] = frozenset()
    conflicts: frozenset[str] = frozenset()
    works: tuple[tuple[str, frozenset[str]], ...] = ()

    @property
    def literal(self) -> Literal:
        return self.kind, self.name, True


@dataclass(frozen=True, slots=True)
class Row:
    """One tenant of the array: the name of its one part of each kind, and its features."""

    chosen: tuple[tuple[str, str], ...]
    features: frozenset[str]

    def literals(self, features: Iterable[str]) -> list[Literal]:
        """What it has, and which of all the features it has not."""
        choices = [(kind, name, True) for kind, name in self.chosen]
        return sorted([*choices, *((MANY, name, name in self.features) for name in features)])


@dataclass(slots=True)
class _Draft:
    """A row in the making: what it has, and what it must not get."""

    chosen: dict[str, Part] = field(default_factory=dict)
    features: dict[str, Part] = field(default_factory=dict)
    without: set[str] = field(default_factory=set)

    def literals(self) -> Iterator[Literal]:
        yield from (part.literal for part in [*self.chosen.values(), *self.features.values()])
        yield from ((MANY, name, False) for name in self.without)


def rows(parts: Collection[Part]) -> list[Row]:
    """Rows that hold every pair that any row may hold, always the same for the same parts."""
    missing = possible(parts)
    made: list[Row] = []
    while missing:
        row = _best(parts, min(missing), missing)
        missing -= pairs_of(row, parts)
        made.append(row)
    return made


def full_rows(parts: Collection[Part]) -> list[Row]:
    """Rows in which every feature occurs, as few as go together, with the first parts of other kinds that take them."""
    left = features_of(parts)
    made: list[Row] = []
    while left:
        draft = next(_drafts(parts, [(MANY, left[0], True)]))
        for name in left:
            _extend(draft, (MANY, name, True), parts)
        row = _row(draft)
        left = [name for name in left if name not in row.features]
        made.append(row)
    return made


def possible(parts: Collection[Part]) -> set[Pair]:
    """The pairs that some allowed row has, except those of nothing but absence."""
    literals = sorted(_all_literals(parts))
    pairs = (pair for pair in combinations(literals, 2) if (pair[0][2] or pair[1][2]) and pair[0][:2] != pair[1][:2])
    return {pair for pair in pairs if next(_drafts(parts, pair), None)}


def pairs_of(row: Row, parts: Collection[Part]) -> set[Pair]:
    """The pairs that a row has."""
    return {pair for pair in combinations(row.literals(features_of(parts)), 2) if pair[0][2] or pair[1][2]}


def features_of(parts: Iterable[Part]) -> list[str]:
    return sorted(part.name for part in parts if part.kind == MANY)


def allowed(row: Row, parts: Collection[Part]) -> bool:
    """Whether the row keeps to what its parts say of one another."""
    named = {(part.kind, part.name): part for part in parts}
    own = [named[choice] for choice in row.chosen] + [named[MANY, name] for name in row.features]
    chosen = dict(row.chosen)
    return all(
        part.requires <= row.features
        and not part.conflicts & row.features
        and all(chosen[kind] in names for kind, names in part.works)
        for part in own
    )


def _all_literals(parts: Iterable[Part]) -> Iterator[Literal]:
    for part in parts:
        yield part.literal
        if part.kind == MANY:
            yield (part.kind, part.name, False)


def _drafts(parts: Collection[Part], wanted: Sequence[Literal]) -> Iterator[_Draft]:
    """The smallest rows with what is wanted, one for each choice of the other kinds.

    What is required is a closure, which only grows with what is chosen: where the smallest is refused, every larger one is.
    """
    kinds = sorted({part.kind for part in parts} - {MANY})
    given = {kind: [name] for kind, name, _ in wanted if kind != MANY}
    names = [given.get(kind) or sorted(part.name for part in parts if part.kind == kind) for kind in kinds]
    for chosen in product(*names):
        draft = _Draft()
        literals = [*wanted, *((kind, name, True) for kind, name in zip(kinds, chosen, strict=True))]
        absent_first = sorted(literals, key=lambda literal: literal[2])
        if all(_extend(draft, literal, parts) for literal in absent_first):
            yield draft


def _extend(draft: _Draft, literal: Literal, parts: Collection[Part]) -> bool:
    """Take the choice and what it requires into the row; False, and the row as it was, where that cannot be."""
    kind, name, present = literal
    if not present:
        fits = name not in draft.features
        draft.without |= {name} if fits else set()
        return fits
    named = {(part.kind, part.name): part for part in parts}
    chosen, features = dict(draft.chosen), dict(draft.features)
    waiting = [named[kind, name]]
    while waiting:
        part = waiting.pop()
        if part.kind != MANY:
            if chosen.setdefault(part.kind, part) is not part:
                return False
        elif part.name in draft.without:
            return False
        else:
            features[part.name] = part
        waiting += [named[MANY, other] for other in part.requires if other not in features]
    if not _agree([*chosen.values(), *features.values()], features.keys(), chosen):
        return False
    draft.chosen, draft.features = chosen, features
    return True


def _agree(own: Sequence[Part], features: Collection[str], chosen: Mapping[str, Part]) -> bool:
    return not any(
        not part.conflicts.isdisjoint(features)
        or any(kind in chosen and chosen[kind].name not in names for kind, names in part.works)
        for part in own
    )


def _best(parts: Collection[Part], seed: Pair, missing: set[Pair]) -> Row:
    """Of the rows with the seed, that with most of the missing pairs, among the choices of other kinds that promise most."""
    promising = sorted(_drafts(parts, seed), key=lambda draft: -_own_gain(draft, missing))[:_TRIED]
    grown = [_row(_grow(draft, parts, missing)) for draft in promising]
    return max(grown, key=lambda row: len(pairs_of(row, parts) & missing))


_TRIED = 12


def _own_gain(draft: _Draft, missing: set[Pair]) -> int:
    return sum(1 for pair in combinations(sorted(draft.literals()), 2) if pair in missing)


def _grow(draft: _Draft, parts: Collection[Part], missing: set[Pair]) -> _Draft:
    """Decide the other features one after the other, each as it brings more of the missing pairs."""
    for name in features_of(parts):
        if name in draft.features or name in draft.without:
            continue
        have = list(draft.literals())
        gains = {present: _gain((MANY, name, present), have, missing) for present in (True, False)}
        better = gains[True] >= gains[False]
        if not _extend(draft, (MANY, name, better), parts):
            _extend(draft, (MANY, name, not better), parts)
    return draft


def _gain(literal: Literal, have: Iterable[Literal], missing: set[Pair]) -> int:
    return sum((min(literal, other), max(literal, other)) in missing for other in have)


def _row(draft: _Draft) -> Row:
    return Row(tuple(sorted((kind, part.name) for kind, part in draft.chosen.items())), frozenset(draft.features))
