"""Renders a source commit, and puts a branch's tree together from it: the same for publishing it and for verifying it later."""

from __future__ import annotations

import functools
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from generator import git, hydrator, remembered, snapshot
from generator.cache import NO_CACHE, Cache
from generator.compile import compile_fleet, compile_roots
from generator.diagnostics import Diagnostic, ToolError, Waived
from generator.fast_reading import plain_data
from generator.gathering import Gathering
from generator.ground import Ground
from generator.holding import (
    Blame,
    argocd_path,
    blame,
    builds_itself,
    claims,
    hold,
    listed_claims,
    project_path,
    spec_path,
)
from generator.hydrate import Hydration
from generator.ledger import METADATA, Source
from generator.making import make
from generator.manifest_loader import ManifestLoader
from generator.model import Fleet, Progress, Spec, Tenant
from generator.page import page
from generator.pins import History
from generator.pipeline import read
from generator.plain import build_all
from generator.provenance import export, input_entries, said
from generator.readme import readme
from generator.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Tools:
    """What a rendering is made with."""

    how: Hydration
    crds: Path
    progress: Progress


@dataclass(frozen=True, slots=True)
class Rendering:
    """A source commit's trees by environment, their tenants, and every problem found on the way.

    `waived` names the tenants in which a waiver was met; an empty name stands for what they share.
    """

    source: Source
    fleet: Fleet
    folder: Path
    trees: Mapping[str, Snapshot]
    tenants: Mapping[str, Mapping[str, Spec]]
    problems: list[Diagnostic]
    blame: Blame
    waived: frozenset[str] = frozenset()

    @property
    def repository(self) -> str:
        """Where Argo CD clones from."""
        assert self.fleet.repository.fleet is not None
        return str(self.fleet.repository.fleet.data["git"]["repository"])


def opened(root: Path, source: Source, folder: Path, cache: Cache = NO_CACHE) -> tuple[Fleet, Blame]:
    """The fleet as the source commit has it, and whose its problems are.

    It is copied out into the folder, but for tenants' files whose rows are in the cache.
    """
    fleet = _opened(root, source, folder, cache)
    return fleet, blame(fleet.problems, {})


def _opened(root: Path, source: Source, folder: Path, cache: Cache) -> Fleet:
    history = History(root, source.id)
    if cache.folder is None:
        export(root, source, folder)
        return read(folder, history)
    found = input_at(root, source)
    known = remembered.rows(found, cache)
    raw = functools.cache(lambda: git.blobs(root, (found.ids[path] for path in known)))
    export(root, source, folder, lambda path: path not in known)
    fleet = remembered.read_rest(folder, history, known, lambda path: raw()[found.ids[path]]) if known else None
    if fleet is None:
        export(root, source, folder, lambda path: path in known)
        fleet, known = read(folder, history), {}
    remembered.keep(found, fleet, known, cache)
    return remembered.with_tokens(fleet, found)


def input_at(root: Path, source: Source) -> remembered.Input:
    """The input as the source commit has it."""
    return remembered.input_of({path: said(entry) for path, entry in input_entries(root, source).items()})


def render_source(
    fleet: Fleet, source: Source, tenants: Sequence[Tenant], leave: Collection[str], tools: Tools, folder: Path
) -> Rendering:
    """Render these tenants, but none whose own problems are known, nor those of environments to be left."""
    found = blame(fleet.problems, {})
    good = [
        tenant
        for tenant in tenants
        if tenant.environment not in leave and (tenant.environment, tenant.name) not in found.own
    ]
    trees = compile_fleet(fleet.repository, good)
    day = datetime.fromtimestamp(source.commit.committer.seconds, UTC).date()
    judged = Fleet(fleet.repository, good, [])
    gathered = {tree.environment: Gathering(tree.files) for tree in trees}

    def keep(environment: str, files: Mapping[str, bytes]) -> None:
        gathered[environment].add(files)

    made = make(judged, trees, folder, tools.how, tools.crds, tools.progress, keep, day)
    names: dict[str, dict[str, Spec]] = {}
    for tenant in good:
        names.setdefault(tenant.environment, {})[tenant.name] = tenant.spec
    problems = fleet.problems + made.problems
    where = f"commit {source.id[:12]}"
    snapshots = {name: files.snapshot(name, where, made.stamped.get(name)) for name, files in gathered.items()}
    owners = blame(problems, {tenant.name: tenant.environment for tenant in good})
    return Rendering(source, fleet, folder, snapshots, names, problems, owners, met_by(made.waived))


