"""Ports: from an Ingress or HTTPRoute to a Service, and from a Service to the containers behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.model import Manifest
from generator.rules.labels import selected
from generator.rules.references.inventory import Inventory
from generator.rules.references.names import missing
from generator.rules.violation import Violation
from generator.rules.walk import at, items, mapping, walk
from generator.source import Path

_BACKENDS = (("spec", "defaultBackend", "service"), ("spec", "rules", "*", "http", "paths", "*", "backend", "service"))


def find(known: Inventory) -> Iterator[Violation]:
    """Every backend without a Service, and every port that nobody has."""
    for manifest in known.manifests:
        match manifest.group, manifest.kind:
            case "", "Service":
                yield from _targets(known, manifest)
            case "networking.k8s.io", "Ingress":
                for pattern in _BACKENDS:
                    for path, backend in walk(manifest.object, pattern):
                        ports = mapping(at(backend, "port"))
                        yield from _backend(known, manifest, path, backend, ports.get("name", ports.get("number")))
            case "gateway.networking.k8s.io", "HTTPRoute" | "GRPCRoute":
                for path, backend in walk(manifest.object, ("spec", "rules", "*", "backendRefs", "*")):
                    if backend.get("kind", "Service") == "Service":
                        yield from _backend(known, manifest, path, backend, backend.get("port"))


def _backend(known: Inventory, manifest: Manifest, path: Path, backend: Any, port: Any) -> Iterator[Violation]:
    name = str(at(backend, "name"))
    if not known.has(manifest, "Service", name):
        yield missing(manifest, (*path, "name"), "Service", name)
        return
    service = known.named("Service", name)
    if service is None:
        return
    ports = items(at(service.object, "spec", "ports"))
    if port not in {value for item in ports for value in (item.get("port"), item.get("name"))}:
        yield Violation(
            manifest, (*path, "port"), f"the Service `{name}` has no port `{port}`", "name one of its ports"
        )


def _targets(known: Inventory, manifest: Manifest) -> Iterator[Violation]:
    selector = mapping(at(manifest.object, "spec", "selector"))
    if not selector:
        return
    for index, port in enumerate(items(at(manifest.object, "spec", "ports"))):
        target, protocol = _target(port), str(port.get("protocol", "TCP"))
        for template in selected({"matchLabels": selector}, known.templates):
            if (target, protocol) not in template.ports:
                owner = f"{template.manifest.kind} `{template.manifest.name}`"
                message = f"the pods of {owner} have no {protocol} port `{target}`"
                path = ("spec", "ports", index, "targetPort")
                yield Violation(manifest, path, message, "name a port of the containers, or select fewer pods")


def _target(port: Mapping[str, Any]) -> Any:
    return port.get("targetPort", port.get("port"))
