"""Label selectors meet the labels of some pod template, and a workload's own selector those of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.model import Manifest
from generator.rules.labels import is_operators, selected
from generator.rules.references.inventory import Inventory
from generator.rules.references.names import missing
from generator.rules.violation import Violation
from generator.rules.walk import mapping, walk
from generator.source import Path

_SELECTORS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("policy", "PodDisruptionBudget"): ("spec.selector",),
    ("monitoring.coreos.com", "PodMonitor"): ("spec.selector",),
    ("networking.k8s.io", "NetworkPolicy"): ("spec.podSelector",),
}
_CLUSTER_LABEL = "cnpg.io/cluster"
_OWN = {
    ("apps", "DaemonSet"),
    ("apps", "Deployment"),
    ("apps", "ReplicaSet"),
    ("apps", "StatefulSet"),
    ("argoproj.io", "Rollout"),
}


def find(known: Inventory) -> Iterator[Violation]:
    """Every selector that selects nothing."""
    for manifest in known.manifests:
        for path, selector in [*_selectors(manifest), *_peers(manifest)]:
            if is_operators(selector):
                yield from _operators(known, manifest, path, selector)
            elif selector and not selected(selector, known.templates):
                help = "labels come last, from the compiled kustomization: select by labels that the pod template itself has"
                yield Violation(manifest, path, "the selector matches no pod template", help)
        yield from _own(known, manifest)
        yield from _monitor(known, manifest)


def _selectors(manifest: Manifest) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    if (manifest.group, manifest.kind) == ("", "Service"):
        labels = mapping(mapping(manifest.object.get("spec")).get("selector"))
        if labels:
            yield ("spec", "selector"), {"matchLabels": labels}
    for pattern in _SELECTORS.get((manifest.group, manifest.kind), ()):
        for path, selector in walk(manifest.object, pattern.split(".")):
            yield path, mapping(selector)


def _peers(manifest: Manifest) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The other ends of a NetworkPolicy inside the namespace; beside a namespaceSelector the pods are somebody else's."""
    if (manifest.group, manifest.kind) != ("networking.k8s.io", "NetworkPolicy"):
        return
    for pattern in (("spec", "ingress", "*", "from", "*"), ("spec", "egress", "*", "to", "*")):
        for path, peer in walk(manifest.object, pattern):
            if "namespaceSelector" not in mapping(peer):
                yield (*path, "podSelector"), mapping(mapping(peer).get("podSelector"))


def _operators(known: Inventory, manifest: Manifest, path: Path, selector: Mapping[str, Any]) -> Iterator[Violation]:
    """An operator's pods have no template here, but the object that it makes them from does exist."""
    cluster = mapping(selector.get("matchLabels")).get(_CLUSTER_LABEL)
    if cluster and not known.has(manifest, "Cluster", str(cluster)):
        yield missing(manifest, (*path, "matchLabels", _CLUSTER_LABEL), "Cluster", str(cluster))


def _own(known: Inventory, manifest: Manifest) -> Iterator[Violation]:
    if (manifest.group, manifest.kind) not in _OWN:
        return
    own = [template for template in known.templates if template.manifest is manifest]
    for path, selector in walk(manifest.object, ("spec", "selector")):
        if own and not selected(mapping(selector), own):
            yield Violation(
                manifest, path, "the selector does not match its own pod template", "give both the same labels"
            )


def _monitor(known: Inventory, manifest: Manifest) -> Iterator[Violation]:
    """A ServiceMonitor selects Services by their labels."""
    if (manifest.group, manifest.kind) != ("monitoring.coreos.com", "ServiceMonitor"):
        return
    services = [
        mapping(m.object.get("metadata")).get("labels") for m in known.manifests if (m.group, m.kind) == ("", "Service")
    ]
    wanted = mapping(mapping(mapping(manifest.object.get("spec")).get("selector")).get("matchLabels"))
    if not any(wanted.items() <= mapping(labels).items() for labels in services):
        yield Violation(manifest, ("spec", "selector"), "the selector matches no Service", "give a Service the labels")
