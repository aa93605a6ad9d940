"""The tenants whose files have changed since a fleet was found without a problem, read and judged by themselves (`census.py`).

What tenants share is known to be what it was, so that it is not judged again. Wherever there is anything to be said (a problem, a
warning, a capacity exceeded), it is the whole fleet's to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator import schema
from generator.applications import application_of
from generator.bytes_reader import BytesReader
from generator.cache import Cache
from generator.census import (
    SHOWN,
    Census,
    Owner,
    Row,
    Rows,
    WholeFleetError,
    merged,
    owner_of,
    same_layout,
    shown_of,
)
from generator.fleet_checks import claims, exceeded, quota_of
from generator.load import load_from
from generator.model import Fleet, Tenant
from generator.resolve import resolve
from generator.rings import ring_of
from generator.source import Document
from generator.tenant_checks import fit_tenants

if TYPE_CHECKING:
    from generator.pins import History


@dataclass(frozen=True, slots=True)
class Part:
    """The tenants whose files `changed` since the census (some may be gone), those there as a fleet, and the rows of all."""

    census: Census
    changed: frozenset[Owner]
    fleet: Fleet
    rows: Rows


def read_part(root: Path, files: Mapping[str, bytes], cache: Cache, history: History | None = None) -> Fleet:
    """The tenants among the files, by path, with all that tenants share; only the tenants themselves are judged."""
    loaded, problems = load_from(BytesReader(root, files, cache), history)
    if problems or loaded.fleet is None:
        raise WholeFleetError
    rings = {file.document.path: ring_of(loaded, file) for file in loaded.tenants}
    valid, problems = fit_tenants(loaded, schema.resolved(loaded), rings)
    if problems:
        raise WholeFleetError
    tenants, problems = resolve(valid)
    return Fleet(valid, tenants, problems)


def part_of(census: Census, fleet: Fleet, files: Mapping[str, bool]) -> Part:
    """The part that was read of a fleet, where what its tenants share is as it was."""
    rows = rows_with(census.rows, fleet, files)
    if not same_layout(census.rows, rows):
        raise WholeFleetError
    waived = census.terms.waived
    if "" in waived or any(name in waived for _, name in (owner_of(path) or ("", "") for path in files)):
        raise WholeFleetError  # one of them may have been the last that a waiver was met in
    others = frozenset(name for _, name in rows) - {tenant.name for tenant in fleet.tenants}
    changed = frozenset(owner for path in files if (owner := owner_of(path)))
    return Part(census, changed, Fleet(fleet.repository, fleet.tenants, [], others), rows)


def rows_with(rows: Rows, fleet: Fleet, files: Mapping[str, bool]) -> Rows:
    """The rows as they are once these tenants' files have changed, which were read as a fleet; true are those that are there.

    WholeFleetError where there is a problem, in one of them or between them and the others.
    """
    owners = {path: owner for path in files if (owner := owner_of(path))}
    there = {owner for path, owner in owners.items() if files[path]}
    if fleet.problems or fleet.repository.fleet is None or {_of(tenant) for tenant in fleet.tenants} != there:
        raise WholeFleetError
    found = merged(rows, owners.values(), rows_of(fleet))
    if not agree(found, fleet.repository.fleet.data):
        raise WholeFleetError
    return found


def rows_of(fleet: Fleet) -> dict[Owner, Row]:
    """The row of each tenant that was read."""
    repository = fleet.repository
    assert repository.fleet is not None
    newest = schema.resolved(repository)
    pinned = {ring: schema.resolved(repository.seen_by(ring)) for ring in repository.pinned}
    claims_of = claims(lambda tenant: pinned.get(tenant.spec["ring"], newest))
    rows = {}
    for tenant in fleet.tenants:
        spec = tenant.spec
        shown = shown_of(*(spec[name] for name in SHOWN), spec["release"]["version"])
        application = application_of(repository.fleet.data, tenant, repository.catalogue_of(spec["ring"]))
        allows = _allows(tenant.document)
        rows[_of(tenant)] = Row(shown, tuple(claims_of(tenant)), quota_of(repository, spec), application, allows)
    return dict(sorted(rows.items()))


def _allows(document: Document) -> tuple[tuple[str | int, ...], ...]:
    if "allow" not in document.data:
        return ()
    from generator.destruction.allowances import to_rows  # noqa: PLC0415  # brings every class of destruction

    return to_rows(document)


def agree(rows: Rows, fleet: Mapping[str, Any]) -> bool:
    """Whether nothing that only one tenant may have is claimed twice, and no cluster's capacity is exceeded."""
    claimed = Counter(claim for row in rows.values() for claim in row.unique)
    taken = ((row.shown["cluster"], row.quota) for row in rows.values())
    return max(claimed.values(), default=0) <= 1 and not any(exceeded(fleet, taken))


def _of(tenant: Tenant) -> Owner:
    return tenant.environment, tenant.name
