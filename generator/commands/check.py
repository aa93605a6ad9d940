"""`quad check`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import rich_click as click

from generator import trees
from generator.check import Checked, Locate, Policy, check, in_catalogue, version_problems
from generator.commands.cluster import check_cluster
from generator.commands.options import format_option, require_schemas_option, verbose_option
from generator.crds import read_crds, schemas_missing
from generator.diagnostics import Diagnostic, Span, has_errors
from generator.load import load
from generator.model import Manifest, Repository
from generator.rendered import files_of, in_files, is_ours, manifests_of, tenants_of
from generator.rules.kubernetes_schema import carried
from generator.snapshot import Snapshot
from generator.terminal import count, print_diagnostics, print_state, print_waived, repository, today, unknown
from generator.waivers import waivers_of

_VERSION = re.compile(r"v?[1-9][0-9]?\.[0-9]{1,3}(\.[0-9]+)?")


@dataclass(slots=True)
class _Read:
    """The manifests of all chosen trees, the files they came from, and what was seen on the way."""

    manifests: list[Manifest] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    ours: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    others: int = 0
    problems: list[Diagnostic] = field(default_factory=list)


@click.command("check")
@click.argument("tree", required=False, type=click.Path(path_type=Path))
@click.option(
    "--branch", "branches", multiple=True, help="A branch or commit that holds a rendered tree; may be repeated."
)
@click.option("-e", "--environment", "environments", multiple=True, help="Only this environment; may be repeated.")
@click.option("-t", "--tenant", "tenants", multiple=True, help="Only this tenant; may be repeated.")
@click.option(
    "--kubernetes", help="Versions to check for, such as 1.34,1.35.  [default: each cluster's own, two ahead]"
)
@click.option("--cluster", "live", metavar="CONTEXT", help="Hold a live cluster against what its tenants need.")
@click.option(
    "--kubeconfig", type=click.Path(dir_okay=False, exists=True, path_type=Path), help="The kubeconfig to use."
)
@require_schemas_option
@verbose_option
@format_option
@click.pass_context
def command(
    context: click.Context,
    tree: Path | None,
    branches: tuple[str, ...],
    environments: tuple[str, ...],
    tenants: tuple[str, ...],
    kubernetes: str | None,
    live: str | None,
    kubeconfig: Path | None,
    require_schemas: bool,
    verbose: bool,
    layout: str,
) -> int:
    """Hold a rendered tree against the rules, without rendering: rendered/, a branch, or any folder of manifests.

    A finding is shown in the catalogue where the object is made there, else in the manifest. In a tree that quad did not make,
    every YAML file is read but folders named overlay and argocd.

    \b
    Examples:
      quad check
      quad check --branch rendered/production --tenant acme
      quad check --kubernetes 1.34,1.35,1.36
      quad check ../other-manifests --format sarif
      quad check --cluster eu-1     what that cluster lacks: kinds, controllers, classes, the secret store
    """
    root = repository(context)
    if live is not None:
        if tree or branches or environments or tenants or kubernetes:
            raise click.UsageError("--cluster looks at a live cluster for all of its tenants; leave the rest out")
        return check_cluster(root, live, kubeconfig, layout)
    if tree and branches:
        raise click.UsageError("TREE and --branch name two trees; name one")
    versions = _versions(kubernetes)
    loaded, _ = load(root)
    read = _read(_trees(root, tree, branches, environments), tenants, loaded)
    crds = root / ".build" / "crds"
    known = {file.stem for file in loaded.tenants} | read.names
    policy = Policy(waivers_of(loaded.fleet), today(root, loaded.fleet), frozenset(known), versions)
    checked = _checked(read, crds, loaded, policy)
    problems = [*read.problems, *checked.problems, *_about_versions(loaded, read, versions)]
    if not crds.is_dir() and require_schemas:
        problems.append(schemas_missing())
    print_diagnostics(problems, layout)
    print_waived(checked.waived, verbose)
    if not crds.is_dir():
        print_state([], "custom resources were not held against their CRDs: .build/crds/ has none")
    if read.others:
        print_state([], f"{count(read.others, 'document')} left out: no Kubernetes object")
    if not (read.ours or versions):
        print_state([], f"judged by Kubernetes {carried()[1]}, the newest that is known; --kubernetes names others")
    subjects = {manifest.tenant for manifest in read.manifests if "." not in manifest.tenant}
    noun = "tenant" if read.ours else "subject"
    print_state(problems, f"checked {count(len(subjects), noun)}, {count(len(read.manifests), 'object')}")
    return int(has_errors(problems))


def _versions(text: str | None) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(",")) if text is not None else ()
    for name in names:
        if not _VERSION.fullmatch(name):
            raise click.UsageError(f"`{name}` is no version of Kubernetes; write --kubernetes 1.34,1.35")
    return tuple(dict.fromkeys(".".join(name.removeprefix("v").split(".")[:2]) for name in names))


def _trees(root: Path, tree: Path | None, branches: Sequence[str], environments: Sequence[str]) -> list[Snapshot]:
    if branches:
        found = [trees.of_revision(root, branch) for branch in branches]
    else:
        found = trees.of_place(tree, otherwise=True) if tree else trees.of_place(root / "rendered")
        found = [replace(one, where=_shown(root, one.where)) for one in found]
    chosen = [one for one in found if not environments or one.environment in environments]
    if not chosen:
        names = [one.environment for one in found]
        raise click.UsageError(
            unknown("environment", environments[0], names)
            if names
            else "there is no rendered tree; `quad render` makes it"
        )
    return chosen


def _shown(root: Path, where: str) -> str:
    """The folder as seen from the repository."""
    place = Path(where).resolve()
    return place.relative_to(root).as_posix() if place.is_relative_to(root) else where


def _read(snapshots: Sequence[Snapshot], tenants: Sequence[str], loaded: Repository) -> _Read:
    read = _Read()
    clusters = loaded.fleet.data.get("clusters", {}) if loaded.fleet and isinstance(loaded.fleet.data, dict) else {}
    versions = {name: str(each.get("kubernetes", "")) for name, each in clusters.items() if isinstance(each, dict)}
    for snapshot in snapshots:
        files = snapshot.read(files_of(snapshot.ids, tenants))
        prefix = f"{snapshot.where.split(' at ')[0]}/"
        found = manifests_of(files, prefix, versions, carried()[1])
        read.manifests += found.manifests
        read.files |= {f"{prefix}{path}": raw for path, raw in files.items()}
        read.others += found.others
        read.problems += found.problems
        read.names |= tenants_of(snapshot.ids)
        if is_ours(snapshot.ids):
            read.ours |= {f"{prefix}{path}" for path in files}
    projects = any(path.endswith("/compose/compose.yaml") for snapshot in snapshots for path in snapshot.ids)
    if not (read.manifests or read.problems or tenants or projects):
        raise click.UsageError(f"there is no manifest in {', '.join(snapshot.where for snapshot in snapshots)}")
    for name in tenants:
        if name not in read.names:
            raise click.UsageError(unknown("tenant", name, sorted(read.names)))
    return read


def _checked(read: _Read, crds: Path, loaded: Repository, policy: Policy) -> Checked:
    kinds = {(manifest.group, manifest.kind) for manifest in read.manifests}
    custom = read_crds(crds, kinds) if crds.is_dir() else None
    return check(read.manifests, custom, _locate(read, loaded), policy)


def _locate(read: _Read, loaded: Repository) -> Locate:
    """In the catalogue for objects of our trees that are made there, in the manifest for all others."""
    made, own = in_catalogue(loaded.catalogue), in_files(lambda file: read.files[file])

    def locate(manifest: Manifest, path: tuple[str | int, ...]) -> Span:
        span = made(manifest, path) if manifest.file in read.ours else Span("")
        return span if span.line else own(manifest, path)

    return locate


def _about_versions(loaded: Repository, read: _Read, versions: Sequence[str]) -> list[Diagnostic]:
    if versions:
        return version_problems({version: Span("--kubernetes") for version in versions})
    fleet, found = loaded.fleet, {manifest.kubernetes for manifest in read.manifests}
    if fleet is None or not isinstance(fleet.data, dict):
        return []
    places = {
        str(each["kubernetes"]): fleet.value(("clusters", name, "kubernetes"))
        for name, each in fleet.data.get("clusters", {}).items()
        if isinstance(each, dict) and "kubernetes" in each
    }
    return version_problems({version: span for version, span in places.items() if version in found})
