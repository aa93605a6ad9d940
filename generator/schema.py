"""The schemas: the core and the features' fragments put together, and what is read off them.

`resolved` is the whole truth about a resolved tenant; `tenant_file` and `partial` are what one document may say, given that
other layers may say the rest. All references are written out, so that no reader of a schema meets `$ref`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.model import FOLDERS, Catalogue, Repository, Schema
from generator.source import Path

DIALECT = "https://json-schema.org/draft/2020-12/schema"
LOCAL = "x-local-properties"


def inline(schema: Schema) -> dict[str, Any]:
    """The schema with every `$ref` to its own `$defs` replaced by what it names; keywords beside the `$ref` win."""
    definitions = schema.get("$defs", {})

    def expand(node: Any) -> Any:
        if isinstance(node, list):
            return [expand(item) for item in node]
        if not isinstance(node, dict):
            return node
        reference = node.get("$ref")
        if isinstance(reference, str):
            named = definitions[reference.removeprefix("#/$defs/")]
            node = {**named, **{key: value for key, value in node.items() if key != "$ref"}}
            return expand(node)
        return {key: expand(value) for key, value in node.items() if key != "$defs"}

    expanded = expand(dict(schema))
    assert isinstance(expanded, dict)
    return expanded


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """A resolved tenant's schema, and what it was made of: as long as they are held here, nothing else has their identity."""

    core: Any
    catalogue: Catalogue
    schema: dict[str, Any]


_made: list[_Made] = []
_MOST_MADE = 8


def resolved(repository: Repository) -> dict[str, Any]:
    """The schema of a resolved tenant: the core, a slot for each feature, and the catalogue's names where one is referred to.

    Every stage asks for it: it is made once for a catalogue, and never changed.
    """
    core, catalogue = repository.schemas["tenant.core.yaml"].data, repository.catalogue
    for made in _made:
        if made.core is core and made.catalogue is catalogue:
            return made.schema
    _made[_MOST_MADE - 1 :] = []
    _made.insert(0, _Made(core, catalogue, _resolved(core, catalogue)))
    return _made[0].schema


def _resolved(said: Any, catalogue: Catalogue) -> dict[str, Any]:
    core = without_local(inline(said))
    properties = {name: _naming(child, catalogue) for name, child in core["properties"].items()}
    properties["features"] = {
        "title": "Features",
        "description": "Optional capabilities by name, one folder of overlays/features/ each; null switches one off.",
        "type": "object",
        "additionalProperties": False,
        "properties": _slots(catalogue),
        "examples": [{name: {}} for name in sorted(catalogue.of("feature"))[:1]],
    }
    return {**core, "properties": properties}


def _naming(schema: Schema, catalogue: Catalogue) -> dict[str, Any]:
    """The schema with the names of a kind's components where one of them is referred to."""
    named = dict(schema)
    if kind := FOLDERS.get(schema.get("x-reference", "")):
        named["enum"] = sorted(catalogue.of(kind))
    if "properties" in schema:
        named["properties"] = {name: _naming(child, catalogue) for name, child in schema["properties"].items()}
    return named


def without_local(core: Schema) -> dict[str, Any]:
    """The schema with its `x-local` properties set apart: a tenant file may say them, no layer and no overlay has them."""
    local = {name: child for name, child in core["properties"].items() if child.get("x-local")}
    shared = {name: child for name, child in core["properties"].items() if name not in local}
    return {**core, "properties": shared, LOCAL: local}


def _slots(catalogue: Catalogue) -> dict[str, Any]:
    slots = {}
    for name, feature in sorted(catalogue.of("feature").items()):
        if feature.schema is not None and isinstance(feature.schema.data, Mapping):
            slots[name] = inline(feature.schema.data)
    return slots


def partial(schema: Schema) -> dict[str, Any]:
    """What a layer may say of all its tenants: as `_said`, but for what each says for itself alone (`x-own`)."""
    loosened = _said(schema)
    shared = {name: child for name, child in loosened["properties"].items() if not child.get("x-own")}
    return {**loosened, "properties": shared}


def _said(schema: Schema) -> dict[str, Any]:
    """What may be said of a tenant at all: nothing is required, nothing read-only may be set, a feature may be null."""
    loosened = _loosen(schema)
    loosened.pop("x-required-in-tenant", None)
    loosened.pop(LOCAL, None)
    features = loosened["properties"].get("features", {}).get("properties", {})
    for feature in features.values():
        feature["type"] = ["object", "null"]
    return loosened


def tenant_file(schema: Schema) -> dict[str, Any]:
    """What a tenant file may say: a partial tenant that at least has a name and a host of its own."""
    said = _said(schema)
    properties = {**said["properties"], **schema.get(LOCAL, {})}
    return {**said, "properties": properties, "required": list(schema.get("x-required-in-tenant", []))}


