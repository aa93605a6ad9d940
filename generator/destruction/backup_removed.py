"""A backup that is no longer made: its schedule is removed or suspended, or the catalogue no longer calls it one.

What is a backup says the annotation `quadrangle.dev/precious: backup-schedule`; for schedules of known operators their kind does.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.changes import ABSENT, TenantChange, show_path
from generator.destruction.loss import (
    PRECIOUS,
    Context,
    Kind,
    Loss,
    Object,
    annotations_of,
    both,
    kind_of,
    loss,
    removed,
    whole,
)
from generator.destruction.pairs import matched
from generator.rules.walk import at

_SCHEDULES: frozenset[Kind] = frozenset(
    {
        ("barmancloud.cnpg.io", "ObjectStore"),
        ("k8up.io", "Schedule"),
        ("postgresql.cnpg.io", "ScheduledBackup"),
        ("velero.io", "Schedule"),
    }
)
SCHEDULE = "backup-schedule"
_CLUSTER: Kind = ("postgresql.cnpg.io", "Cluster")
_ARCHIVE = "spec.backup"
_PAUSES = ("suspend", "paused")
_WHY = "from then on there is no newer backup to restore"
_PROCEED = "keep the backup; where another one takes its place, let both run until the new one has been restored once"


def is_backup(body: Object) -> bool:
    """Whether the object makes backups."""
    group, _, _ = str(body.get("apiVersion", "")).rpartition("/")
    return annotations_of(body).get(PRECIOUS) == SCHEDULE or (group, str(body.get("kind"))) in _SCHEDULES


def find(change: TenantChange, _: Context) -> Iterator[Loss]:
    """Every such object that goes, pauses or loses its mark, and every database that no longer archives."""
    for each, before in removed(change):
        if is_backup(before):
            yield whole(each, _WHY, _PROCEED)
    for each, before, after in both(change):
        if is_backup(before):
            for field in _PAUSES:
                if at(after, "spec", field) is True and at(before, "spec", field) is not True:
                    yield loss(each, f"spec.{field}", False, True, _WHY, _PROCEED)
            if not is_backup(after):
                field = show_path(("metadata", "annotations", PRECIOUS))
                why = "nothing tells any more that it is a backup, so its removal would go unseen"
                yield loss(
                    each, field, SCHEDULE, annotations_of(after).get(PRECIOUS, ABSENT), why, "keep the annotation"
                )
        if kind_of(each) == _CLUSTER:
            for path, old in _archives(before, after):
                yield loss(each, path, old, ABSENT, _WHY, _PROCEED)


def _archives(before: Object, after: Object) -> Iterator[tuple[str, object]]:
    """Where a CloudNativePG Cluster says how it archives, and no longer does."""
    old, new = (at(body, *_ARCHIVE.split(".")) for body in (before, after))
    if old and not new:
        yield _ARCHIVE, old
    for step, old, new in matched(at(before, "spec", "plugins"), at(after, "spec", "plugins")):
        archiver = at(old, "isWALArchiver") is True
        if archiver and (new is ABSENT or at(new, "isWALArchiver") is not True or at(new, "enabled") is False):
            yield show_path(("spec", "plugins", step)), old
