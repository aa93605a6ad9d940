"""The whole program on one page: what `quad validate` and `quad render` do, stage by stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import yaml

from generator.check import Checked, Policy, Waived, check, in_catalogues, version_problems
from generator.compile import compile_fleet
from generator.crds import read_crds, schemas_missing
from generator.diagnostics import Diagnostic, Span, has_errors
from generator.hydrate import Hydration, hydrate
from generator.load import load
from generator.model import Build, Manifest, Repository, Tenant, Tree
from generator.pins import History
from generator.placing import place, refuse_foreign, selected
from generator.readme import readme
from generator.resolve import resolve
from generator.staging import staged, write
from generator.validate import validate
from generator.waivers import waivers_of


@dataclass(frozen=True, slots=True)
class Fleet:
    """The input, read and judged: what can be rendered, and every problem."""

    repository: Repository
    tenants: list[Tenant]
    problems: list[Diagnostic]


@dataclass(frozen=True, slots=True)
class Made:
    """What `make` wrote into a folder, and every problem of it; a problem that only some tenants have names them."""

    objects: int
    custom_checked: bool
    problems: list[Diagnostic]
    waived: list[Waived] = field(default_factory=list)
    by_kustomize: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a run of `render` did; nothing was written where a problem is an error."""

    tenants: int = 0
    objects: int = 0
    custom_checked: bool = False
    vanished: list[str] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    waived: list[Waived] = field(default_factory=list)
    by_kustomize: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """Called with the number of builds before the first, and once for each that is done."""

    start: Callable[[int], None] = lambda _total: None
    advance: Callable[[], None] = lambda: None


def read(root: Path, history: History | None = None) -> Fleet:
    """Load, validate and resolve; all problems of all tenants at once. Sources copied out of a commit name its history."""
    loaded, problems = load(root, history)
    valid, found = validate(loaded)
    problems += found
    tenants, found = resolve(valid)
    return Fleet(valid, tenants, problems + found)


def render(
    fleet: Fleet,
    output: Path,
    how: Hydration,
    crds: Path,
    only: Sequence[str],
    progress: Progress,
    today: date | None = None,
    require_schemas: bool = False,
) -> Rendered:
    """Compile, hydrate and check the fleet, then swap the trees into `output`; `only` limits it to some tenants."""
    if has_errors(fleet.problems):
        return Rendered(problems=fleet.problems)
    trees = [selected(tree, only, output) for tree in compile_fleet(fleet.repository, fleet.tenants)]
    trees = [tree for tree in trees if tree.units]
    refuse_foreign(trees, output)
    with staged(output) as staging:
        made = make(fleet, trees, staging, how, crds, progress, today, require_schemas)
        problems = fleet.problems + made.problems
        if has_errors(problems):
            return Rendered(problems=problems, waived=made.waived)
        vanished = place(trees, staging, output, only)
    tenants = sum(len(tree.units) for tree in trees)
    return Rendered(tenants, made.objects, made.custom_checked, vanished, problems, made.waived, made.by_kustomize)


def make(
    fleet: Fleet,
    trees: Sequence[Tree],
    folder: Path,
    how: Hydration,
    crds: Path,
    progress: Progress,
    today: date | None = None,
    require_schemas: bool = False,
) -> Made:
    """Write, hydrate and check the trees, each in a folder of its environment's name; the problems name their tenants.

    `today` is the day of the source commit, by which waivers expire.
    """
    progress.start(sum(tree.count for tree in trees))
    problems: list[Diagnostic] = []
    manifests: list[Manifest] = []
    by_kustomize: dict[str, list[str]] = {}
    for tree in trees:
        place = folder / tree.environment
        write(place, tree.files)
        for made in hydrate(tree, place, how, progress.advance):
            write(place, made.files)
            problems += made.problems
            manifests += _manifests(fleet, made.unit.builds if made.unit else tree.builds, made.files)
            if made.reason and made.unit:
                by_kustomize.setdefault(made.reason, []).append(made.unit.name)
        specs = [tenant.spec for tenant in fleet.tenants if tenant.environment == tree.environment]
        write(place, {"README.md": readme(tree.environment, specs)})
    checked = _check(fleet, manifests, crds, today, require_schemas)
    return Made(len(manifests), crds.is_dir(), problems + checked.problems, checked.waived, by_kustomize)


def _check(
    fleet: Fleet, manifests: Sequence[Manifest], crds: Path, today: date | None, require_schemas: bool
) -> Checked:
    assert fleet.repository.fleet is not None
    kinds = {(manifest.group, manifest.kind) for manifest in manifests}
    custom = read_crds(crds, kinds) if crds.is_dir() else None
    names = frozenset(tenant.name for tenant in fleet.tenants) | {file.stem for file in fleet.repository.tenants}
    catalogues = {tenant.name: fleet.repository.catalogue_of(tenant.spec["ring"]) for tenant in fleet.tenants}
    pins = {name: catalogue.commit for name, catalogue in catalogues.items()}
    policy = Policy(waivers_of(fleet.repository.fleet), today, names, pins=pins)
    found = check(manifests, custom, in_catalogues(fleet.repository.catalogue, catalogues), policy)
    missing = [schemas_missing()] if custom is None and require_schemas else []
    return Checked([*found.problems, *missing, *version_problems(_versions(fleet, manifests))], found.waived)


def _versions(fleet: Fleet, manifests: Sequence[Manifest]) -> dict[str, Span]:
    """Where fleet.yaml says each version of Kubernetes that manifests are for."""
    assert fleet.repository.fleet is not None
    document, found = fleet.repository.fleet, {manifest.kubernetes for manifest in manifests}
    clusters = document.data["clusters"].items()
    places = {each["kubernetes"]: ("clusters", name, "kubernetes") for name, each in clusters}
    return {version: document.value(path) for version, path in places.items() if version in found}


def _manifests(fleet: Fleet, builds: Sequence[Build], hydrated: Mapping[str, bytes]) -> list[Manifest]:
    """The objects of the tenants, and those of Argo CD's roots, which live in Argo CD's own namespace."""
    tenants = {tenant.name: tenant for tenant in fleet.tenants}
    assert fleet.repository.fleet is not None
    settings = fleet.repository.fleet.data
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    manifests: list[Manifest] = []
    for build in builds:
        if build.output not in hydrated:
            continue
        tenant = tenants.get(build.subject)
        cluster = tenant.spec["cluster"] if tenant else build.output.split("/")[1]  # argocd/<cluster>/root.yaml
        namespace = tenant.spec["namespace"] if tenant else settings["argocd"]["namespace"]
        version = settings["clusters"][cluster]["kubernetes"]
        items = yaml.load_all(hydrated[build.output], Loader=loader)
        manifests += [Manifest(build.subject, version, namespace, item, build.output) for item in items]
    return manifests
