"""Builtin kinds fit the schema of the cluster's own Kubernetes version, unknown fields refused.

Source: the OpenAPI definitions of Kubernetes, as the package kubernetes-validate carries them; what `kubectl apply
--validate=strict` asks the API server. The definitions are the only thing a rule reads from disk: package data, read once
for each version by `_definitions`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from generator.model import Manifest
from generator.rules.deprecations import Version, numbers
from generator.rules.structure import Structure, structural_errors, structure_of
from generator.rules.violation import Context, Violation

_FOLDER = "kubernetes-json-schema"
_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_KEPT = ("x-kubernetes-list-map-keys", "x-kubernetes-list-type")


def find(manifests: Sequence[Manifest], _: Context) -> Iterator[Violation]:
    """Every place where a builtin kind does not fit its schema."""
    for manifest in manifests:
        if not is_builtin_group(manifest.kubernetes, manifest.group):
            continue
        structure = _structure(manifest.kubernetes, str(manifest.object.get("apiVersion", "")), manifest.kind)
        if structure is not None:  # else `unknown-kind` or `deprecated-api` says so
            yield from structural_errors(
                manifest, structure, f"see `kubectl explain {manifest.kind.lower()} --recursive`"
            )


def is_builtin_group(kubernetes: str, group: str) -> bool:
    """Whether Kubernetes itself serves the API group."""
    return group in _groups(_known_version(kubernetes))


def is_served(kubernetes: str, api_version: str, kind: str) -> bool:
    """Whether Kubernetes itself has the kind in this version of its API."""
    group, _, version = api_version.rpartition("/")
    return (group, version, kind) in _kinds(_known_version(kubernetes))


@cache
def carried() -> tuple[str, str]:
    """The oldest and the newest Kubernetes whose schemas are at hand; older and newer ones are judged by these."""
    known = _carried()
    return f"{known[0][0]}.{known[0][1]}", f"{known[-1][0]}.{known[-1][1]}"


def builtin_schema(kubernetes: str, api_version: str, kind: str) -> Mapping[str, Any] | None:
    """The schema of a builtin kind, None for others."""
    structure = _structure(kubernetes, api_version, kind)
    return structure.schema if structure else None


def metadata_schema(kubernetes: str) -> Mapping[str, Any]:
    """The schema of an object's `metadata`, the same for every kind."""
    schema: Mapping[str, Any] = _definitions(_known_version(kubernetes))[_META]
    return schema


@cache
def _structure(kubernetes: str, api_version: str, kind: str) -> Structure | None:
    version = _known_version(kubernetes)
    group, _, short = api_version.rpartition("/")
    name = _kinds(version).get((group, short, kind))
    return structure_of(_definitions(version)[name]) if name else None


@cache
def _known_version(kubernetes: str) -> str:
    """The newest version with schemas that is not newer than the cluster's, or the oldest of all."""
    known = _carried()
    fitting = [version for version in known if version <= numbers(kubernetes)]
    major, minor = fitting[-1] if fitting else known[0]
    return f"v{major}.{minor}.0-local-strict"


@cache
def _package() -> Path:
    """Where the schemas lie: found, not imported, for the package brings libraries that are slow to load."""
    spec = find_spec("kubernetes_validate")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


@cache
def _carried() -> list[Version]:
    names = (folder.name for folder in (_package() / _FOLDER).iterdir())
    return sorted(numbers(name) for name in names if name.endswith("-local-strict"))


@cache
def _kinds(version: str) -> dict[tuple[str, str, str], str]:
    """The definition of each (group, version, kind)."""
    return {
        (kind["group"], kind["version"], kind["kind"]): name
        for name, definition in _raw(version).items()
        for kind in definition.get("x-kubernetes-group-version-kind", ())
    }


@cache
def _groups(version: str) -> frozenset[str]:
    return frozenset(group for group, _, _ in _kinds(version))


@cache
def _raw(version: str) -> dict[str, Any]:
    text = (_package() / _FOLDER / version / "_definitions.json").read_text("utf-8")
    definitions: dict[str, Any] = json.loads(text)["$defs"]
    return definitions


@cache
def _definitions(version: str) -> dict[str, Any]:
    """The definitions with every reference replaced by what it means: no look-ups while validating."""
    raw = _raw(version)
    resolved: dict[str, Any] = {name: {} for name in raw}
    for name, definition in raw.items():
        resolved[name].update(_resolved(definition, resolved))
    return resolved


def _resolved(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    if "$ref" in schema:
        return definitions[schema["$ref"].rpartition("/")[2]]
    result: dict[str, Any] = {}
    for key, value in schema.items():
        if key in ("properties", "patternProperties"):
            result[key] = {name: _resolved(child, definitions) for name, child in value.items()}
        elif key in ("items", "additionalProperties", "not") and isinstance(value, Mapping):
            result[key] = _resolved(value, definitions)
        elif key in ("allOf", "anyOf", "oneOf"):
            result[key] = [_resolved(child, definitions) for child in value]
        elif key in _KEPT or key in ("type", "required", "enum", "default", "additionalProperties"):
            result[key] = value
    return result
