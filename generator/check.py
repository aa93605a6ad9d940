"""Stage 6: hold every manifest against the rules, and say each finding once, however many tenants it concerns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.diagnostics import Diagnostic, Span
from generator.model import Catalogue, Manifest
from generator.rules import RULES, Context, Violation
from generator.source import Document, Path

_NAMED = 5


@dataclass(frozen=True, slots=True)
class _Place:
    """What a finding is about, without the tenant."""

    code: str
    kind: str
    name: str
    path: Path
    message: str
    help: str


def check(
    manifests: Iterable[Manifest], catalogue: Catalogue, custom: Mapping[tuple[str, str, str], Any]
) -> list[Diagnostic]:
    """Every finding of every rule; `custom` holds the schemas of custom resources by (group, version, kind)."""
    context = Context(custom)
    tenants: dict[str, list[Manifest]] = defaultdict(list)
    for manifest in manifests:
        tenants[manifest.tenant].append(manifest)
    found: dict[_Place, list[str]] = defaultdict(list)
    for tenant, members in tenants.items():
        for code, rule in RULES.items():
            for violation in rule(members, context):
                found[_place(code, violation)].append(tenant)
    index = _index(catalogue)
    return [_diagnostic(place, sorted(set(names)), index) for place, names in found.items()]


def _place(code: str, violation: Violation) -> _Place:
    manifest = violation.manifest
    return _Place(code, manifest.kind, manifest.name, violation.path, violation.message, violation.help)


def _index(catalogue: Catalogue) -> dict[tuple[str, str], Document]:
    """The catalogue's own documents by kind and name: where to send people for an object."""
    index: dict[tuple[str, str], Document] = {}
    for component in catalogue.components:
        for documents in component.documents.values():
            for document in documents:
                if isinstance(document.data, Mapping):
                    name = (document.data.get("metadata") or {}).get("name", "")
                    index.setdefault((str(document.data.get("kind", "")), str(name)), document)
    return index


def _diagnostic(place: _Place, tenants: Sequence[str], index: Mapping[tuple[str, str], Document]) -> Diagnostic:
    document = index.get((place.kind, place.name))
    if document is None and place.name:
        document = next(
            (found for (kind, name), found in index.items() if kind == place.kind and place.name.startswith(name)), None
        )
    span = document.value(place.path) if document else Span(f"{place.kind}/{place.name}")
    where = ".".join(str(part) for part in place.path)
    named = ", ".join(tenants[:_NAMED]) + (" …" if len(tenants) > _NAMED else "")
    notes = [f"at {where}"] if where else []
    plural = "tenant" if len(tenants) == 1 else "tenants"
    notes.append(f"rendered for {len(tenants)} {plural}: {named}")
    return Diagnostic(
        place.code,
        f"{place.kind} `{place.name}`: {place.message}",
        span,
        help=place.help,
        notes=tuple(notes),
        tenants=tuple(tenants),
    )
