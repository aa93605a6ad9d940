"""Containers behind a Service say when they are ready and when they are alive, and not by the same question.

Source: Kubernetes, "Liveness, Readiness and Startup Probes". A liveness probe that asks what readiness asks restarts every
pod when what they wait for (a database, say) is away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.model import Manifest
from generator.rules.labels import selected
from generator.rules.pods import Template, templates
from generator.rules.violation import Context, Violation
from generator.rules.walk import at, mapping

_HANDLERS = ("exec", "grpc", "httpGet", "tcpSocket")


def find(manifests: Sequence[Manifest], _: Context) -> Iterator[Violation]:
    """Every container behind a Service without its probes."""
    known = list(templates(manifests))
    for template in known:
        if _is_served(template, manifests):
            yield from _probes(template)


def _is_served(template: Template, manifests: Sequence[Manifest]) -> bool:
    services = (manifest.object for manifest in manifests if (manifest.group, manifest.kind) == ("", "Service"))
    selectors = (mapping(at(service, "spec", "selector")) for service in services)
    return any(selector and selected({"matchLabels": selector}, [template]) for selector in selectors)


def _probes(template: Template) -> Iterator[Violation]:
    for container in template.containers:
        if container.field != "containers":
            continue
        for probe in ("readinessProbe", "livenessProbe"):
            if not container.body.get(probe):
                message = f"the container `{container.name}` is behind a Service and has no {probe}"
                yield Violation(template.manifest, (*container.path, probe), message, f"add a {probe}")
        alive, ready = (_question(mapping(container.body.get(probe))) for probe in ("livenessProbe", "readinessProbe"))
        if alive and alive == ready:
            message = "liveness asks what readiness asks: what makes a pod unready restarts it"
            help = "let liveness ask only whether the process runs"
            yield Violation(template.manifest, (*container.path, "livenessProbe"), message, help)


def _question(probe: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a probe asks, without how often."""
    return {handler: probe[handler] for handler in _HANDLERS if handler in probe}
