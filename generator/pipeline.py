"""The whole program on one page: what `quad validate` and `quad render` do, stage by stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from generator.check import check
from generator.compile import compile_fleet
from generator.crds import read_crds
from generator.diagnostics import Diagnostic, has_errors
from generator.hydrate import hydrate
from generator.kustomize import Kustomize
from generator.load import load
from generator.model import Build, Manifest, Repository, Tenant, Tree
from generator.placing import place, refuse_foreign, selected
from generator.readme import readme
from generator.resolve import resolve
from generator.staging import staged, write
from generator.validate import validate


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


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a run of `render` did; nothing was written where a problem is an error."""

    tenants: int = 0
    objects: int = 0
    custom_checked: bool = False
    vanished: list[str] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Progress:
    """Called with the number of builds before the first, and once for each that is done."""

    start: Callable[[int], None] = lambda _total: None
    advance: Callable[[], None] = lambda: None


def read(root: Path) -> Fleet:
    """Load, validate and resolve; all problems of all tenants at once."""
    loaded, problems = load(root)
    valid, found = validate(loaded)
    problems += found
    tenants, found = resolve(valid)
    return Fleet(valid, tenants, problems + found)


def render(
    fleet: Fleet, output: Path, kustomize: Kustomize, crds: Path, only: Sequence[str], progress: Progress
) -> Rendered:
    """Compile, hydrate and check the fleet, then swap the trees into `output`; `only` limits it to some tenants."""
    if has_errors(fleet.problems):
        return Rendered(problems=fleet.problems)
    trees = [selected(tree, only, output) for tree in compile_fleet(fleet.repository, fleet.tenants)]
    trees = [tree for tree in trees if tree.builds]
    refuse_foreign(trees, output)
    with staged(output) as staging:
        made = make(fleet, trees, staging, kustomize, crds, progress)
        problems = fleet.problems + made.problems
        if has_errors(problems):
            return Rendered(problems=problems)
        vanished = place(trees, staging, output, only)
    tenants = {build.subject for tree in trees for build in tree.builds} & {tenant.name for tenant in fleet.tenants}
    return Rendered(len(tenants), made.objects, made.custom_checked, vanished, problems)


def make(
    fleet: Fleet, trees: Sequence[Tree], folder: Path, kustomize: Kustomize, crds: Path, progress: Progress
) -> Made:
    """Write, hydrate and check the trees, each in a folder of its environment's name; the problems name their tenants."""
    progress.start(sum(len(tree.builds) for tree in trees))
    problems: list[Diagnostic] = []
    manifests: list[Manifest] = []
    for tree in trees:
        place = folder / tree.environment
        write(place, tree.files)
        hydrated, found = hydrate(tree.builds, place, kustomize, progress.advance)
        problems += found
        manifests += _manifests(fleet, tree.builds, hydrated)
        specs = [tenant.spec for tenant in fleet.tenants if tenant.environment == tree.environment]
        write(place, {**hydrated, "README.md": readme(tree.environment, specs)})
    custom = read_crds(crds, {(manifest.group, manifest.kind) for manifest in manifests})
    problems += check(manifests, fleet.repository.catalogue, custom)
    return Made(len(manifests), bool(custom), problems)


def _manifests(fleet: Fleet, builds: Sequence[Build], hydrated: Mapping[str, bytes]) -> list[Manifest]:
    """The objects of the tenants; those of Argo CD's roots belong to nobody's namespace and are left out."""
    tenants = {tenant.name: tenant for tenant in fleet.tenants}
    assert fleet.repository.fleet is not None
    clusters = fleet.repository.fleet.data["clusters"]
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    manifests: list[Manifest] = []
    for build in builds:
        tenant = tenants.get(build.subject)
        if tenant is None or build.output not in hydrated:
            continue
        version = clusters[tenant.spec["cluster"]]["kubernetes"]
        items = yaml.load_all(hydrated[build.output], Loader=loader)
        manifests += [Manifest(tenant.name, version, tenant.spec["namespace"], item) for item in items]
    return manifests
