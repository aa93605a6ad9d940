"""The rules over manifests: one policy a file, listed here by the code its findings carry.

A rule is a pure function over all manifests of one tenant. Nothing registers itself: what is not listed here is not run.
`kubernetes_schema` alone reads something, the schemas that the package kubernetes-validate carries as its data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from generator.model import Manifest
from generator.rules.blue_green import find as blue_green
from generator.rules.custom_resource import find as custom_resource
from generator.rules.deprecated_api import find as deprecated_api
from generator.rules.empty_group import find as empty_group
from generator.rules.hook_name import find as hook_name
from generator.rules.image_digest import find as image_digest
from generator.rules.kubernetes_schema import find as kubernetes_schema
from generator.rules.pod_security import find as pod_security
from generator.rules.probes import find as probes
from generator.rules.reference import find as reference
from generator.rules.resources import find as resources
from generator.rules.run_once import find as run_once
from generator.rules.secret_material import find as secret_material
from generator.rules.tenancy import find as tenancy
from generator.rules.unknown_kind import find as unknown_kind
from generator.rules.unmounted_claim import find as unmounted_claim
from generator.rules.violation import Context, Violation

__all__ = ["RULES", "VERSIONED", "Context", "Rule", "Violation"]

Rule = Callable[[Sequence[Manifest], Context], Iterator[Violation]]

RULES: Mapping[str, Rule] = {
    "kubernetes-schema": kubernetes_schema,
    "custom-resource": custom_resource,
    "unknown-kind": unknown_kind,
    "deprecated-api": deprecated_api,
    "pod-security": pod_security,
    "reference": reference,
    "tenancy": tenancy,
    "image-digest": image_digest,
    "secret-material": secret_material,
    "resources": resources,
    "probes": probes,
    "hook-name": hook_name,
    "empty-group": empty_group,
    "unmounted-claim": unmounted_claim,
    "blue-green": blue_green,
    "run-once": run_once,
}

VERSIONED = ("kubernetes-schema", "custom-resource", "unknown-kind", "deprecated-api")
"""The rules whose findings depend on the version of Kubernetes."""
