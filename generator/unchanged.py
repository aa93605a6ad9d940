"""A fleet that is as it was renders nothing: what a run has read, by digest, is remembered with what it made of that.

Nothing is taken from the record on trust. All input is read, whole; the trees in the output folder have to be what that run has
written, file by file; and what no file says (the day, for waivers; the history, for pinned rings) is asked again. Wherever there
is a doubt, a link say, or a file that cannot be read, the answer is None and the long way is gone, which has the words for it.
"""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from pathlib import Path

from generator.cache import Cache, digest
from generator.diagnostics import Span, has_errors
from generator.identity import INPUT, workshop
from generator.result import Rendered, from_bytes, to_bytes

_Entry = os.DirEntry[str]
_LARGEST = 1 << 26
_SETTLED = 2_000_000_000
"""Nanoseconds: whoever writes a file after we have looked at it gives it another time, be the clock of its disk that coarse."""
_name = attrgetter("name")


@dataclass(frozen=True, slots=True)
class Run:
    """What is asked of a run: the repository, the output folder, the CRDs, and how strict it is."""

    root: Path
    output: Path
    crds: Path
    require_schemas: bool


def key_of(run: Run) -> str | None:
    """Of all that a run reads, but the history; None where something is no plain file or folder."""
    try:
        parts = [_digest(run.root / name) for name in INPUT]
        return digest(workshop(), str(run.require_schemas), *parts, _digest(Path(os.path.realpath(run.crds))))
    except OSError:
        return None


def keep(run: Run, key: str | None, result: Rendered, cache: Cache) -> None:
    """Remember the result of a run over the whole fleet, unless somebody has changed its input in the meantime."""
    if key is not None and not has_errors(result.problems) and key_of(run) == key:
        cache.put("run", key, to_bytes(result))


def look(run: Run, key: str | None, cache: Cache, today: Callable[[], date]) -> Rendered | None:
    """What an earlier run made of the same input, where all of it still lies in the output folder."""
    raw = cache.get("run", key) if key is not None else None
    if raw is None:
        return None
    result = from_bytes(raw)
    if result.day is not None and result.day != today():
        return None
    try:
        return result if _lies(run.output, result.trees, cache) and pins_hold(run.root, result.pins) else None
    except OSError:
        return None


def tree_digest(ids: Mapping[str, str]) -> str:
    """Of a tree, from the git blob id of each file by its path."""
    return digest(*(part for path, name in sorted(ids.items()) for part in (os.fsencode(path), name)))


def pins_hold(root: Path, pins: Sequence[str]) -> bool:
    """Whether the repository still has the commits that rings are pinned to."""
    if not pins:
        return True
    from generator.pins import History, commit_fault  # noqa: PLC0415  # slow to import, and few fleets need it

    return all(commit_fault(History(root), commit, Span("")) is None for commit in pins)


def _digest(top: Path) -> str:
    """Of the names and bytes of all files below a folder; another text where there is none."""
    if not os.path.lexists(top):
        return "none"
    parts: list[bytes] = []
    for path, entry in files_below(top):
        parts.append(os.fsencode(path))
        if entry is not None:
            parts.append(content(entry))
    return digest(*parts)


def files_below(top: Path) -> Iterator[tuple[str, _Entry | None]]:
    """All below a folder by name: each file's entry, and None for each folder. OSError for what is neither."""
    if top.is_symlink():
        raise OSError
    return _below(str(top), "")


def _below(folder: str, prefix: str) -> Iterator[tuple[str, _Entry | None]]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=_name)
    for entry in entries:
        path = prefix + entry.name
        if entry.is_file(follow_symlinks=False):
            yield path, entry
        elif entry.is_dir(follow_symlinks=False):
            yield f"{path}/", None
            yield from _below(entry.path, f"{path}/")
        else:
            raise OSError


def content(entry: _Entry) -> bytes:
    """The file's bytes; OSError where there are more than any run reads."""
    file = os.open(entry.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)  # a Path would cost more than the reading
    try:
        size = os.fstat(file).st_size
        if size > _LARGEST:
            raise OSError
        return b"".join(iter(lambda: os.read(file, size + 1), b""))
    finally:
        os.close(file)


def _lies(output: Path, trees: Mapping[str, str], cache: Cache) -> bool:
    """Whether the folder holds these trees and no other of ours.

    Files are compared by size, times, inode and mode with how they were when their bytes were last compared, as git's index does
    it. A change of bytes changes the time of the last change, which nobody can set; only a file so young that it may change again
    within the same tick of the clock is not remembered so. Where anything differs, or nothing is remembered, the bytes decide.
    """
    if _others(output, trees):
        return False
    now, key = time.time_ns(), digest(str(output.resolve()))
    looks, youngest = _looks(output, trees)
    wanted = json.dumps({"looks": looks, "trees": dict(sorted(trees.items()))}).encode()
    if cache.get("tree", key) == wanted:
        return True
    if any(_tree(output / name) != known for name, known in trees.items()):
        return False
    if youngest < now - _SETTLED:
        cache.put("tree", key, wanted)
    return True


def _others(output: Path, trees: Mapping[str, str]) -> bool:
    """Whether there is another folder that `render` would remove: of an environment that is gone, or of a killed run."""
    folders = [path for path in output.iterdir() if path.name not in trees and path.is_dir()]
    if not folders:
        return False
    from generator.placing import is_tree  # noqa: PLC0415  # slow to import, and seldom needed
    from generator.staging import is_staging  # noqa: PLC0415  # as above

    return any(is_tree(path) or is_staging(path) for path in folders)


def _looks(output: Path, trees: Mapping[str, str]) -> tuple[str, int]:
    """A digest of how all files of the trees look from outside, and the youngest of their times."""
    rows: list[bytes] = []
    youngest = 0
    for name in sorted(trees):
        for path, entry in files_below(output / name):
            rows.append(os.fsencode(f"{name}/{path}"))
            if entry is not None:
                found = entry.stat(follow_symlinks=False)
                modified, changed = found.st_mtime_ns, found.st_ctime_ns
                rows.append(b"%d %d %d %d %d" % (found.st_mode, found.st_size, found.st_ino, modified, changed))
                youngest = max(youngest, modified, changed)
    return digest(*rows), youngest


def _tree(folder: Path) -> str:
    """The digest of a tree on disk; an empty text where it holds what no run writes."""
    from generator.snapshot import blob_id  # noqa: PLC0415  # slow to import, and needed once after each change

    folders: set[str] = set()
    ids: dict[str, str] = {}
    for path, entry in files_below(folder):
        if entry is None:
            folders.add(path)
        elif entry.stat(follow_symlinks=False).st_mode & stat.S_IXUSR:
            return ""
        else:
            ids[path] = blob_id(content(entry))
    return tree_digest(ids) if folders == set(_folders(ids)) else ""


def _folders(paths: Iterable[str]) -> Iterator[str]:
    """All folders that the paths lead through."""
    for path in paths:
        parts = path.split("/")[:-1]
        yield from (f"{'/'.join(parts[:depth])}/" for depth in range(1, len(parts) + 1))
