"""Reads below one root and collects what goes wrong: no links, no pipes, nothing large. The catalogue is put together here,
from the working tree or, by the subclass in `pins.py`, from a commit, so that both are read alike.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from operator import attrgetter
from pathlib import Path

from generator.diagnostics import Diagnostic, Span, ToolError
from generator.fast_reading import parse, parse_all
from generator.model import FOLDERS, Component, ComponentKind
from generator.source import MAX_BYTES, Document

_name = attrgetter("name")
_KINDS: tuple[tuple[str, ComponentKind], ...] = (*FOLDERS.items(), ("platform", "platform"))


def read_components(reader: Reader) -> tuple[Component, ...]:
    """Every component of overlays/: base, those of each kind's folder, the platform's, and those of Argo CD."""
    overlays = reader.root / "overlays"
    components = [_component(reader, "base", overlays / "base")] if reader.is_folder(overlays / "base") else []
    for folder, kind in _KINDS:
        components += [_component(reader, kind, path) for path in reader.folders(overlays / folder)]
    argocd = [path for path in reader.folders(overlays) if path.name.startswith("argocd")]
    return (*components, *(_component(reader, "argocd", path) for path in argocd))


def _component(reader: Reader, kind: ComponentKind, folder: Path) -> Component:
    files: dict[str, bytes] = {}
    texts: dict[str, tuple[Path, bytes]] = {}
    for path in reader.tree(folder):
        name = path.relative_to(folder).as_posix()
        raw = reader.raw(path)
        if raw is None:
            continue
        files[name] = raw
        if path.suffix == ".yaml" and not path.name.endswith(".golden.yaml"):
            texts[name] = path, raw
    return Component(kind, folder.name, reader.relative(folder), files, reader.parsed(texts))


class Reader:
    """Reads the folder `root`; `problems` are in the order in which they were met."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._prefix = "" if root == Path() else f"{root.as_posix()}/"
        self.problems: list[Diagnostic] = []

    def relative(self, path: Path) -> str:
        text = path.as_posix()  # cut, since ten thousand times Path.relative_to is long
        return text[len(self._prefix) :] if text.startswith(self._prefix) else path.relative_to(self.root).as_posix()

    def shown(self, path: Path) -> str:
        """The path as diagnostics show it."""
        return self.relative(path)

    def is_folder(self, path: Path) -> bool:
        return path.is_dir()

    def is_link(self, path: Path) -> bool:
        return path.is_symlink()

    def children(self, path: Path) -> list[Path]:
        return list(path.iterdir())

    def size(self, path: Path) -> int | None:
        """How many bytes it has; None where it is no regular file."""
        status = path.stat()
        return status.st_size if stat.S_ISREG(status.st_mode) else None

    def content(self, path: Path) -> bytes:
        return path.read_bytes()

    def folders(self, path: Path) -> list[Path]:
        entries = self._entries(path)
        found = sorted(child for child in entries if self.is_folder(child) and not child.name.startswith("."))
        for link in filter(self.is_link, found):
            self._refuse_link(link)
        return [folder for folder in found if not self.is_link(folder)]

    def listing(self, path: Path, pattern: str) -> list[Path]:
        entries = [child for child in self._entries(path) if child.match(pattern) and not child.name.startswith(".")]
        return sorted(child for child in entries if not self.is_folder(child))

    def tree(self, folder: Path) -> Iterator[Path]:
        for child in sorted(self._entries(folder)):
            if self.is_folder(child) and not self.is_link(child):
                yield from self.tree(child)
            elif not child.name.startswith("."):
                yield child

    def _entries(self, path: Path) -> list[Path]:
        if self.is_link(path):
            self._refuse_link(path)
            return []
        try:
            return self.children(path)
        except FileNotFoundError:
            return []
        except NotADirectoryError:
            self._refuse("unexpected-file", "a folder is expected here, not a file", path, "move the file away")
        except OSError as error:
            raise ToolError(f"cannot read {self.relative(path)}: {error.strerror}", "mend its permissions") from error
        return []

    def everything(self, folder: Path) -> list[Path]:
        """All entries of an environment's folder; what is no tenant file is refused, for nobody would miss it."""
        found = []
        for path in sorted(self._entries(folder), key=_name):
            if self.is_folder(path) and not self.is_link(path):
                self._refuse("unexpected-file", "a folder in an environment is not read", path, "move its files up")
            else:
                found.append(path)
        return found

    def tenant_document(self, path: Path) -> Document | None:
        if not path.name.endswith(".yaml") or path.name.startswith("."):
            help = "rename it to end in .yaml and begin with a letter, or move it away"
            self._refuse("unexpected-file", "only tenants' .yaml files belong here", path, help)
            return None
        return self.document(path)

    def document(self, path: Path) -> Document | None:
        raw = self.raw(path)
        if raw is None:
            return None
        document, problems = parse(self.shown(path), raw)
        self.problems += problems
        return document

    def known(self, paths: Mapping[str, Path]) -> Mapping[str, Document]:
        """The document of each file by its name, without those that cannot be read."""
        found = {name: self.document(path) for name, path in paths.items()}
        return {name: document for name, document in found.items() if document is not None}

    def parsed(self, texts: Mapping[str, tuple[Path, bytes]]) -> Mapping[str, tuple[Document, ...]]:
        """All documents of each of these files, by its name."""
        return {name: tuple(self.parsed_all(path, raw)) for name, (path, raw) in texts.items()}

    def parsed_all(self, path: Path, raw: bytes) -> list[Document]:
        documents, problems = parse_all(self.shown(path), raw)
        self.problems += problems
        return documents

    def raw(self, path: Path) -> bytes | None:
        if self.is_link(path):
            self._refuse_link(path)
            return None
        try:
            size = self.size(path)
            if size is None:
                self._refuse("unexpected-file", "not a regular file", path, "put a plain file here")
            elif size > MAX_BYTES:
                message = f"the file has {size:,} bytes, more than the {MAX_BYTES:,} that are read"
                self._refuse("file-too-large", message, path, "split or shorten it")
            else:
                return self.content(path)
        except FileNotFoundError:
            help = "create it; `quad init DIR` shows a whole repository"
            self._refuse("missing-file", "the file is missing", path, help)
        except OSError as error:
            raise ToolError(f"cannot read {self.relative(path)}: {error.strerror}", "mend its permissions") from error
        return None

    def refuse_strays(self, tenants: Path) -> None:
        """A tenant file beside the environments' folders would be read by nobody."""
        for path in self.listing(tenants, "*.y*ml"):
            if path.name != "fleet.yaml":
                help = "move it into the folder of its environment"
                self._refuse("unexpected-file", "the file belongs to no environment", path, help)

    def _refuse_link(self, path: Path) -> None:
        self._refuse("symbolic-link", "a symbolic link is not read", path, "put the file or folder itself here")

    def _refuse(self, code: str, message: str, path: Path, help: str) -> None:
        problem = Diagnostic(code, message, Span(self.shown(path)), help=help)
        if problem not in self.problems:  # a folder may be listed for one thing and then for another
            self.problems.append(problem)
