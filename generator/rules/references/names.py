"""References by name between objects that are not pods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.model import Manifest
from generator.rules.references.inventory import Inventory
from generator.rules.violation import Violation
from generator.rules.walk import at, walk
from generator.source import Path

_ANALYSES = (
    "blueGreen.prePromotionAnalysis.templates",
    "blueGreen.postPromotionAnalysis.templates",
    "canary.analysis.templates",
    "canary.steps.*.analysis.templates",
    "canary.steps.*.experiment.analyses",
)
_CNPG, _ROLLOUTS = "postgresql.cnpg.io", "argoproj.io"

_NAMED: tuple[tuple[str, str, str, str], ...] = (
    *((_ROLLOUTS, "Rollout", f"spec.strategy.{path}.*.templateName", "AnalysisTemplate") for path in _ANALYSES),
    (_ROLLOUTS, "Rollout", "spec.strategy.blueGreen.activeService", "Service"),
    (_ROLLOUTS, "Rollout", "spec.strategy.blueGreen.previewService", "Service"),
    (_ROLLOUTS, "Rollout", "spec.strategy.canary.stableService", "Service"),
    (_ROLLOUTS, "Rollout", "spec.strategy.canary.canaryService", "Service"),
    (_ROLLOUTS, "AnalysisTemplate", "spec.args.*.valueFrom.secretKeyRef.name", "Secret"),
    ("networking.k8s.io", "Ingress", "spec.tls.*.secretName", "Secret"),
    ("cert-manager.io", "Issuer", "spec.ca.secretName", "Secret"),
    (_CNPG, "Cluster", "spec.bootstrap.*.secret.name", "Secret"),
    (_CNPG, "Cluster", "spec.superuserSecret.name", "Secret"),
    (_CNPG, "Cluster", "spec.managed.roles.*.passwordSecret.name", "Secret"),
    (_CNPG, "Cluster", "spec.plugins.*.parameters.barmanObjectName", "ObjectStore"),
    (_CNPG, "ScheduledBackup", "spec.cluster.name", "Cluster"),
    (_CNPG, "Backup", "spec.cluster.name", "Cluster"),
    (_CNPG, "Pooler", "spec.cluster.name", "Cluster"),
    (_CNPG, "Database", "spec.cluster.name", "Cluster"),
    ("barmancloud.cnpg.io", "ObjectStore", "spec.configuration.s3Credentials.*.name", "Secret"),
    ("keda.sh", "TriggerAuthentication", "spec.secretTargetRef.*.name", "Secret"),
    ("keda.sh", "ScaledObject", "spec.triggers.*.authenticationRef.name", "TriggerAuthentication"),
    ("apps", "StatefulSet", "spec.serviceName", "Service"),
    ("serving.knative.dev", "DomainMapping", "spec.tls.secretName", "Secret"),
)
"""Group, kind and path of a name, and the kind of what it names."""

_TYPED: tuple[tuple[str, str, str, str], ...] = (
    ("autoscaling", "HorizontalPodAutoscaler", "spec.scaleTargetRef", ""),
    ("autoscaling.k8s.io", "VerticalPodAutoscaler", "spec.targetRef", ""),
    ("keda.sh", "ScaledObject", "spec.scaleTargetRef", "Deployment"),
    (_ROLLOUTS, "Rollout", "spec.workloadRef", ""),
    ("cert-manager.io", "Certificate", "spec.issuerRef", "Issuer"),
    ("external-secrets.io", "ExternalSecret", "spec.secretStoreRef", "SecretStore"),
    ("external-secrets.io", "ExternalSecret", "spec.dataFrom.*.sourceRef.storeRef", "SecretStore"),
    ("rbac.authorization.k8s.io", "RoleBinding", "roleRef", ""),
    ("serving.knative.dev", "DomainMapping", "spec.ref", "Service"),
    ("rbac.authorization.k8s.io", "RoleBinding", "subjects.*", ""),
)
"""Group, kind and path of a reference that says its own kind, and the kind it means when it does not."""

_OUTSIDE = ("Group", "User")
_MADE_OPTIONAL = ("optional", "clusterScope")


def find(known: Inventory) -> Iterator[Violation]:
    """Every name that nothing among the manifests has."""
    for manifest in known.manifests:
        yield from _named(known, manifest)
        yield from _typed(known, manifest)


def _named(known: Inventory, manifest: Manifest) -> Iterator[Violation]:
    for group, kind, pattern, target in _NAMED:
        if (manifest.group, manifest.kind) != (group, kind):
            continue
        for path, name in walk(manifest.object, pattern.split(".")):
            parent = at(manifest.object, *path[:-1])
            lenient = isinstance(parent, Mapping) and any(parent.get(flag) is True for flag in _MADE_OPTIONAL)
            if name and not lenient and not known.has(manifest, target, str(name)):
                yield missing(manifest, path, target, str(name))


def _typed(known: Inventory, manifest: Manifest) -> Iterator[Violation]:
    for group, kind, pattern, default in _TYPED:
        if (manifest.group, manifest.kind) != (group, kind):
            continue
        for path, reference in walk(manifest.object, pattern.split(".")):
            target, name = str(reference.get("kind", default)), str(reference.get("name", ""))
            if target in _OUTSIDE or (target.startswith("Cluster") and target != "Cluster"):
                continue
            if not _exists(known, manifest, target, name, str(reference.get("apiVersion", ""))):
                yield missing(manifest, (*path, "name"), target, name)


def _exists(known: Inventory, manifest: Manifest, kind: str, name: str, version: str) -> bool:
    if not version:
        return known.has(manifest, kind, name)
    return known.named(kind, name, version.rpartition("/")[0]) is not None


def missing(manifest: Manifest, path: Path, kind: str, name: str) -> Violation:
    """Nothing has the name."""
    help = f"correct the name, add the {kind}, or declare what others make: `quadrangle.dev/external: {kind}/{name}`"
    return Violation(manifest, path, f"there is no {kind} `{name}`", help)