def _loosen(schema: Schema) -> dict[str, Any]:
    """Nothing required down to the lists; a list is given whole, so its items keep what they require."""
    loosened = {key: value for key, value in schema.items() if key != "required"}
    if "properties" in loosened:
        children = loosened["properties"].items()
        loosened["properties"] = {name: _loosen(child) for name, child in children if not child.get("readOnly")}
    if isinstance(loosened.get("additionalProperties"), Mapping):
        loosened["additionalProperties"] = _loosen(loosened["additionalProperties"])
    return loosened


def fleet(repository: Repository) -> dict[str, Any]:
    """The schema of fleet.yaml, with partial tenants where it has them."""
    tenant = partial(resolved(repository))
    for key in ("$schema", "title", "description"):
        tenant.pop(key, None)

    def fill(node: Any) -> Any:
        if isinstance(node, list):
            return [fill(item) for item in node]
        if not isinstance(node, dict):
            return node
        if node.get("x-partial-tenant"):
            return {**node, **tenant}
        return {key: fill(value) for key, value in node.items()}

    filled = fill(inline(repository.schemas["fleet.yaml"].data))
    assert isinstance(filled, dict)
    return filled


def assembled(repository: Repository) -> dict[str, bytes]:
    """The committed schemas for editors and CI, by file name below schemas/."""
    whole = resolved(repository)
    schemas = {
        "tenant.schema.json": tenant_file(whole),
        "defaults.schema.json": {
            **partial(whole),
            "title": "Defaults",
            "description": "A partial tenant for one environment.",
        },
        "fleet.schema.json": fleet(repository),
    }
    return {
        name: (json.dumps(_public(schema), indent=2, ensure_ascii=False) + "\n").encode()
        for name, schema in schemas.items()
    }


def _public(node: Any) -> Any:
    """The schema without our own keywords, which editors would not know."""
    if isinstance(node, list):
        return [_public(item) for item in node]
    if isinstance(node, Mapping):
        return {key: _public(value) for key, value in node.items() if not str(key).startswith("x-")}
    return node


def walk(schema: Schema, data: Any, path: Path = ()) -> Iterator[tuple[Path, Schema, Any]]:
    """Every node of the data together with the schema that describes it, parents first."""
    yield path, schema, data
    if isinstance(data, Mapping):
        properties = schema.get("properties", {})
        rest = schema.get("additionalProperties")
        for key, value in data.items():
            child = properties.get(key, rest)
            if isinstance(child, Mapping):
                yield from walk(child, value, (*path, key))
    elif isinstance(data, list) and isinstance(schema.get("items"), Mapping):
        for index, item in enumerate(data):
            yield from walk(schema["items"], item, (*path, index))


Finder = Callable[[Any], Iterator[tuple[Schema, Any]]]


def finder(schema: Schema, keyword: str) -> Finder:
    """What `walk` finds of the nodes that have the keyword, but going only where one can be; in an order of its own."""
    properties, rest = schema.get("properties", {}), schema.get("additionalProperties")
    children = [(name, finder(child, keyword)) for name, child in properties.items() if _occurs(child, keyword)]
    others = finder(rest, keyword) if isinstance(rest, Mapping) and _occurs(rest, keyword) else None
    each = finder(schema["items"], keyword) if _occurs(schema.get("items"), keyword) else None

    def find(data: Any) -> Iterator[tuple[Schema, Any]]:
        if keyword in schema:
            yield schema, data
        if isinstance(data, dict):
            for name, inside in children:
                if name in data:
                    yield from inside(data[name])
            if others is not None:
                for name in data.keys() - properties.keys():
                    yield from others(data[name])
        elif isinstance(data, list) and each is not None:
            for item in data:
                yield from each(item)

    return find


def _occurs(schema: Any, keyword: str) -> bool:
    if not isinstance(schema, Mapping):
        return False
    inside = [*schema.get("properties", {}).values(), schema.get("additionalProperties"), schema.get("items")]
    return keyword in schema or any(_occurs(child, keyword) for child in inside)


def leaves(schema: Schema, path: Path = ()) -> Iterator[tuple[Path, Schema]]:
    """Every property that is no object with properties of its own, with its path."""
    for name, child in schema.get("properties", {}).items():
        if child.get("properties"):
            yield from leaves(child, (*path, name))
        else:
            yield (*path, name), child


def defaults(schema: Schema) -> dict[str, Any]:
    """The data that the schema's own defaults make, objects without any default left out."""
    result: dict[str, Any] = {}
    for name, child in schema.get("properties", {}).items():
        if "default" in child:
            result[name] = child["default"]
        elif child.get("properties") and (inner := defaults(child)):
            result[name] = inner
    return result


def at(schema: Schema, path: Path) -> Schema | None:
    """The schema of the node at `path`, or None."""
    for part in path:
        child = schema.get("items") if isinstance(part, int) else schema.get("properties", {}).get(part)
        if child is None and isinstance(part, str) and isinstance(schema.get("additionalProperties"), Mapping):
            child = schema["additionalProperties"]
        if not isinstance(child, Mapping):
            return None
        schema = child
    return schema
