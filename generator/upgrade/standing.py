"""How a ring stands: which releases its tenants have, since when, whether they have soaked, and how they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from generator.model import Tenant
from generator.rings import Ring
from generator.upgrade.gates import Seen, is_soaked, soak_of
from generator.upgrade.passport import version_of


@dataclass(frozen=True, slots=True)
class Standing:
    """The tenants of a ring that have one release; none where the ring has no tenants.

    `since` is when the last of them got it, None where that is not committed. `health` counts Argo CD's words, None where
    nobody asked.
    """

    ring: str
    soak: str
    frozen: str
    release: str
    tenants: tuple[str, ...]
    since: datetime | None
    soaked: bool
    health: Mapping[str, int] | None


def standings(rings: Collection[Ring], tenants: Collection[Tenant], seen: Seen) -> list[Standing]:
    """A line for each release of each ring, the rings in their order and the newest release first."""
    found = []
    for ring in rings:
        inside: dict[str, list[str]] = {}
        for tenant in sorted(tenants, key=lambda tenant: tenant.name):
            if tenant.spec["ring"] == ring.name:
                inside.setdefault(tenant.spec["release"]["version"], []).append(tenant.name)
        found += [_of(ring, release, inside[release], seen) for release in sorted(inside, key=version_of, reverse=True)]
        if not inside:
            found.append(Standing(ring.name, ring.soak, ring.frozen, "", (), None, True, None))
    return found


def _of(ring: Ring, release: str, names: Collection[str], seen: Seen) -> Standing:
    since = [seen.since.get(name) for name in names]
    known = [moment for moment in since if moment is not None]
    health = seen.health
    counted = dict(Counter(health.get(name, "Unknown") for name in names)) if health is not None else None
    return Standing(
        ring.name,
        ring.soak,
        ring.frozen,
        release,
        tuple(names),
        max(known) if len(known) == len(since) else None,
        all(is_soaked(seen, name, soak_of(ring)) for name in names),
        counted,
    )
