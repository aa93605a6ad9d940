"""What was made once and need not be made again, kept on disk by the digest of everything it was made from.

Any entry may vanish or be damaged at any time: each carries the digest of its bytes, and one that does not fit it is no entry.
Entries appear whole (written beside, then renamed), so runs at the same time, and machines that share the folder, are safe.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_DIGEST = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of entries; without a folder nothing is kept."""

    folder: Path | None = None

    def get(self, kind: str, key: str) -> bytes | None:
        """The entry, or None where there is none that can be trusted."""
        if self.folder is None:
            return None
        try:
            raw = self._place(kind, key).read_bytes()
            body = zlib.decompress(raw[_DIGEST:])
        except (OSError, zlib.error):
            return None
        return body if hashlib.sha256(_named(kind, key) + body).digest() == raw[:_DIGEST] else None

    def put(self, kind: str, key: str, body: bytes) -> None:
        """Keep an entry; a disk that is full or read-only keeps nothing, and that is no error."""
        if self.folder is None:
            return
        place = self._place(kind, key)
        raw = hashlib.sha256(_named(kind, key) + body).digest() + zlib.compress(body, 1)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".new-", delete=False) as file:
                try:
                    file.write(raw)
                    file.close()
                    Path(file.name).replace(place)
                except OSError:
                    Path(file.name).unlink(missing_ok=True)
        except OSError:
            return

    def sizes(self) -> dict[str, tuple[int, int]]:
        """The number of entries and of bytes of each kind."""
        found: dict[str, tuple[int, int]] = {}
        for path in self._files():
            number, total = found.get(path.parent.parent.name, (0, 0))
            found[path.parent.parent.name] = (number + 1, total + path.stat().st_size)
        return dict(sorted(found.items()))

    def clear(self) -> None:
        """Remove every entry."""
        if self.folder is not None:
            for kind in (path for path in self.folder.glob("*") if path.is_dir()):
                shutil.rmtree(kind, ignore_errors=True)

    def _files(self) -> Iterable[Path]:
        return (path for path in self.folder.glob("*/*/*") if path.is_file()) if self.folder else ()

    def _place(self, kind: str, key: str) -> Path:
        assert self.folder is not None
        return self.folder / kind / key[:2] / key[2:]


NO_CACHE = Cache()


def _named(kind: str, key: str) -> bytes:
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
