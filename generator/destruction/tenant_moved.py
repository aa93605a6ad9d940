"""A tenant that goes to another cluster, namespace or environment: its objects are made anew there, its data stay behind.

What counts is where its Application sends it: a cluster of the same name may have become another one. An Application with Argo
CD's finalizer that goes while its tenant stays takes the tenant's objects along.
Source: Argo CD, "App Deletion" (`resources-finalizer.argocd.argoproj.io`).
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.changes import ABSENT, ObjectChange, TenantChange
from generator.destruction.loss import Context, Loss, both, kind_of, loss, removed, tenant_id
from generator.rules.walk import at

_APPLICATION = ("argoproj.io", "Application")
_FINALIZER = "resources-finalizer.argocd.argoproj.io"
_PLACES = ("cluster", "namespace")
_WHY = "everything is made anew in the other place, with an empty database and empty files; what users had stays behind"
_PROCEED = (
    "put it back; to move a site, back it up, make it in the new place under another name, restore, then switch over"
)
_ADDRESS = f"{_PROCEED}; where it is the same cluster under another address, allow it"
_CASCADE = (
    "Argo CD deletes with it every object of the tenant that is not guarded, even if the new one makes them again"
)
_KEEP = "keep its name and namespace; else take the finalizer off the old one in the cluster, and delete it without its objects"


def find(change: TenantChange, context: Context) -> Iterator[Loss]:
    """Each of the three that changes, and the Application where it goes."""
    if change.before is not None and change.after is not None:
        for place in _PLACES:
            old, new = change.before.get(place), change.after.get(place)
            if old != new:
                yield Loss(tenant_id(change), place, old, new, _WHY, _PROCEED)
        if stays(change):
            yield from _sent_elsewhere(change)
            yield from _application_gone(change)
    elif change.before is not None and context.arrived.get(change.tenant, change.environment) != change.environment:
        there = context.arrived[change.tenant]
        yield Loss(tenant_id(change), "environment", change.environment, there, _WHY, _PROCEED)


def _sent_elsewhere(change: TenantChange) -> Iterator[Loss]:
    for each, before, after in both(change):
        if kind_of(each) != _APPLICATION or at(before, "spec", "destination") == at(after, "spec", "destination"):
            continue
        for place, fields in (("cluster", ("server", "name")), ("namespace", ("namespace",))):
            old, new = (_joined(at(body, "spec", "destination", field) for field in fields) for body in (before, after))
            if old != new:
                cause = loss(each, f"spec.destination.{fields[0]}", old, new, _WHY, _ADDRESS).cause
                yield Loss(tenant_id(change), place, old, new, _WHY, _ADDRESS, cause)


def _application_gone(change: TenantChange) -> Iterator[Loss]:
    added = [each for each in change.objects if each.before is None and kind_of(each) == _APPLICATION]
    new = _name(added[0]) if added else ABSENT
    for each, before in removed(change):
        # The finalizer has variants (`/background`, `/foreground`).
        if kind_of(each) == _APPLICATION and _FINALIZER in str(at(before, "metadata", "finalizers")):
            yield Loss(tenant_id(change), "Application", _name(each), new, _CASCADE, _KEEP, each.cause)


def _joined(parts: Iterator[object]) -> str:
    return " ".join(str(part) for part in parts if part)


def _name(each: ObjectChange) -> str:
    return f"{each.id.namespace}/{each.id.name}"


def stays(change: TenantChange) -> bool:
    """Whether the tenant's objects are the same ones afterwards; they are neither where it went away nor where it moved."""
    if change.before is None:
        return True
    return change.after is not None and all(change.before.get(place) == change.after.get(place) for place in _PLACES)
