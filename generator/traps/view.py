"""The catalogue as the traps look at it: kustomizations, objects and who can see whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from generator import schema as schemas
from generator.model import WORKS_WITH, Catalogue, Component, ComponentKind, Schema
from generator.objects import Object, matches, objects
from generator.source import Document


@dataclass(frozen=True)
class View:
    """The catalogue and the schema of a resolved tenant that its replacements read."""

    catalogue: Catalogue
    tenant: Schema

    @cached_property
    def brought(self) -> Mapping[str, list[Object]]:
        """The objects of each component, by its folder."""
        return {component.folder: list(objects(component)) for component in self.catalogue.components}

    @cached_property
    def sights(self) -> Mapping[str, Sight]:
        """What each component's selectors can match, by its folder."""
        return {component.folder: _sight(self, component) for component in self.catalogue.components}


def view_of(catalogue: Catalogue, core: Document) -> View:
    """The view of a catalogue whose schemas are sound."""
    schema = schemas.without_local(schemas.inline(core.data))
    slots = {
        name: schemas.inline(feature.schema.data)
        for name, feature in catalogue.of("feature").items()
        if feature.schema is not None
    }
    features = {"type": "object", "properties": slots}
    return View(catalogue, {**schema, "properties": {**schema["properties"], "features": features}})


@dataclass(frozen=True, slots=True)
class Sight:
    """What a component's selectors can match: what is there in any case, and what one component of a kind each brings."""

    always: list[Object]
    chosen: Mapping[str, Mapping[str, list[Object]]]
    """By kind and name; of each kind, every tenant has one."""

    @property
    def everything(self) -> Iterator[Object]:
        """All of it, in no tenant at the same time."""
        yield from self.always
        for brought in self.chosen.values():
            for found in brought.values():
                yield from found

    def blind(self, select: Mapping[str, Any]) -> tuple[str, str] | None:
        """A kind and the name of a component with which the selector matches nothing; None where it always matches."""
        if any(matches(select, found) for found in self.always):
            return None
        lacking = {
            kind: [name for name, found in brought.items() if not any(matches(select, item) for item in found)]
            for kind, brought in self.chosen.items()
        }
        if any(not names for names in lacking.values()):
            return None
        part = [kind for kind, names in lacking.items() if len(names) < len(self.chosen[kind])]
        return (part[0], lacking[part[0]][0]) if part else ("", "")


_BEFORE: Mapping[ComponentKind, tuple[ComponentKind, ...]] = {
    "database": (),
    "cache": ("database",),
    "feature": ("database", "cache"),
    "model": ("database", "cache"),
}
"""Of which kinds a tenant's one component comes before; kustomize shows nobody what comes later."""


_BESIDE: Mapping[ComponentKind, ComponentKind] = {"argocd": "platform", "platform": "argocd"}
"""What Argo CD's objects place may be the platform's, which adds to the project that all of it shares."""


def _sight(view: View, component: Component) -> Sight:
    """What a component's selectors can match, with whatever it says it works with."""
    catalogue, brought = view.catalogue, view.brought
    if component.kind in ("state", "transaction"):  # they change what only some tenants have
        return Sight([found for each in brought.values() for found in each], {})
    own = brought[component.folder]
    if component.kind in _BESIDE:
        beside = catalogue.of(_BESIDE[component.kind]).values()
        return Sight([*own, *(found for other in beside for found in brought[other.folder])], {})
    if component.kind not in _BEFORE:
        return Sight(own, {})
    data = component.schema.data if component.schema else {}
    base = [found for other in catalogue.of("base").values() for found in brought[other.folder]]
    features = catalogue.of("feature")
    required = [features[name] for name in data.get("x-requires", []) if name in features]
    needed = [found for other in required for found in brought[other.folder]]
    allowed = {kind: data.get(keyword) for keyword, (kind, _) in WORKS_WITH.items()}
    chosen = {
        kind: {
            name: brought[other.folder]
            for name, other in catalogue.of(kind).items()
            if name in (allowed.get(kind) or [name]) and not other.composes
        }
        for kind in _BEFORE[component.kind]
    }
    return Sight([*base, *needed, *own], {kind: brought for kind, brought in chosen.items() if brought})
