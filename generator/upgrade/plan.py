"""The plan of an upgrade: which tenants go, by which class, for how long users wait, and what forbids it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from generator import schema as schemas
from generator.agreement import problems_with
from generator.diagnostics import Diagnostic
from generator.layers import span_of
from generator.model import Fleet, Repository, Tenant
from generator.rings import Ring, rings_of
from generator.settle import Found, settle
from generator.splicing import Value
from generator.upgrade.blockers import blockers
from generator.upgrade.classes import Class, Letter, class_of
from generator.upgrade.gates import HEALTHY, Seen, before, behind, frozen, is_soaked, settled, soak_of
from generator.upgrade.passport import Passport, passports_of, version_of
from generator.upgrade.rehearsal import minutes_of
from generator.upgrade.transaction import upgrade_of

RAISING: tuple[Letter, ...] = ("B", "M", "X")
"""Classes after which the database takes no older code."""
CIRCUMSTANCES = (
    "not-rehearsed",
    "ring-behind",
    "ring-frozen",
    "ring-soaking",
    "ring-unhealthy",
    "upgrade-frozen",
    "upgrade-under-way",
)
"""What forbids an upgrade now and not for ever: the codes that may be overruled."""
_FACTOR = 2
"""An outage is announced as so many times what its rehearsal took."""


@dataclass(frozen=True, slots=True)
class Move:
    """One tenant's upgrade. `minutes` is the outage to announce: 0 where there is none, None where nobody knows."""

    tenant: str
    environment: str
    ring: str
    before: str
    after: str
    found: Class
    minutes: int | None

    @property
    def fields(self) -> dict[str, Value | None]:
        """What is written into `release` of the tenant's file."""
        floor: dict[str, Value | None] = {"floor": self.after} if self.found.letter in RAISING else {}
        return {"version": self.after, "from": self.before, **floor}


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be written, who has the release already or stays as it is, and the problems, errors where it is forbidden."""

    goal: Passport
    moves: tuple[Move, ...]
    there: tuple[str, ...]
    left: tuple[str, ...]
    problems: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asks for: a release, the tenants that are meant, and how many of them at once (0: all).

    `leave` says that tenants with reasons of their own stay; `despite` are codes of CIRCUMSTANCES that are overruled.
    """

    to: str
    tenants: Collection[str]
    batch: int = 0
    leave: bool = False
    despite: Collection[str] = ()


def neighbours(fleet: Fleet, wish: Wish) -> set[str]:
    """The tenants of whom has to be known since when they have their release and how they are: these, and those before them."""
    assert fleet.repository.fleet is not None
    rings = rings_of(fleet.repository.fleet)
    own = {tenant.spec["ring"] for tenant in fleet.tenants if tenant.name in wish.tenants}
    earlier = {ring.name for name in own if (ring := before(rings, name, fleet.tenants))}
    return {tenant.name for tenant in fleet.tenants if tenant.spec["ring"] in own | earlier}


def plan(fleet: Fleet, wish: Wish, seen: Seen) -> Plan:
    """The plan for the wish; nothing is to be written where a problem of it is an error."""
    known = passports_of(fleet.repository.catalogue)
    goal = known[wish.to]
    meant = sorted((one for one in fleet.tenants if one.name in wish.tenants), key=lambda one: one.name)
    there = tuple(one.name for one in meant if one.spec["release"]["version"] == goal.name)
    waiting = [one for one in meant if one.name not in there]
    own = {one.name: _own(fleet, one, goal, known, seen) for one in waiting}
    blocked = (name for name, found in own.items() if any(each.code not in wish.despite for each in found))
    left = tuple(blocked) if wish.leave else ()
    going = [one for one in waiting if one.name not in left]
    going = going[: wish.batch or None]
    found: list[Found] = [(one.document, problem) for one in going for problem in own[one.name]]
    problems = [*settle(found), *_around(fleet, goal, going, meant if wish.batch else (), seen)]
    moves = tuple(_move(one, goal, known) for one in going)
    return Plan(goal, moves, there, left, tuple(_overruled(problem, wish) for problem in problems))


