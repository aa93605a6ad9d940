"""The same change of many tenants said once: groups, the most dangerous and the widest first.

A generated ConfigMap has the hash of its content in its name. That it and all that refers to it change their text is said by
the ConfigMap's own group: the objects that change in nothing else are its `rolls`.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from generator.changes import ABSENT, Danger, Edit, Group, Member, ObjectChange, ObjectId, TenantChange
from generator.diagnostics import Span
from generator.diff.abstraction import Names, names_of, shared_names
from generator.diff.blending import blended
from generator.diff.compare import unhashed
from generator.source import Path

_CAUSES = 50
"""How many lines a group keeps; one change may have a line in each of thousands of tenant files."""


@dataclass(slots=True)
class _Draft:
    """A group while its members are found."""

    group: Group
    members: list[Member] = field(default_factory=list)
    dangers: list[Danger] = field(default_factory=list)
    causes: Counter[Span] = field(default_factory=Counter)
    rolls: set[ObjectId] = field(default_factory=set)


Key = tuple[Any, ...]


def group(changes: Sequence[TenantChange], dangers: Sequence[Danger] = (), own: Sequence[Path] = ()) -> list[Group]:
    """Every changed object of every tenant in exactly one group (or among the `rolls` of one), the groups in order.

    `own` are the paths of the spec that hold a tenant's own values, beside its identity.
    """
    drafts: dict[Key, _Draft] = {}
    common = shared_names(changes)
    destroyed: dict[tuple[str, str, ObjectId], list[Danger]] = defaultdict(list)
    for danger in dangers:
        destroyed[danger.environment, danger.tenant, danger.object].append(danger)
    for change in changes:
        names = names_of(change, own, common)
        renames = _renames(change.objects)
        for item in change.objects:
            draft = _draft(drafts, item, names, renames)
            if draft is None:
                continue
            draft.members.append(Member(change.tenant, change.environment, change.ring, change.cluster, item.id))
            draft.dangers += destroyed.get((change.environment, change.tenant, item.id), ())
            causes = (item.cause, *(edit.cause for edit in item.edits))
            draft.causes.update({cause for cause in causes if cause is not None})
            draft.rolls |= {names.id(unhashed(follower)) for follower in _followers(item, change.objects, renames)}
    return ordered(blended([_finished(draft) for draft in drafts.values()]))


def _renames(objects: Iterable[ObjectChange]) -> dict[str, str]:
    """The names of generated objects that changed in their hash, the newer by the older."""
    return {
        str(edit.before): str(edit.after)
        for item in objects
        if item.action == "changed" and unhashed(item.id) != item.id
        for edit in item.edits
        if edit.path == ("metadata", "name")
    }


def _own_edits(item: ObjectChange, renames: Mapping[str, str]) -> list[Edit]:
    """The edits but for those that follow a renamed object."""
    return [edit for edit in item.edits if not _follows(edit, renames)]


def _follows(edit: Edit, renames: Mapping[str, str]) -> bool:
    return isinstance(edit.before, str) and renames.get(edit.before, ABSENT) == edit.after


def _followers(item: ObjectChange, objects: Iterable[ObjectChange], renames: Mapping[str, str]) -> list[ObjectId]:
    """The objects whose edits follow this one's new name."""
    mine = {old: new for old, new in renames.items() if item.action == "changed" and new == item.id.name}
    if not mine or unhashed(item.id) == item.id:
        return []
    return [other.id for other in objects if other is not item and any(_follows(edit, mine) for edit in other.edits)]


def _draft(drafts: dict[Key, _Draft], item: ObjectChange, names: Names, renames: Mapping[str, str]) -> _Draft | None:
    """The group of the object, made where there is none yet; None where it only follows others."""
    id = names.id(unhashed(item.id))
    before = names.of(item.before) if item.action == "removed" else None
    after = names.of(item.after) if item.action == "added" else None
    edits = tuple(names.edit(edit) for edit in _own_edits(item, renames))
    if item.action == "changed" and not edits:
        return None
    key = (item.action, id, *((edit.path, _canonical(edit.before), _canonical(edit.after)) for edit in edits))
    if item.action != "changed":
        key = (*key, _canonical(before), _canonical(after))
    if key not in drafts:
        plain = tuple(replace(edit, cause=None) for edit in edits)
        drafts[key] = _Draft(Group(item.action, id, plain, before, after, ()))
    return drafts[key]


def _canonical(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)
    return (type(value), value)


def _finished(draft: _Draft) -> Group:
    causes = tuple(span for span, _ in sorted(draft.causes.items(), key=lambda item: (-item[1], item[0])))
    return replace(
        draft.group,
        members=tuple(draft.members),
        dangers=tuple(draft.dangers),
        cause=causes[0] if causes else None,
        causes=causes[:_CAUSES],
        rolls=tuple(sorted(draft.rolls)),
    )


def ordered(groups: Iterable[Group]) -> list[Group]:
    """Dangerous first, then the widest, then by kind and name; groups of one cause stay together."""
    found = list(groups)
    clusters: dict[Any, list[Group]] = defaultdict(list)
    for index, item in enumerate(found):
        clusters[item.cause or index].append(item)
    together = [sorted(cluster, key=_rank) for cluster in clusters.values()]
    return [item for cluster in sorted(together, key=lambda cluster: _rank(cluster[0])) for item in cluster]


def _rank(item: Group) -> tuple[Any, ...]:
    open_dangers = any(not danger.allowed for danger in item.dangers)
    return (not open_dangers, not item.dangers, -len(item.members), item.object, item.action, _canonical_edits(item))


def _canonical_edits(item: Group) -> str:
    return json.dumps([[str(edit.path), str(edit.before), str(edit.after)] for edit in item.edits])
