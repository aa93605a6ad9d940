"""What `quad diff` compares: the working tree's fleet, rendered, with what the user names."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from generator import git, snapshot, trees
from generator.diagnostics import Diagnostic, has_errors
from generator.kustomize import Kustomize
from generator.pipeline import Fleet, Progress, read
from generator.snapshot import Snapshot
from generator.trees import Trees

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
    if trees.is_repository(root):
        commit = git.resolve(root, name) or git.resolve(root, f"origin/{name}")
        if commit:
            sources = git.attempt(root, ["cat-file", "-e", f"{commit}:./tenants/fleet.yaml"])[0] == 0
            return Base("sources" if sources else "branch", name, commit)
    if not Path(name).is_dir():
        return None
    return Base("tree" if (Path(name) / "tenants").is_dir() else "folder", name)


def pairs(
    root: Path, fleet: Fleet, against: Base, environments: Sequence[str], kustomize: Kustomize, progress: Progress
) -> Pairs:
    """Both trees of each environment. Nothing is held against the rules: what breaks them can be compared too."""
    newer = trees.compiled(fleet.repository, fleet.tenants, environments)
    with tempfile.TemporaryDirectory(prefix="quad-diff-") as folder:
        place = Path(folder)
        older = None
        before: Trees = {}
        if against.kind == "sources":
            trees.export(root, against.commit, place / "sources")
            older = read(place / "sources")
            if has_errors(older.problems):
                return Pairs(problems=older.problems, failed=against.name)
            theirs = trees.compiled(older.repository, older.tenants, environments)
            theirs, newer = trees.without_equal_builds(theirs, newer)
        else:
            theirs = []
            before = _there(root, fleet, against, environments)
        progress.start(sum(len(tree.builds) for tree in (*theirs, *newer)))
        if older is not None:
            where = f"{against.name} at {against.commit[:7]}"
            before, problems = trees.rendered(
                theirs, older.tenants, place / "before", kustomize, where, progress.advance
            )
            if problems:
                return Pairs(problems=problems, failed=against.name)
        after, problems = trees.rendered(newer, fleet.tenants, place / "after", kustomize, NEWER, progress.advance)
    if problems:
        return Pairs(problems=problems, failed=NEWER)
    return Pairs(tuple(_pair(name, before, after, against) for name in environments))


def _pair(environment: str, before: Trees, after: Trees, against: Base) -> tuple[Snapshot, Snapshot]:
    """The environment's trees; where a side has no tenant in it there is no tree, and that is nothing."""
    where = f"{against.name} at {against.commit[:7]}" if against.commit else against.name
    older = before.get(environment, snapshot.nothing(environment, where))
    return older, after.get(environment, snapshot.nothing(environment, NEWER))


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
