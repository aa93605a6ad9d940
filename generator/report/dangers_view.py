"""The dangers as the HTML page shows them: one entry for what is the same but for the tenant, with a row for each change."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generator.changes import Danger, Member
from generator.diagnostics import Span
from generator.report.members_view import Members, Ranks, members_of
from generator.report.values import Line, line_diff

Everyone = Mapping[tuple[str, str], Member]


@dataclass(frozen=True, slots=True)
class Row:
    """The same loss at some tenants, and the places that cause it."""

    lines: tuple[Line, ...]
    members: Members
    causes: tuple[Span, ...]

    @property
    def tenants(self) -> int:
        """How many they are."""
        return sum(len(segment.names) for segment in self.members)


@dataclass(frozen=True, slots=True)
class DangerEntry:
    """Dangers that differ in the tenant and the values alone. `cards` are the numbers of the groups they are part of."""

    code: str
    kind: str
    name: str
    field: str
    why: str
    proceed: str
    allowed: str
    tenants: int
    rows: tuple[Row, ...]
    cards: tuple[int, ...]


def danger_key(danger: Danger) -> tuple[str, ...]:
    """What tells one danger from another."""
    thing = danger.object
    return (danger.code, danger.environment, danger.tenant, thing.group, thing.kind, thing.name, danger.field)


def danger_entries(
    dangers: Sequence[Danger], everyone: Everyone, numbers: Mapping[tuple[str, ...], list[int]], ranks: Ranks
) -> tuple[DangerEntry, ...]:
    """The entries, those that nothing allows first, then the widest."""
    alike: dict[tuple[str, ...], list[Danger]] = {}
    for danger in dangers:
        alike.setdefault(_alike(danger), []).append(danger)
    entries = [_entry(key, found, everyone, numbers, ranks) for key, found in alike.items()]
    return tuple(sorted(entries, key=lambda entry: (bool(entry.allowed), -entry.tenants, entry.code, entry.name)))


def _alike(danger: Danger) -> tuple[str, ...]:
    words = (_anyone(danger, text) for text in (danger.object.name, danger.why, danger.proceed))
    return (danger.code, danger.object.kind, danger.field, danger.allowed, *words)


def _anyone(danger: Danger, text: str) -> str:
    """The text with the tenant's name taken out, so that it can be said once for many."""
    return re.sub(rf"(?<![\w-]){re.escape(danger.tenant)}(?![\w-])", "<tenant>", text) if danger.tenant else text


def _entry(
    key: tuple[str, ...],
    dangers: Sequence[Danger],
    everyone: Everyone,
    numbers: Mapping[tuple[str, ...], list[int]],
    ranks: Ranks,
) -> DangerEntry:
    code, kind, field, allowed, name, why, proceed = key
    tenants = {(danger.tenant, danger.environment) for danger in dangers}
    if len(tenants) == 1:
        name, why, proceed = dangers[0].object.name, dangers[0].why, dangers[0].proceed
    rows: dict[tuple[str, str], list[Danger]] = {}
    for danger in dangers:
        rows.setdefault((repr(danger.before), repr(danger.after)), []).append(danger)
    cards = {number for danger in dangers for number in numbers.get(danger_key(danger), [])}
    shown = sorted(
        (_row(found, everyone, ranks) for found in rows.values()), key=lambda row: (-row.tenants, row.members)
    )
    return DangerEntry(code, kind, name, field, why, proceed, allowed, len(tenants), tuple(shown), tuple(sorted(cards)))


def _row(dangers: Sequence[Danger], everyone: Everyone, ranks: Ranks) -> Row:
    found = {
        (danger.tenant, danger.environment): everyone.get(
            (danger.tenant, danger.environment), Member(danger.tenant, danger.environment, "", "", danger.object)
        )
        for danger in dangers
    }
    causes = sorted({danger.cause for danger in dangers if danger.cause})
    lines = tuple(line_diff(dangers[0].before, dangers[0].after))
    return Row(lines, members_of(((member, "") for member in found.values()), ranks), tuple(causes))