def met_by(waived: Iterable[Waived]) -> frozenset[str]:
    """The tenants that findings which were waived are of; an empty name for one that is of no tenant alone."""
    return frozenset(name for each in waived for name in each.finding.tenants or ("",))


def compose(
    rendering: Rendering,
    environment: str,
    held: Mapping[str, Snapshot],
    held_at: Mapping[str, str],
    left_out: Collection[str],
    tools: Tools,
) -> Snapshot:
    """The branch's tree: what was rendered, tenants held as other trees have them, and the pages about it all."""
    tree = rendering.trees.get(environment) or snapshot.nothing(environment, f"commit {rendering.source.id[:12]}")
    specs = {name: spec_in(tree, name) for name, tree in held.items()}
    if held or left_out:
        tree = hold(tree, held, left_out, specs)
        if claims(tree.ids) != listed_claims(tree.ids):
            tree = with_roots(rendering.fleet, tree, tools, rendering.folder / "roots" / environment)
    mine = {
        name: spec
        for name, spec in rendering.tenants.get(environment, {}).items()
        if name not in held and name not in left_out
    }
    raw = hydrator.metadata(rendering.repository, rendering.source)
    return with_pages(tree, [*mine.values(), *specs.values()], held_at, raw)


def with_pages(tree: Snapshot, specs: Sequence[Spec], held_at: Mapping[str, str], metadata: bytes) -> Snapshot:
    """The tree with the pages that tell of its tenants, and the metadata of its source."""
    facts = facts_of(metadata)
    projects = {str(spec["name"]) for spec in specs if project_path(str(spec["name"])) in tree.ids}
    pages = {
        "README.md": readme(tree.environment, specs, held_at),
        "index.html": page(tree.environment, specs, held_at, facts, projects),
        METADATA: metadata,
    }
    return snapshot.laid_over(tree, snapshot.of_bytes(pages, tree.environment, tree.where))


def facts_of(metadata: bytes) -> dict[str, Any]:
    """What a hydrator.metadata says; nothing where it cannot be read."""
    try:
        found = json.loads(metadata)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def spec_in(tree: Snapshot, tenant: str) -> Spec:
    """The resolved tenant as a rendered tree has it."""
    spec = object_in(tree, spec_path(tenant))
    if spec.get("name") != tenant:
        raise ToolError(f"{spec_path(tenant)} of {tree.where} is another tenant", "choose another commit")
    return spec


def reads_catalogue(tree: Snapshot, tenant: str) -> bool:
    """Whether what runs the tenant reads the tree's catalogue: Argo CD where it builds the overlay, or Compose."""
    return project_path(tenant) in tree.ids or builds_itself(object_in(tree, argocd_path(tenant)))


def object_in(tree: Snapshot, path: str) -> Spec:
    """The `spec` of the one object that a file of a rendered tree holds."""
    if path not in tree.ids:
        raise ToolError(f"{tree.where} has no {path}", "choose another commit")
    raw = tree.read([path])[path]
    try:
        first: Any = plain_data(raw) or next(iter(yaml.load_all(raw, Loader=ManifestLoader)))
        spec: Spec = dict(first["spec"])
    except (yaml.YAMLError, LookupError, TypeError, ValueError, StopIteration) as error:
        raise ToolError(f"{path} of {tree.where} is no object of ours", "choose another commit") from error
    return spec


def with_roots(fleet: Fleet, tree: Snapshot, tools: Tools, folder: Path) -> Snapshot:
    """The tree with Argo CD's roots made again, for the Applications that really lie in it."""
    roots = compile_roots(fleet.repository, tree.environment, claims(tree.ids))
    made, problems = build_all(roots.builds, Ground(folder, dict(roots.files)), tools.how.kustomize, tools.how.cache)
    if problems:
        raise ToolError(f"kustomize cannot build the roots: {problems[0].message}")
    files = {path: raw for path, raw in roots.files.items() if path.startswith("roots/")}
    old = {path for path in tree.ids if path.startswith("roots/") or path.endswith("/root.yaml")}
    kept = replace(tree, ids={path: id for path, id in tree.ids.items() if path not in old})
    return snapshot.laid_over(kept, snapshot.of_bytes({**files, **made}, tree.environment, tree.where))
