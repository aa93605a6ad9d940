"""What keeps a ring from being upgraded now: it is frozen, or what came before it is not there, not healthy, or has not soaked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from generator.diagnostics import Diagnostic, Span
from generator.model import Tenant
from generator.rings import Ring
from generator.source import Document
from generator.upgrade.freezes import frozen_on
from generator.upgrade.passport import Passport, version_of

HEALTHY = "Healthy"
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known from outside the input: the moment, since when each tenant has its release, and what Argo CD says of it.

    A tenant without a moment has a release that is not committed; `health` is None where nobody asked.
    """

    now: datetime
    since: Mapping[str, datetime] = field(default_factory=dict)
    health: Mapping[str, str] | None = None


def soak_of(ring: Ring) -> timedelta:
    """How long a change stays in a ring before it goes on."""
    number = int(ring.soak[:-1])
    return timedelta(days=number) if ring.soak.endswith("d") else timedelta(hours=number)


def before(rings: Sequence[Ring], name: str, tenants: Collection[Tenant]) -> Ring | None:
    """The ring that receives a change right before this one; rings without tenants receive none."""
    populated = {tenant.spec["ring"] for tenant in tenants}
    earlier: Ring | None = None
    for ring in rings:
        if ring.name == name:
            return earlier
        if ring.name in populated:
            earlier = ring
    return None


def frozen(fleet: Document, ring: Ring, seen: Seen) -> Iterator[Diagnostic]:
    """The ring is frozen by its own entry, or by the calendar."""
    if ring.frozen:
        span = fleet.value(("rings", ring.index, "frozen"))
        help = f"`quad ring unfreeze {ring.name}` when that is over"
        yield Diagnostic("ring-frozen", f"the ring `{ring.name}` is frozen: {ring.frozen}", span, help=help)
    for reason, span in frozen_on(fleet, ring.name, seen.now.date()):
        help = "wait until it is over; `--despite upgrade-frozen` where it cannot wait"
        message = f"nothing of the ring `{ring.name}` is upgraded now: {reason}"
        yield Diagnostic("upgrade-frozen", message, span, help=help)


def behind(fleet: Document, ring: Ring, goal: Passport, tenants: Collection[Tenant]) -> Iterator[Diagnostic]:
    """Not all tenants of the ring have the release, or a newer one."""
    late = sorted(tenant.name for tenant in tenants if not _has(tenant, goal))
    if late:
        message = (
            f"{len(late)} of the {len(tenants)} tenants of the ring `{ring.name}` are not on {goal.name}: {_some(late)}"
        )
        help = "upgrade them first; `--despite ring-behind` where they are to stay"
        yield Diagnostic("ring-behind", message, _place(fleet, ring), help=help)


def settled(fleet: Document, ring: Ring, tenants: Collection[Tenant], seen: Seen) -> Iterator[Diagnostic]:
    """The tenants of the ring that have a change are not all healthy, or have not had it for as long as the ring soaks."""
    names = sorted(tenant.name for tenant in tenants)
    health = seen.health
    ill = [name for name in names if health is not None and health.get(name) != HEALTHY]
    if ill and health is not None:
        listed = _some([f"{name} is {health.get(name, 'unknown to Argo CD')}" for name in ill])
        message = f"not all that came before in the ring `{ring.name}` is healthy: {listed}"
        yield Diagnostic(
            "ring-unhealthy", message, _place(fleet, ring), help="mend it, or `quad upgrade --abort TENANT`"
        )
    soak = soak_of(ring)
    fresh = [name for name in names if soak and not is_soaked(seen, name, soak)]
    if fresh:
        listed = _some([_since(seen, name) for name in fresh])
        message = f"the ring `{ring.name}` soaks for {ring.soak}, and not all of it has: {listed}"
        help = "wait; `--despite ring-soaking` where it cannot wait"
        yield Diagnostic("ring-soaking", message, _place(fleet, ring), help=help)


def is_soaked(seen: Seen, name: str, soak: timedelta) -> bool:
    """Whether the tenant has had its release for so long."""
    return name in seen.since and seen.now - seen.since[name] >= soak


def _since(seen: Seen, name: str) -> str:
    since = seen.since.get(name)
    return f"{name} since {since:%Y-%m-%d %H:%M} UTC" if since else f"{name} is not committed"


def _has(tenant: Tenant, goal: Passport) -> bool:
    return version_of(tenant.spec["release"]["version"]) >= goal.version


def _place(fleet: Document, ring: Ring) -> Span:
    return fleet.value(("rings", ring.index, "soak"))


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")
