"""What changes for each tenant between two rendered trees of one environment.

Work is done for what differs alone: files by their git ids, documents by their bytes, fields by structure.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from generator.changes import ObjectChange, ObjectId, TenantChange
from generator.diff import documents
from generator.diff.templates import Memory, Read, Values, edits_between, read, read_lines, values_of
from generator.model import Spec
from generator.snapshot import Snapshot
from generator.snapshot import differing as differing_files

_BATCH = 200
"""Tenants whose files are in memory at once."""
_HASH = re.compile(r"-[bcdfghkmt2-9]{10}$")
_HASHED = ("ConfigMap", "Secret")

Files = Mapping[str, bytes]


def compare(before: Snapshot, after: Snapshot) -> list[TenantChange]:
    """The tenants and roots of Argo CD that change, by name; one that changes in no object is there for its spec."""
    subjects: dict[str, list[str]] = defaultdict(list)
    for path in differing_files(before, after):
        if name := _subject(path, after.environment):
            subjects[name].append(path)
    memory = Memory()
    return [change for names in _batches(sorted(subjects)) for change in _some(names, subjects, before, after, memory)]


def unhashed(id: ObjectId) -> ObjectId:
    """The id without the hash of the content that kustomize puts behind the name of what it generates."""
    if id.kind not in _HASHED or id.group:
        return id
    return ObjectId(id.group, id.kind, id.namespace, _HASH.sub("", id.name))


def _subject(path: str, environment: str) -> str:
    """Whose file it is: a tenant, a root of Argo CD, or nobody's."""
    match path.split("/"):
        case ["tenants", name, "overlay", *_]:
            return name
        case ["tenants", name, "manifests", *_] if path.endswith(".yaml"):
            return name
        case ["argocd", cluster, "root.yaml"]:
            return f"root.{environment}.{cluster}"
        case ["argocd", _, _, file] if file.endswith(".yaml"):
            return file.removesuffix(".yaml")
    return ""


def _holds_objects(path: str) -> bool:
    return not (path.startswith("tenants/") and path.split("/")[2] == "overlay")


def _batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _BATCH):
        yield names[start : start + _BATCH]


def _some(
    names: Sequence[str], paths: Mapping[str, Sequence[str]], before: Snapshot, after: Snapshot, memory: Memory
) -> Iterator[TenantChange]:
    old, new = _files(before, names, paths), _files(after, names, paths)
    for name in names:
        specs = _specs(before, after, old, new, name, memory)
        values = values_of(*specs)
        mine = [path for path in paths[name] if _holds_objects(path)]
        removed, added = documents.differing(_documents(old, mine), _documents(new, mine))
        objects = _objects(
            [read(raw, values, memory, f"{before.where}: {name}") for raw in removed],
            [read(raw, values, memory, f"{after.where}: {name}") for raw in added],
            values,
            memory,
        )
        if objects or specs[0] != specs[1]:
            spec = specs[1] or specs[0] or {}
            cluster = str(spec.get("cluster") or (mine[0].split("/")[1] if mine else ""))
            yield TenantChange(name, after.environment, str(spec.get("ring", "")), cluster, *specs, objects)


def _files(tree: Snapshot, names: Iterable[str], paths: Mapping[str, Iterable[str]]) -> Files:
    wanted = {path for name in names for path in (*paths[name], _spec_path(name))}
    return tree.read(sorted(path for path in wanted if path in tree.ids))


def _spec_path(name: str) -> str:
    return f"tenants/{name}/overlay/tenant.yaml"


def _specs(
    before: Snapshot, after: Snapshot, old: Files, new: Files, name: str, memory: Memory
) -> tuple[Spec | None, Spec | None]:
    path = _spec_path(name)
    newer = _spec(new.get(path), f"{after.where}: {path}", memory)
    same = path in old and old[path] == new.get(path)
    return newer if same else _spec(old.get(path), f"{before.where}: {path}", memory), newer


def _spec(raw: bytes | None, where: str, memory: Memory) -> Spec | None:
    if raw is None:
        return None
    data = read_lines(raw, memory, where)
    spec = data.get("spec") if data else None
    return spec if isinstance(spec, dict) else {}


def _documents(files: Files, paths: Iterable[str]) -> list[bytes]:
    return [part for path in paths if path in files for part in documents.split(files[path])]


def _objects(
    removed: Iterable[Read], added: Iterable[Read], values: Values, memory: Memory
) -> tuple[ObjectChange, ...]:
    """The objects of both sides in pairs: those of the same id, then those whose names differ in the hash alone."""
    old, new = _by_id(removed), _by_id(added)
    pairs = [*_matched(old, new, _itself), *_matched(old, new, unhashed)]
    changes = [_changed(id, before, after, values, memory) for id, before, after in pairs]
    changes += [ObjectChange(id, item.data, None) for id, items in old.items() for item in items]
    changes += [ObjectChange(id, None, item.data) for id, items in new.items() for item in items]
    return tuple(sorted((item for item in changes if item is not None), key=lambda change: change.id))


def _itself(id: ObjectId) -> ObjectId:
    return id


def _by_id(found: Iterable[Read]) -> dict[ObjectId, list[Read]]:
    objects: dict[ObjectId, list[Read]] = defaultdict(list)
    for item in found:
        if item.data is not None:
            objects[id_of(item.data)].append(item)
    return objects


def _matched(
    old: dict[ObjectId, list[Read]], new: dict[ObjectId, list[Read]], known: Callable[[ObjectId], ObjectId]
) -> Iterator[tuple[ObjectId, Read, Read]]:
    """Take from both sides what is known by the same id."""
    waiting: dict[ObjectId, list[Read]] = defaultdict(list)
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


def _changed(id: ObjectId, before: Read, after: Read, values: Values, memory: Memory) -> ObjectChange | None:
    found = edits_between(before, after, values, memory)
    return ObjectChange(id, before.data, after.data, found) if found else None


def id_of(item: Mapping[str, Any]) -> ObjectId:
    """Which object this is."""
    group = str(item.get("apiVersion", "")).rpartition("/")[0]
    metadata = item.get("metadata", {})
    return ObjectId(group, str(item.get("kind", "")), str(metadata.get("namespace", "")), str(metadata.get("name", "")))
