"""JSON schemas for kubeconform, made offline of what the tests have pinned: kubernetes-validate's definitions, and the CRDs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from generator.crds import read_crds

Kind = tuple[str, str]
"""apiVersion and kind."""
LOCATION = "{{ .NormalizedKubernetesVersion }}/{{ .ResourceKind }}{{ .KindSuffix }}.json"
_REFERENCE = "/api/_definitions.json#/$defs/"


def write_schemas(folder: Path, kubernetes: str, kinds: Iterable[Kind], crds: Path) -> None:
    """One file for each kind, strict, where LOCATION looks for it; what has none is left out, and kubeconform says so."""
    kinds = set(kinds)
    custom = read_crds(crds, {(version.rpartition("/")[0], kind) for version, kind in kinds})
    for version, kind in kinds:
        group, _, number = version.rpartition("/")
        schema = (
            strict(custom[group, number, kind])
            if (group, number, kind) in custom
            else built_in(kubernetes, version, kind)
        )
        if schema:
            path = folder / f"v{kubernetes}.0" / f"{kind.lower()}{_suffix(group, number)}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(schema))


def _suffix(group: str, version: str) -> str:
    return f"-{group.partition('.')[0]}-{version}" if group else f"-{version}"


def built_in(kubernetes: str, version: str, kind: str) -> dict[str, Any] | None:
    """The strict schema of a kind of Kubernetes itself, with the definitions it refers to."""
    package = find_spec("kubernetes_validate")
    assert package is not None
    assert package.origin is not None
    folder = Path(package.origin).parent / "kubernetes-json-schema" / f"v{kubernetes}.0-local-strict"
    group, _, number = version.rpartition("/")
    file = folder / f"{kind.lower()}{_suffix(group, number)}.json"
    if not file.is_file():
        return None
    definitions = json.loads((folder / "_definitions.json").read_text())["$defs"]
    schema: dict[str, Any] = json.loads(file.read_text().replace(_REFERENCE, "#/$defs/"))
    wanted: dict[str, Any] = {}
    waiting = list(_references(schema))
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted[name] = json.loads(json.dumps(definitions[name]).replace(_REFERENCE, "#/$defs/"))
            waiting += _references(wanted[name])
    return {**schema, "$defs": wanted}


def _references(node: Any) -> Iterator[str]:
    for part in _nodes(node):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"].rpartition("/")[2]


def _nodes(node: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, Mapping):
        yield node
        for value in node.values():
            yield from _nodes(value)
    elif isinstance(node, list):
        for value in node:
            yield from _nodes(value)


def strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A CRD's schema as an API server takes it with `--validate=strict`: no unknown field, but where it says so."""
    root = _strict(schema)
    common = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"}}
    return {**root, "properties": {**root.get("properties", {}), **common}}


def _strict(node: Mapping[str, Any]) -> dict[str, Any]:
    made = {key: value for key, value in node.items() if not key.startswith("x-") and key not in ("nullable", "format")}
    if "properties" in node:
        made["properties"] = {name: _strict(child) for name, child in node["properties"].items()}
    for key in ("items", "additionalProperties", "not"):
        if isinstance(node.get(key), Mapping):
            made[key] = _strict(node[key])
    if (
        "properties" in node
        and "additionalProperties" not in node
        and not node.get("x-kubernetes-preserve-unknown-fields")
    ):
        made["additionalProperties"] = bool(node.get("x-kubernetes-embedded-resource"))
    if node.get("x-kubernetes-int-or-string"):
        made = {
            "type": ["integer", "string"],
            **{key: value for key, value in made.items() if key not in ("type", "anyOf")},
        }
    if node.get("nullable") and "type" in made:
        own = made["type"]
        made["type"] = [*(own if isinstance(own, list) else [own]), "null"]
    return made
