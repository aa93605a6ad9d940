"""Reads files that somebody has read already, all in memory: an input known to be without a fault, but for a few tenants' files.

What is judged is then the very bytes that were compared. Documents of what is known are parsed when they are asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from generator.census import WholeFleetError
from generator.lazy import Lazy
from generator.reader import Reader
from generator.source import Document


class BytesReader(Reader):
    """Reads `files`, by path below the root; one that ends in a slash is a folder."""

    def __init__(self, root: Path, files: Mapping[str, bytes]) -> None:
        super().__init__(root)
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

    def known(self, paths: Mapping[str, Path]) -> Mapping[str, Document]:
        def made(name: str) -> Document:
            document = self.document(paths[name])
            if document is None or self.problems:
                raise WholeFleetError
            return document

        return Lazy(paths, made)

    def parsed(self, texts: Mapping[str, tuple[Path, bytes]]) -> Mapping[str, tuple[Document, ...]]:
        def made(name: str) -> tuple[Document, ...]:
            documents = tuple(self.parsed_all(*texts[name]))
            if self.problems:
                raise WholeFleetError
            return documents

        return Lazy(texts, made)
