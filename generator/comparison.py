"""What `quad diff` compares: the working tree's fleet, rendered, with what the user names."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from generator import git, provenance, snapshot, trees
from generator.compile import compile_fleet
from generator.diagnostics import Diagnostic, has_errors
from generator.gathering import Gathering
from generator.hydrate import Hydration
from generator.making import hydrated
from generator.model import Fleet, Progress, Repository, Tenant
from generator.pins import History
from generator.pipeline import read
from generator.profiles.template import Stamped
from generator.readme import readme
from generator.recognition import recognised
from generator.snapshot import Snapshot
from generator.tip import record_at
from generator.trees import Trees
from generator.units import Tree, Unit

NEWER = "the working tree"


@dataclass(frozen=True, slots=True)
class Base:
    """What to compare with: the published branches, one branch, a commit's sources, one rendered tree or a folder of them.

    `name` is the user's word for it, `commit` its id where it has one.
    """

    kind: Literal["published", "branch", "sources", "tree", "folder"]
    name: str = ""
    commit: str = ""


PUBLISHED = Base("published")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Each environment's older and newer tree, or what keeps `failed` from being rendered."""

    trees: tuple[tuple[Snapshot, Snapshot], ...] = ()
    problems: list[Diagnostic] = field(default_factory=list)
    failed: str = ""


def base(root: Path, name: str) -> Base | None:
    """What the user's word means, revisions before folders; None for nothing."""
    if git.is_repository(root):
        names = (f"refs/heads/{name}", name, f"origin/{name}")  # a branch, even where a tag has its name
        commit = next((found for each in names if (found := git.resolve(root, each))), None)
        if commit:
            sources = git.attempt(root, ["cat-file", "-e", f"{commit}:./tenants/fleet.yaml"])[0] == 0
            return Base("sources" if sources else "branch", name, commit)
    if not Path(name).is_dir():
        return None
    return Base("tree" if (Path(name) / "tenants").is_dir() else "folder", name)


def pairs(
    root: Path,
    fleet: Fleet,
    against: Base,
    environments: Sequence[str],
    how: Hydration,
    progress: Progress,
    whole: bool = False,
) -> Pairs:
    """Both trees of each environment, and if all are meant (`whole`) of each that only the older side has.

    Nothing is held against the rules: what breaks them can be compared too.
    """
    newer = compiled(fleet.repository, fleet.tenants, environments)
    with tempfile.TemporaryDirectory(prefix="quad-diff-") as folder:
        place = Path(folder)
        older = None
        before: Trees = {}
        if against.kind == "sources":
            provenance.export(root, provenance.source(root, against.commit), place / "sources")
            older = read(place / "sources", History(root, against.commit))
            if has_errors(older.problems):
                return Pairs(problems=older.problems, failed=against.name)
            environments = [*environments, *(_left_behind(root, fleet, against, older) if whole else ())]
            theirs = compiled(older.repository, older.tenants, environments)
            theirs, newer = without_equal_builds(theirs, newer)
        else:
            theirs = []
            environments = [*environments, *(_left_behind(root, fleet, against) if whole else ())]
            before = _there(root, fleet, against, environments)
        progress.start(sum(tree.count for tree in (*theirs, *newer)))
        if older is not None:
            where = f"{against.name} at {against.commit[:7]}"
            before, problems = rendered(theirs, older.tenants, place / "before", how, where, progress.advance)
            if problems:
                return Pairs(problems=problems, failed=against.name)
        after, problems = rendered(newer, fleet.tenants, place / "after", how, NEWER, progress.advance)
    if problems:
        return Pairs(problems=problems, failed=NEWER)
    if older is None:
        before = {
            name: recognised(tree, after[name], how.cache) if name in after else tree for name, tree in before.items()
        }
    return Pairs(tuple(_pair(name, before, after, against) for name in environments))


def _left_behind(root: Path, fleet: Fleet, against: Base, older: Fleet | None = None) -> list[str]:
    """The environments that the older side has and the fleet has no more."""
    assert fleet.repository.fleet is not None
    known = fleet.repository.fleet.data["environments"]
    if older is not None:
        return sorted({tenant.environment for tenant in older.tenants} - set(known))
    if against.kind == "folder":
        found = (folder for folder in trees.of_place(Path(against.name)) if folder.environment not in known)
        return [tree.environment for tree in found if trees.is_of_its_name(tree)]
    return trees.left_behind(root, fleet.repository.fleet.data["git"]["branchPrefix"], known)


