"""Asks a live cluster, through kubectl and reading only, for what is wanted of it."""

from __future__ import annotations

from collections import defaultdict

from generator.kubectl import Kind, Kubectl, Object, kind_of
from generator.prerequisites import Live, Thing, Wanted


def ask(reader: Kubectl, context: str, want: Wanted) -> Live:
    """What the cluster has of what is wanted."""
    about = reader.raw(context, "/version") or {}
    version = f"{about.get('major', '')}.{str(about.get('minor', '')).rstrip('+')}"
    kinds = served(reader, context, want)
    return Live(version, kinds, _objects(reader, context, want, kinds))


def served(reader: Kubectl, context: str, want: Wanted) -> frozenset[Kind]:
    """The wanted kinds that the server knows, in all versions that it serves of their groups."""
    wanted = {*want.kinds, *(kind for kind, _, _ in want.objects)}
    groups = {each["name"]: each["versions"] for each in (reader.raw(context, "/apis") or {}).get("groups", [])}
    names = {(kind.group, kind.kind) for kind in wanted}
    found: set[Kind] = set()
    for group in sorted({kind.group for kind in wanted}):
        for version in [each["version"] for each in groups.get(group, [])] if group else ["v1"]:
            listed = reader.raw(context, f"/apis/{group}/{version}" if group else f"/api/{version}") or {}
            found |= {
                Kind(group, version, each["kind"])
                for each in listed.get("resources", [])
                if (group, each["kind"]) in names and "/" not in each["name"]
            }
    return frozenset(found)


def _objects(reader: Kubectl, context: str, want: Wanted, kinds: frozenset[Kind]) -> dict[Thing, Object]:
    """The wanted objects that are there; what is of a kind that is not served cannot be asked for."""
    asked: dict[str, list[tuple[Kind, str]]] = defaultdict(list)
    for kind, namespace, name in want.objects:
        if kind in kinds:
            asked[namespace].append((kind, name))
    found: dict[Thing, Object] = {}
    for namespace, names in sorted(asked.items()):
        for body in reader.named(context, namespace or "default", names):
            found[kind_of(body), namespace, body["metadata"]["name"]] = body
    return found
