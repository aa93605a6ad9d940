"""What the HTML page shows of a review, in its order and its words: cards for groups, entries for dangers, names once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.changes import ABSENT, Action, Danger, Edit, Group, Item, Member, Review, show_path
from generator.diagnostics import Span
from generator.report.dangers_view import DangerEntry, danger_entries, danger_key
from generator.report.members_view import Members, Reach, members_of, rank_rings, reach_of
from generator.report.values import Line, common, line_diff, value_lines

_GIST_EDITS = 2
_GIST_LENGTH = 48
_GIST_PART = 10


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a card: its path and its lines."""

    path: str
    lines: tuple[Line, ...]
    cause: Span | None


@dataclass(frozen=True, slots=True)
class Gist:
    """A field in a few words, for a card that is closed; a value that is not there, or has several lines, is empty."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Card:
    """One group. `same` is the number of an earlier card with the very same members, 0 where there is none."""

    number: int
    action: Action
    kind: str
    name: str
    group: str
    fields: tuple[Field, ...]
    gists: tuple[Gist, ...]
    more: int
    lines: tuple[Line, ...]
    tenants: int
    objects: int
    reach: tuple[Reach, ...]
    members: Members
    same: int
    codes: tuple[tuple[str, bool], ...]
    cause: Span | None

    @property
    def danger(self) -> str:
        """`refused` where a danger is not allowed, `allowed` where all are, else empty."""
        if not self.codes:
            return ""
        return "allowed" if all(allowed for _, allowed in self.codes) else "refused"

    @property
    def noun(self) -> str:
        """What its members are: a root of Argo CD is in no ring."""
        return "tenant" if any(segment.ring for segment in self.members) else "Argo CD root"


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the template asks for."""

    before: str
    after: str
    cards: tuple[Card, ...]
    dangers: tuple[DangerEntry, ...]
    refused: int
    allowed: int
    changed: int
    roots: int
    tenants: int
    objects: int
    files: int
    reach: tuple[Reach, ...]


def page(review: Review) -> Page:
    """The review as the page shows it."""
    everyone = {(member.tenant, member.environment): member for group in review.groups for member in group.members}
    ranks = rank_rings(member for group in review.groups for member in group.members)
    numbers: dict[tuple[str, ...], list[int]] = {}
    for number, group in enumerate(review.groups, 1):
        for danger in group.dangers:
            numbers.setdefault(danger_key(danger), []).append(number)
    allowed = sum(1 for danger in review.dangers if danger.allowed)
    return Page(
        review.before,
        review.after,
        _cards(review.groups, ranks),
        danger_entries(review.dangers, everyone, numbers, ranks),
        len(review.dangers) - allowed,
        allowed,
        sum(1 for member in everyone.values() if member.ring),
        sum(1 for member in everyone.values() if not member.ring),
        review.tenants,
        sum(len(group.members) for group in review.groups),
        review.files,
        reach_of((member for member in everyone.values() if member.ring), ranks),
    )


def _cards(groups: Sequence[Group], ranks: Mapping[tuple[str, str], int]) -> tuple[Card, ...]:
    first: dict[Members, int] = {}
    cards = []
    for number, group in enumerate(groups, 1):
        members = members_of(((member, _called(member, group)) for member in group.members), ranks)
        same = first.setdefault(members, number)
        cards.append(_card(number, group, members, 0 if same == number else same, ranks))
    return tuple(cards)


def _card(number: int, group: Group, members: Members, same: int, ranks: Mapping[tuple[str, str], int]) -> Card:
    tenants = {(member.tenant, member.environment): member for member in group.members}
    whole = () if group.edits else tuple(_whole(group))
    return Card(
        number,
        group.action,
        group.object.kind,
        group.object.name,
        group.object.group,
        tuple(
            Field(show_path(edit.path), tuple(line_diff(edit.before, edit.after)), edit.cause) for edit in group.edits
        ),
        tuple(_gist(edit) for edit in group.edits[:_GIST_EDITS]),
        max(0, len(group.edits) - _GIST_EDITS),
        whole,
        len(tenants),
        len(group.members),
        reach_of(tenants.values(), ranks),
        members,
        same,
        _codes(group.dangers),
        group.cause,
    )


def _whole(group: Group) -> Iterable[Line]:
    before: Any = ABSENT if group.before is None else group.before
    after: Any = ABSENT if group.after is None else group.after
    return line_diff(before, after) if before != after else ()


def _codes(dangers: Iterable[Danger]) -> tuple[tuple[str, bool], ...]:
    """The classes of danger, each with whether all of it is allowed; what is not comes first."""
    refused = Counter(danger.code for danger in dangers if not danger.allowed)
    codes = {danger.code for danger in dangers}
    return tuple(sorted(((code, code not in refused) for code in codes), key=lambda pair: (pair[1], pair[0])))


def _called(member: Member, group: Group) -> str:
    """What the object is called at this tenant, where the card's title does not say it."""
    name = member.object.name
    return "" if name in (group.object.name, member.tenant) else name


def _gist(edit: Edit) -> Gist:
    """The path from its last list item on, or its last three fields, and both values where they are short."""
    items = [index for index, step in enumerate(edit.path) if isinstance(step, Item)]
    start = items[-1] if items else max(0, len(edit.path) - 3)
    path = edit.path[start:]
    if path and isinstance(path[0], Item):
        rest = show_path(path[1:])
        text = f"{path[0].value}{' ' if rest else ''}{rest}"
    else:
        text = show_path(path)
    old, new = value_lines(edit.before), value_lines(edit.after)
    if len(old) > 1 or len(new) > 1:
        return Gist(text, "", "")
    start = common(old[0], new[0]) if old and new else 0
    return Gist(text, *(_short(lines[0], start) if lines else "" for lines in (old, new)))


def _short(text: str, start: int) -> str:
    """The text, or where it is long the part with which it begins to differ."""
    if len(text) <= _GIST_LENGTH:
        return text
    end = start + _GIST_PART
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