def _pair(environment: str, before: Trees, after: Trees, against: Base) -> tuple[Snapshot, Snapshot]:
    """The environment's trees; where a side has no tenant in it there is no tree, and that is nothing."""
    where = f"{against.name} at {against.commit[:7]}" if against.commit else against.name
    older = before.get(environment, snapshot.nothing(environment, where))
    return older, after.get(environment, snapshot.nothing(environment, NEWER))


def sources(root: Path, fleet: Fleet, against: Base, environments: Sequence[str]) -> dict[str, str]:
    """The commit that each environment's older tree was made from, as far as that can be told."""
    assert fleet.repository.fleet is not None
    if against.kind == "sources":
        return dict.fromkeys(environments, against.commit)
    if against.kind not in ("published", "branch") or not git.is_repository(root):
        return {}
    prefix = fleet.repository.fleet.data["git"]["branchPrefix"]
    found = {name: against.commit or trees.branch_commit(root, f"{prefix}{name}")[1] for name in environments}
    records = {name: record_at(root, name, commit) for name, commit in found.items()}
    return {name: record.source for name, record in records.items() if record}


def _there(root: Path, fleet: Fleet, against: Base, environments: Sequence[str]) -> Trees:
    """Trees that are rendered already."""
    folder = Path(against.name)
    if against.kind == "branch":
        where = f"{against.name} at {against.commit[:7]}"
        return {name: snapshot.of_commit(root, against.commit, name, where) for name in environments}
    if against.kind == "tree":
        return {name: snapshot.of_folder(folder, name, against.name) for name in environments}
    if against.kind == "folder":
        return trees.of_folder(folder, environments)
    assert fleet.repository.fleet is not None
    return trees.of_branches(root, fleet.repository.fleet.data, environments)


def compiled(repository: Repository, tenants: Sequence[Tenant], environments: Collection[str]) -> list[Tree]:
    """What compile makes of the fleet, for some environments."""
    return [tree for tree in compile_fleet(repository, tenants) if tree.environment in environments]


def rendered(
    trees: Sequence[Tree],
    tenants: Sequence[Tenant],
    folder: Path,
    how: Hydration,
    where: str,
    done: Callable[[], None],
) -> tuple[Trees, list[Diagnostic]]:
    """The trees with what kustomize makes of their builds. Nothing is held against rules: what is wrong can be compared too."""
    found: Trees = {}
    problems: list[Diagnostic] = []
    for tree in trees:
        files, stamped = Gathering(tree.files), dict[str, Stamped]()
        for made in hydrated(tree, folder / tree.environment, how, files.add, done):
            problems += made.problems
            if made.unit and made.stamped:
                stamped[made.unit.name] = made.stamped
        specs = [tenant.spec for tenant in tenants if tenant.environment == tree.environment]
        files.add({"README.md": readme(tree.environment, specs)})
        found[tree.environment] = files.snapshot(tree.environment, where, stamped)
    return found, problems


def without_equal_builds(before: Sequence[Tree], after: Sequence[Tree]) -> tuple[list[Tree], list[Tree]]:
    """Both sides without the tenants and builds whose input is the same on both: what is made of it is the same too."""
    olds = {tree.environment: tree for tree in before}
    news = {tree.environment: tree for tree in after}
    both = olds.keys() & news.keys()
    return (
        [_without_equal(tree, news[tree.environment]) if tree.environment in both else tree for tree in before],
        [_without_equal(tree, olds[tree.environment]) if tree.environment in both else tree for tree in after],
    )


def _without_equal(tree: Tree, other: Tree) -> Tree:
    if _below(tree, "catalogue/") != _below(other, "catalogue/"):
        return tree
    there = {unit.name: _inputs(unit) for unit in other.units}
    units = tuple(unit for unit in tree.units if there.get(unit.name) != _inputs(unit))
    overlays = [build for build in tree.builds if _below(tree, build.overlay) != _below(other, build.overlay)]
    return Tree(tree.environment, tree.files, tuple(overlays), units)


def _inputs(unit: Unit) -> tuple[object, ...]:
    return unit.spec, unit.argocd, unit.application


def _below(tree: Tree, prefix: str) -> dict[str, bytes]:
    return {path: raw for path, raw in tree.files.items() if path.startswith(prefix)}
