"""What exists in a tenant's namespace: the manifests, and what operators make from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.model import Manifest
from generator.rules.pods import Template, templates
from generator.rules.walk import at, items, mapping, walk

EXTERNAL = "quadrangle.dev/external"

_ALWAYS = {("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")}
"""What Kubernetes makes in every namespace."""

CLUSTER_SECRETS = ("app", "superuser", "ca", "server", "replication")
CLUSTER_SERVICES = ("rw", "ro", "r")
"""What the operator names after a database cluster: its name, a dash and one of these."""
_ISSUERS = ("cert-manager.io/issuer", "cert-manager.io/cluster-issuer")

Keys = frozenset[str] | None
"""The keys of a ConfigMap or Secret; None where nobody can tell."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """The manifests, their pod templates, and by kind and name everything that exists, with its keys."""

    manifests: Sequence[Manifest]
    templates: Sequence[Template]
    known: Mapping[tuple[str, str], Keys]

    def has(self, manifest: Manifest, kind: str, name: str) -> bool:
        """Whether the object that `manifest` names exists."""
        return (kind, name) in self.known or f"{kind}/{name}" in _external(manifest)

    def named(self, kind: str, name: str, group: str = "") -> Manifest | None:
        """The manifest of that group, kind and name."""
        return next((m for m in self.manifests if (m.group, m.kind, m.name) == (group, kind, name)), None)


def inventory(manifests: Sequence[Manifest]) -> Inventory:
    """Everything that the manifests bring into being."""
    known: dict[tuple[str, str], Keys] = dict.fromkeys(_ALWAYS)
    for manifest in manifests:
        for kind, name, keys in _made_by(manifest):
            known[kind, name] = keys
    return Inventory(manifests, list(templates(manifests)), known)


def _external(manifest: Manifest) -> list[str]:
    return str(at(manifest.object, "metadata", "annotations", EXTERNAL) or "").split()


def _made_by(manifest: Manifest) -> Iterator[tuple[str, str, Keys]]:
    body = manifest.object
    yield manifest.kind, manifest.name, _keys(body)
    match manifest.group, manifest.kind:
        case "external-secrets.io", "ExternalSecret":
            yield "Secret", str(at(body, "spec", "target", "name") or manifest.name), _external_secret_keys(body)
        case "bitnami.com", "SealedSecret":
            yield "Secret", str(at(body, "spec", "template", "metadata", "name") or manifest.name), None
        case "cert-manager.io", "Certificate":
            yield "Secret", str(at(body, "spec", "secretName")), None
        case "networking.k8s.io", "Ingress" if any(at(body, "metadata", "annotations", issuer) for issuer in _ISSUERS):
            for _, name in walk(body, ("spec", "tls", "*", "secretName")):
                yield "Secret", str(name), None
        case "postgresql.cnpg.io", "Cluster":
            yield "ServiceAccount", manifest.name, None
            for suffix in CLUSTER_SECRETS:
                yield "Secret", f"{manifest.name}-{suffix}", None
            for suffix in CLUSTER_SERVICES:
                yield "Service", f"{manifest.name}-{suffix}", None
        case "postgresql.cnpg.io", "Pooler":
            yield "Service", manifest.name, None


def _keys(body: Mapping[str, Any]) -> Keys:
    return frozenset(key for field in ("data", "binaryData", "stringData") for key in mapping(body.get(field)))


def _external_secret_keys(body: Mapping[str, Any]) -> Keys:
    if at(body, "spec", "dataFrom") or at(body, "spec", "target", "template", "templateFrom"):
        return None
    templated = mapping(at(body, "spec", "target", "template", "data"))
    merged = at(body, "spec", "target", "template", "mergePolicy") == "Merge"
    fetched = {str(item.get("secretKey")) for item in items(at(body, "spec", "data"))}
    return frozenset(templated) | (fetched if merged or not templated else set())
