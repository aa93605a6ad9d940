"""Renders the tenants whose files have changed since the last publication, and takes the others from the branches (`since.py`).

Wherever there is anything to be said (a problem, a warning, a capacity exceeded) the whole fleet is rendered, which has the words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator import schema
from generator.census import Census, Owner, Row, Rows, merged, same_layout
from generator.compile import compile_fleet
from generator.fleet_checks import claims, exceeded, quota_of
from generator.gathering import Gathering
from generator.holding import Blame, tenant_of
from generator.ledger import Source
from generator.making import make
from generator.model import Fleet, Tenant, Tree
from generator.pins import History
from generator.pipeline import read
from generator.provenance import export
from generator.publish import Place
from generator.rendering import Rendering, Tools, met_by
from generator.since import WholeFleetError, day_of, owner_of
from generator.snapshot import Snapshot, laid_over
from generator.tip import kept_snapshot

_SHOWN = ("name", "host", "cluster", "ring", "plan", "model", "state")


@dataclass(frozen=True, slots=True)
class Part:
    """The tenants whose files `changed` since the census (some may be gone), those there as a fleet, and the rows of all."""

    census: Census
    changed: frozenset[Owner]
    fleet: Fleet
    rows: Rows


def open_part(root: Path, source: Source, census: Census, files: Mapping[str, bool], folder: Path) -> Part:
    """The tenants whose files changed, resolved with the catalogue of the source commit."""
    export(root, source, folder, lambda path: path in files or owner_of(path) is None)
    return part_of(census, read(folder, History(root, source.id)), files)


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
    newest = schema.resolved(fleet.repository)
    pinned = {ring: schema.resolved(fleet.repository.seen_by(ring)) for ring in fleet.repository.pinned}
    claims_of = claims(lambda tenant: pinned.get(tenant.spec["ring"], newest))
    rows = {}
    for tree in compile_fleet(fleet.repository, fleet.tenants):
        places = {unit.name: unit.application for unit in tree.units}
        for tenant in (tenant for tenant in fleet.tenants if tenant.environment == tree.environment):
            spec = tenant.spec
            shown = {name: spec[name] for name in _SHOWN} | {"release": {"version": spec["release"]["version"]}}
            allows = "allow" in tenant.document.data
            rows[_of(tenant)] = Row(shown, tuple(claims_of(tenant)), quota_of(spec), places[tenant.name], allows)
    return dict(sorted(rows.items()))


def agree(rows: Rows, fleet: Mapping[str, Any]) -> bool:
    """Whether nothing that only one tenant may have is claimed twice, and no cluster's capacity is exceeded."""
    claimed = Counter(claim for row in rows.values() for claim in row.unique)
    taken = ((row.shown["cluster"], row.quota) for row in rows.values())
    return max(claimed.values(), default=0) <= 1 and not any(exceeded(fleet, taken))


def render_part(
    part: Part, root: Path, source: Source, tools: Tools, found: Sequence[Place], folder: Path
) -> Rendering:
    """The environments' whole trees: the changed tenants made anew, all else as it is at the tips."""
    if {place.branch: place.tip.id for place in found} != part.census.tips:
        raise WholeFleetError
    made, waived = _made(part, source, tools, folder)
    kept = {place.environment: kept_snapshot(root, place.tip, place.environment) for place in found}
    trees = {name: with_part(part, tree, made.get(name)) for name, tree in kept.items()}
    names: dict[str, dict[str, Mapping[str, object]]] = {}
    for (environment, name), row in part.rows.items():
        names.setdefault(environment, {})[name] = row.shown
    return Rendering(source, part.fleet, folder, trees, names, [], Blame({}, []), waived | part.census.terms.waived)


def _made(part: Part, source: Source, tools: Tools, folder: Path) -> tuple[dict[str, Snapshot], frozenset[str]]:
    """The files of the changed tenants, by environment, and those of them that a waiver was met in."""
    trees = own_trees(part)
    gathered = {tree.environment: Gathering({}) for tree in trees}

    def keep_files(environment: str, files: Mapping[str, bytes]) -> None:
        gathered[environment].add({path: raw for path, raw in files.items() if tenant_of(path)})

    made = make(part.fleet, trees, folder, tools.how, tools.crds, tools.progress, keep_files, day_of(source))
    if made.problems:
        raise WholeFleetError
    where = f"commit {source.id[:12]}"
    return {name: files.snapshot(name, where) for name, files in gathered.items()}, met_by(made.waived)


def own_trees(part: Part) -> list[Tree]:
    """The changed tenants to be made, with the catalogue and nothing else that tenants share."""
    return [
        Tree(tree.environment, _catalogue(tree.files), (), tree.units)
        for tree in compile_fleet(part.fleet.repository, part.fleet.tenants)
    ]


def _catalogue(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {path: raw for path, raw in files.items() if path.startswith("catalogue/")}


def with_part(part: Part, before: Snapshot, made: Snapshot | None) -> Snapshot:
    """An environment's tree as the census saw it, with the changed tenants as they were made."""
    gone = {name for environment, name in part.changed if environment == before.environment}
    old = {row.application for owner, row in part.census.rows.items() if owner in part.changed}
    ids = {
        path: id
        for path, id in before.ids.items()
        if not (path.startswith("tenants/") and path.split("/", 2)[1] in gone) and path not in old
    }
    left = Snapshot(before.environment, before.where, ids, before.read)
    return laid_over(left, made) if made else left


def _of(tenant: Tenant) -> Owner:
    return tenant.environment, tenant.name
