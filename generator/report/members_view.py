"""The tenants of a change as the HTML page lists them: by environment, ring and cluster, the small rings first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from generator.changes import Member

Ranks = Mapping[tuple[str, str], int]
"""Where each ring of each environment stands in a listing."""


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """The members of one environment, ring and cluster, sorted; each `tenant`, or `tenant (object)` where that says more."""

    environment: str
    ring: str
    cluster: str
    names: tuple[str, ...]

    @property
    def place(self) -> str:
        """`production, ring early, cluster eu-1`; a root of Argo CD is in no ring."""
        parts = (self.environment, self.ring and f"ring {self.ring}", self.cluster and f"cluster {self.cluster}")
        return ", ".join(part for part in parts if part)


Members = tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """How many tenants of a ring a change touches."""

    environment: str
    ring: str
    tenants: int


def rank_rings(members: Iterable[Member]) -> Ranks:
    """Environments by name; in each the rings with the fewest tenants first, which is the order they are rolled out in."""
    sizes = Counter(place[:2] for place in {(member.environment, member.ring, member.tenant) for member in members})
    ordered = sorted(sizes, key=lambda ring: (ring[0], sizes[ring], ring[1]))
    return {ring: rank for rank, ring in enumerate(ordered)}


def reach_of(members: Iterable[Member], ranks: Ranks) -> tuple[Reach, ...]:
    """The number of members in each ring; each member is a tenant of its own."""
    sizes = Counter((member.environment, member.ring) for member in members)
    return tuple(Reach(*ring, sizes[ring]) for ring in sorted(sizes, key=lambda ring: ranks[ring]))


def members_of(members: Iterable[tuple[Member, str]], ranks: Ranks) -> Members:
    """The members by place; the text beside each says what its object is called, where that is worth a word."""
    places: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for member, called in members:
        place = (member.environment, member.ring, member.cluster)
        places[place].append(f"{member.tenant} ({called})" if called else member.tenant)
    ordered = sorted(places, key=lambda place: (ranks.get(place[:2], len(ranks)), place))
    return tuple(Segment(*place, tuple(sorted(places[place]))) for place in ordered)
