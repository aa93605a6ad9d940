"""Stage 1: read tenants/, overlays/ and schemas/ into documents that remember their places. Nothing is judged here but bytes."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from generator.diagnostics import Diagnostic, Span, ToolError
from generator.model import Catalogue, Component, ComponentKind, Repository, TenantFile
from generator.source import MAX_BYTES, Document, parse, parse_all

_KINDS: tuple[tuple[str, ComponentKind], ...] = (("models", "model"), ("features", "feature"), ("states", "state"))


def load(root: Path) -> tuple[Repository, list[Diagnostic]]:
    """Read the repository at `root`; files that cannot be read are left out and reported."""
    reader = _Reader(root)
    schemas = {path.name: reader.document(path) for path in reader.listing(root / "schemas", "*.yaml")}
    catalogue = _catalogue(reader, root / "overlays")
    fleet = reader.document(root / "tenants" / "fleet.yaml")
    defaults: dict[str, Document] = {}
    tenants: list[TenantFile] = []
    reader.refuse_strays(root / "tenants")
    for environment in reader.folders(root / "tenants"):
        for path in reader.everything(environment):
            document = reader.tenant_document(path)
            if document is None:
                continue
            if path.name == "_defaults.yaml":
                defaults[environment.name] = document
            else:
                tenants.append(TenantFile(environment.name, path.stem, document))
    known = {name: document for name, document in schemas.items() if document is not None}
    return Repository(fleet, defaults, tuple(tenants), catalogue, known), reader.problems


def _catalogue(reader: _Reader, overlays: Path) -> Catalogue:
    components = [_component(reader, "base", overlays / "base")] if (overlays / "base").is_dir() else []
    for folder, kind in _KINDS:
        components += [_component(reader, kind, path) for path in reader.folders(overlays / folder)]
    components += [
        _component(reader, "argocd", path) for path in reader.folders(overlays) if path.name.startswith("argocd")
    ]
    releases = {path.stem: reader.document(path) for path in reader.listing(overlays / "releases", "*.yaml")}
    return Catalogue(tuple(components), {name: document for name, document in releases.items() if document is not None})


def _component(reader: _Reader, kind: ComponentKind, folder: Path) -> Component:
    files: dict[str, bytes] = {}
    documents: dict[str, tuple[Document, ...]] = {}
    for path in reader.tree(folder):
        name = path.relative_to(folder).as_posix()
        raw = reader.raw(path)
        if raw is None:
            continue
        files[name] = raw
        if path.suffix == ".yaml" and not path.name.endswith(".golden.yaml"):
            documents[name] = tuple(reader.parsed_all(path, raw))
    return Component(kind, folder.name, reader.relative(folder), files, documents)


class _Reader:
    """Reads below one root and collects what goes wrong."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Diagnostic] = []

    def relative(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def folders(self, path: Path) -> list[Path]:
        found = sorted(child for child in self._entries(path) if child.is_dir() and not child.name.startswith("."))
        for link in filter(Path.is_symlink, found):
            self._refuse_link(link)
        return [folder for folder in found if not folder.is_symlink()]

    def listing(self, path: Path, pattern: str) -> list[Path]:
        entries = [child for child in self._entries(path) if child.match(pattern) and not child.name.startswith(".")]
        return sorted(child for child in entries if not child.is_dir())

    def tree(self, folder: Path) -> Iterator[Path]:
        for child in sorted(self._entries(folder)):
            if child.is_dir() and not child.is_symlink():
                yield from self.tree(child)
            elif not child.name.startswith("."):
                yield child

    def _entries(self, path: Path) -> list[Path]:
        try:
            return list(path.iterdir())
        except FileNotFoundError:
            return []
        except NotADirectoryError:
            self._refuse("unexpected-file", "a folder is expected here, not a file", path, "move the file away")
        except OSError as error:
            raise ToolError(f"cannot read {self.relative(path)}: {error.strerror}", "mend its permissions") from error
        return []

    def everything(self, folder: Path) -> list[Path]:
        """All entries of an environment's folder; what is no tenant file is refused, for nobody would miss it."""
        found = sorted(self._entries(folder))
        for path in found:
            if path.is_dir() and not path.is_symlink():
                self._refuse("unexpected-file", "a folder in an environment is not read", path, "move its files up")
        return [path for path in found if path.is_symlink() or not path.is_dir()]

    def tenant_document(self, path: Path) -> Document | None:
        if path.suffix != ".yaml" or path.name.startswith("."):
            help = "rename it to end in .yaml and begin with a letter, or move it away"
            self._refuse("unexpected-file", "only tenants' .yaml files belong here", path, help)
            return None
        return self.document(path)

    def document(self, path: Path) -> Document | None:
        raw = self.raw(path)
        if raw is None:
            return None
        document, problems = parse(self.relative(path), raw)
        self.problems += problems
        return document

    def parsed_all(self, path: Path, raw: bytes) -> list[Document]:
        documents, problems = parse_all(self.relative(path), raw)
        self.problems += problems
        return documents

    def raw(self, path: Path) -> bytes | None:
        if path.is_symlink():
            self._refuse_link(path)
            return None
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                self._refuse("unexpected-file", "not a regular file", path, "put a plain file here")
            elif status.st_size > MAX_BYTES:
                message = f"the file has {status.st_size:,} bytes, more than the {MAX_BYTES:,} that are read"
                self._refuse("file-too-large", message, path, "split or shorten it")
            else:
                return path.read_bytes()
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
        self.problems.append(Diagnostic(code, message, Span(self.relative(path)), help=help))
