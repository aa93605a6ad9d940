"""Reads files that somebody has read already, all in memory: an input known to be without a fault, but for a few tenants' files.

What is judged is then the very bytes that were compared. Documents of what is known are parsed when they are asked for.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from generator.cache import NO_CACHE, Cache, Kind, digest
from generator.census import WholeFleetError
from generator.fast_reading import plain_data, with_places_later
from generator.identity import workshop
from generator.lazy import Lazy
from generator.reader import Reader
from generator.source import Document, parse_all

_KIND: Kind = "document"


class BytesReader(Reader):
    """Reads `files`, by path below the root; one that ends in a slash is a folder. The cache keeps what is slow to parse."""

    def __init__(self, root: Path, files: Mapping[str, bytes], cache: Cache = NO_CACHE) -> None:
        super().__init__(root)
        self.cache = cache
        self.files = {root / path: raw for path, raw in files.items() if not path.endswith("/")}
        self.below: dict[Path, set[Path]] = defaultdict(set)
        for folder in (root / path for path in files if path.endswith("/")):
            self._enter(folder)
            self.below[folder].update()
        for path in self.files:
            self._enter(path)

    def _enter(self, path: Path) -> None:
        while path != self.root and path not in self.below[path.parent]:
            self.below[path.parent].add(path)
            path = path.parent

    def is_folder(self, path: Path) -> bool:
        return path in self.below

    def is_link(self, path: Path) -> bool:  # noqa: ARG002  # whoever has read the files has met none
        return False

    def children(self, path: Path) -> list[Path]:
        if path in self.files:
            raise NotADirectoryError
        return list(self.below.get(path, ()))

    def size(self, path: Path) -> int | None:
        return len(self.content(path))

    def content(self, path: Path) -> bytes:
        if path not in self.files:
            raise FileNotFoundError
        return self.files[path]

    def document(self, path: Path) -> Document | None:
        raw = self.raw(path)
        documents = [] if raw is None else self._kept(self.shown(path), raw)
        if len(documents) != 1 or documents[0].data is None:
            raise WholeFleetError
        return documents[0]

    def known(self, paths: Mapping[str, Path]) -> Mapping[str, Document]:
        def made(name: str) -> Document:
            document = self.document(paths[name])
            assert document is not None
            return document

        return Lazy(paths, made)

    def parsed(self, texts: Mapping[str, tuple[Path, bytes]]) -> Mapping[str, tuple[Document, ...]]:
        def made(name: str) -> tuple[Document, ...]:
            path, raw = texts[name]
            return tuple(self._kept(self.shown(path), raw))

        return Lazy(texts, made)

    def _kept(self, path: str, raw: bytes) -> list[Document]:
        """What the file says; a text that only the slow reader takes has been parsed once by this very generator."""
        data = plain_data(raw)
        if data is None and (kept := self.cache.get(_KIND, key := digest(workshop(), raw))) is not None:
            data = json.loads(kept)
        if data is not None:
            return [with_places_later(path, data, raw)]
        documents, problems = parse_all(path, raw)
        if problems:
            raise WholeFleetError
        if len(documents) == 1 and documents[0].data is not None:
            self.cache.put(_KIND, key, json.dumps(documents[0].data).encode())
        return documents
