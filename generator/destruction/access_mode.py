"""A claim that is to be mounted in another way.

Source: Kubernetes, PersistentVolumeClaim: `spec is immutable after creation except resources.requests`.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.changes import TenantChange
from generator.destruction.loss import Context, Loss, both, kind_of, loss
from generator.rules.walk import at

_WHY = (
    "the access modes of a claim cannot change: the change is refused, and a claim made anew to get them starts empty"
)
_PROCEED = "keep the modes; to change them, make a second volume, copy the data, and move over in a change of its own"


def find(change: TenantChange, _: Context) -> Iterator[Loss]:
    """Every claim whose access modes change, were it in their order: the API server compares lists as they are."""
    for each, before, after in both(change):
        if kind_of(each) == ("", "PersistentVolumeClaim"):
            old, new = (at(body, "spec", "accessModes") or [] for body in (before, after))
            if old != new:
                yield loss(each, "spec.accessModes", old, new, _WHY, _PROCEED)
