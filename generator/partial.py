"""Renders the tenants whose files have changed since the last publication, and takes the others from the branches (`since.py`).

Wherever there is anything to be said (a problem, a warning, a capacity exceeded) the whole fleet is rendered, which has the words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from generator.cache import Cache
from generator.census import Census, WholeFleetError, owner_of
from generator.compile import compile_fleet
from generator.gathering import Gathering
from generator.holding import Blame, tenant_of
from generator.ledger import Source
from generator.making import make
from generator.part import Part, part_of, read_part
from generator.pins import History
from generator.provenance import contents
from generator.publish import Place
from generator.rendering import Rendering, Tools, met_by
from generator.since import day_of
from generator.snapshot import Snapshot, laid_over
from generator.tip import kept_snapshot
from generator.units import Tree


def open_part(root: Path, source: Source, census: Census, files: Mapping[str, bool], cache: Cache) -> Part:
    """The tenants whose files changed, resolved with the catalogue of the source commit."""
    raw = contents(root, source, lambda path: path in files or owner_of(path) is None)
    return part_of(census, read_part(root, raw, cache, History(root, source.id)), files)


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
