"""A volume that is to become smaller.

Source: Kubernetes, "Expanding Persistent Volumes Claims" (shrinking is not supported); CloudNativePG's webhook
(`can't shrink existing storage`, `walStorage cannot be disabled`, `no tablespace can be deleted`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.changes import ABSENT, TenantChange, show_path
from generator.destruction.loss import Context, Kind, Loss, both, kind_of, loss
from generator.destruction.pairs import pairs
from generator.destruction.quantities import falls

_REQUEST = "resources.requests.storage"
_SIZES: Mapping[Kind, tuple[str, ...]] = {
    ("", "PersistentVolumeClaim"): (f"spec.{_REQUEST}",),
    ("postgresql.cnpg.io", "Cluster"): (
        "spec.storage.size",
        f"spec.storage.pvcTemplate.{_REQUEST}",
        "spec.walStorage.size",
        f"spec.walStorage.pvcTemplate.{_REQUEST}",
        "spec.tablespaces.*.storage.size",
        f"spec.tablespaces.*.storage.pvcTemplate.{_REQUEST}",
    ),
}
"""Where each kind says how large a volume is."""

_WHY = "a volume grows and never shrinks: the change is refused, and a claim made anew to get it starts empty"
_PROCEED = (
    "keep the size; to have a smaller volume, make a second one, copy the data, and move over in a change of its own"
)


def find(change: TenantChange, _: Context) -> Iterator[Loss]:
    """Every volume that becomes smaller, or is gone from the object that has it."""
    for each, before, after in both(change):
        for pattern in _SIZES.get(kind_of(each), ()):
            for path, old, new in pairs(before, after, pattern.split(".")):
                if new is ABSENT or (old != new and falls(old, new)):
                    yield loss(each, show_path(path), old, new, _WHY, _PROCEED)
