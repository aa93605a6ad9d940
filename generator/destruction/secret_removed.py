"""A Secret that is no longer made, or that a workload which stays no longer reads.

A feature that is switched off takes both away; then the object that makes the Secret is named, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.changes import ABSENT, FieldPath, Item, ObjectChange, TenantChange, show_path
from generator.destruction.loss import Context, Kind, Loss, Object, both, kind_of, loss, removed, whole
from generator.destruction.pairs import matched, name_of
from generator.model import Manifest
from generator.rules.pods import templates
from generator.rules.walk import at, items, walk
from generator.source import Path

_EXTERNAL: Kind = ("external-secrets.io", "ExternalSecret")
_MAKERS: Mapping[Kind, tuple[str, ...]] = {
    _EXTERNAL: ("spec", "target", "name"),
    ("", "Secret"): ("metadata", "name"),
    ("bitnami.com", "SealedSecret"): ("spec", "template", "metadata", "name"),
    ("isindir.github.com", "SopsSecret"): ("metadata", "name"),
}
"""Kinds that make a Secret, and where they say its name if it is not their own."""

_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")
_PLACES = (
    *(f"{field}.*.env.*.valueFrom.secretKeyRef.name" for field in _CONTAINERS),
    *(f"{field}.*.envFrom.*.secretRef.name" for field in _CONTAINERS),
    "volumes.*.secret.secretName",
    "volumes.*.projected.sources.*.secret.name",
    "volumes.*.csi.nodePublishSecretRef.name",
    "imagePullSecrets.*.name",
)
"""Where a pod spec names a Secret."""

_WHY = "the Secret goes, and what still reads it, here or outside git, does not start any more"
_UNREAD = "what used the Secret, a login or a connection, works no more from the next start on"
_PROCEED = "put it back; to be rid of it, see first that nothing needs it, then allow its removal"


def find(change: TenantChange, _: Context) -> Iterator[Loss]:
    """Every Secret that goes, every key of one, and every reference to one that is made on."""
    made = {_made(each, each.after) for each in change.objects if each.after is not None}
    gone = {_made(each, before): each for each, before in removed(change)}
    gone = {name: each for name, each in gone.items() if name and name not in made}
    for each in gone.values():
        yield whole(each, _WHY, _PROCEED)
    for each, before, after in both(change):
        if kind_of(each) == _EXTERNAL:
            for path, key in _keys_lost(before, after):
                yield loss(each, path, key, ABSENT, _WHY, _PROCEED)
        for name, path in sorted(_unread(each, before, after).items()):
            if name not in gone:
                yield loss(each, path, name, ABSENT, _UNREAD, _PROCEED)


def _made(each: ObjectChange, body: Object | None) -> str:
    place = _MAKERS.get(kind_of(each))
    return str(at(body, *place) or each.id.name) if place else ""


def _keys_lost(before: Object, after: Object) -> Iterator[tuple[str, str]]:
    old, new = (items(at(body, "spec", "data")) for body in (before, after))
    if at(after, "spec", "dataFrom"):
        return  # it takes whatever the store has
    keys = {str(item.get("secretKey")) for item in new}
    for item in old:
        if (key := str(item.get("secretKey"))) not in keys:
            yield show_path(("spec", "data", Item("secretKey", key))), key


def _unread(each: ObjectChange, before: Object, after: Object) -> dict[str, str]:
    """The Secrets that the object's pods read before and not after, with the place; one whose place has a new one is renamed."""
    found = _references(each, before), _references(each, after)
    if found[0] == found[1]:
        return {}
    old, new = ({path: str(name) for path, name in side.items()} for side in found)
    renamed = {path for path, name in new.items() if name not in old.values()}
    lost = {path: name for path, name in old.items() if name not in new.values() and path not in renamed}
    return {name: show_path(path) for path, name in sorted(lost.items(), key=lambda found: show_path(found[0]))}


def _references(each: ObjectChange, body: Object) -> dict[FieldPath, Any]:
    found: dict[FieldPath, Any] = {}
    for template in templates([Manifest("", "", each.id.namespace, body)]):
        for pattern in _PLACES:
            for path, name in walk(template.spec, pattern.split(".")):
                found[(*template.path, "spec", *_named(template.spec, path))] = name
    if kind_of(each) == ("", "ServiceAccount"):
        for _, item, _ in matched(body.get("imagePullSecrets"), None):
            if name := name_of(item):
                found["imagePullSecrets", Item("name", name)] = name
    return found


def _named(body: Any, path: Path) -> FieldPath:
    """The path with the names of items instead of their indices, so that a place stays itself when items come and go."""
    steps: list[str | int | Item] = []
    for index, step in enumerate(path):
        name = name_of(at(body, *path[: index + 1])) if isinstance(step, int) else None
        steps.append(Item("name", name) if name is not None else step)
    return tuple(steps)
