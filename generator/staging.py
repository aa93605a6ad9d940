"""Writes a tree of files beside its place and swaps it in: a failed or killed run leaves the old tree as it was."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from generator.diagnostics import ToolError

_PREFIX = ".staging-"


@contextmanager
def staged(output: Path) -> Iterator[Path]:
    """A fresh folder inside `output`, on the same file system, removed at the end whatever happens."""
    try:
        output.mkdir(parents=True, exist_ok=True)
        _sweep(output)
        folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=output))
    except OSError as error:
        raise _unwritable(output, error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write(folder: Path, files: Mapping[str, bytes], made: set[str] | None = None) -> None:
    """Write the files below the folder; `made` are folders that are known to be there, and gets to know more."""
    known = set() if made is None else made
    root = str(folder)
    try:
        if root not in known:
            folder.mkdir(parents=True, exist_ok=True)
            known.add(root)
        for name, raw in files.items():
            path = f"{root}/{name}"
            _make(path.rpartition("/")[0], known)
            _put(path, raw)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _make(folder: str, made: set[str]) -> None:
    """Parents first: to try what has none costs as much as to make it."""
    if folder not in made:
        _make(folder.rpartition("/")[0], made)
        with suppress(FileExistsError):
            os.mkdir(folder)  # noqa: PTH102  # a Path costs more than the folder
        made.add(folder)


def _put(path: str, raw: bytes) -> None:
    """Make the file anew: never write through a hard link into the old tree."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        Path(path).unlink()
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        left = memoryview(raw)
        while left:
            left = left[os.write(file, left) :]
    finally:
        os.close(file)


def link_tree(source: Path, target: Path) -> None:
    """Make `target` a copy of `source` whose files are hard links."""
    if source.is_dir():
        shutil.copytree(source, target, copy_function=os.link, dirs_exist_ok=True)


def swap(new: Path, place: Path) -> None:
    """Put the new folder in the place of the old one; whatever interrupts that, the old one is put back."""
    old = new.parent / f"{place.name}.old"
    try:
        if place.exists():
            place.rename(old)
        new.rename(place)
    except BaseException as error:
        if old.exists() and not place.exists():
            old.rename(place)
        if isinstance(error, OSError):
            raise _unwritable(place, error) from error
        raise
    shutil.rmtree(old, ignore_errors=True)


def is_staging(folder: Path) -> bool:
    """Whether a run makes, or made, its trees in the folder."""
    return folder.name.startswith(_PREFIX)


def _sweep(output: Path) -> None:
    """Remove what a killed run left, and bring back a tree it had moved aside."""
    for left in filter(_is_stale, output.glob(f"{_PREFIX}*")):
        for old in left.glob("*.old"):
            place = output / old.name.removesuffix(".old")
            if not place.exists():
                old.rename(place)
        shutil.rmtree(left, ignore_errors=True)


def _is_stale(folder: Path) -> bool:
    """Whether the process that made the folder, whose number is in its name, is gone; a folder of another name is not ours."""
    number, dash, _ = folder.name.removeprefix(_PREFIX).partition("-")
    if not (dash and number.isdecimal()):
        return False
    try:
        os.kill(int(number), 0)
    except (OSError, OverflowError):
        return True
    return False


def _unwritable(place: Path, error: OSError) -> ToolError:
    name = error.filename or place
    return ToolError(
        f"cannot write {name}: {error.strerror}",
        "mend its permissions or make room; `quad render --output` names another folder",
    )
