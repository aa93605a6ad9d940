"""Which tenants can go to a release: for each the way, its plugins, what is in the way, and how long its own release is mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from generator import schema as schemas
from generator.diagnostics import Diagnostic
from generator.model import Fleet, Schema, Tenant
from generator.upgrade.blockers import blockers, locked, unready, way_of, words_of
from generator.upgrade.classes import Letter, class_of
from generator.upgrade.passport import Passport, passports_of, version_of

State = Literal["there", "ready", "to rehearse", "by hops", "blocked"]

STATES: dict[State, str] = {
    "there": "on it already, or on a newer one",
    "ready": "can go",
    "to rehearse": "can go when the upgrade was rehearsed on a clone",
    "by hops": "another release comes first",
    "blocked": "something has to be mended first",
}


@dataclass(frozen=True, slots=True)
class Bundled:
    """A plugin that the tenant brings itself; `reason` is why it is not ready, `silent` that it names no branches."""

    component: str
    version: int
    reason: str
    silent: bool


@dataclass(frozen=True, slots=True)
class Readiness:
    """One tenant. `days` are those until its own release gets no security fixes any more, below zero where that is past."""

    tenant: str
    environment: str
    ring: str
    release: str
    until: str
    days: int
    state: State
    letter: Letter
    way: tuple[str, ...]
    plugins: tuple[Bundled, ...]
    blockers: tuple[Diagnostic, ...]


def readiness(fleet: Fleet, to: str, today: date) -> list[Readiness]:
    """All tenants in the order of environments' and their own names."""
    known = passports_of(fleet.repository.catalogue)
    ordered = sorted(fleet.tenants, key=lambda tenant: (tenant.environment, tenant.name))
    return [_of(fleet, tenant, known[to], known, today) for tenant in ordered]


def _of(fleet: Fleet, tenant: Tenant, goal: Passport, known: dict[str, Passport], today: date) -> Readiness:
    own = known[tenant.spec["release"]["version"]]
    there = own.version >= goal.version
    schema = schemas.resolved(fleet.repository.seen_by(tenant.spec["ring"]))
    found = () if there else tuple(blockers(tenant, goal, known, schema))
    way = way_of(tenant, goal, known)
    return Readiness(
        tenant.name,
        tenant.environment,
        tenant.spec["ring"],
        own.name,
        own.security_until,
        (date.fromisoformat(own.security_until) - today).days,
        "there" if there else _state({problem.code for problem in found}),
        "" if there else class_of(own, goal).letter,
        () if there or way.none else tuple(words_of(way)),
        tuple(_bundled(tenant, goal, schema)),
        found,
    )


def _state(codes: set[str]) -> State:
    if not codes:
        return "ready"
    if codes == {"not-rehearsed"}:
        return "to rehearse"
    return "by hops" if codes == {"upgrade-by-hops"} else "blocked"


def _bundled(tenant: Tenant, goal: Passport, schema: Schema) -> Iterator[Bundled]:
    for plugin, _ in locked(tenant, schema):
        silent = plugin.supported is None and version_of(tenant.spec["release"]["version"]) < goal.version
        yield Bundled(plugin.component, plugin.version, unready(plugin, goal), silent)
