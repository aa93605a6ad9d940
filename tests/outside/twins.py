"""Custom workloads as the Deployments they stand for: checkers know no other kinds, and would pass over them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Object = Mapping[str, Any]
KEPT = ("replicas", "selector", "template", "minReadySeconds", "revisionHistoryLimit")


def shown(objects: Sequence[Object]) -> Iterator[Object]:
    """The objects, with a Deployment in the place of each custom resource that has a pod template, and scaling led there."""
    stood_for = {(item["kind"], item["metadata"]["name"]) for item in objects if is_workload(item)}
    for item in objects:
        yield as_deployment(item) if is_workload(item) else led(item, stood_for)


def is_workload(item: Object) -> bool:
    """Whether it is a custom resource with a pod template (a Rollout, a Knative Service)."""
    group = item["apiVersion"].rpartition("/")[0]
    template = (item.get("spec") or {}).get("template")
    pod = template.get("spec") if isinstance(template, Mapping) else None
    return "." in group and not group.endswith(".k8s.io") and isinstance(pod, Mapping) and "containers" in pod


def full_kind(item: Object) -> str:
    """`Kind.group`, for a Knative Service is no Service."""
    return f"{item['kind']}.{item['apiVersion'].rpartition('/')[0]}"


def as_deployment(item: Object) -> Object:
    spec = {name: value for name, value in item["spec"].items() if name in KEPT}
    labels = spec["template"].get("metadata", {}).get("labels", {})
    spec.setdefault("selector", {"matchLabels": labels})
    pod = spec["template"]["spec"]
    containers = [{"name": f"container-{index}", **each} for index, each in enumerate(pod["containers"])]
    spec["template"] = {**spec["template"], "spec": {**pod, "containers": containers}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": item["metadata"], "spec": spec}


def led(item: Object, stood_for: set[tuple[str, str]]) -> Object:
    target = (item.get("spec") or {}).get("scaleTargetRef", {})
    if (target.get("kind"), target.get("name")) not in stood_for:
        return item
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "name": target["name"]}
    return {**item, "spec": {**item["spec"], "scaleTargetRef": deployment}}


def named(kind: str, name: str) -> str:
    """`Kind/name`, a ConfigMap's without the hash of its content."""
    return f"{kind}/{re.sub(r'-[bcdfghkmt2-9]{10}$', '', name) if kind == 'ConfigMap' else name}"
