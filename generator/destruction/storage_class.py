"""A volume that is to come from another storage class.

Source: Kubernetes, PersistentVolumeClaim (`spec is immutable after creation`); CloudNativePG, "Storage": the class holds for
volumes that are made from then on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.changes import TenantChange, show_path
from generator.destruction.loss import Context, Kind, Loss, both, kind_of, loss
from generator.destruction.pairs import pairs, value
from generator.rules.walk import at, mapping

_CLASSES: Mapping[Kind, tuple[tuple[str, str], ...]] = {
    ("", "PersistentVolumeClaim"): (("spec", "storageClassName"),),
    ("postgresql.cnpg.io", "Cluster"): (("spec.storage", "storageClass"), ("spec.walStorage", "storageClass")),
}
_PROCEED = "keep the class; to move, make a second volume of the new class, copy the data, and move over in a change of its own"
_WHY = {
    "": "the class of a claim cannot change: the change is refused, and a claim made anew to get it starts empty",
    "postgresql.cnpg.io": "instances keep their volumes: only those made later are of the new class, and the two are mixed",
}


def find(change: TenantChange, _: Context) -> Iterator[Loss]:
    """Every volume whose class changes, is named where it was left to the cluster, or left to it where it was named."""
    for each, before, after in both(change):
        for parent, name in _CLASSES.get(kind_of(each), ()):
            for path, old, new in pairs(before, after, parent.split(".")):
                was, becomes = value(old, name), value(new, name)
                if was != becomes and mapping(at(after, *parent.split("."))):
                    yield loss(each, show_path((*path, name)), was, becomes, _WHY[each.id.group], _PROCEED)
