"""Traps in what a replacement copies: paths that do not exist, types that kustomize would change, knobs that nothing reads."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator import schema as schemas
from generator.composing import CATALOGUE, variable, variables
from generator.derive import dependencies
from generator.diagnostics import Diagnostic, Span
from generator.model import COMPOSE, Catalogue, Component, Schema
from generator.objects import matches
from generator.replacements import Replacement, Target, field_of, replacements_of
from generator.schema_errors import closest
from generator.traps.view import View

_SCALARS = {"string": str, "integer": int, "boolean": bool}
_TEXT_MAPS = {"data", "labels", "annotations", "nodeSelector", "matchLabels"}


def find(view: View) -> Iterator[Diagnostic]:
    """All of them, in every component whose replacements read the tenant."""
    reads = _reads_of(view.catalogue)
    known = {variable(path) for path, node in schemas.leaves(view.tenant) if _is_scalar(node)}
    for component in view.catalogue.components:
        for replacement in replacements_of(component):
            if replacement.source_kind == "Tenant" and component.kind != "argocd":
                yield from _replacement(view, component, replacement)
        yield from _variables(known, component)
        if component.schema is not None:
            yield from _derivations(view, component)
        if component.kind == "feature":
            yield from _unread(view, reads, component)


def _replacement(view: View, component: Component, replacement: Replacement) -> Iterator[Diagnostic]:
    if replacement.source[:1] != ("spec",):
        return
    node = schemas.at(view.tenant, replacement.source[1:])
    if node is None:
        yield _unknown(view, component, replacement)
        return
    for target in replacement.targets:
        yield from _typed(view, component, replacement, target, node)


def _unknown(view: View, component: Component, replacement: Replacement) -> Diagnostic:
    span = replacement.document.value((*replacement.source_path, "fieldPath"))
    path = replacement.source[1:]
    parent = schemas.at(view.tenant, path[:-1])
    label = closest(path[-1], list(parent.get("properties", {}))) if parent else ""
    message = f"{component.kind} `{component.name}` reads `{'.'.join(path)}`, which no schema has"
    return Diagnostic(
        "unknown-path", message, span, label=label, help="name a property of the tenant's or the feature's schema"
    )


def _typed(
    view: View, component: Component, replacement: Replacement, target: Target, node: Schema
) -> Iterator[Diagnostic]:
    place, source = replacement.document.value, str(node.get("type"))
    field = ".".join(target.fields)
    if target.options.get("create") and source in _SCALARS:
        message = f"`create: true` for the {source} `{field}`: kustomize would guess its type"
        help = "write the field into the manifest with a placeholder of the right type"
        yield Diagnostic("trap-create-scalar", message, place(target.path), help=help)
        return
    if source == "object" and target.fields[-1:] and target.fields[-1] in _TEXT_MAPS and not _texts(node):
        message = f"the map goes to `{field}`, where Kubernetes wants strings, but its values are not all strings"
        yield Diagnostic(
            "trap-map-not-strings", message, place(target.path), help="give its values `type: string` in the schema"
        )
    for placeholder in _placeholders(view, component, target):
        if not _fits(source, placeholder, bool(target.options.get("delimiter"))):
            message = f"`{field}` holds a placeholder that is no {source}, and the placeholder decides the type"
            help = f"write a {source} there, for example {_EXAMPLES.get(source, 'a value of that type')}"
            yield Diagnostic("trap-placeholder-type", message, place(target.path), help=help)
            return


_EXAMPLES = {"string": '"placeholder"', "integer": "1", "boolean": "false", "object": "{}", "array": "[]"}


def _texts(node: Schema) -> bool:
    values = [node.get("additionalProperties"), *node.get("properties", {}).values()]
    return all(value.get("type") == "string" for value in values if isinstance(value, Mapping))


def _placeholders(view: View, component: Component, target: Target) -> Iterator[Any]:
    """What stands in the field now, whatever the tenant chooses, where the object is a manifest that has it."""
    for item in view.sights[component.folder].everything:
        if matches(target.select, item):
            exists, value = field_of(item.data, target.fields)
            if exists:
                yield value


def _fits(source: str, placeholder: Any, partly: bool) -> bool:
    """A text placeholder takes any scalar and stays text; every other must be of the source's own type."""
    if partly or (isinstance(placeholder, str) and source in _SCALARS):
        return isinstance(placeholder, str)
    wanted = {"object": dict, "array": list, **_SCALARS}.get(source)
    return wanted is None or (
        isinstance(placeholder, wanted) and (wanted is not int or not isinstance(placeholder, bool))
    )


