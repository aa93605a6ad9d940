"""A field that Kubernetes, or the CustomResourceDefinition of the kind, refuses to change once the object is there.

Source: Kubernetes' own validation (`field is immutable`, `updates to ... are forbidden`), held against a real API server by
`tests/e2e/test_immutable.py`. Fields that have a class of their own (storage, access, addresses) are not repeated here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.changes import ABSENT, FieldPath, ObjectChange, TenantChange, show_path
from generator.destruction.guard_removed import SYNC_OPTIONS
from generator.destruction.loss import Context, Kind, Loss, Object, annotations_of, both, kind_of, loss
from generator.destruction.pairs import alike, narrowest, value
from generator.rules.run_once import RUNS
from generator.rules.walk import at, mapping

_SELECTOR: Mapping[str, Any] = {"spec.selector": ABSENT}
_ROLE: Mapping[str, Any] = {"roleRef": ABSENT}
_FIELDS: Mapping[Kind, Mapping[str, Any]] = {
    ("", "PersistentVolume"): {"spec.volumeMode": "Filesystem"},
    ("", "PersistentVolumeClaim"): {
        "spec.volumeMode": "Filesystem",
        "spec.volumeName": ABSENT,
        "spec.selector": ABSENT,
        "spec.dataSource": ABSENT,
        "spec.dataSourceRef": ABSENT,
    },
    ("", "ResourceQuota"): {"spec.scopes": ABSENT},
    ("", "Secret"): {"type": "Opaque"},
    ("apps", "DaemonSet"): _SELECTOR,
    ("apps", "Deployment"): _SELECTOR,
    ("apps", "ReplicaSet"): _SELECTOR,
    ("argoproj.io", "Rollout"): _SELECTOR,
    ("batch", "Job"): {
        "spec.selector": ABSENT,
        "spec.template": ABSENT,
        "spec.completions": 1,
        "spec.completionMode": "NonIndexed",
        "spec.podFailurePolicy": ABSENT,
        "spec.successPolicy": ABSENT,
        "spec.backoffLimitPerIndex": ABSENT,
        "spec.managedBy": "kubernetes.io/job-controller",
    },
    ("networking.k8s.io", "IngressClass"): {"spec.controller": ABSENT},
    ("node.k8s.io", "RuntimeClass"): {"handler": ABSENT},
    ("postgresql.cnpg.io", "Cluster"): {"spec.bootstrap": ABSENT},
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): _ROLE,
    ("rbac.authorization.k8s.io", "RoleBinding"): _ROLE,
    ("scheduling.k8s.io", "PriorityClass"): {"value": 0, "preemptionPolicy": "PreemptLowerPriority"},
    ("storage.k8s.io", "StorageClass"): {
        "provisioner": ABSENT,
        "parameters": ABSENT,
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
    },
    ("storage.k8s.io", "VolumeAttributesClass"): {"driverName": ABSENT, "parameters": ABSENT},
}
"""The fields of each kind that cannot change, each with what the API server takes for its absence."""

_CHANGEABLE: Mapping[Kind, frozenset[str]] = {
    ("apps", "StatefulSet"): frozenset(
        {
            "minReadySeconds",
            "ordinals",
            "persistentVolumeClaimRetentionPolicy",
            "replicas",
            "revisionHistoryLimit",
            "template",
            "updateStrategy",
        }
    ),
    ("", "PersistentVolume"): frozenset(
        {
            "accessModes",
            "capacity",
            "claimRef",
            "mountOptions",
            "nodeAffinity",
            "persistentVolumeReclaimPolicy",
            "storageClassName",
            "volumeAttributesClassName",
            "volumeMode",
        }
    ),
}
"""Kinds of whose `spec` only these fields may change."""

_DEFAULTS = {"podManagementPolicy": "OrderedReady"}
_SEALED: Mapping[Kind, tuple[str, ...]] = {
    ("", "ConfigMap"): ("data", "binaryData", "immutable"),
    ("", "Secret"): ("data", "stringData", "immutable"),
}
"""What cannot change of an object that says `immutable: true`."""

_HIDDEN = "(not shown)"
"""What a Secret holds is repeated nowhere."""

_WHY = "Kubernetes refuses the change: the sync fails again and again until the object is deleted, and everything with it waits"
_IGNORED = (
    "it is read once, when the database is made: the running one does not follow, and one restored or made anew differs"
)
_PROCEED = (
    "keep the value, or give the new object another name and move over; to make it anew under this name, delete the old one by "
    "hand at a moment you chose"
)


def find(change: TenantChange, context: Context) -> Iterator[Loss]:
    """Every such field that changes, at the deepest place that holds the difference."""
    for each, before, after in both(change):
        if _is_no_change(each, after) or at(before, "metadata", "name") != at(after, "metadata", "name"):
            continue  # of another name, it is another object: what kustomize makes has the hash of its content there
        why = _IGNORED if kind_of(each) == ("postgresql.cnpg.io", "Cluster") else _WHY
        found = {show_path(path): (old, new) for path, old, new in _changes(each, before, after, context)}
        for path, (old, new) in sorted(found.items()):
            yield loss(each, path, old, new, why, _PROCEED)


def _is_no_change(each: ObjectChange, after: Object) -> bool:
    """A Job that Argo CD deletes and makes anew at each change (a hook, or `Force=true,Replace=true`), or leaves as it is."""
    options = str(annotations_of(after).get(SYNC_OPTIONS, "")).replace(" ", "").split(",")
    hook = "argocd.argoproj.io/hook" in annotations_of(after)
    once = annotations_of(after).get(RUNS) == "once"  # overlays/argocd/application.yaml
    return kind_of(each) == ("batch", "Job") and (hook or once or {"Force=true", "Replace=true"} <= set(options))


def _changes(
    each: ObjectChange, before: Object, after: Object, context: Context
) -> Iterator[tuple[FieldPath, Any, Any]]:
    kind = kind_of(each)
    for dotted, unsaid in _FIELDS.get(kind, {}).items():
        yield from _fixed(before, after, tuple(dotted.split(".")), unsaid)
    if kind in _CHANGEABLE:
        names = sorted({name for body in (before, after) for name in mapping(at(body, "spec"))} - _CHANGEABLE[kind])
        for name in names:
            yield from _fixed(before, after, ("spec", name), _DEFAULTS.get(name, ABSENT))
    if before.get("immutable") is True:
        for name in _SEALED.get(kind, ()):
            yield from _fixed(before, after, (name,), ABSENT)
    for path in context.fixed.get(kind, ()):
        if (
            at(before, *path) is not None and at(after, *path) is not None
        ):  # what the rule asks to hold, it asks of both
            yield from _fixed(before, after, path, ABSENT)


def _fixed(
    before: Object, after: Object, path: tuple[str | int, ...], unsaid: Any
) -> Iterator[tuple[FieldPath, Any, Any]]:
    old, new = (value(at(body, *path[:-1]) if path[:-1] else body, str(path[-1])) for body in (before, after))
    said = tuple(unsaid if found is ABSENT else found for found in (old, new))
    if alike(*said):
        return
    if before.get("kind") == "Secret" and path != ("type",):
        yield path, _HIDDEN, _HIDDEN
    else:
        yield narrowest(old, new, path)
