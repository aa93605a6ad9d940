"""In which manner components read the values of a tenant: what is only moved whole, or only into texts, decides no structure.

Kustomize looks into what it has moved: other replacements and patches may reach there, and its own transformers know places where
names and labels stand. So a value is moved whole only to places that nothing else touches and that are none of those.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from generator.model import Component
from generator.objects import kustomizations
from generator.profiles.shape import Manner
from generator.reads import Fields, Read, reads_of, unbracketed
from generator.replacements import Target, replacements_of
from generator.schema import at
from generator.source import parse_all

_SELECTED = ("group", "version", "kind", "name")
_LITERAL = re.compile(r"[A-Za-z0-9/-]*")
_NAMED = ((), ("apiVersion",), ("kind",), ("metadata",), ("subjects",), ("webhooks",))
"""Where kustomize looks for names and namespaces in whatever is there."""
_LOOKED_INTO = ("ConfigMap", "Secret", "APIService", "CustomResourceDefinition")
"""Kinds whose content it hashes, or which say by name and namespace who serves them."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Fields of objects that something writes or looks at."""

    select: Mapping[str, Any]
    fields: Fields

    def meets(self, target: Target) -> bool:
        """Whether it may be what the target is, or in it, or around it."""
        parts = zip(self.fields, unbracketed(target.fields), strict=False)
        if not all(one == other or _is_item(one) or _is_item(other) for one, other in parts):
            return False
        known = [key for key in _SELECTED if key in self.select and key in target.select]
        pairs = [(str(self.select[key]), str(target.select[key])) for key in known]
        return all(one == other or not _LITERAL.fullmatch(one) for one, other in pairs)


@dataclass(frozen=True, slots=True)
class _Own:
    """A read of a component, and which of its reads it is."""

    component: Component
    number: int
    read: Read


class Manners:
    """What decides the manners in one build: all that is read, and all that is touched."""

    def __init__(self, components: Sequence[Component]) -> None:
        self._all = components
        self._features = {component.name: component for component in components if component.kind == "feature"}
        self._at: dict[str, list[_Own]] = defaultdict(list)
        for component in components:
            for number, read in enumerate(reads_of(component)):
                self._at[(*read.path, "")[0]].append(_Own(component, number, read))
        entries = [entry for component in components for entry in replacements_of(component)]
        self._copies = any(entry.source_kind not in ("Tenant", "Item") for entry in entries)
        self._refers = any(_refers(component) for component in components)

    def of(self, path: Fields) -> Manner:
        """How the value at the path is read."""
        touching = [own for head in {"", *path[:1]} for own in self._at[head] if own.read.touches(path)]
        if self._copies or any(own.read.path != path or own.read.of_item for own in touching):
            return "value"
        if all(_is_data(target) for own in touching for target in own.read.targets) and not self._refers:
            return "text"
        if all(self._is_apart(own) for own in touching):
            return "block" if self._is_open(path) else "list"
        return "value"

    def _is_apart(self, own: _Own) -> bool:
        """Whether nothing but the read itself touches the places it is written to, and kustomize has no business there."""
        if any(_has_business(target) for target in own.read.targets):
            return False
        met = [_met(own.component, other)[own.number] for other in self._all]
        return all(sum(numbers) == 1 for numbers in zip(*met, strict=True))

    def _is_open(self, path: Fields) -> bool:
        """Whether it is a map of a feature whose keys the tenant chooses."""
        feature = self._features.get(path[1]) if path[0] == "features" and len(path) > 1 else None
        schema = at(feature.schema.data, path[2:]) if feature and feature.schema else None
        return bool(schema) and isinstance((schema or {}).get("additionalProperties"), Mapping)


def _has_business(target: Target) -> bool:
    """Whether kustomize itself may look at what is written there, or a part of a text is meant."""
    kind = str(target.select.get("kind", ""))
    return bool(target.options) or kind in ("", *_LOOKED_INTO) or target.fields[:1] in _NAMED


