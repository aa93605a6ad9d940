"""What changes for each tenant between two rendered trees of one environment.

Work is done for what differs alone: files by their git ids, documents by their bytes, fields by structure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from generator.changes import ObjectChange, ObjectId, TenantChange
from generator.diff import documents
from generator.diff.pairing import id_of, paired
from generator.diff.patterns import Patterns
from generator.diff.templates import Memory, Read, Values, edits_between, read, read_lines, values_of
from generator.model import Spec
from generator.snapshot import Snapshot
from generator.snapshot import differing as differing_files

_BATCH = 200
"""Tenants whose files are in memory at once."""

Files = Mapping[str, bytes]


def compare(before: Snapshot, after: Snapshot, singly: bool = False) -> list[TenantChange]:
    """The tenants and roots of Argo CD that change, by name; one that changes in no object is there for its spec.

    What tenants stamped from the same profiles change is found once for all of them, unless each is to be compared `singly`.
    """
    subjects: dict[str, list[str]] = defaultdict(list)
    for path in differing_files(before, after):
        if name := _subject(path, after.environment):
            subjects[name].append(path)
    found = {} if singly else _alike(subjects, before, after)
    memory = Memory()
    for names in _batches(sorted(subjects.keys() - found.keys())):
        found |= {change.tenant: change for change in _some(names, subjects, before, after, memory)}
    return [found[name] for name in sorted(found) if found[name].objects or found[name].before != found[name].after]


def _alike(subjects: Mapping[str, Sequence[str]], before: Snapshot, after: Snapshot) -> dict[str, TenantChange]:
    """The changes of tenants of whom nothing but the profile is another."""
    patterns = Patterns()
    found = {}
    for name, paths in subjects.items():
        old, new = before.stamped.get(name), after.stamped.get(name)
        if old is None or new is None or not _are_stamps(paths, {*old.paths, *new.paths}):
            continue
        change = patterns.changed(after.environment, old, new)
        if change is not None:
            found[name] = change
    return found


def _are_stamps(paths: Iterable[str], stamps: Container[str]) -> bool:
    """Whether a tenant has the same resolved spec on both sides, and only its profiles' own files hold objects."""
    return all(path in stamps if _holds_objects(path) else not path.endswith("/overlay/tenant.yaml") for path in paths)


def _subject(path: str, environment: str) -> str:
    """Whose file it is: a tenant, a root of Argo CD, or nobody's."""
    match path.split("/"):
        case ["tenants", name, "overlay", *_]:
            return name
        case ["tenants", name, "manifests", *_] if path.endswith(".yaml"):
            return name
        case ["tenants", name, "compose", _]:
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
    return [part for path in paths if path in files for part in _parts(path, files[path])]


def _parts(path: str, raw: bytes) -> list[bytes]:
    """The objects of a file; what a Compose project is made of is shown as objects of our own."""
    *_, folder, name = path.split("/")
    return [documents.of_project(name, raw)] if folder == "compose" else documents.split(raw)


def _objects(
    removed: Iterable[Read], added: Iterable[Read], values: Values, memory: Memory
) -> tuple[ObjectChange, ...]:
    old, new = ([(id_of(item.data), item) for item in side if item.data is not None] for side in (removed, added))
    found = paired(old, new)
    changes = [_changed(id, before, after, values, memory) for id, before, after in found.both]
    changes += [ObjectChange(id, item.data, None) for id, item in found.removed]
    changes += [ObjectChange(id, None, item.data) for id, item in found.added]
    return tuple(sorted((item for item in changes if item is not None), key=lambda change: change.id))


def _changed(id: ObjectId, before: Read, after: Read, values: Values, memory: Memory) -> ObjectChange | None:
    found = edits_between(before, after, values, memory)
    return ObjectChange(id, before.data, after.data, found) if found else None
