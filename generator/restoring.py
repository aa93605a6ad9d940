"""Back to a point in time: what is written into a tenant's file for it, what takes that out again, and what forbids it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from generator.agreement import problems_with
from generator.diagnostics import Diagnostic, Span
from generator.layers import span_of
from generator.model import Component, Fleet, Spec, Tenant
from generator.source import Path
from generator.splicing import Value
from generator.upgrade.passport import version_of
from generator.upgrade.transaction import asked_by

FIELD, CLONE, DRILL = "restore", "clone", "drill"
_FORM = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Wish:
    """The point that is asked for, and when; `release` is what the site had then, empty where it is said to be the same.

    `since` is when the tenant got its present release, None where nobody knows.
    """

    at: datetime
    now: datetime
    release: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """What is written: a field of the tenant, or nothing in its place, and fields of `release`."""

    block: Mapping[str, str | int] | None
    release: Mapping[str, Value | None]
    field: str = FIELD


def moment_of(text: str) -> datetime | None:
    """A time of RFC 3339 with its zone; None where the text is none."""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC).replace(microsecond=0) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def written(moment: datetime) -> str:
    """A time as tenants' files have it."""
    return f"{moment:{_FORM}}"


def name_of(now: datetime) -> str:
    """What something is named by that is asked for now."""
    return f"{now:%Y%m%dt%H%M%S}"


def edit_for(spec: Spec, wish: Wish) -> Edit:
    """The edit that asks for the restore; an older release comes back with its backup."""
    block: dict[str, str | int] = {"id": name_of(wish.now), "at": written(wish.at)}
    release = spec["release"]
    if wish.release in ("", release["version"]):
        return Edit(block, {})
    fields: dict[str, Value | None] = {"version": wish.release, "from": None}
    if "floor" in release and version_of(release["floor"]) > version_of(wish.release):
        fields["floor"] = wish.release
    left = {f"leaves{name.title()}": release[name] for name in ("from", "floor") if name in release}
    return Edit({**block, "leaves": release["version"], **left}, fields)


def asked(spec: Spec) -> str:
    """The field by which a restore or a clone is asked for; empty where none is."""
    return next((field for field in (FIELD, CLONE) if field in spec), "")


def finished(spec: Spec) -> Edit:
    """The edit when it is over: the release that came back stays."""
    return Edit(None, {}, asked(spec))


def taken_back(spec: Spec) -> Edit:
    """The edit as if nobody had asked: the release that was to be left stays, and an upgrade to it goes on."""
    block = spec[asked(spec)]
    leaves = block.get("leaves")
    if leaves is None:
        return finished(spec)
    floor: dict[str, Value | None] = {"floor": block.get("leavesFloor", leaves)} if "floor" in spec["release"] else {}
    return Edit(None, {"version": leaves, "from": block.get("leavesFrom"), **floor})


def pending(tenant: Tenant) -> Iterator[Diagnostic]:
    """What the tenant's file asks for, after which nothing else begins before it is over."""
    name = tenant.name
    if field := asked(tenant.spec):
        found = tenant.spec[field]
        becomes = f"becomes `{found['from']}` as of" if field == CLONE else "goes back to"
        message = f"`{name}` {becomes} {found['at']}, and nothing shows that it is there"
        help = f"`quad restore --finish {name}` when it is, or `--abort`"
        yield Diagnostic("restore-pending", message, _place(tenant, (field, "at")), help=help)
    if DRILL in tenant.spec:
        message = f"`{name}` is drilled, and nothing shows that it is over"
        help = f"keep the evidence, then `quad drill --finish {name}`"
        yield Diagnostic("drill-pending", message, _place(tenant, (DRILL, "id")), help=help)


def problems_of(fleet: Fleet, tenant: Tenant, wish: Wish) -> list[Diagnostic]:
    """Everything that forbids the restore."""
    return [*in_the_way(fleet, tenant, FIELD), *release_problems(tenant, wish)]


def in_the_way(fleet: Fleet, tenant: Tenant, field: str) -> list[Diagnostic]:
    """Everything about the tenant that forbids to ask for the transaction of a field."""
    return [*pending(tenant), *_state(tenant), *_upgrade(tenant), *_company(fleet, tenant, field)]


def transaction_of(fleet: Fleet, tenant: Tenant, field: str) -> Component | None:
    """The transaction that a field asks for, in the catalogue of the tenant's ring; None where that knows none."""
    catalogue = fleet.repository.seen_by(tenant.spec["ring"]).catalogue
    return catalogue.of("transaction").get(asked_by(catalogue, field))


def _place(tenant: Tenant, path: Path) -> Span:
    return span_of(tenant.document, tenant.origins, path)


def _state(tenant: Tenant) -> Iterator[Diagnostic]:
    state = tenant.spec["state"]
    if state != "active":
        message = f"`{tenant.name}` is {state}, and only an active site is restored or drilled"
        help = "set `state` to active in a change of its own first"
        yield Diagnostic("restore-not-active", message, _place(tenant, ("state",)), help=help)


def _upgrade(tenant: Tenant) -> Iterator[Diagnostic]:
    release = tenant.spec["release"]
    if release.get("from", release["version"]) != release["version"]:
        message = f"`{tenant.name}` may still be on the way from {release['from']} to {release['version']}"
        help = f"take `from` out when it is over; `quad upgrade --abort {tenant.name}` where it failed"
        yield Diagnostic("upgrade-under-way", message, _place(tenant, ("release", "from")), help=help)


def _company(fleet: Fleet, tenant: Tenant, field: str) -> list[Diagnostic]:
    """What the transaction asks of the tenant, which `quad validate` would say as soon as the file is written."""
    asked_for, ring = transaction_of(fleet, tenant, field), tenant.spec["ring"]
    if asked_for is None:
        message = f"the catalogue that the ring `{ring}` is pinned to knows no {field}"
        help = f"`quad ring unpin {ring}`, or pin it to a newer commit"
        return [Diagnostic("unread-value", message, _place(tenant, ("ring",)), help=help)]
    return problems_with(fleet.repository.seen_by(ring), tenant, asked_for)


def release_problems(tenant: Tenant, wish: Wish) -> Iterator[Diagnostic]:
    """Code and schema of two releases never meet: the point's release is the one that the site has afterwards."""
    version, since = tenant.spec["release"]["version"], wish.since
    falls = wish.release not in ("", version)
    place = _place(tenant, ("release", "version"))
    if not since:
        return
    if not wish.release and wish.at < since:
        message = f"`{tenant.name}` has {version} only since {written(since)}; that point is another release's"
        help = (
            f"`--release VERSION` takes that back too; `--release {version}` where no database was touched between them"
        )
        yield Diagnostic("restore-other-release", message, place, help=help)
    if falls and wish.at >= since:
        message = f"`{tenant.name}` has {version} since {written(since)}; that point is no older release's"
        help = "leave `--release` out, or name an earlier time"
        yield Diagnostic("restore-other-release", message, place, help=help)
