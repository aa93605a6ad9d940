"""The API versions that Kubernetes gave up or will: since when, until when, and what takes their place.

Source: Kubernetes, "Deprecated API Migration Guide", and the `k8s:prerelease-lifecycle-gen` marks of k8s.io/api v0.36.1. A test
holds it against the schemas of every version that kubernetes-validate carries. Alpha versions are left out: they promise nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Version = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Deprecation:
    """One kind in one API version; `removed` is None where no version is known that drops it."""

    deprecated: Version
    removed: Version | None
    replacement: str


# API version; kinds; minor version that deprecates it; minor version that drops it; what to use instead.
_ROWS: tuple[tuple[str, str, int, int | None, str], ...] = (
    ("v1", "ComponentStatus", 19, None, "the health checks of the components"),
    ("v1", "Endpoints", 33, None, "`discovery.k8s.io/v1` EndpointSlice"),
    ("extensions/v1beta1", "DaemonSet Deployment ReplicaSet", 8, 16, "`apps/v1`"),
    ("extensions/v1beta1", "NetworkPolicy", 9, 16, "`networking.k8s.io/v1`"),
    ("extensions/v1beta1", "PodSecurityPolicy", 10, 16, "Pod Security admission"),
    ("extensions/v1beta1", "Ingress", 14, 22, "`networking.k8s.io/v1`"),
    ("apps/v1beta1", "ControllerRevision Deployment StatefulSet", 8, 16, "`apps/v1`"),
    ("apps/v1beta2", "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet", 9, 16, "`apps/v1`"),
    (
        "admissionregistration.k8s.io/v1beta1",
        "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
        16,
        22,
        "`admissionregistration.k8s.io/v1`",
    ),
    (
        "admissionregistration.k8s.io/v1beta1",
        "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding",
        31,
        34,
        "`admissionregistration.k8s.io/v1`",
    ),
    (
        "admissionregistration.k8s.io/v1beta1",
        "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding",
        37,
        40,
        "`admissionregistration.k8s.io/v1`",
    ),
    ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", 16, 22, "`apiextensions.k8s.io/v1`"),
    ("apiregistration.k8s.io/v1beta1", "APIService", 19, 22, "`apiregistration.k8s.io/v1`"),
    ("authentication.k8s.io/v1beta1", "TokenReview", 19, 22, "`authentication.k8s.io/v1`"),
    ("authentication.k8s.io/v1beta1", "SelfSubjectReview", 30, 33, "`authentication.k8s.io/v1`"),
    (
        "authorization.k8s.io/v1beta1",
        "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview",
        19,
        22,
        "`authorization.k8s.io/v1`",
    ),
    ("autoscaling/v2beta1", "HorizontalPodAutoscaler", 22, 25, "`autoscaling/v2`"),
    ("autoscaling/v2beta2", "HorizontalPodAutoscaler", 23, 26, "`autoscaling/v2`"),
    ("batch/v1beta1", "CronJob", 21, 25, "`batch/v1`"),
    ("certificates.k8s.io/v1beta1", "CertificateSigningRequest", 19, 22, "`certificates.k8s.io/v1`"),
    ("certificates.k8s.io/v1beta1", "ClusterTrustBundle", 37, 40, "`certificates.k8s.io/v1`"),
    ("certificates.k8s.io/v1beta1", "PodCertificateRequest", 38, 41, "`certificates.k8s.io/v1`"),
    ("coordination.k8s.io/v1beta1", "Lease", 19, 22, "`coordination.k8s.io/v1`"),
    ("coordination.k8s.io/v1beta1", "LeaseCandidate", 36, 39, "a later version of the kind"),
    ("discovery.k8s.io/v1beta1", "EndpointSlice", 21, 25, "`discovery.k8s.io/v1`"),
    ("events.k8s.io/v1beta1", "Event", 22, 25, "`events.k8s.io/v1`"),
    (
        "flowcontrol.apiserver.k8s.io/v1beta1",
        "FlowSchema PriorityLevelConfiguration",
        23,
        26,
        "`flowcontrol.apiserver.k8s.io/v1`",
    ),
    (
        "flowcontrol.apiserver.k8s.io/v1beta2",
        "FlowSchema PriorityLevelConfiguration",
        26,
        29,
        "`flowcontrol.apiserver.k8s.io/v1`",
    ),
    (
        "flowcontrol.apiserver.k8s.io/v1beta3",
        "FlowSchema PriorityLevelConfiguration",
        29,
        32,
        "`flowcontrol.apiserver.k8s.io/v1`",
    ),
    ("networking.k8s.io/v1beta1", "Ingress IngressClass", 19, 22, "`networking.k8s.io/v1`"),
    ("networking.k8s.io/v1beta1", "IPAddress ServiceCIDR", 34, 37, "`networking.k8s.io/v1`"),
    ("node.k8s.io/v1beta1", "RuntimeClass", 22, 25, "`node.k8s.io/v1`"),
    ("policy/v1beta1", "PodDisruptionBudget", 21, 25, "`policy/v1`"),
    ("policy/v1beta1", "PodSecurityPolicy", 21, 25, "Pod Security admission"),
    (
        "rbac.authorization.k8s.io/v1beta1",
        "ClusterRole ClusterRoleBinding Role RoleBinding",
        17,
        22,
        "`rbac.authorization.k8s.io/v1`",
    ),
    (
        "resource.k8s.io/v1beta1",
        "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice",
        35,
        38,
        "`resource.k8s.io/v1`",
    ),
    (
        "resource.k8s.io/v1beta2",
        "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice",
        36,
        39,
        "`resource.k8s.io/v1`",
    ),
    ("scheduling.k8s.io/v1beta1", "PriorityClass", 14, 22, "`scheduling.k8s.io/v1`"),
    ("storage.k8s.io/v1beta1", "CSIDriver StorageClass VolumeAttachment", 19, 22, "`storage.k8s.io/v1`"),
    ("storage.k8s.io/v1beta1", "CSINode", 17, 22, "`storage.k8s.io/v1`"),
    ("storage.k8s.io/v1beta1", "CSIStorageCapacity", 24, 27, "`storage.k8s.io/v1`"),
    ("storage.k8s.io/v1beta1", "VolumeAttributesClass", 34, 37, "`storage.k8s.io/v1`"),
    ("storagemigration.k8s.io/v1beta1", "StorageVersionMigration", 38, 41, "a later version of the kind"),
)


def _table() -> Iterator[tuple[tuple[str, str], Deprecation]]:
    for api_version, kinds, deprecated, removed, replacement in _ROWS:
        for kind in kinds.split():
            yield (api_version, kind), Deprecation((1, deprecated), (1, removed) if removed else None, replacement)


DEPRECATIONS: dict[tuple[str, str], Deprecation] = dict(_table())
"""By API version and kind."""


def is_removed(api_version: str, kind: str, kubernetes: str) -> bool:
    """Whether that Kubernetes no longer serves the kind in this version, as far as is known."""
    found = DEPRECATIONS.get((api_version, kind))
    return found is not None and found.removed is not None and numbers(kubernetes) >= found.removed


def numbers(kubernetes: str) -> Version:
    """`1.34`, `v1.34.2` as numbers that compare."""
    major, minor = kubernetes.removeprefix("v").split(".")[:2]
    return int(major), int(minor)
