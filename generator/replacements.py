"""The `replacements` of the catalogue as data: which value of the tenant goes to which field of which object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from generator.model import Component
from generator.source import Document, Path


@dataclass(frozen=True, slots=True)
class Target:
    """One field of one selector: `fields` is kustomize's dotted path in parts, a part `[name=php]` selects in a list."""

    select: Mapping[str, Any]
    fields: tuple[str, ...]
    options: Mapping[str, Any]
    path: Path


@dataclass(frozen=True, slots=True)
class Replacement:
    """One entry of a kustomization's `replacements`: the kind of its source, the path in it, and its targets."""

    component: Component
    document: Document
    source_kind: str
    source: tuple[str, ...]
    source_path: Path
    targets: tuple[Target, ...]


@lru_cache(maxsize=512)
def replacements_of(component: Component) -> tuple[Replacement, ...]:
    """All replacements of a component's kustomization.yaml files, those of `each/` included, written inline or in files."""
    return tuple(_replacements(component))


def _replacements(component: Component) -> Iterator[Replacement]:
    for name in component.documents:
        if not name.endswith("kustomization.yaml") or name.startswith("examples/"):
            continue
        folder = name.removesuffix("kustomization.yaml")
        for document in component.documents[name]:
            for index, entry in enumerate((document.data or {}).get("replacements", [])):
                if "path" in entry:
                    yield from _in_file(component, f"{folder}{entry['path']}")
                else:
                    yield _replacement(component, document, entry, ("replacements", index))


def _in_file(component: Component, name: str) -> Iterator[Replacement]:
    for document in component.documents.get(name, ()):
        if isinstance(document.data, list):
            for index, entry in enumerate(document.data):
                yield _replacement(component, document, entry, (index,))
        elif document.data:
            yield _replacement(component, document, document.data, ())


def _replacement(component: Component, document: Document, entry: Mapping[str, Any], path: Path) -> Replacement:
    source = entry.get("source", {})
    targets = []
    for index, target in enumerate(entry.get("targets", [])):
        for number, field in enumerate(target.get("fieldPaths", [])):
            place = (*path, "targets", index, "fieldPaths", number)
            targets.append(Target(target.get("select", {}), split(field), target.get("options", {}), place))
    return Replacement(
        component,
        document,
        str(source.get("kind", "")),
        split(source.get("fieldPath", "")),
        (*path, "source"),
        tuple(targets),
    )


def split(field: str) -> tuple[str, ...]:
    """A kustomize field path in parts: dots divide, but neither inside brackets nor behind a backslash."""
    parts: list[str] = []
    part, depth, escaped = "", 0, False
    for character in field:
        if escaped:
            part, escaped = part + character, False
        elif character == "\\":
            escaped = True
        elif character == "." and depth == 0:
            parts.append(part)
            part = ""
        else:
            depth += (character == "[") - (character == "]")
            part += character
    return (*parts, part) if field else ()


def field_of(data: Any, fields: tuple[str, ...]) -> tuple[bool, Any]:
    """Whether an object has the field, and its value; `*` and `[name=x]` select in lists, the first that matches counts."""
    for part in fields:
        if isinstance(data, list):
            data = _item(data, part)
            if data is None:
                return False, None
        elif isinstance(data, Mapping) and part in data:
            data = data[part]
        else:
            return False, None
    return True, data


def _item(items: list[Any], part: str) -> Any:
    if part == "*":
        return items[0] if items else None
    if part.isdigit():
        return items[int(part)] if int(part) < len(items) else None
    key, _, wanted = part.strip("[]").partition("=")
    return next((item for item in items if isinstance(item, Mapping) and str(item.get(key)) == wanted), None)
