"""The rendered trees a user means: of a folder, of branches or commits, or those of the repository itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from generator import git, snapshot
from generator.diagnostics import ToolError
from generator.rendering import spec_in
from generator.snapshot import Snapshot, of_commit
from generator.source import parse

Trees = dict[str, Snapshot]
"""One environment's tree by its name."""
_PREFIX = "rendered/"
_SHORT = 7


def of_branches(root: Path, fleet: Mapping[str, Any], environments: Collection[str]) -> Trees:
    """The published trees: the local branch, else that of `origin`, else nothing, which says so."""
    return {name: _of_branch(root, f"{fleet['git']['branchPrefix']}{name}", name) for name in environments}


def _of_branch(root: Path, branch: str, environment: str) -> Snapshot:
    name, commit = branch_commit(root, branch)
    if not commit and git.is_repository(root) and git.sees_some(root):
        help = "`git remote set-branches origin '*'`, then `git fetch --unshallow origin`; in CI `fetch-depth: 0`"
        raise ToolError(f"this clone is shallow or of one branch: it cannot tell whether there is {branch}", help)
    if not commit:
        return snapshot.nothing(environment, f"{branch}, which does not exist yet")
    return snapshot.of_commit(root, commit, environment, f"{name} at {commit[:_SHORT]}")


def branch_commit(root: Path, branch: str) -> tuple[str, str]:
    """The branch here, or else that of `origin`, as a person calls it, and its commit; empty where there is neither."""
    for name in (f"refs/heads/{branch}", f"refs/remotes/origin/{branch}"):
        commit = git.resolve(root, name) if git.is_repository(root) else None
        if commit:
            return name.removeprefix("refs/heads/").removeprefix("refs/remotes/"), commit
    return branch, ""


def left_behind(root: Path, prefix: str, known: Collection[str]) -> list[str]:
    """Environments that have a published tree, here or at `origin`, and no longer a place in fleet.yaml."""
    found: set[str] = set()
    for place in (f"refs/heads/{prefix}", f"refs/remotes/origin/{prefix}") if git.is_repository(root) else ():
        found |= {name.removeprefix(place) for name in git.refs(root, place)}
    return [name for name in sorted(found - {*known}) if is_of_its_name(_of_branch(root, f"{prefix}{name}", name))]


def is_of_its_name(tree: Snapshot) -> bool:
    """Whether its tenants say that they are of this environment: a copy of the tree on some other branch is not read by anybody."""
    first = min(tenants_of(tree), default="")
    return (
        f"tenants/{first}/overlay/tenant.yaml" in tree.ids and spec_in(tree, first)["environment"] == tree.environment
    )


def of_folder(folder: Path, environments: Collection[str]) -> Trees:
    """Rendered trees as `quad render` writes them: one folder for each environment."""
    return {
        name: snapshot.of_folder(folder / name, name, f"{folder}/{name}")
        if (folder / name).is_dir()
        else snapshot.nothing(name, f"{folder}/{name}, which does not exist")
        for name in environments
    }


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

    return replace(tree, ids={path: id for path, id in tree.ids.items() if kept(path)})


def tenants_of(tree: Snapshot) -> set[str]:
    """The names of the tenants that a tree holds."""
    return {path.split("/")[1] for path in tree.ids if path.startswith("tenants/")}


def of_place(place: Path, otherwise: bool = False) -> list[Snapshot]:
    """The tree in the folder, or those of its subfolders where it holds one for each environment; `environment` is its name.

    Where it has none, it is nothing, or if `otherwise` is said the folder as it is.
    """
    if not place.is_dir():
        raise ToolError(f"{place} is no folder", "name a rendered tree; `quad render` makes them in rendered/")
    folders = [place] if _is_tree(place) else [folder for folder in sorted(place.iterdir()) if _is_tree(folder)]
    folders = folders or ([place] if otherwise and any(place.iterdir()) else [])
    return [snapshot.of_folder(folder, folder.resolve().name, str(folder)) for folder in folders]


def of_revision(root: Path, revision: str) -> Snapshot:
    """The tree of a branch or commit; what stands after the last slash is taken for the environment's name."""
    commit = git.resolve(root, revision)
    if commit is None:
        raise ToolError(f"git knows no commit `{revision}`", "`git fetch` brings the branches of the remote")
    where = f"{revision} at {commit[:_SHORT]}"
    return of_commit(root, commit, revision.rpartition("/")[2], where)


def published(root: Path, environments: Sequence[str]) -> list[Snapshot]:
    """What Argo CD reads, as far as this clone knows: the environments' branches, else the remote's, else rendered/."""
    names = environments or _environments(root)
    return [tree for name in names for tree in _newest(root, name)]


def _newest(root: Path, environment: str) -> Iterator[Snapshot]:
    revision, commit = branch_commit(root, f"{prefix(root)}{environment}")
    if commit:
        # By its id: a tag may have the branch's name.
        yield of_commit(root, commit, environment, f"{revision} at {commit[:_SHORT]}")
        return
    folder = root / "rendered" / environment
    if _is_tree(folder):
        yield snapshot.of_folder(folder, environment, f"rendered/{environment}")


def prefix(root: Path) -> str:
    """What the names of the rendered branches begin with: `git.branchPrefix` of fleet.yaml."""
    file = root / "tenants" / "fleet.yaml"
    document, _ = parse("tenants/fleet.yaml", file.read_bytes()) if file.is_file() else (None, [])
    settings = document.data.get("git") if document and isinstance(document.data, dict) else None
    return str(settings.get("branchPrefix", _PREFIX)) if isinstance(settings, dict) else _PREFIX


def _environments(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "tenants").iterdir() if path.is_dir() and not path.name.startswith("."))


def _is_tree(folder: Path) -> bool:
    return folder.is_dir() and not folder.is_symlink() and (folder / "argocd").is_dir()
