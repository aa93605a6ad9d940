"""What changes between two profiles, found once for all tenants whose files both are stamped from them.

A profile's objects are read with unknowns in the place of values (`unknowns.py`) and compared by the very functions that compare
two tenants' own. Where these would have to know a value there is no pattern, and each tenant is compared by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from generator.changes import Edit, ObjectChange, ObjectId, TenantChange
from generator.diagnostics import ToolError
from generator.diff.edits import edits
from generator.diff.pairing import HASH, is_hashed, paired
from generator.diff.unknown_objects import Documents, Hole
from generator.diff.unknowns import KINDS, AskedError, Atom, Fill, Places, Unknown, filled, places, same, surely_differ
from generator.model import Spec
from generator.name_hash import hash_of
from generator.profiles.shape import Value, holes
from generator.profiles.shape import filled as put_in
from generator.profiles.template import Stamped

Key = tuple[str, int, str, int]
"""A profile and a shape of either side."""


@dataclass(frozen=True, slots=True)
class _Blank:
    """An object's change with unknowns, and where they are: in the id, in each edit's sides, in both states."""

    change: ObjectChange
    id: tuple[Places, Places]
    edits: tuple[tuple[Places, Places], ...]
    states: tuple[Places, Places]

    def put(self, fill: Fill) -> ObjectChange:
        """The change of one tenant; of what only changes, both states are left as they are."""
        blank, (space, name) = self.change, self.id
        id = ObjectId(
            blank.id.group, blank.id.kind, filled(blank.id.namespace, space, fill), filled(blank.id.name, name, fill)
        )
        if blank.action != "changed":
            return self.whole(ObjectChange(id, None, None), fill)
        return ObjectChange(id, blank.before, blank.after, self._edits(fill) if self.edits else blank.edits)

    def _edits(self, fill: Fill) -> tuple[Edit, ...]:
        return tuple(
            Edit(edit.path, filled(edit.before, old, fill), filled(edit.after, new, fill)) if old or new else edit
            for edit, (old, new) in zip(self.change.edits, self.edits, strict=True)
        )

    def whole(self, change: ObjectChange, fill: Fill) -> ObjectChange:
        """The change with both states of the tenant's object."""
        before, after = self.change.before, self.change.after
        return replace(change, before=filled(before, self.states[0], fill), after=filled(after, self.states[1], fill))


def _blank(change: ObjectChange) -> _Blank:
    edits = tuple((places(edit.before), places(edit.after)) for edit in change.edits)
    return _Blank(
        change,
        (places(change.id.namespace), places(change.id.name)),
        edits if any(old or new for old, new in edits) else (),
        (places(change.before), places(change.after)),
    )


@dataclass(frozen=True, slots=True)
class Pattern:
    """The change of all tenants of two profiles, with unknowns for values."""

    unknown: TenantChange
    objects: tuple[_Blank, ...]

    def put(self, fill: Fill) -> list[tuple[ObjectChange, _Blank]]:
        """The objects that change for one tenant, in order."""
        found = [(blank.put(fill), blank) for blank in self.objects]
        return sorted(found, key=lambda item: item[0].id) if len(found) > 1 else found


@dataclass(frozen=True, slots=True)
class Part:
    """One tenant's part in a pattern."""

    pattern: Pattern
    fill: Fill

    @property
    def unknown(self) -> TenantChange:
        """The change of all tenants of the pattern."""
        return self.pattern.unknown

    def whole(self, change: TenantChange) -> TenantChange:
        """The tenant's change with its objects as they are."""
        blanks = [blank for _, blank in self.pattern.put(self.fill)]
        objects = (blank.whole(item, self.fill) for item, blank in zip(change.objects, blanks, strict=True))
        return replace(change, objects=tuple(objects), like=None)


@dataclass(frozen=True, slots=True)
class Patterns:
    """The patterns that were asked for, None for those that there cannot be."""

    documents: Documents = field(default_factory=Documents)
    known: dict[Key, Pattern | None] = field(default_factory=dict)
    holes: dict[int, Mapping[Hole, int]] = field(default_factory=dict)

    def of(self, before: Stamped, after: Stamped) -> Pattern | None:
        """The pattern of both profiles, for tenants of these shapes."""
        key = before.profile.key, id(before.shape), after.profile.key, id(after.shape)
        if key not in self.known:
            try:
                self.known[key] = self._made(before, after)
            except (AskedError, TypeError, ToolError):  # a TypeError is what C code says of an unknown
                self.known[key] = None
        return self.known[key]

    def _made(self, before: Stamped, after: Stamped) -> Pattern:
        removed, added = self.documents.differing(before, after)
        found = tuple(_compared(removed, added))
        spec = _spec(after)
        words = [Unknown((("spec", (what,)),)) for what in ("name", "environment", "ring", "cluster")]
        return Pattern(_unknown(words, spec, found), tuple(_blank(item) for item in found))

    def changed(self, environment: str, before: Stamped, after: Stamped) -> TenantChange | None:
        """The change of a tenant with the same resolved spec on both sides; None where it is no pattern's."""
        old, new = self._by_hole(before), self._by_hole(after)
        equal = (
            before.values == after.values
            if old is new
            else all(before.values[at] == after.values[new[hole]] for hole, at in old.items() if hole in new)
        )
        pattern = self.of(before, after) if equal else None
        if pattern is None:
            return None

        def find(hole: Hole) -> Value:
            return after.values[new[hole]] if hole in new else before.values[old[hole]]

        unit, fill = after.unit, Fill(find)
        words = unit.name, environment, str(unit.spec["ring"]), str(unit.spec["cluster"])
        objects = tuple(item for item, _ in pattern.put(fill))
        return TenantChange(*words, unit.spec, unit.spec, objects, Part(pattern, fill))

    def _by_hole(self, stamped: Stamped) -> Mapping[Hole, int]:
        """The numbers of the values of the shape."""
        key = id(stamped.shape)
        if key not in self.holes:
            found = {hole: number for number, hole in enumerate(holes(stamped.shape[0]))}
            self.holes[key] = next((known for known in self.holes.values() if known == found), found)
        return self.holes[key]


