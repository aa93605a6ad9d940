"""Rendered trees to compare: of a fleet rendered just now, of the branches, of a commit's sources, of a folder."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from generator import git, snapshot
from generator.compile import compile_fleet
from generator.diagnostics import Diagnostic, ToolError
from generator.hydrate import hydrate
from generator.kustomize import Kustomize
from generator.model import Repository, Tenant, Tree
from generator.readme import readme
from generator.snapshot import Snapshot, blob_id
from generator.staging import write

Trees = dict[str, Snapshot]
"""One environment's tree by its name."""
_SOURCES = ("tenants", "overlays", "schemas")


def compiled(repository: Repository, tenants: Sequence[Tenant], environments: Collection[str]) -> list[Tree]:
    """What compile makes of the fleet, for some environments."""
    return [tree for tree in compile_fleet(repository, tenants) if tree.environment in environments]


def rendered(
    trees: Sequence[Tree],
    tenants: Sequence[Tenant],
    folder: Path,
    kustomize: Kustomize,
    where: str,
    done: Callable[[], None],
) -> tuple[Trees, list[Diagnostic]]:
    """The trees with what kustomize makes of their builds. Nothing is held against rules: what is wrong can be compared too."""
    found: Trees = {}
    problems: list[Diagnostic] = []
    for tree in trees:
        place = folder / tree.environment
        write(place, tree.files)
        outputs, refused = hydrate(tree.builds, place, kustomize, done)
        problems += refused
        specs = [tenant.spec for tenant in tenants if tenant.environment == tree.environment]
        files = {**tree.files, **outputs, "README.md": readme(tree.environment, specs)}
        found[tree.environment] = of_files(files, tree.environment, where)
    return found, problems


def without_equal_builds(before: Sequence[Tree], after: Sequence[Tree]) -> tuple[list[Tree], list[Tree]]:
    """Both sides without the builds whose input is the same on both: what kustomize makes of it is the same too."""
    pairs = {tree.environment: tree for tree in before}
    same = {
        tree.environment: _equal_builds(pairs[tree.environment], tree) for tree in after if tree.environment in pairs
    }
    return [_without(tree, same) for tree in before], [_without(tree, same) for tree in after]


def _equal_builds(before: Tree, after: Tree) -> set[str]:
    if _below(before, "catalogue/") != _below(after, "catalogue/"):
        return set()
    overlays = {build.overlay for build in before.builds} & {build.overlay for build in after.builds}
    old, new = _by_overlay(before, overlays), _by_overlay(after, overlays)
    return {overlay for overlay in overlays if old.get(overlay) == new.get(overlay)}


def _below(tree: Tree, prefix: str) -> dict[str, bytes]:
    return {path: raw for path, raw in tree.files.items() if path.startswith(prefix)}


def _by_overlay(tree: Tree, overlays: Collection[str]) -> dict[str, dict[str, bytes]]:
    found: dict[str, dict[str, bytes]] = {}
    for path, raw in tree.files.items():
        for length in (2, 3):  # roots/<cluster>, tenants/<tenant>/overlay
            overlay = "/".join(path.split("/")[:length])
            if overlay in overlays:
                found.setdefault(overlay, {})[path] = raw
    return found


def _without(tree: Tree, same: Mapping[str, Collection[str]]) -> Tree:
    left_out = same.get(tree.environment, ())
    return Tree(tree.environment, tree.files, tuple(build for build in tree.builds if build.overlay not in left_out))


def of_files(files: Mapping[str, bytes], environment: str, where: str) -> Snapshot:
    """A tree in memory."""
    ids = {path: blob_id(raw) for path, raw in files.items()}
    return Snapshot(environment, where, ids, lambda paths: {path: files[path] for path in paths})


def of_branches(root: Path, fleet: Mapping[str, Any], environments: Collection[str]) -> Trees:
    """The published trees: the local branch, else that of `origin`, else nothing, which says so."""
    return {name: _of_branch(root, f"{fleet['git']['branchPrefix']}{name}", name) for name in environments}


def _of_branch(root: Path, branch: str, environment: str) -> Snapshot:
    for name in (f"refs/heads/{branch}", f"refs/remotes/origin/{branch}"):
        commit = git.resolve(root, name) if is_repository(root) else None
        if commit:
            shown = name.removeprefix("refs/heads/").removeprefix("refs/remotes/")
            return snapshot.of_commit(root, commit, environment, f"{shown} at {commit[:7]}")
    return snapshot.nothing(environment, f"{branch}, which does not exist yet")


def is_repository(root: Path) -> bool:
    return git.attempt(root, ["rev-parse", "--git-dir"])[0] == 0


def of_folder(folder: Path, environments: Collection[str]) -> Trees:
    """Rendered trees as `quad render` writes them: one folder for each environment."""
    return {
        name: snapshot.of_folder(folder / name, name, f"{folder}/{name}")
        if (folder / name).is_dir()
        else snapshot.nothing(name, f"{folder}/{name}, which does not exist")
        for name in environments
    }


def export(root: Path, commit: str, folder: Path) -> None:
    """Write the sources of a commit into the folder, regular files alone, without touching the work tree."""
    for name in _SOURCES:
        if git.attempt(root, ["cat-file", "-e", f"{commit}:./{name}"])[0] != 0:
            continue
        prefix = git.run(root, ["rev-parse", "--show-prefix"]).decode().strip()
        entries = git.files(root, commit, f"{prefix}{name}")
        wanted = {path: entry.id for path, entry in entries.items() if entry.mode.startswith("100")}
        raw = git.blobs(root, wanted.values())
        if any(".." in path.split("/") for path in wanted):
            raise ToolError(f"the commit {commit[:7]} has a path that leaves its folder")
        write(folder / name, {path: raw[id] for path, id in wanted.items()})


def only(tree: Snapshot, tenants: Collection[str]) -> Snapshot:
    """The tree with the files of some tenants and the catalogue alone."""

    def kept(path: str) -> bool:
        match path.split("/"):
            case ["tenants", name, *_]:
                return name in tenants
            case ["argocd", _, _, file]:
                return file.removesuffix(".yaml") in tenants
            case ["catalogue", *_]:
                return True
        return False

    return Snapshot(tree.environment, tree.where, {path: id for path, id in tree.ids.items() if kept(path)}, tree.read)


def tenants_of(tree: Snapshot) -> set[str]:
    """The names of the tenants that a tree holds."""
    return {path.split("/")[1] for path in tree.ids if path.startswith("tenants/")}
