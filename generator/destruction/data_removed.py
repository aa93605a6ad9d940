"""An object that holds data, a claim or a database say, goes out of the tenant's manifests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from generator.changes import ObjectChange, TenantChange
from generator.destruction.guard_removed import guards
from generator.destruction.loss import PRECIOUS, Context, Kind, Loss, Object, annotations_of, kind_of, removed, whole
from generator.rules.walk import at

_HOLDS: Mapping[Kind, str] = {
    ("", "Namespace"): "everything in the namespace goes with it",
    ("", "PersistentVolume"): "the files on the volume go with it",
    ("", "PersistentVolumeClaim"): "the files on its volume go with it",
    ("acid.zalan.do", "postgresql"): "the databases in it go with it",
    ("k8s.mariadb.com", "MariaDB"): "the databases in it go with it",
    ("mysql.oracle.com", "InnoDBCluster"): "the databases in it go with it",
    ("postgresql.cnpg.io", "Cluster"): "the databases in it go with it",
}
_BUCKETS = ("Bucket", "BucketClaim", "ObjectBucketClaim")
"""Kinds of buckets, whichever operator's they are."""

_PROCEED = "put the object back; to be rid of the data, take a last backup, verify it, and remove the object in a change of its own"


def find(change: TenantChange, _: Context) -> Iterator[Loss]:
    """Every such object that is removed while its tenant stays."""
    for each, before in removed(change):
        if what := lost_with(each, before):
            yield whole(each, _said(what, before), _PROCEED)


def lost_with(each: ObjectChange, before: Object) -> str:
    """What is lost with the object, or an empty text."""
    kind = kind_of(each)
    if kind in _HOLDS:
        return _HOLDS[kind]
    if each.id.kind in _BUCKETS:
        return "what is in the bucket goes with it, or nothing looks after it any more"
    if kind == ("postgresql.cnpg.io", "Database") and at(before, "spec", "databaseReclaimPolicy") == "delete":
        return "the operator drops the database"
    if kind == ("apps", "StatefulSet") and at(before, *_WHEN_DELETED) == "Delete":
        return "its claims are deleted with it (`whenDeleted: Delete`)"
    return "the catalogue says it holds data" if annotations_of(before).get(PRECIOUS) == "data" else ""


_WHEN_DELETED = ("spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted")


def _said(what: str, before: Object) -> str:
    kept: Sequence[str] = [guard for guard in guards(before) if guard == "Prune=false"]
    return f"{what}; Argo CD spares it for now (`Prune=false`), and nobody looks after it" if kept else what