def _unknown(words: Sequence[Any], spec: Spec, objects: tuple[ObjectChange, ...]) -> TenantChange:
    name, environment, ring, cluster = words
    return TenantChange(name, environment, ring, cluster, spec, spec, objects)


def _spec(stamped: Stamped) -> Spec:
    """The resolved tenants of the shape."""
    unknown: list[Any] = [Unknown((("spec", path),), KINDS.get(kind, "tree")) for path, kind in holes(stamped.shape[0])]
    return {key: value for key, value in put_in(stamped.shape[0], unknown).items() if key != "argocd"}


def _compared(removed: Iterable[Any], added: Iterable[Any]) -> list[ObjectChange]:
    old, new = ([(_marked(item), item) for item in side if item is not None] for side in (removed, added))
    _refuse_open_ids([item for _, item in (*old, *new)])
    found = paired(old, new)
    pairs = ((after, before, after, _edits(before, after)) for _, before, after in found.both)
    changes = [ObjectChange(_id(known), before, after, own) for known, before, after, own in pairs if own]
    changes += [ObjectChange(_id(item), item, None) for _, item in found.removed]
    return changes + [ObjectChange(_id(item), None, item) for _, item in found.added]


def _edits(before: Any, after: Any) -> tuple[Edit, ...]:
    found = edits(before, _united(before, after))
    if any(edit.before == edit.after for edit in found):  # raises one where only the values can tell
        raise AskedError
    return tuple(found)


def _united(before: Any, after: Any) -> Any:
    """The newer data with the older's own objects in it, wherever they are the same."""
    if same(before, after):
        return before
    if isinstance(before, dict) and isinstance(after, dict):
        return {key: _united(before[key], item) if key in before else item for key, item in after.items()}
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [_united(old, new) for old, new in zip(before, after, strict=True)]
    return after


def _names(item: Any) -> tuple[Any, Any]:
    metadata = item.get("metadata", {})
    namespace, name = metadata.get("namespace", ""), metadata.get("name", "")
    return _text(namespace), _text(name)


def _text(name: Any) -> Any:
    return name if type(name) is Unknown and name.kind == "text" else str(name)


def _id(item: Any) -> ObjectId:
    """The id, in which namespace and name may be unknown."""
    return ObjectId(str(item.get("apiVersion", "")).rpartition("/")[0], str(item.get("kind", "")), *_names(item))


def _marked(item: Any) -> ObjectId:
    """The id with words in the place of what is unknown, the same for the same and else different ones."""
    id = _id(item)
    return ObjectId(id.group, id.kind, *("".join(_word(atom) for atom in _atoms(name)) for name in _names(item)))


def _atoms(name: Any) -> tuple[Atom, ...]:
    return name.atoms if type(name) is Unknown else (name,)


def _word(atom: Atom) -> str:
    if isinstance(atom, str):
        return atom
    return hash_of(repr(atom)) if atom[0] == "hash" else f"\0{atom!r}\0"


def _refuse_open_ids(items: Iterable[Any]) -> None:
    """Every two objects of a kind must have the same id, or not, whatever the values are; and so without hashes."""
    kinds: dict[tuple[str, str], list[tuple[ObjectId, Any]]] = {}
    for item in items:
        id = _marked(item)
        kinds.setdefault((id.group, id.kind), []).append((id, item))
    for found in kinds.values():
        for (id, item), (other_id, other) in combinations(found, 2):
            (space, name), (other_space, other_name) = _names(item), _names(other)
            if id == other_id or surely_differ(_atoms(space), _atoms(other_space)):
                continue
            names = _atoms(name), _atoms(other_name)
            bare = (_unhashed(names[0]), _unhashed(names[1])) if is_hashed(id) else names
            if not surely_differ(*names) or (bare[0] != bare[1] and not surely_differ(*bare)):
                raise AskedError


def _unhashed(name: tuple[Atom, ...]) -> tuple[Atom, ...]:
    """The name without a hash; where its end is not known, it might look like one."""
    head, last = name[:-1], name[-1]
    if isinstance(last, str) and ("-" in last or not head):
        return (*head, HASH.sub("", last))
    if last[0] != "hash" or not head or not isinstance(head[-1], str) or not head[-1].endswith("-"):
        raise AskedError
    return (*head[:-1], head[-1].removesuffix("-"))
