"""Something that runs is to run no more: no replica, suspended, hibernated, or gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from generator.changes import TenantChange, show_path
from generator.destruction.backup_removed import is_backup
from generator.destruction.loss import (
    PRECIOUS,
    Context,
    Kind,
    Loss,
    Object,
    annotations_of,
    both,
    declared,
    kind_of,
    loss,
    removed,
    whole,
)
from generator.rules.walk import at

_COUNTS: Mapping[Kind, tuple[str, ...]] = {
    ("apps", "Deployment"): ("replicas",),
    ("apps", "ReplicaSet"): ("replicas",),
    ("apps", "StatefulSet"): ("replicas",),
    ("argoproj.io", "Rollout"): ("replicas",),
    ("autoscaling", "HorizontalPodAutoscaler"): ("minReplicas", "maxReplicas"),
    ("keda.sh", "ScaledObject"): ("minReplicaCount", "maxReplicaCount"),
    ("postgresql.cnpg.io", "Cluster"): ("instances",),
}
_SCALE_TO_ZERO = {"minReplicaCount": 0}
"""What an absent count means where it is not 1."""

_RUNS: frozenset[Kind] = frozenset(
    {("apps", "DaemonSet"), ("apps", "Deployment"), ("apps", "StatefulSet"), ("argoproj.io", "Rollout")}
)
"""What does not end by itself; one whose place an object of another kind takes is swapped, and that is another class."""

_SUSPENDED: frozenset[Kind] = frozenset({("batch", "CronJob"), ("batch", "Job")})
_STAND_IN = "nothing"
"""What the catalogue says is lost with a workload that only stands in for what rests."""
_HIBERNATION = ("metadata", "annotations", "cnpg.io/hibernation")
_WHY = "nothing of it runs any more: the site, or what it needs, is down until somebody puts the count back"
_PROCEED = "put it back; a site that is to rest is stopped by `state` in its own file"


def find(change: TenantChange, context: Context) -> Iterator[Loss]:
    """Every object that stops; allowed where the tenant's own file changes its state in the same change."""
    allowed = declared(change, context)
    for each, before, after in both(change):
        for path, old, new in _stopped(kind_of(each), before, after):
            yield replace(loss(each, path, old, new, _WHY, _PROCEED), allowed=allowed)
    names = [(each.id.namespace, each.id.name) for each in change.objects if each.action == "added"]
    for each, before in removed(change):
        goes = kind_of(each) in _RUNS and (each.id.namespace, each.id.name) not in names
        if goes and annotations_of(before).get(PRECIOUS) != _STAND_IN:
            yield replace(whole(each, _WHY, _PROCEED), allowed=allowed)


def _stopped(kind: Kind, before: Object, after: Object) -> Iterator[tuple[str, Any, Any]]:
    for name in _COUNTS.get(kind, ()):
        unsaid = _SCALE_TO_ZERO.get(name, 1)
        old, new = (_number(at(body, "spec", name), unsaid) for body in (before, after))
        if old != new and old > 0 >= new:
            yield f"spec.{name}", old, new
    suspends = [at(body, "spec", "suspend") is True for body in (before, after)]
    if kind in _SUSPENDED and suspends == [False, True] and not is_backup(before):
        yield "spec.suspend", False, True
    hibernates = [at(body, *_HIBERNATION) == "on" for body in (before, after)]
    if hibernates == [False, True]:
        yield show_path(_HIBERNATION), "off", "on"


def _number(found: Any, unsaid: int) -> int:
    return found if isinstance(found, int) else unsaid
