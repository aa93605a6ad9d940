"""Custom resources fit the schema of their CustomResourceDefinition, unknown fields refused.

Source: Kubernetes, "Extend the Kubernetes API with CustomResourceDefinitions", structural schemas and field pruning; what the
API server says with strict field validation. Rules in CEL (`x-kubernetes-validations`) are left to the API server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.model import Manifest, Schema
from generator.rules.kubernetes_schema import is_builtin_group, metadata_schema
from generator.rules.structure import Structure, structural_errors, structure_of
from generator.rules.violation import Context, Violation

_LIMITS = (
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "uniqueItems",
    "multipleOf",
)
_LISTS = ("x-kubernetes-list-map-keys", "x-kubernetes-list-type")
_IDENTITY = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}}

_STRUCTURES: dict[tuple[int, str], tuple[Schema, Structure]] = {}
"""Structures by the identity of the schema and the Kubernetes version; the schema is kept, so that its identity stays its own."""


def find(manifests: Sequence[Manifest], context: Context) -> Iterator[Violation]:
    """Every place where a custom resource does not fit its schema; nothing where no schemas were fetched."""
    if context.custom is None:
        return
    for manifest in manifests:
        if is_builtin_group(manifest.kubernetes, manifest.group):
            continue
        version = str(manifest.object.get("apiVersion", "")).rpartition("/")[2]
        schema = context.custom.get((manifest.group, version, manifest.kind))
        if schema is not None:  # else `unknown-kind` says so
            structure = _structure(schema, manifest.kubernetes)
            yield from structural_errors(manifest, structure, "see the CustomResourceDefinition of the kind")


def custom_schema(context: Context, kubernetes: str, api_version: str, kind: str) -> Schema | None:
    """The JSON Schema that a custom resource is held against, None where there is none."""
    group, _, version = api_version.rpartition("/")
    schema = (context.custom or {}).get((group, version, kind))
    return _structure(schema, kubernetes).schema if schema is not None else None


def _structure(schema: Schema, kubernetes: str) -> Structure:
    key = (id(schema), kubernetes)
    if key not in _STRUCTURES:
        root = json_schema(schema)
        root["properties"] = {**root.get("properties", {}), **_IDENTITY, "metadata": metadata_schema(kubernetes)}
        _STRUCTURES[key] = (schema, structure_of(root))
    return _STRUCTURES[key][1]


def json_schema(schema: Schema, strict: bool = True) -> dict[str, Any]:
    """A structural schema as JSON Schema; `strict` refuses fields that the API server would prune."""
    result: dict[str, Any] = {key: schema[key] for key in (*_LIMITS, *_LISTS) if key in schema}
    result |= _types(schema) | _numbers(schema) | _patterns(schema)
    for key in ("allOf", "anyOf", "oneOf"):
        if key in schema:
            result[key] = [json_schema(child, strict=False) for child in schema[key]]
    if "not" in schema:
        result["not"] = json_schema(schema["not"], strict=False)
    if "items" in schema:
        result["items"] = json_schema(schema["items"], strict)
    return result | _fields(schema, strict)


def _types(schema: Schema) -> dict[str, Any]:
    nullable = schema.get("nullable", False)
    result: dict[str, Any] = {}
    if schema.get("x-kubernetes-int-or-string"):
        result["type"] = ["integer", "string", *(["null"] if nullable else [])]
    elif "type" in schema:
        result["type"] = [schema["type"], "null"] if nullable else schema["type"]
    if "enum" in schema:
        result["enum"] = [*schema["enum"], *([None] if nullable else [])]
    return result


def _numbers(schema: Schema) -> dict[str, Any]:
    """Bounds; OpenAPI says `exclusive` by a boolean beside the bound."""
    result = {}
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if bound in schema:
            result[exclusive if schema.get(exclusive) is True else bound] = schema[bound]
    return result


def _patterns(schema: Schema) -> dict[str, Any]:
    """The pattern, unless it is one of Go's that Python does not know."""
    try:
        return {"pattern": re.compile(schema["pattern"]).pattern} if "pattern" in schema else {}
    except re.error:
        return {}


def _fields(schema: Schema, strict: bool) -> dict[str, Any]:
    properties = {name: json_schema(child, strict) for name, child in schema.get("properties", {}).items()}
    required = _required(schema)
    if schema.get("x-kubernetes-embedded-resource"):
        properties |= {**_IDENTITY, "metadata": {"type": "object"}}
        required = sorted({*required, "apiVersion", "kind"})
    result: dict[str, Any] = {"properties": properties} if properties else {}
    if required:
        result["required"] = required
    more = schema.get("additionalProperties")
    if isinstance(more, Mapping):
        result["additionalProperties"] = json_schema(more, strict)
    elif (
        strict
        and schema.get("type") == "object"
        and not more
        and not schema.get("x-kubernetes-preserve-unknown-fields")
    ):
        result["additionalProperties"] = False
    return result


def _required(schema: Schema) -> list[str]:
    """Required fields without those the API server fills before it looks."""
    properties = schema.get("properties", {})
    return [name for name in schema.get("required", []) if "default" not in properties.get(name, {})]
