"""Which object of one side is which of the other: the same kind and name, then names that differ in kustomize's hash alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from generator.changes import ObjectId

HASH = re.compile(r"-[bcdfghkmt2-9]{10}$")
_HASHED = ("ConfigMap", "Secret")

T = TypeVar("T")
Known = dict[ObjectId, list[T]]


@dataclass(frozen=True, slots=True)
class Paired(Generic[T]):
    """Objects by their ids: those of both sides, and those that only one of them has."""

    both: list[tuple[ObjectId, T, T]]
    removed: list[tuple[ObjectId, T]]
    added: list[tuple[ObjectId, T]]


def paired(removed: Iterable[tuple[ObjectId, T]], added: Iterable[tuple[ObjectId, T]]) -> Paired[T]:
    """The objects of both sides in pairs: those of the same id, then those whose names differ in the hash alone."""
    old, new = _by_id(removed), _by_id(added)
    both = [*_matched(old, new, _itself), *_matched(old, new, unhashed)]
    return Paired(both, *([(id, item) for id, items in side.items() for item in items] for side in (old, new)))


def id_of(item: Mapping[str, Any]) -> ObjectId:
    """Which object this is."""
    group = str(item.get("apiVersion", "")).rpartition("/")[0]
    metadata = item.get("metadata", {})
    return ObjectId(group, str(item.get("kind", "")), str(metadata.get("namespace", "")), str(metadata.get("name", "")))


def is_hashed(id: ObjectId) -> bool:
    """Whether kustomize may have put a hash behind the name."""
    return id.kind in _HASHED and not id.group


def unhashed(id: ObjectId) -> ObjectId:
    """The id without the hash of the content that kustomize puts behind the name of what it generates."""
    if not is_hashed(id):
        return id
    return ObjectId(id.group, id.kind, id.namespace, HASH.sub("", id.name))


def _itself(id: ObjectId) -> ObjectId:
    return id


def _by_id(found: Iterable[tuple[ObjectId, T]]) -> Known[T]:
    objects: Known[T] = defaultdict(list)
    for id, item in found:
        objects[id].append(item)
    return objects


def _matched(old: Known[T], new: Known[T], known: Callable[[ObjectId], ObjectId]) -> Iterator[tuple[ObjectId, T, T]]:
    """Take from both sides what is known by the same id."""
    waiting: Known[T] = defaultdict(list)
    homes: dict[ObjectId, list[ObjectId]] = defaultdict(list)
    for id, items in old.items():
        homes[known(id)].append(id)
        waiting[known(id)] += items
    for id, items in new.items():
        while items and waiting[known(id)]:
            taken = waiting[known(id)].pop(0)
            for home in homes[known(id)]:
                old[home] = [item for item in old[home] if item is not taken]
            yield id, taken, items.pop(0)
