"""A NetworkPolicy that goes, or isolates less: fewer pods, one direction less, or a denial of everything that now permits.

Source: Kubernetes, "Network Policies": a pod is isolated in a direction as long as one policy selects it for that direction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from generator.changes import TenantChange
from generator.destruction.loss import Context, Kind, Loss, Object, both, declared, kind_of, loss, removed, whole
from generator.model import Manifest
from generator.rules.labels import is_operators, selected
from generator.rules.pods import templates
from generator.rules.walk import at, mapping

Standing = Callable[[], Sequence[Object] | None]
"""All objects that the tenant has afterwards, read when they are asked for."""

_POLICY: Kind = ("networking.k8s.io", "NetworkPolicy")
_GONE = "what it permitted is cut off, and pods that no other policy selects are open to everybody"
_WEAKER = "pods are isolated less than before"
_PROCEED = "put it back, or have another policy in place that says the same before this one goes"


def find(change: TenantChange, context: Context) -> Iterator[Loss]:
    """Every such policy, but for one whose pods go with it; one that only permitted goes with the tenant's own state."""
    for each, before in removed(change):
        standing = context.standing(change) if kind_of(each) == _POLICY else None
        if kind_of(each) == _POLICY and not _without_pods(before, standing):
            allowed = declared(change, context) if _is_denied(before, standing or ()) else ""
            yield replace(whole(each, _GONE, _PROCEED), allowed=allowed)
    for each, before, after in both(change):
        if kind_of(each) == _POLICY:
            for field, old, new in _weaker(before, after, partial(context.standing, change)):
                yield loss(each, field, old, new, _WEAKER, _PROCEED)


def _without_pods(policy: Object, standing: Sequence[Object] | None) -> bool:
    """Whether the policy selects pods by their labels, and none that is there afterwards, as far as anyone can tell."""
    selector = mapping(at(policy, "spec", "podSelector"))
    if standing is None or not selector or is_operators(selector):
        return False
    return not selected(selector, list(templates([Manifest("", "", "", body) for body in standing])))


def _is_denied(policy: Object, standing: Sequence[Object]) -> bool:
    """Whether another policy isolates all pods in the same directions: then nothing is more open without this one."""
    others = [body for body in standing if body.get("kind") == _POLICY[1] and _all_pods(body)]
    return set(_directions(policy)) <= {direction for body in others for direction in _directions(body)}


def _weaker(before: Object, after: Object, standing: Standing) -> Iterator[tuple[str, object, object]]:
    if _fewer_pods(before, after, standing):
        yield "spec.podSelector", at(before, "spec", "podSelector"), at(after, "spec", "podSelector")
    old, new = _directions(before), _directions(after)
    if set(old) - set(new):
        yield "spec.policyTypes", old, new
    for direction in old:
        field = direction.lower()
        if direction in new and _all_pods(before) and not at(before, "spec", field) and at(after, "spec", field):
            yield f"spec.{field}", [], at(after, "spec", field)


def _fewer_pods(before: Object, after: Object, standing: Standing) -> bool:
    """Whether a pod that it selected is selected no more; pods of an operator, and all where nobody can tell, count as such."""
    old, new = (mapping(at(body, "spec", "podSelector")) for body in (before, after))
    if old == new or _all_pods(after):
        return False
    objects = None if _all_pods(before) or is_operators(old) else standing()
    if objects is None:
        return True
    found = list(templates([Manifest("", "", "", body) for body in objects]))
    still = selected(new, found)
    return any(template not in still for template in selected(old, found))


def _all_pods(policy: Object) -> bool:
    selector = mapping(at(policy, "spec", "podSelector"))
    return not selector.get("matchLabels") and not selector.get("matchExpressions")


def _directions(policy: Object) -> list[str]:
    """What it isolates; unsaid, Ingress, and Egress where it has rules for it."""
    said = at(policy, "spec", "policyTypes")
    if isinstance(said, list) and said:
        return sorted(map(str, said))
    return ["Egress", "Ingress"] if at(policy, "spec", "egress") else ["Ingress"]
