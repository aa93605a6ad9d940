"""The traps of kustomize 5.8.1 that are silent or late (design, section 5), found before anything is built."""

from __future__ import annotations

from generator.diagnostics import Diagnostic
from generator.model import Catalogue
from generator.source import Document
from generator.traps import kustomizations, objects, patches, references, selectors, values
from generator.traps.view import view_of

_TRAPS = (
    kustomizations.find,
    objects.find,
    patches.find,
    references.find,
    selectors.find,
    values.find,
)


def trap_problems(catalogue: Catalogue, core: Document) -> list[Diagnostic]:
    """Every trap that some folder of the catalogue walks into; `core` is the core tenant schema."""
    if any(not documents for component in catalogue.components for documents in component.documents.values()):
        return []  # a file that cannot be read would look like an object that is missing
    view = view_of(catalogue, core)
    return [problem for trap in _TRAPS for problem in trap(view)]
