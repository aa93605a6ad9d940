"""Stage 1: read tenants/, overlays/ and schemas/ into documents that remember their places. Nothing is judged here but bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from generator.diagnostics import Diagnostic
from generator.model import Catalogue, Repository, TenantFile
from generator.pins import History, read_pins
from generator.reader import Reader, read_components
from generator.source import Document


def load(
    root: Path,
    history: History | None = None,
    wanted: Callable[[str], bool] = lambda path: True,  # noqa: ARG005
) -> tuple[Repository, list[Diagnostic]]:
    """Read the repository at `root`, and from the history (its own where none is named) the catalogues that rings are pinned to.

    Files that cannot be read are left out and reported; of those in environments' folders, only paths that are `wanted` are read.
    """
    reader = Reader(root)
    schemas = _known({path.name: reader.document(path) for path in reader.listing(root / "schemas", "*.yaml")})
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
    pinned, problems = read_pins(history or History(root), fleet, catalogue.releases)
    return Repository(fleet, defaults, tuple(tenants), catalogue, schemas, pinned), reader.problems + problems


def _catalogue(reader: Reader, overlays: Path) -> Catalogue:
    components = read_components(reader)
    return Catalogue(
        components,
        _known({path.stem: reader.document(path) for path in reader.listing(overlays / "releases", "*.yaml")}),
    )


def _known(documents: dict[str, Document | None]) -> dict[str, Document]:
    return {name: document for name, document in documents.items() if document is not None}
