"""The rings of fleet.yaml, and which of them a tenant is in: known before anything is validated, for the ring says by which
catalogue a tenant is judged. Nothing here trusts the shape of what it reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.diagnostics import Span
from generator.model import Repository, TenantFile
from generator.source import Document

_FULL = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Ring:
    """One ring as fleet.yaml has it; `commit` is what it is pinned to, empty where it is not, and `span` says where.

    `frozen` is why no tenant of it is upgraded, empty where they are.
    """

    index: int
    name: str
    soak: str
    commit: str
    span: Span
    frozen: str = ""

    @property
    def is_full(self) -> bool:
        """Whether the commit is named by a full SHA; the schema says where it is not."""
        return bool(_FULL.fullmatch(self.commit))


def rings_of(fleet: Document | None) -> list[Ring]:
    """The rings in their order, those without a name left out."""
    if fleet is None:
        return []
    listed = _mapping(fleet.data).get("rings")
    found = []
    for index, ring in enumerate(listed if isinstance(listed, list) else []):
        values = _mapping(ring)
        if isinstance(values.get("name"), str):
            span = fleet.value(("rings", index, "catalogue"))
            soak, commit, frozen = (str(values.get(field, "")) for field in ("soak", "catalogue", "frozen"))
            found.append(Ring(index, values["name"], soak, commit, span, frozen))
    return found


def has_pins(fleet: Document | None) -> bool:
    """Whether a ring is pinned to a full SHA: asked before anybody looks for places."""
    listed = _mapping(fleet.data).get("rings") if fleet else None
    rings = listed if isinstance(listed, list) else []
    return any(_FULL.fullmatch(str(_mapping(ring).get("catalogue", ""))) for ring in rings)


def ring_of(repository: Repository, file: TenantFile) -> str:
    """The ring that the layers give a tenant, the same that it has when it is resolved; empty where none does."""
    fleet = _mapping(repository.fleet.data) if repository.fleet else {}
    defaults = repository.defaults.get(file.environment)
    above = [_mapping(fleet.get("defaults")), _mapping(defaults.data) if defaults else {}]
    own = _mapping(file.document.data)
    plan = _said("plan", [*above, own])
    replaced = _mapping(_mapping(_mapping(fleet.get("environments")).get(file.environment)).get("plans"))
    size = _mapping(_mapping(fleet.get("plans")).get(str(replaced.get(plan, plan))))
    return _said("ring", [*above, _mapping(size.get("values")), own])


def _said(field: str, layers: list[Mapping[str, Any]]) -> str:
    """The last word on a field."""
    words = [layer[field] for layer in layers if isinstance(layer.get(field), str)]
    return str(words[-1]) if words else ""


def _mapping(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}
