"""Who makes the trees, and of what: the generator's own bytes, the packages it works with, and where it reads."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from generator import __version__
from generator.cache import digest

INPUT = ("tenants", "overlays", "schemas")
"""The folders of a repository that a run reads."""


@cache
def generator() -> str:
    """Who makes the trees: our version and the digest of our own files, so that a tree is compared with the work of its equal."""
    found = hashlib.sha256()
    for name, path in sorted(_own(os.path.dirname(__file__), "")):  # noqa: PTH120  # two hundred Paths cost more than the digest
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123  # as above
            raw = file.read()
        found.update(f"{name}\0{len(raw)}\0".encode() + raw)
    return f"{__version__} sha256:{found.hexdigest()}"


def _own(folder: str, prefix: str) -> Iterator[tuple[str, str]]:
    """Our files by name, but for what Python makes of them, and for data that is copied from beside us."""
    for entry in os.scandir(folder):
        name = f"{prefix}{entry.name}"
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _own(entry.path, f"{name}/")
        elif entry.is_file() and not name.startswith(("data/", ".")):
            yield name, entry.path


@cache
def workshop() -> str:
    """The generator with the Python and the packages it works with, kustomize's too: what is kept of their work is theirs alone.

    A package's version is in the name of the folder that pip makes for it, so that none is opened, and none is forgotten.
    """
    folders = (Path(place) for place in sys.path if Path(place).is_absolute() and Path(place).is_dir())
    packages = {path.name for folder in folders for path in folder.glob("*.dist-info")}
    return digest(generator(), sys.version, *sorted(packages))


def crds_digest(folder: Path) -> str:
    """Of the names and bytes of all files below the folder; that of nothing where it is missing."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return digest(*(part for path in paths for part in (path.relative_to(folder).as_posix(), path.read_bytes())))
