"""Stage 1: read tenants/, overlays/ and schemas/ into documents that remember their places. Nothing is judged here but bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from generator.diagnostics import Diagnostic
from generator.model import Catalogue, Repository, TenantFile
from generator.reader import Reader, read_components
from generator.rings import has_pins
from generator.source import Document

if TYPE_CHECKING:
    from generator.pins import History


def load(
    root: Path,
    history: History | None = None,
    wanted: Callable[[str], bool] = lambda path: True,  # noqa: ARG005
) -> tuple[Repository, list[Diagnostic]]:
    """Read the repository at `root`, and from the history (its own where none is named) the catalogues that rings are pinned to.

    Files that cannot be read are left out and reported; of those in environments' folders, only paths that are `wanted` are read.
    """
    return load_from(Reader(root), history, wanted)


def load_from(
    reader: Reader,
    history: History | None = None,
    wanted: Callable[[str], bool] = lambda path: True,  # noqa: ARG005
) -> tuple[Repository, list[Diagnostic]]:
    """The same by a reader of other files than those on disk."""
    root = reader.root
    schemas = reader.known({path.name: path for path in reader.listing(root / "schemas", "*.yaml")})
    catalogue = _catalogue(reader, root / "overlays")
    fleet = reader.document(root / "tenants" / "fleet.yaml")
    defaults: dict[str, Document] = {}
    tenants: list[TenantFile] = []
    reader.refuse_strays(root / "tenants")
    for environment in reader.folders(root / "tenants"):
        for path in reader.everything(environment):
            if not wanted(reader.relative(path)):
                continue
            document = reader.tenant_document(path)
            if document is None:
                continue
            if path.name == "_defaults.yaml":
                defaults[environment.name] = document
            else:
                tenants.append(TenantFile(environment.name, path.stem, document))
    pinned, problems = _pinned(history, root, fleet, catalogue)
    return Repository(fleet, defaults, tuple(tenants), catalogue, schemas, pinned), reader.problems + problems


def _pinned(
    history: History | None, root: Path, fleet: Document | None, catalogue: Catalogue
) -> tuple[dict[str, Catalogue], list[Diagnostic]]:
    if not has_pins(fleet):
        return {}, []
    from generator.pins import History, read_pins  # noqa: PLC0415  # brings git, and few fleets have pins

    return read_pins(history or History(root), fleet, catalogue.releases)


def _catalogue(reader: Reader, overlays: Path) -> Catalogue:
    components = read_components(reader)
    return Catalogue(
        components, reader.known({path.stem: path for path in reader.listing(overlays / "releases", "*.yaml")})
    )
