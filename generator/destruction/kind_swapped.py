"""A workload that becomes one of another kind under the same name: a StatefulSet a Rollout, say."""

from __future__ import annotations

from collections.abc import Iterator

from generator.changes import ObjectChange, TenantChange
from generator.destruction.loss import Context, Kind, Loss, kind_of, loss

_WORKLOADS: frozenset[Kind] = frozenset(
    {
        ("apps", "DaemonSet"),
        ("apps", "Deployment"),
        ("apps", "ReplicaSet"),
        ("apps", "StatefulSet"),
        ("argoproj.io", "Rollout"),
        ("batch", "CronJob"),
        ("batch", "Job"),
        ("serving.knative.dev", "Service"),
    }
)
_WHY = "the old one is deleted and its pods with it while the new one starts beside it: an outage, and two writers for a while"
_KEPT = "; the volumes of a StatefulSet stay behind, and the new kind does not mount them"
_PROCEED = "give the new one another name, move over, and remove the old one in a later change"


def find(change: TenantChange, _: Context) -> Iterator[Loss]:
    """Every such pair."""
    workloads = [each for each in change.objects if kind_of(each) in _WORKLOADS]
    added = [each for each in reversed(workloads) if each.action == "added"]
    for each in workloads:
        if each.action != "removed":
            continue
        instead = next((other for other in added if _place(other) == _place(each)), None)
        if instead is not None:
            why = _WHY + (_KEPT if each.id.kind == "StatefulSet" else "")
            yield loss(each, "kind", each.id.kind, instead.id.kind, why, _PROCEED)


def _place(each: ObjectChange) -> tuple[str, str]:
    return each.id.namespace, each.id.name
