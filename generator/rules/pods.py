"""The pod templates of a tenant, whatever object carries them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.model import Manifest
from generator.rules.violation import Violation
from generator.rules.walk import at, items, mapping, walk
from generator.source import Path

_TEMPLATE = ("spec", "template")
_PLACES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("", "Pod"): (),
    ("", "PodTemplate"): ("template",),
    ("", "ReplicationController"): _TEMPLATE,
    ("apps", "DaemonSet"): _TEMPLATE,
    ("apps", "Deployment"): _TEMPLATE,
    ("apps", "ReplicaSet"): _TEMPLATE,
    ("apps", "StatefulSet"): _TEMPLATE,
    ("argoproj.io", "AnalysisTemplate"): ("spec", "metrics", "*", "provider", "job", "spec", "template"),
    ("argoproj.io", "Rollout"): _TEMPLATE,
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template"),
    ("batch", "Job"): _TEMPLATE,
    ("keda.sh", "ScaledJob"): ("spec", "jobTargetRef", "template"),
    ("serving.knative.dev", "Service"): _TEMPLATE,
}
"""Where each kind keeps its pod template."""

_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a template; `field` is the list it stands in."""

    path: Path
    field: str
    body: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its name, or its index where it has none."""
        return str(self.body.get("name", self.path[-1]))


@dataclass(frozen=True, slots=True)
class Template:
    """A pod template: the object that carries it, its path there, its metadata and its pod spec."""

    manifest: Manifest
    path: Path
    metadata: Mapping[str, Any]
    spec: Mapping[str, Any]

    @property
    def labels(self) -> Mapping[str, Any]:
        """What its pods are labelled with."""
        return mapping(self.metadata.get("labels"))

    @property
    def containers(self) -> list[Container]:
        """All containers, in the order in which they start."""
        return [
            Container((*self.path, "spec", field, index), field, body)
            for field in _CONTAINERS
            for index, body in enumerate(items(self.spec.get(field)))
        ]

    @property
    def ports(self) -> set[tuple[str | int, str]]:
        """The ports that its containers declare, by number and by name, with the protocol."""
        ports = [port for container in self.containers for port in items(container.body.get("ports"))]
        return {
            (port[key], str(port.get("protocol", "TCP")))
            for port in ports
            for key in ("containerPort", "name")
            if isinstance(port.get(key), str | int)
        }

    def violation(self, path: Path, message: str, help: str) -> Violation:
        """A finding at a path in the pod spec."""
        return Violation(self.manifest, (*self.path, "spec", *path), message, help)


def templates(manifests: Sequence[Manifest]) -> Iterator[Template]:
    """Every pod template of the manifests."""
    for manifest in manifests:
        pattern = _PLACES.get((manifest.group, manifest.kind))
        if pattern is None:
            continue
        for path, body in walk(manifest.object, pattern):
            if isinstance(at(body, "spec"), Mapping):
                yield Template(manifest, path, mapping(at(body, "metadata")), body["spec"])
