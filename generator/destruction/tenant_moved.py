"""A tenant that goes to another cluster, namespace or environment: its objects are made anew there, its data stay behind."""

from __future__ import annotations

from collections.abc import Iterator

from generator.changes import TenantChange
from generator.destruction.loss import Context, Loss, tenant_id

_PLACES = ("cluster", "namespace")
_WHY = "everything is made anew in the other place, with an empty database and empty files; what users had stays behind"
_PROCEED = (
    "put it back; to move a site, back it up, make it in the new place under another name, restore, then switch over"
)


def find(change: TenantChange, context: Context) -> Iterator[Loss]:
    """Each of the three that changes."""
    if change.before is not None and change.after is not None:
        for place in _PLACES:
            old, new = change.before.get(place), change.after.get(place)
            if old != new:
                yield Loss(tenant_id(change), place, old, new, _WHY, _PROCEED)
    elif change.before is not None and context.arrived.get(change.tenant, change.environment) != change.environment:
        there = context.arrived[change.tenant]
        yield Loss(tenant_id(change), "environment", change.environment, there, _WHY, _PROCEED)


def stays(change: TenantChange) -> bool:
    """Whether the tenant's objects are the same ones afterwards; they are neither where it went away nor where it moved."""
    if change.before is None:
        return True
    return change.after is not None and all(change.before.get(place) == change.after.get(place) for place in _PLACES)
