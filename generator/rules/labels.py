"""Label selectors, and the labels that are not ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from generator.rules.pods import Template
from generator.rules.walk import items, mapping

OPERATOR_PODS = (
    "cnpg.io/",
    "acme.cert-manager.io/",
    "barmancloud.cnpg.io/",
    "gateway.networking.k8s.io/",
    "serving.kserve.io/",
)
"""Labels of pods that an operator makes: a selector that names one has no template among the manifests."""

ADDED_LABELS = (
    "apps.kubernetes.io/",
    "batch.kubernetes.io/",
    "controller-revision-hash",
    "job-name",
    "pod-template-hash",
    "rollouts-pod-template-hash",
    "statefulset.kubernetes.io/",
)
"""Labels that a controller adds to the pods of a template: no template shows them."""


def is_operators(selector: Mapping[str, Any]) -> bool:
    """Whether the selector means pods that an operator makes."""
    return any(key.startswith(OPERATOR_PODS) for key in _keys(selector))


def selected(selector: Mapping[str, Any], templates: Sequence[Template]) -> list[Template]:
    """The templates whose pods a label selector (`matchLabels`, `matchExpressions`) selects."""
    return [template for template in templates if _matches(selector, template.labels)]


def _keys(selector: Mapping[str, Any]) -> list[str]:
    expressions = items(selector.get("matchExpressions"))
    return [*mapping(selector.get("matchLabels")), *(str(expression.get("key", "")) for expression in expressions)]


def _matches(selector: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    wanted = {
        key: value for key, value in mapping(selector.get("matchLabels")).items() if not key.startswith(ADDED_LABELS)
    }
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(_expressed(expression, labels) for expression in items(selector.get("matchExpressions")))


def _expressed(expression: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    key, values = str(expression.get("key", "")), expression.get("values") or []
    if key.startswith(ADDED_LABELS):
        return True
    match expression.get("operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case _:
            return False
