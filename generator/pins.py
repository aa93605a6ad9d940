"""The catalogues that rings are pinned to: overlays/ as a commit has it, read from git and never checked out.

The same reader takes them as takes the working tree, with its limits. Passports of releases are not among them: they belong
to the tenant's core schema, whose rules read them, and come from the working tree (ARCHITECTURE.md says why).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from generator import git
from generator.diagnostics import Diagnostic, Span
from generator.model import SHORT, Catalogue, Component, Entry
from generator.pinned import at, inherited
from generator.reader import Reader, read_components
from generator.rings import Ring, rings_of
from generator.source import MAX_BYTES, Document

OVERLAYS = "./overlays"
"""Relative to the repository's folder, which may lie below that of git."""
_LINK, _SUBMODULE = "120000", "160000"


@dataclass(frozen=True, slots=True)
class History:
    """Where pinned commits are read from: a folder of a repository, and the commit whose history must have them."""

    folder: Path
    commit: str = "HEAD"


def read_pins(
    history: History, fleet: Document | None, releases: Mapping[str, Document]
) -> tuple[dict[str, Catalogue], list[Diagnostic]]:
    """The catalogue of each pinned ring whose commit can be read, and what is wrong with the others."""
    pinned: dict[str, Catalogue] = {}
    problems: list[Diagnostic] = []
    shared: dict[str, list[Ring]] = defaultdict(list)
    for ring in rings_of(fleet):
        if ring.is_full:
            shared[ring.commit].append(ring)
    for commit, rings in shared.items():
        faults = [fault for ring in rings if (fault := commit_fault(history, commit, ring.span))]
        if faults:
            problems += faults
            continue
        components, found = _components(history.folder, commit)
        names = [ring.name for ring in rings]
        problems += [inherited(problem, names, commit) for problem in found]
        pinned.update(dict.fromkeys(names, Catalogue(components, releases, commit)))
    return pinned, problems


def commit_fault(history: History, commit: str, span: Span) -> Diagnostic | None:
    """Why no catalogue can be read at a full SHA; None where one can."""
    root, short = history.folder, commit[:SHORT]
    if not git.is_repository(root):
        message = f"the catalogue at {short} cannot be read: this is no git repository"
        help = "a pinned ring needs the history: clone the repository, do not copy its files"
        return Diagnostic("catalogue-without-git", message, span, help=help)
    named = git.resolve(root, commit)
    if named is None:
        help = _UNSHALLOW if git.is_shallow(root) else _FETCH
        return Diagnostic("catalogue-commit-missing", f"this clone has no commit {short}", span, help=help)
    if named != commit:
        return Diagnostic("catalogue-commit-missing", f"{short} is a tag, not a commit", span, help=f"write {named}")
    if not git.is_ancestor(root, commit, history.commit):
        shallow = git.is_shallow(root)
        message = f"the commit {short} {'cannot be shown to be' if shallow else 'is not'} part of this branch's history"
        return Diagnostic("catalogue-commit-unmerged", message, span, help=_UNSHALLOW if shallow else _MERGED)
    if not git.has_folder(root, commit, OVERLAYS):
        help = "pin to a commit that has a catalogue"
        return Diagnostic("catalogue-commit-empty", f"the commit {short} has no folder overlays/", span, help=help)
    if not git.is_whole(root, commit, OVERLAYS):
        return Diagnostic(
            "catalogue-commit-missing", f"this clone lacks files of the commit {short}", span, help=_WHOLE
        )
    return None


_UNSHALLOW = "this clone is shallow: `git fetch --unshallow`, in GitHub Actions `fetch-depth: 0`"
_WHOLE = "it is a partial clone: `git fetch --refetch --no-filter`, in GitHub Actions leave `filter` out"
_FETCH = "`git fetch`, or name a commit that was pushed; `quad ring pin` writes the full SHA"
_MERGED = "pin to a commit that was merged: others may vanish, and nobody has reviewed them"


@lru_cache(maxsize=16)
def _components(root: Path, commit: str) -> tuple[tuple[Component, ...], tuple[Diagnostic, ...]]:
    """Read once in a process: what a commit holds never changes."""
    reader = CommitReader(root, commit)
    return read_components(reader), tuple(reader.problems)


class CommitReader(Reader):
    """Reads overlays/ of a commit; in diagnostics its files are called `overlays/base/x.yaml@1a2b3c4`."""

    def __init__(self, root: Path, commit: str) -> None:
        super().__init__(root)
        self.commit = commit
        overlays = root / "overlays"
        entries = {overlays / name: entry for name, entry in self._safe(git.files(root, commit, OVERLAYS)).items()}
        self.modes = {path: entry.mode for path, entry in entries.items()}
        plain = {path: entry.id for path, entry in entries.items() if entry.mode not in (_LINK, _SUBMODULE)}
        sizes = git.sizes(root, plain.values())
        read = git.blobs(root, [name for name, size in sizes.items() if size <= MAX_BYTES])
        self.sizes = {path: sizes[name] for path, name in plain.items()}
        self.contents = {path: read[name] for path, name in plain.items() if name in read}
        self.below: dict[Path, set[Path]] = defaultdict(set)
        for path in self.modes:
            for child, parent in zip((path, *path.parents), path.parents, strict=False):
                self.below[parent].add(child)
                if parent == overlays:
                    break

    def _safe(self, entries: Mapping[str, Entry]) -> dict[str, Entry]:
        """Without the names that lead out of the folder: git makes none, but a tree can be made by hand."""
        unsafe = [name for name in entries if {"", ".", ".."} & set(name.split("/"))]
        for name in unsafe:
            self._refuse("unexpected-file", "a path that leads elsewhere is not read", Path(name), "remove it")
        return {name: entry for name, entry in entries.items() if name not in unsafe}

    def shown(self, path: Path) -> str:
        inside = super().shown(path) if path.is_relative_to(self.root) else f"overlays/{path}"
        return at(inside, self.commit)

    def is_folder(self, path: Path) -> bool:
        """Also a link or a submodule: either may stand where a folder is looked for, and is refused there."""
        return path in self.below or self.is_link(path)

    def is_link(self, path: Path) -> bool:
        return self.modes.get(path) in (_LINK, _SUBMODULE)

    def children(self, path: Path) -> list[Path]:
        if path in self.modes:
            raise NotADirectoryError
        return list(self.below.get(path, ()))

    def size(self, path: Path) -> int | None:
        return self.sizes[path]

    def content(self, path: Path) -> bytes:
        return self.contents[path]

    def _refuse_link(self, path: Path) -> None:
        if self.modes[path] == _SUBMODULE:
            self._refuse("unexpected-file", "a submodule is not read", path, "put the files themselves here")
        else:
            super()._refuse_link(path)