def _overruled(problem: Diagnostic, wish: Wish) -> Diagnostic:
    return replace(problem, severity="warning", help="") if problem.code in wish.despite else problem


def _own(fleet: Fleet, tenant: Tenant, goal: Passport, known: Mapping[str, Passport], seen: Seen) -> list[Diagnostic]:
    repository = fleet.repository.seen_by(tenant.spec["ring"])
    found = blockers(tenant, goal, known, schemas.resolved(repository))
    return [*(found or _transaction(repository, tenant, goal)), *_under_way(fleet, tenant, seen)]


def _transaction(repository: Repository, tenant: Tenant, goal: Passport) -> list[Diagnostic]:
    """What the upgrade's transaction asks of the tenant, which `quad validate` would say as soon as the files are written."""
    release = tenant.spec["release"]
    spec = {**tenant.spec, "state": "active", "release": {**release, "from": release["version"], "version": goal.name}}
    name = upgrade_of(repository.catalogue, spec).get("transaction")
    return problems_with(repository, tenant, repository.catalogue.of("transaction")[name]) if name else []


def _under_way(fleet: Fleet, tenant: Tenant, seen: Seen) -> Iterator[Diagnostic]:
    """The upgrade before this one, where nothing shows that it is over."""
    release = tenant.spec["release"]
    if release.get("from", release["version"]) == release["version"]:
        return
    ring = _ring(fleet, tenant)
    health = seen.health.get(tenant.name) if seen.health is not None else None
    if health == HEALTHY or (seen.health is None and is_soaked(seen, tenant.name, soak_of(ring))):
        return
    span = span_of(tenant.document, tenant.origins, ("release", "from"))
    message = f"`{tenant.name}` may still be on the way from {release['from']} to {release['version']}"
    help = "`--context` asks Argo CD whether it is healthy; or take `from` out when it is over"
    yield Diagnostic("upgrade-under-way", message, span, help=help)


def _ring(fleet: Fleet, tenant: Tenant) -> Ring:
    return next(ring for ring in rings_of(fleet.repository.fleet) if ring.name == tenant.spec["ring"])


def _around(
    fleet: Fleet, goal: Passport, going: Collection[Tenant], meant: Collection[Tenant], seen: Seen
) -> Iterator[Diagnostic]:
    """What the rings forbid: the going tenants' own, the one before each, and in batches the batches before."""
    assert fleet.repository.fleet is not None
    document, rings = fleet.repository.fleet, rings_of(fleet.repository.fleet)
    for ring in rings:
        if ring.name not in {tenant.spec["ring"] for tenant in going}:
            continue
        yield from frozen(document, ring, seen)
        if earlier := before(rings, ring.name, fleet.tenants):
            inside = [tenant for tenant in fleet.tenants if tenant.spec["ring"] == earlier.name]
            yield from behind(document, earlier, goal, inside)
            yield from settled(document, earlier, [one for one in inside if _runs(one, goal)], seen)
        batches = [one for one in meant if one.spec["ring"] == ring.name and _runs(one, goal)]
        yield from settled(document, ring, batches, seen)


def _runs(tenant: Tenant, goal: Passport) -> bool:
    return version_of(tenant.spec["release"]["version"]) >= goal.version


def _move(tenant: Tenant, goal: Passport, known: Mapping[str, Passport]) -> Move:
    release = tenant.spec["release"]
    found = class_of(known[release["version"]], goal)
    rehearsed = minutes_of(release, goal.name)
    minutes = rehearsed * _FACTOR if rehearsed is not None else None
    ring = tenant.spec["ring"]
    return Move(
        tenant.name,
        tenant.environment,
        ring,
        release["version"],
        goal.name,
        found,
        minutes if found.outage else 0,
    )
