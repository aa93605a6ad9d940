"""Where kustomize reads a tree: its files wait in memory, and are written when there is something to build."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from generator.cache import digest
from generator.staging import write


@dataclass(slots=True)
class Ground:
    """A folder and the `files` that are to lie in it; once there are none that wait, what lies there is all there is."""

    place: Path
    files: dict[str, bytes] | None = None
    _lock: Lock = field(default_factory=Lock)

    def add(self, files: Mapping[str, bytes]) -> None:
        """More files."""
        with self._lock:
            if self.files is None:
                write(self.place, files)
            else:
                self.files.update(files)

    def stand(self) -> Path:
        """The folder, once all files are in it."""
        with self._lock:
            if self.files is not None:
                write(self.place, self.files)
                self.files = None
        return self.place

    def digest(self, folder: str) -> str:
        """Of the names and bytes of all files below a folder of it."""
        with self._lock:
            found = self._below(f"{folder}/")
        return digest(*(part for path in sorted(found) for part in (path, found[path])))

    def _below(self, prefix: str) -> dict[str, bytes]:
        if self.files is not None:
            return {path.removeprefix(prefix): raw for path, raw in self.files.items() if path.startswith(prefix)}
        top = self.place / prefix
        return {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*") if path.is_file()}
