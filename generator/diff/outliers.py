"""Small groups that do nearly what a wide one does, each shown by how it differs from that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generator.changes import Edit, Group, ObjectId

_FEW = 3
_SHARE = 20
"""A group is few where it has no more than three members, or than a twentieth of the wide group's."""


@dataclass(frozen=True, slots=True)
class Outlier:
    """A small group, the place of the wide one in the listing, the edits only one of the two makes."""

    group: Group
    main: int
    instead: tuple[Edit, ...]
    missing: tuple[Edit, ...]


def outliers(groups: Sequence[Group]) -> tuple[list[Group], list[Outlier]]:
    """The groups that stand for themselves, in their order, and those that are outliers of one of them.

    What destroys something always stands for itself.
    """
    homes: dict[int, Group] = {}
    wide: dict[ObjectId, list[Group]] = defaultdict(list)
    for item in sorted(groups, key=lambda item: -len(item.members)):
        main = next((other for other in wide[item.object] if _is_like(item, other)), None)
        if main is None or item.dangers:
            wide[item.object].append(item)
        else:
            homes[id(item)] = main
    mains = [item for item in groups if id(item) not in homes]
    places = {id(item): place for place, item in enumerate(mains)}
    return mains, [_outlier(item, homes[id(item)], places) for item in groups if id(item) in homes]


def _outlier(item: Group, main: Group, places: Mapping[int, int]) -> Outlier:
    mine, theirs = _said(item), _said(main)
    paths = {edit.path for edit in item.edits}
    instead = tuple(edit for key, edit in mine.items() if key not in theirs)
    missing = tuple(edit for edit in main.edits if edit.path not in paths)
    return Outlier(item, places[id(main)], instead, missing)


def _is_like(item: Group, other: Group) -> bool:
    """Whether this one is small beside the other and changes a field that the other changes too."""
    few = len(item.members) <= max(_FEW, len(other.members) // _SHARE) and len(item.members) * 2 < len(other.members)
    if not few or item.action != "changed" or other.action != "changed":
        return False
    return bool({edit.path for edit in item.edits} & {edit.path for edit in other.edits})


def _said(item: Group) -> dict[tuple[str, str, str], Edit]:
    return {(repr(edit.path), repr(edit.before), repr(edit.after)): edit for edit in item.edits}
