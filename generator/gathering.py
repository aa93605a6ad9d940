"""The files of a tree that is being made, all their bytes in one nameless file on disk: memory holds where each of them is."""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from generator.diagnostics import ToolError
from generator.snapshot import Snapshot, blob_id

if TYPE_CHECKING:
    from generator.profiles.template import Stamped


class Gathering:
    """What was added so far; the same bytes are there once."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.ids: dict[str, str] = {}
        self._places: dict[str, tuple[int, int]] = {}
        self._end = 0
        self._file, name = tempfile.mkstemp(prefix="quad-")
        Path(name).unlink()
        weakref.finalize(self, os.close, self._file)
        self.add(files)

    def add(self, files: Mapping[str, bytes]) -> None:
        """Put files in, in the place of those of the same path."""
        new = []
        for path, raw in files.items():
            id = self.ids[path] = blob_id(raw)
            if id not in self._places:
                self._places[id] = self._end, len(raw)
                self._end += len(raw)
                new.append(raw)
        left = memoryview(b"".join(new))
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError as error:
            message = f"cannot write to {tempfile.gettempdir()}: {error.strerror}"
            raise ToolError(message, "make room, or set TMPDIR to another folder") from error

    def snapshot(self, environment: str, where: str, stamped: Mapping[str, Stamped] | None = None) -> Snapshot:
        """The tree, which lives as long as anybody has it."""
        return Snapshot(environment, where, self.ids, self._read, stamped or {})

    def _read(self, paths: Iterable[str]) -> dict[str, bytes]:
        return {path: self._bytes(*self._places[self.ids[path]]) for path in paths}

    def _bytes(self, start: int, length: int) -> bytes:
        found = b""
        while len(found) < length:
            found += os.pread(self._file, length - len(found), start + len(found))
        return found
