"""What was made once and need not be made again, kept on disk by the digest of everything it was made from.

Any entry may vanish or be damaged at any time: each carries the digest of its bytes, and one that does not fit it is no entry.
Entries appear whole (written beside, then renamed), so runs at the same time, and machines that share the folder, are safe.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["build", "profile", "tenant", "crd", "verdicts", "run", "tree", "census", "valid", "document", "rows"]
KINDS: Mapping[Kind, str] = {
    "build": "what kustomize printed for an overlay",
    "profile": "the template of the tenants of one shape",
    "tenant": "the output of a tenant that is not stamped",
    "crd": "the schemas of a kind of custom resource",
    "verdicts": "what the rules found nothing wrong with",
    "run": "what a run made of a whole fleet",
    "census": "tenants and branches of a published fleet",
    "valid": "a fleet in which there was no problem",
    "document": "what a file of the catalogue says",
    "rows": "what was read of tenants that had no problem",
    "tree": "how a folder looked when it held rendered trees",
}
"""Nothing else in the folder is ours: other programs may keep theirs beside it."""

_DIGEST = hashlib.sha256().digest_size
_DAY = 24 * 60 * 60
_KEPT_DAYS = 30
_UNFINISHED = ".new-"
_PRUNED = ".pruned"
_PROBE: Kind = "tree"
_NOTHING = "0" * 64


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of a kind."""

    entries: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of entries; without a folder nothing is kept."""

    folder: Path | None = None

    def get(self, kind: Kind, key: str) -> bytes | None:
        """The entry, or None where there is none that can be trusted."""
        if self.folder is None:
            return None
        place = self._place(kind, key)
        try:
            raw = place.read_bytes()
            body = zlib.decompress(raw[_DIGEST:])
        except (OSError, zlib.error):
            return None
        if hashlib.sha256(_named(kind, key) + body).digest() != raw[:_DIGEST]:
            return None
        _touch(place)
        return body

    def put(self, kind: Kind, key: str, body: bytes) -> None:
        """Keep an entry; a disk that is full or read-only keeps nothing, and that is no error."""
        if self.folder is None:
            return
        place = self._place(kind, key)
        raw = hashlib.sha256(_named(kind, key) + body).digest() + zlib.compress(body, 1)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=place.parent, prefix=_UNFINISHED, delete=False) as file:
                try:
                    file.write(raw)
                    file.close()
                    Path(file.name).replace(place)
                except OSError:
                    Path(file.name).unlink(missing_ok=True)
        except OSError:
            return

    def keeps(self) -> bool:
        """Whether entries can be written here, and found again."""
        self.put(_PROBE, _NOTHING, b"")
        kept = self.get(_PROBE, _NOTHING) is not None
        with contextlib.suppress(OSError):
            if kept:
                self._place(_PROBE, _NOTHING).unlink()
        return kept

    def entries(self) -> Iterator[tuple[Kind, str]]:
        """The kind and key of everything that has the name of an entry, damaged or not."""
        for kind, path, _ in self._files():
            if not path.name.startswith(_UNFINISHED):
                yield kind, path.parent.name + path.name

    def listed(self) -> Iterator[tuple[Kind, str]]:
        """As `entries`; OSError for whatever cannot be read, so that nothing of another's cache is passed over in silence."""
        for kind in KINDS if self.folder else ():
            assert self.folder is not None
            for part in _scanned(self.folder / kind):
                for entry in _scanned(Path(part.path)) if part.is_dir() else ():
                    if entry.is_file() and not entry.name.startswith(_UNFINISHED):
                        os.close(os.open(entry.path, os.O_RDONLY))
                        yield kind, part.name + entry.name

    def sizes(self) -> dict[Kind, Size]:
        """How much there is of each kind, of none too."""
        found = dict.fromkeys(KINDS, Size())
        for kind, _, status in self._files():
            found[kind] = Size(found[kind].entries + 1, found[kind].bytes + status.st_size)
        return found

    def clear(self) -> None:
        """Remove every entry, as far as the system lets us."""
        if self.folder is None:
            return
        for kind in KINDS:
            shutil.rmtree(self.folder / kind, ignore_errors=True)
        with contextlib.suppress(OSError):
            (self.folder / _PRUNED).unlink()

    def prune(self) -> None:
        """Remove entries that nobody has used for a month, and what killed runs left; it looks for them once a day."""
        if self.folder is None:
            return
        now = time.time()
        stamp = self.folder / _PRUNED
        with contextlib.suppress(OSError):
            if stamp.exists() and abs(now - stamp.stat().st_mtime) < _DAY:
                return
            stamp.touch()
            for _, path, status in self._files():
                unused = _DAY if path.name.startswith(_UNFINISHED) else _DAY * _KEPT_DAYS
                if status.st_mtime < now - unused:
                    path.unlink(missing_ok=True)

    def _files(self) -> Iterator[tuple[Kind, Path, os.stat_result]]:
        for kind in KINDS if self.folder else ():
            assert self.folder is not None
            with contextlib.suppress(OSError):  # it may not be ours to enter
                for path in (self.folder / kind).glob("*/*"):
                    with contextlib.suppress(OSError):  # another run may remove it while we look
                        if path.is_file():
                            yield kind, path, path.stat()

    def _place(self, kind: Kind, key: str) -> Path:
        assert self.folder is not None
        return self.folder / kind / key[:2] / key[2:]


def _scanned(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except FileNotFoundError:
        return []


NO_CACHE = Cache()


def _touch(place: Path) -> None:
    """Note that an entry was used, once a day."""
    with contextlib.suppress(OSError):
        if place.stat().st_mtime < time.time() - _DAY:
            os.utime(place)


def _named(kind: Kind, key: str) -> bytes:
    """An entry that was moved or copied to another name is damaged too."""
    return f"{kind}/{key}\0".encode()


def digest(*parts: bytes | str) -> str:
    """A key of several parts; where one ends and the next begins is part of it."""
    found = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        found.update(b"%d:" % len(raw) + raw)
    return found.hexdigest()


def default_folder() -> Path:
    """$QUAD_CACHE_DIR, or `quadrangle` in the user's cache folder."""
    chosen = os.environ.get("QUAD_CACHE_DIR")
    if chosen:
        return Path(chosen)
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home and Path(home).is_absolute() else Path.home() / ".cache") / "quadrangle"