def _is_scalar(node: Schema) -> bool:
    said = node.get("type")
    return all(kind in _SCALARS for kind in (said if isinstance(said, list) else [said]))


def _variables(known: Collection[str], component: Component) -> Iterator[Diagnostic]:
    """What a Compose project would leave empty: variables that no single value of a tenant is called by."""
    for name in dict.fromkeys(variables(component)):
        if name not in known and name != CATALOGUE:
            message = f"{component.kind} `{component.name}` reads `{name}`, which no value of a tenant is called"
            help = "write TENANT_ and the path of a text, number or switch: TENANT_SITE_SHORT_NAME for site.shortName"
            span = Span(f"{component.folder}/{COMPOSE}")
            yield Diagnostic("unknown-path", message, span, label=closest(name, list(known)), help=help)


def _derivations(view: View, component: Component) -> Iterator[Diagnostic]:
    """Paths that `x-derive` names and the tenant does not have: the value would never come."""
    assert component.schema is not None
    for path, node in schemas.leaves(component.schema.data):
        for read in dependencies(node.get("x-derive", {"arguments": []})):
            if schemas.at(view.tenant, read) is None:
                place: list[str | int] = []
                for part in path:
                    place += ["properties", part]
                message = f"`{path[-1]}` is derived from `{'.'.join(read)}`, which no schema has"
                help = "name a property of the tenant's or the feature's schema"
                span = component.schema.key((*place, "x-derive", "arguments"))
                yield Diagnostic("unknown-path", message, span, help=help)


@dataclass(frozen=True, slots=True)
class _Reads:
    """What the components of a catalogue read of a tenant: paths, whatever is above one, and variables of Compose projects."""

    paths: Collection[tuple[str, ...]]
    above: Collection[tuple[str, ...]]
    composed: Collection[str]

    def touch(self, path: tuple[str, ...]) -> bool:
        """Whether a path is read, by itself, in a part or with what it is in; the whole tenant does not count."""
        return path in self.above or any(path[:end] in self.paths for end in range(2, len(path) + 1))


def _reads_of(catalogue: Catalogue) -> _Reads:
    paths = {path for component in catalogue.components for path in _paths_read(component)}
    above = {path[:end] for path in paths for end in range(len(path))}
    return _Reads(paths, above, {name for component in catalogue.components for name in variables(component)})


def _unread(view: View, reads: _Reads, feature: Component) -> Iterator[Diagnostic]:
    """Knobs that no replacement, no derived value, no check and no `each/` folder of any component reads."""
    assert feature.schema is not None
    slot = view.tenant["properties"]["features"]["properties"][feature.name]
    for path, node in schemas.leaves(slot):
        whole = ("features", feature.name, *(str(part) for part in path))
        if reads.touch(whole) or path[0] in feature.each or node.get("x-region"):
            continue
        if _checked(slot, path) or variable(whole) in reads.composed:
            continue
        place: list[str | int] = []
        for part in path:
            place += ["properties", part]
        message = f"nothing reads the knob `{'.'.join(whole[2:])}` of feature `{feature.name}`"
        help = "copy it somewhere with a replacement, or remove it"
        yield Diagnostic("unread-knob", message, feature.schema.key(tuple(place)), help=help)


def _checked(slot: Schema, path: tuple[str | int, ...]) -> bool:
    texts = [check["expression"] for check in slot.get("x-check", [])]
    return any(f"self.{'.'.join(str(part) for part in path)}" in text for text in texts)


def _paths_read(component: Component) -> Iterator[tuple[str, ...]]:
    for replacement in replacements_of(component):
        if replacement.source_kind == "Tenant":
            yield replacement.source[1:]
        elif replacement.source_kind == "Item" and replacement.source[1:2] == ("tenant",):
            yield replacement.source[2:]
    if component.schema is not None and isinstance(component.schema.data, Mapping):
        for _, leaf in schemas.leaves(schemas.inline(component.schema.data)):
            if "x-derive" in leaf:
                yield from dependencies(leaf["x-derive"])
