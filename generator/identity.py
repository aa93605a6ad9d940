"""Who makes the trees, and of what: the generator's own bytes, the packages it works with, and where it reads."""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from pathlib import Path

from generator import __version__
from generator.cache import digest

INPUT = ("tenants", "overlays", "schemas")
"""The folders of a repository that a run reads."""


@cache
def generator() -> str:
    """Who makes the trees: our version and the digest of our own files, so that a tree is compared with the work of its equal."""
    own = Path(__file__).parent
    found = hashlib.sha256()
    for path in sorted(own.rglob("*")):
        name = path.relative_to(own).as_posix()
        if path.is_file() and "__pycache__" not in path.parts and not name.startswith(("data/", ".")):
            found.update(f"{name}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return f"{__version__} sha256:{found.hexdigest()}"


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
