"""A part of the fleet for each of several machines: the same parts on each of them, of about the same cost.

Tenants of a shape that pays for a profile stay together, so that each profile is made once; the others go one by one.
"""

from __future__ import annotations

import heapq
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from generator.shapes import Group, groups_of
from generator.units import Tree

_PROFILE = 3.0
"""In runs of kustomize: one for each of two witnesses, and one for the proof; their Applications are alike."""
_STAMP = 0.02
"""In runs of kustomize: to stamp a tenant and to judge it."""

_Part = tuple[str, str]
"""An environment, and the subject of a build in it: a tenant or one of Argo CD's roots."""


@dataclass(frozen=True, slots=True)
class Shard:
    """The `number`th of so many parts, from 1."""

    number: int
    of: int

    def __str__(self) -> str:
        """As the command line has it."""
        return f"{self.number}/{self.of}"


@dataclass(frozen=True, slots=True)
class Share:
    """What a shard has to do: its trees, with as many shapes of tenants."""

    trees: list[Tree]
    shapes: int

    @property
    def tenants(self) -> int:
        """How many it has."""
        return sum(len(tree.units) for tree in self.trees)


@dataclass(frozen=True, slots=True)
class _Lot:
    """What goes to one shard together."""

    cost: float
    name: str
    parts: tuple[_Part, ...]


def parse(text: str) -> Shard:
    """`3/8`; ValueError for anything else."""
    found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    if not found:
        many = " of more than 999,999 shards" if re.fullmatch(r"[0-9]+/[0-9]+", text) else ""
        raise ValueError(f"`{text}` is no shard{many}; the third of eight is 3/8")
    number, of = int(found[1]), int(found[2])
    if not 1 <= number <= of:
        raise ValueError(
            f"there is no shard {number} of {of}; they are 1/{of} to {of}/{of}" if of else "of 0 shards there is none"
        )
    return Shard(number, of)


def share(trees: Sequence[Tree], shard: Shard, pays: int) -> Share:
    """What the shard has of these trees; a shape of `pays` tenants or more pays for a profile."""
    named = [(tree.environment, group) for tree in trees for group in groups_of(tree.units)]
    mine = _mine([*_lots(named, pays), *_roots(trees)], shard)
    parts = [
        replace(
            tree,
            units=tuple(unit for unit in tree.units if (tree.environment, unit.name) in mine),
            builds=tuple(build for build in tree.builds if (tree.environment, build.subject) in mine),
        )
        for tree in trees
    ]
    shapes = {
        group.name for environment, group in named for unit, _ in group.members if (environment, unit.name) in mine
    }
    return Share([part for part in parts if part.units or part.builds], len(shapes))


def _mine(lots: Sequence[_Lot], shard: Shard) -> set[_Part]:
    """The dearest first, each to whoever has least to do: the order is that of cost and name, and nothing else decides."""
    loads = [(0.0, number) for number in range(1, shard.of + 1)]
    mine: set[_Part] = set()
    for lot in sorted(lots, key=lambda lot: (-lot.cost, lot.name)):
        load, number = loads[0]
        heapq.heapreplace(loads, (load + lot.cost, number))
        if number == shard.number:
            mine.update(lot.parts)
    return mine


def _lots(named: Sequence[tuple[str, Group]], pays: int) -> Iterator[_Lot]:
    shapes: dict[str, list[tuple[str, Group]]] = defaultdict(list)
    for environment, group in named:
        shapes[group.name].append((environment, group))
    for name, groups in shapes.items():
        parts = tuple((environment, unit.name) for environment, group in groups for unit, _ in group.members)
        if any(len(group.members) >= pays for _, group in groups) and not groups[0][1].reading.objection:
            yield _Lot(_PROFILE + _STAMP * len(parts), name, parts)
        else:
            yield from (
                _Lot(2.0, f"{name} {environment}/{tenant}", ((environment, tenant),)) for environment, tenant in parts
            )


def _roots(trees: Sequence[Tree]) -> Iterator[_Lot]:
    for tree in trees:
        for build in tree.builds:
            yield _Lot(1.0, f"{tree.environment}/{build.subject}", ((tree.environment, build.subject),))
