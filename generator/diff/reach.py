"""Where the values of a tenant arrive in its manifests, as the catalogue's replacements say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.changes import ObjectId
from generator.model import Catalogue, Tenant
from generator.replacements import replacements_of
from generator.source import Path
from generator.why import source_path


@dataclass(frozen=True, slots=True)
class Reach:
    """One replacement's target: the path of the spec that is read, the objects selected and the field in them."""

    source: Path
    select: Mapping[str, Any]
    fields: tuple[str, ...]


class Reaches:
    """The targets of the components that a tenant is built from, found once for all tenants of the same components."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: dict[Any, tuple[Reach, ...]] = {}

    def of(self, tenant: Tenant) -> tuple[Reach, ...]:
        """Every place that some value of the tenant arrives at."""
        if tenant.components not in self._known:
            self._known[tenant.components] = self._found(tenant)
        return self._known[tenant.components]

    def _found(self, tenant: Tenant) -> tuple[Reach, ...]:
        parts = [self._catalogue.of(kind).get(name) for kind, name in tenant.components]
        parts += list(self._catalogue.of("argocd").values())
        return tuple(
            Reach(source, target.select, _plain(target.fields))
            for part in parts
            if part is not None
            for replacement in replacements_of(part)
            if (source := source_path(replacement))
            for target in replacement.targets
        )


def _plain(fields: tuple[str, ...]) -> tuple[str, ...]:
    """Without the brackets that keep a key with dots together."""
    return tuple(part[1:-1] if part.startswith("[") and "=" not in part else part for part in fields)


def selects(select: Mapping[str, Any], id: ObjectId) -> bool:
    """Whether kustomize's selector means the object; names may have got a suffix, and are patterns."""
    if any(select.get(key) not in (None, value) for key, value in (("kind", id.kind), ("group", id.group))):
        return False
    name = str(select.get("name", ""))
    return not name or id.name == name or id.name.startswith(f"{name}-") or _matches(name, id.name)


def _matches(pattern: str, name: str) -> bool:
    try:
        return re.fullmatch(pattern, name) is not None
    except re.error:
        return False
