"""A PodDisruptionBudget that permits no eviction: no node with such a pod can be drained, and cluster upgrades hang.

Source: Kubernetes, "Specifying a Disruption Budget": `maxUnavailable: 0`, or `minAvailable` of all replicas.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from generator.changes import ObjectId, TenantChange
from generator.destruction.loss import Context, Loss, Object
from generator.model import Manifest
from generator.rules.labels import selected
from generator.rules.pods import Template, templates
from generator.rules.walk import at, mapping

_SCALED = {"Deployment", "ReplicaSet", "Rollout", "StatefulSet"}
_WHY = "no pod may be evicted: a node with one of them cannot be drained, and an upgrade of the cluster waits for ever"
_PROCEED = "permit at least one: `maxUnavailable: 1`, or fewer in `minAvailable` than there are replicas"


def find(change: TenantChange, context: Context) -> Iterator[Loss]:
    """Every budget that begins to permit none, by its own change or because there are fewer replicas."""
    if not _concerned(change):
        return
    before, after = _states(change, context.standing(change))
    causes = {each.id: each.cause for each in change.objects}
    for id, budget in after.items():
        if (id.group, id.kind) == ("policy", "PodDisruptionBudget"):
            field, was = _blocks(budget, after.values()), before.get(id)
            if field and (was is None or not _blocks(was, before.values())):
                old, new = (at(body, "spec", field) for body in (was, budget))
                if old == new and was is not None:  # it is the replicas that changed
                    old = f"{old} of {_replicas(was, before.values())}"
                    new = f"{new} of {_replicas(budget, after.values())}"
                yield Loss(id, f"spec.{field}", old, new, _WHY, _PROCEED, causes.get(id))


def _concerned(change: TenantChange) -> bool:
    """Whether a budget or a number of replicas changes: only then is everything else of the tenant read."""
    for each in change.objects:
        if each.id.kind == "PodDisruptionBudget" or (each.id.kind in _SCALED and each.action != "changed"):
            return True
        counts = (
            [at(body, "spec", name) for name in ("replicas", "minReplicas")] for body in (each.before, each.after)
        )
        if next(counts) != next(counts):
            return True
    return False


def _states(
    change: TenantChange, standing: Sequence[Object] | None
) -> tuple[dict[ObjectId, Object], dict[ObjectId, Object]]:
    """All objects before and after, as far as they are known: those that stand as they were are in both."""
    after = {_id(body): body for body in standing or ()}
    after |= {_id(each.after): each.after for each in change.objects if each.after is not None}
    before = {id: body for id, body in after.items() if id not in {each.id for each in change.objects}}
    before |= {_id(each.before): each.before for each in change.objects if each.before is not None}
    return before, after


def _id(body: Object) -> ObjectId:
    metadata = mapping(body.get("metadata"))
    group, _, _ = str(body.get("apiVersion", "")).rpartition("/")
    return ObjectId(group, str(body.get("kind")), str(metadata.get("namespace", "")), str(metadata.get("name")))


def _blocks(budget: Object, standing: Collection[Object]) -> str:
    """The field by which the budget permits no eviction, or an empty text."""
    most, least = at(budget, "spec", "maxUnavailable"), at(budget, "spec", "minAvailable")
    if most in (0, "0", "0%"):
        return "maxUnavailable"
    if least == "100%":
        return "minAvailable"
    fewest = _replicas(budget, standing) if isinstance(least, int) else None
    return "minAvailable" if fewest is not None and least >= fewest else ""


def _replicas(budget: Object, standing: Collection[Object]) -> int | None:
    """How many of the pods there are at least; None where nobody can tell, or where there are to be none."""
    found = list(templates([Manifest("", "", "", body) for body in standing]))
    chosen = [
        each for each in selected(mapping(at(budget, "spec", "selector")), found) if each.manifest.kind in _SCALED
    ]
    total = sum(_fewest(template, standing) for template in chosen)
    return total or None


def _fewest(template: Template, standing: Collection[Object]) -> int:
    for body in standing:
        target: Any = mapping(at(body, "spec", "scaleTargetRef"))
        if (target.get("kind"), target.get("name")) == (template.manifest.kind, template.manifest.name):
            found = at(body, "spec", "minReplicas")
            return found if isinstance(found, int) else 1
    found = at(template.manifest.object, "spec", "replicas")
    return found if isinstance(found, int) else 1
