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

from generator.changes import (
    ABSENT,
    Action,
    Danger,
    Edit,
    Group,
    Member,
    ObjectChange,
    ObjectId,
    TenantChange,
    show_path,
)
from generator.diagnostics import Span
from generator.diff.abstraction import Names, Plain, names_of, plain, shared_names
from generator.diff.blending import blended
from generator.diff.pairing import unhashed
from generator.source import Path

_CAUSES = 50
"""How many lines a group keeps; one change may have a line in each of thousands of tenant files."""


@dataclass(slots=True)
class _Atom:
    """One edit, or one whole object that came or went, and whose it is. `plain` is the first member's, with nothing abstracted."""

    action: Action
    object: ObjectId
    edit: Edit | None
    plain: Edit | None = None
    before: Any = None
    after: Any = None
    members: dict[Member, None] = field(default_factory=dict)
    dangers: dict[int, Danger] = field(default_factory=dict)
    causes: Counter[Span] = field(default_factory=Counter)
    rolls: set[ObjectId] = field(default_factory=set)


Key = tuple[Any, ...]


def group(changes: Sequence[TenantChange], dangers: Sequence[Danger] = (), own: Sequence[Path] = ()) -> list[Group]:
    """Every edit of every tenant in exactly one group, or said by the `rolls` of one; the groups in order.

    Edits of an object that have the same members are one group. `own` are the paths of the spec that hold a tenant's own
    values, beside its identity.
    """
    atoms: dict[Key, _Atom] = {}
    common = shared_names(changes)
    shared = _Shared(common)
    destroyed: dict[tuple[str, str, ObjectId], list[Danger]] = defaultdict(list)
    for danger in dangers:
        destroyed[danger.environment, danger.tenant, danger.object].append(danger)
    for change in changes:
        names = names_of(change, own, common)
        renames = _renames(change.objects)
        for item in change.objects:
            member = Member(change.tenant, change.environment, change.ring, change.cluster, item.id)
            found = (
                _of_whole(atoms, item, names)
                if item.action != "changed"
                else _of_edits(atoms, item, names, renames, shared if change.like else None)
            )
            followers = {names.id(unhashed(id)) for id in _followers(item, change.objects, renames)}
            for atom in found:
                atom.members[member] = None
                atom.rolls |= followers
            _endanger(found, destroyed.get((change.environment, change.tenant, item.id), ()))
    return ordered(blended(_together(atoms.values())))


def _of_whole(atoms: dict[Key, _Atom], item: ObjectChange, names: Names) -> list[_Atom]:
    """The atom of an object that is added or removed."""
    id, before, after = names.id(unhashed(item.id)), names.of(item.before), names.of(item.after)
    atom = atoms.setdefault(
        (item.action, id, _canonical(before), _canonical(after)), _Atom(item.action, id, None, None, before, after)
    )
    if item.cause is not None:
        atom.causes[item.cause] += 1
    return [atom]


@dataclass(frozen=True, slots=True)
class _Shared:
    """The edits that many tenants have, each abstracted once."""

    common: frozenset[str]
    known: dict[int, tuple[Plain, Key]] = field(default_factory=dict)

    def of(self, edit: Edit, names: Names) -> tuple[Edit, Key]:
        """The edit for all tenants, and what it is known by."""
        if id(edit) not in self.known:
            found = plain(edit, self.common)
            self.known[id(edit)] = found, _key(found.edit)
        found, key = self.known[id(edit)]
        return _abstracted(edit, names) if names.are_in(found.texts) else (found.edit, key)


def _abstracted(edit: Edit, names: Names) -> tuple[Edit, Key]:
    same = names.edit(edit)
    return same, _key(same)


def _key(edit: Edit) -> Key:
    return edit.path, _canonical(edit.before), _canonical(edit.after)


def _of_edits(
    atoms: dict[Key, _Atom], item: ObjectChange, names: Names, renames: Mapping[str, str], shared: _Shared | None
) -> list[_Atom]:
    """The atoms of an object that changes; none where it only follows others."""
    id = names.id(unhashed(item.id))
    found = []
    for edit in _own_edits(item, renames):
        same, key = shared.of(edit, names) if shared else _abstracted(edit, names)
        atom = atoms.get((id, key))
        if atom is None:
            atom = atoms[id, key] = _Atom(item.action, id, replace(same, cause=None), edit)
        cause = edit.cause or item.cause
        if cause is not None:
            atom.causes[cause] += 1
        found.append(atom)
    return found


def _endanger(atoms: Sequence[_Atom], dangers: Iterable[Danger]) -> None:
    """Put each danger to the edits of its field, and where there are none, to all edits of the object."""
    for danger in dangers:
        near = [atom for atom in atoms if atom.edit is not None and _is_near(show_path(atom.edit.path), danger.field)]
        for atom in near or atoms:
            atom.dangers[id(danger)] = danger


def _is_near(path: str, other: str) -> bool:
    return bool(other) and (path.startswith(other) or other.startswith(path))


def _together(atoms: Iterable[_Atom]) -> list[Group]:
    """The edits of an object that the same members make, as one group."""
    alike: dict[Key, list[_Atom]] = defaultdict(list)
    for atom in atoms:
        alike[atom.action, atom.object, tuple(atom.members), atom.edit is None and id(atom)].append(atom)
    return [_group(found) for found in alike.values()]


def _group(atoms: Sequence[_Atom]) -> Group:
    first = atoms[0]
    lines: Counter[Span] = sum((atom.causes for atom in atoms), Counter())
    causes = tuple(span for span, _ in sorted(lines.items(), key=lambda item: (-item[1], item[0])))
    dangers = {place: danger for atom in atoms for place, danger in atom.dangers.items()}
    return Group(
        first.action,
        first.object,
        tuple(sorted((_shown(atom) for atom in atoms if atom.edit is not None), key=lambda edit: show_path(edit.path))),
        first.before,
        first.after,
        tuple(sorted(first.members, key=_member_key)),
        tuple(dangers.values()),
        causes[0] if causes else None,
        causes[:_CAUSES],
        tuple(sorted({follower for atom in atoms for follower in atom.rolls})),
    )


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


def _canonical(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)
    return (type(value), value)


def _member_key(member: Member) -> tuple[str, str, ObjectId]:
    return (member.environment, member.tenant, member.object)


def _shown(atom: _Atom) -> Edit:
    """The edit for all its members; the values of one member alone are said as they are."""
    assert atom.edit is not None
    assert atom.plain is not None
    single = len(atom.members) == 1
    return replace(atom.edit, before=atom.plain.before, after=atom.plain.after) if single else atom.edit


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
    return (
        not open_dangers,
        not item.dangers,
        -len(item.members),
        item.object,
        item.action,
        _told(item),
        [_member_key(member) for member in item.members[:1]],
    )


def _told(item: Group) -> str:
    whole = [_canonical(item.before), _canonical(item.after)]
    return repr([(show_path(edit.path), str(edit.before), str(edit.after)) for edit in item.edits] or whole)
