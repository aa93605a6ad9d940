"""Every container requests CPU and memory and has a memory limit, and no request is above its limit.

Source: Kubernetes, "Resource Management for Pods and Containers"; design, section 4 (a quota a tenant). A CPU limit is not
asked for: it throttles, and the request already shares fairly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.derive import quantity
from generator.model import Manifest
from generator.rules.pods import templates
from generator.rules.violation import Context, Violation
from generator.rules.walk import at, mapping
from generator.source import Path

_WANTED = (("requests", "cpu"), ("requests", "memory"), ("limits", "memory"))


def find(manifests: Sequence[Manifest], _: Context) -> Iterator[Violation]:
    """Every container whose resources are not said or contradict each other."""
    for template in templates(manifests):
        for container in template.containers:
            if container.field != "ephemeralContainers":
                path = (*container.path, "resources")
                yield from _judge(template.manifest, path, mapping(container.body.get("resources")))
    for manifest in manifests:
        if (manifest.group, manifest.kind) == ("postgresql.cnpg.io", "Cluster"):
            yield from _judge(manifest, ("spec", "resources"), mapping(at(manifest.object, "spec", "resources")))


def _judge(manifest: Manifest, path: Path, resources: Mapping[str, Any]) -> Iterator[Violation]:
    for side, name in _WANTED:
        if at(resources, side, name) is None:
            message = f"the container has no {name} {side.removesuffix('s')}"
            yield Violation(manifest, (*path, side, name), message, f"write `resources.{side}.{name}`")
    for name, limit in mapping(resources.get("limits")).items():
        request = at(resources, "requests", name)
        if request is not None:
            yield from _compare(manifest, path, name, request, limit)


def _compare(manifest: Manifest, path: Path, name: str, request: Any, limit: Any) -> Iterator[Violation]:
    try:
        above = quantity(str(request)) > quantity(str(limit))
    except ValueError:
        message = f"the {name} request or limit is not a quantity"
        yield Violation(manifest, (*path, "limits", name), message, "write for example `500m` or `512Mi`")
        return
    if above:
        yield Violation(manifest, (*path, "requests", name), f"the {name} request is above the limit", "lower it")