@lru_cache(maxsize=16384)
def _met(component: Component, other: Component) -> tuple[tuple[int, ...], ...]:
    """For each read of a component and each of its targets, how many places of the other one meet it."""
    places = _by_kind(other)

    def number(target: Target) -> int:
        kinds = dict.fromkeys(("", str(target.select.get("kind", ""))))
        return sum(place.meets(target) for kind in kinds for place in places.get(kind, ()))

    return tuple(tuple(number(target) for target in read.targets) for read in reads_of(component))


@lru_cache(maxsize=512)
def _by_kind(component: Component) -> Mapping[str, Sequence[_Place]]:
    """The places of objects of each kind; of those that name no kind, or a pattern, under no name."""
    found: dict[str, list[_Place]] = defaultdict(list)
    for place in _places(component):
        kind = str(place.select.get("kind", ""))
        found[kind if _LITERAL.fullmatch(kind) else ""].append(place)
    return found


def _is_data(target: Target) -> bool:
    """Whether it is a key of a ConfigMap: whatever goes there is a text, and refers to nothing."""
    is_config_map = target.select.get("kind") == "ConfigMap" and not target.select.get("group")
    return is_config_map and target.fields[:-1] == ("data",) and not target.options


def _is_item(part: str) -> bool:
    return part in ("*", "-") or part.isdigit() or "=" in part


@lru_cache(maxsize=512)
def _refers(component: Component) -> bool:
    """Whether kustomize is told to look for names in ConfigMaps."""
    for folder, document in kustomizations(component):
        for name in document.data.get("configurations", ()):
            for configuration in component.documents.get(f"{folder}{name}", ()):
                for reference in (configuration.data or {}).get("nameReference", ()):
                    if any(spec.get("kind", "ConfigMap") == "ConfigMap" for spec in reference.get("fieldSpecs", ())):
                        return True
    return False


@lru_cache(maxsize=512)
def _places(component: Component) -> tuple[_Place, ...]:
    return (*_replaced(component), *_patches(component))


def _replaced(component: Component) -> Iterator[_Place]:
    for replacement in replacements_of(component):
        yield from (_Place(target.select, unbracketed(target.fields)) for target in replacement.targets)


def _patches(component: Component) -> Iterator[_Place]:
    for folder, document in kustomizations(component):
        for entry in document.data.get("patches", ()):
            files = component.documents.get(f"{folder}{entry['path']}", ()) if "path" in entry else ()
            texts = files or parse_all(document.path, str(entry.get("patch", "")).encode())[0]
            for text in texts:
                yield from _patched(entry.get("target"), text.data)


def _patched(select: Mapping[str, Any] | None, content: Any) -> Iterator[_Place]:
    """What a patch changes or looks at."""
    if isinstance(content, list):
        for operation in content:
            for pointer in (operation[key] for key in ("path", "from") if key in operation):
                yield _Place(select or {}, tuple(str(pointer).replace("~1", "/").replace("~0", "~").split("/")[1:]))
    elif isinstance(content, Mapping):
        own = {"kind": content.get("kind"), "name": (content.get("metadata") or {}).get("name")}
        chosen = select if select is not None else {key: value for key, value in own.items() if value}
        yield from (_Place(chosen, fields) for fields in _leaves(content, ()) if fields[:1] not in _NAMED)


def _leaves(content: Any, fields: Fields) -> Iterator[Fields]:
    if isinstance(content, Mapping) and content:
        for key, child in content.items():
            yield from _leaves(child, (*fields, str(key)))
    elif fields[-1:] != ("$patch",):
        yield fields


def changes_the_tenant(component: Component) -> bool:
    """Whether it writes into the very objects that components read."""
    for place in _places(component):
        kind = str(place.select.get("kind", ""))
        known = any(re.fullmatch(kind, name) for name in ("Tenant", "Item")) if kind else "group" not in place.select
        if known:
            return True
    return False
