"""One environment's rendered tree, wherever it lies: a folder or a commit. Files are read only when they are asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from generator.model import Entry

if TYPE_CHECKING:
    from generator.profiles.template import Stamped


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A tree of files: `ids` are their git blob ids by path, `read` gives the bytes of some, `where` says in words which it is.

    `stamped` are the tenants of whom it is known that all their files are what a profile makes of their values.
    """

    environment: str
    where: str
    ids: Mapping[str, str]
    read: Callable[[Iterable[str]], dict[str, bytes]]
    stamped: Mapping[str, Stamped] = field(default_factory=dict)


def nothing(environment: str, where: str) -> Snapshot:
    """A tree with no file: what a branch is before its first commit."""
    return Snapshot(environment, where, {}, lambda _: {})


def of_folder(folder: Path, environment: str, where: str) -> Snapshot:
    """The regular files below a folder; symbolic links are neither followed nor listed."""
    found = {
        path.relative_to(folder).as_posix(): blob_id(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }
    return Snapshot(environment, where, found, lambda paths: {path: (folder / path).read_bytes() for path in paths})


def of_commit(root: Path, commit: str, environment: str, where: str) -> Snapshot:
    """The tree of a commit in the repository at `root`."""
    from generator import git  # noqa: PLC0415  # starts programs, which few of those need who count files by their ids

    return of_entries(root, git.files(root, commit), environment, where)


def of_entries(root: Path, entries: Mapping[str, Entry], environment: str, where: str) -> Snapshot:
    """A tree whose files are in the repository at `root`."""
    found = {path: entry.id for path, entry in entries.items()}

    def read(paths: Iterable[str]) -> dict[str, bytes]:
        from generator import git  # noqa: PLC0415  # as above

        wanted = {path: found[path] for path in paths}
        raw = git.blobs(root, wanted.values())
        return {path: raw[name] for path, name in wanted.items()}

    return Snapshot(environment, where, found, read)


def of_bytes(files: Mapping[str, bytes], environment: str, where: str) -> Snapshot:
    """Files in memory."""
    return Snapshot(environment, where, ids_of(files), lambda paths: {path: files[path] for path in paths})


def laid_over(below: Snapshot, above: Snapshot) -> Snapshot:
    """The files of both trees; where both have one, that of the second."""

    def read(paths: Iterable[str]) -> dict[str, bytes]:
        wanted = list(paths)
        first = below.read(path for path in wanted if path not in above.ids)
        return {**first, **above.read(path for path in wanted if path in above.ids)}

    untouched = {
        name: known for name, known in below.stamped.items() if not any(path in above.ids for path in known.paths)
    }
    return Snapshot(below.environment, below.where, {**below.ids, **above.ids}, read, untouched)


def differing(before: Snapshot, after: Snapshot) -> list[str]:
    """The paths that only one of the trees has, or that differ in their bytes, sorted."""
    return sorted({path for path, _ in before.ids.items() ^ after.ids.items()})


def ids_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """The git blob id of each file by its path."""
    return {path: blob_id(raw) for path, raw in files.items()}


def blob_id(raw: bytes) -> str:
    """The id git gives these bytes as a file."""
    return hashlib.sha1(b"blob %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest()
