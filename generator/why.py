"""Why a value has its value: the layer that won, those that lost, and where in the manifests it arrives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator import schema as schemas
from generator.derive import dependencies
from generator.model import Catalogue, Component, Origin, Schema, Tenant, components_of
from generator.replacements import Replacement, replacements_of
from generator.source import Path


@dataclass(frozen=True, slots=True)
class Reach:
    """One place that a value arrives at: the object, the field in it, and the line of the catalogue that puts it there."""

    object: str
    field: str
    place: str
    through: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """The answer: origins with the winner first, the schema's own default, the rule it is derived by, and what it reaches."""

    path: str
    value: Any
    origins: tuple[Origin, ...]
    default: Any
    rule: str
    reaches: tuple[Reach, ...]


def parse_path(text: str) -> Path:
    """`web.replicas.max`, also with a leading `spec.` or `.`, as the parts of a path."""
    parts = text.strip(".").split(".")
    if parts[:1] == ["spec"]:
        parts = parts[1:]
    return tuple(int(part) if part.isdigit() else part for part in parts)


def explain(catalogue: Catalogue, schema: Schema, tenant: Tenant, path: Path) -> list[Reason]:
    """A reason for every leaf at or below the path; none where the tenant has nothing there."""
    leaves = [leaf for leaf in tenant.origins if leaf[: len(path)] == path or path[: len(leaf)] == leaf]
    return [_reason(catalogue, schema, tenant, leaf) for leaf in sorted(leaves, key=str)]


def known_paths(tenant: Tenant) -> list[str]:
    """Every leaf of the tenant, dotted."""
    return [".".join(str(part) for part in path) for path in tenant.origins]


def _reason(catalogue: Catalogue, schema: Schema, tenant: Tenant, leaf: Path) -> Reason:
    node = schemas.at(schema, leaf) or {}
    rule = node.get("x-derive")
    said = f"{rule['function']}({', '.join(str(argument) for argument in rule['arguments'])})" if rule else ""
    components = [
        catalogue.of(kind)[name]
        for kind, name in components_of(tenant.spec, catalogue.last)
        if name in catalogue.of(kind)
    ]
    components += list(catalogue.of("argocd").values())
    reaches = tuple(dict.fromkeys(_reaches(schema, tenant, components, leaf, "", frozenset())))
    return Reason(_dotted(leaf), _value(tenant.spec, leaf), tenant.origins[leaf], node.get("default"), said, reaches)


def _reaches(
    schema: Schema, tenant: Tenant, components: Sequence[Component], leaf: Path, through: str, seen: frozenset[Path]
) -> Iterator[Reach]:
    """Where a leaf arrives by itself, then by the values derived from it."""
    for component in components:
        for replacement in replacements_of(component):
            read = source_path(replacement)
            if read and (leaf[: len(read)] == read or read[: len(leaf)] == leaf):
                for target in replacement.targets:
                    name = f"{target.select.get('kind', '*')}/{target.select.get('name', '*')}"
                    place = str(replacement.document.value(target.path))
                    yield Reach(name, ".".join(target.fields), place, through)
    for other, node in schemas.leaves(schema):
        rule = node.get("x-derive")
        if rule is None or other in seen or not _is_derived(tenant, other):
            continue
        if leaf in dependencies(rule):
            yield from _reaches(schema, tenant, components, other, _dotted(other), seen | {other})


def _is_derived(tenant: Tenant, path: Path) -> bool:
    return any(origin.layer == "derived" for origin in tenant.origins.get(path, ())[:1])


def source_path(replacement: Replacement) -> Path:
    """The tenant's path that a replacement reads, by itself or as an item of a list."""
    kind, source = replacement.source_kind, replacement.source
    if kind == "Tenant" and source[:1] == ("spec",):
        return source[1:]
    if kind == "Item" and source[:2] == ("spec", "tenant"):
        return source[2:]
    if kind == "Item" and source[:2] == ("spec", "item"):
        items = replacement.document.path.partition("/each/")[2].partition("/")[0]
        return ("features", replacement.component.name, items)
    return ()


def _value(spec: Mapping[str, Any], path: Path) -> Any:
    node: Any = spec
    for part in path:
        node = node[part]
    return node


def _dotted(path: Path) -> str:
    return ".".join(str(part) for part in path)
