"""Puts rendered trees in their places: only over trees that are ours, and all of an environment or what was asked for."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from generator.diagnostics import ToolError
from generator.readme import MARK
from generator.staging import link_tree, swap
from generator.units import Tree


def selected(tree: Tree, only: Sequence[str], output: Path) -> Tree:
    """The tree with the chosen tenants and the roots alone.

    It is the whole tree where none is chosen, or where the tree on disk is missing or made of another catalogue: half of it
    would then be stale.
    """
    chosen = tuple(unit for unit in tree.units if unit.name in only)
    if not only:
        return tree
    if not chosen:
        return Tree(tree.environment, {}, ())
    if not _same_catalogue(tree, output / tree.environment):
        return tree
    return replace(tree, units=chosen)


def _same_catalogue(tree: Tree, place: Path) -> bool:
    wanted = {name: raw for name, raw in tree.files.items() if name.startswith("catalogue/")}
    there = [path.relative_to(place).as_posix() for path in (place / "catalogue").rglob("*") if path.is_file()]
    return set(there) == set(wanted) and all((place / name).read_bytes() == raw for name, raw in wanted.items())


def refuse_foreign(trees: Sequence[Tree], output: Path) -> None:
    """ToolError where a tree would replace what `quad render` did not make, or a git work tree."""
    for tree in trees:
        place = output / tree.environment
        if place.exists() and not _is_ours(place):
            raise ToolError(f"{place} was not made by `quad render` and is not replaced", "choose another --output")


def _is_ours(folder: Path) -> bool:
    if not folder.is_dir() or folder.is_symlink() or (folder / ".git").exists():
        return False
    readme = folder / "README.md"
    return not any(folder.iterdir()) or (readme.is_file() and MARK in readme.read_bytes())


def place(trees: Sequence[Tree], staging: Path, output: Path, only: Sequence[str]) -> list[str]:
    """Swap the staged trees in; the environments that have no tenants any more are removed, and their names returned."""
    for tree in trees:
        new, old = staging / tree.environment, output / tree.environment
        if only:
            _keep_the_rest(new, old, only)
        swap(new, old)
    return [] if only else _remove_vanished({tree.environment for tree in trees}, output, staging)


def _keep_the_rest(new: Path, old: Path, only: Sequence[str]) -> None:
    """Add to the new tree, as hard links, what the old one has of other tenants."""
    if not old.is_dir():
        return
    rest = new.with_name(f"{new.name}.rest")
    link_tree(old, rest)
    for folder in ("catalogue", "roots"):
        shutil.rmtree(rest / folder, ignore_errors=True)
    for name in only:
        shutil.rmtree(rest / "tenants" / name, ignore_errors=True)
        for path in rest.glob(f"argocd/*/*/{name}.yaml"):
            path.unlink()
    missing = [path for path in rest.rglob("*") if path.is_file() and not (new / path.relative_to(rest)).exists()]
    for path in missing:
        target = new / path.relative_to(rest)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)


def _remove_vanished(kept: set[str], output: Path, staging: Path) -> list[str]:
    vanished = [path for path in sorted(output.iterdir()) if path.name not in kept and is_tree(path)]
    for path in vanished:
        path.rename(staging / f"{path.name}.vanished")
    return [path.name for path in vanished]


def is_tree(path: Path) -> bool:
    """Whether a folder of the output is a tree that we have made."""
    return path.is_dir() and not path.name.startswith(".") and any(path.iterdir()) and _is_ours(path)
