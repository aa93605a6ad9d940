"""A guard against deletion goes: from then on an object is deleted without a question.

Source: Argo CD, "Sync Options" (`Prune=false`, `Delete=false`, `Prune=confirm`, `Delete=confirm`); Kubernetes,
"StatefulSets" (`persistentVolumeClaimRetentionPolicy`) and "Persistent Volumes" (`persistentVolumeReclaimPolicy`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.changes import TenantChange, show_path
from generator.destruction.loss import Context, Kind, Loss, Object, annotations_of, both, kind_of, loss
from generator.rules.walk import at

SYNC_OPTIONS = "argocd.argoproj.io/sync-options"
_FIELD = show_path(("metadata", "annotations", SYNC_OPTIONS))
_STRENGTH = {"confirm": 1, "false": 2}
_CLAIMS = "spec.persistentVolumeClaimRetentionPolicy"
_POLICIES: Mapping[Kind, tuple[str, ...]] = {
    ("", "PersistentVolume"): ("spec.persistentVolumeReclaimPolicy",),
    ("apps", "StatefulSet"): (f"{_CLAIMS}.whenDeleted", f"{_CLAIMS}.whenScaled"),
    ("postgresql.cnpg.io", "Database"): ("spec.databaseReclaimPolicy",),
}
_WHY = (
    "nothing is lost today, but the next change that drops the object deletes it, and what it holds, without a question"
)
_PROCEED = "keep the guard; what has to be deleted is deleted by hand, once, after a backup"


def guards(body: Object) -> list[str]:
    """The options of Argo CD's that keep the object: `Prune=false` and the like."""
    options = [option.strip() for option in str(annotations_of(body).get(SYNC_OPTIONS, "")).split(",")]
    return [
        option
        for option in options
        if option.partition("=")[2] in _STRENGTH and option.startswith(("Prune=", "Delete="))
    ]


def find(change: TenantChange, _: Context) -> Iterator[Loss]:
    """Every object that loses such an option or has a weaker one, and every policy that becomes `Delete`."""
    for each, before, after in both(change):
        old, new = _strengths(before), _strengths(after)
        if any(strength > new.get(verb, 0) for verb, strength in old.items()):
            options = annotations_of(before).get(SYNC_OPTIONS), annotations_of(after).get(SYNC_OPTIONS)
            yield loss(each, _FIELD, *options, _WHY, _PROCEED)
        for path in _POLICIES.get(kind_of(each), ()):
            was, becomes = (at(body, *path.split(".")) for body in (before, after))
            if str(becomes).lower() == "delete" and str(was).lower() != "delete":
                yield loss(each, path, was, becomes, _WHY, _PROCEED)


def _strengths(body: Object) -> dict[str, int]:
    return {verb: _STRENGTH[how] for verb, _, how in (guard.partition("=") for guard in guards(body))}
