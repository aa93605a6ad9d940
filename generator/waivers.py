"""The entries under `waivers:` of fleet.yaml: which finding of a rule is accepted, for whom, why, and until when.

They stand in fleet.yaml alone, with the platform team: no tenant waives what protects its neighbours.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from generator.diagnostics import Diagnostic, Span
from generator.schema_errors import closest
from generator.source import Document

_FIELD = "waivers"


@dataclass(frozen=True, slots=True)
class Waiver:
    """One entry; `tenants` is empty where it holds for all, `object` is the kind and the name, whose end may be `*`."""

    rule: str
    object: str
    tenants: tuple[str, ...]
    reason: str
    until: date
    span: Span

    def covers(self, rule: str, kind: str, name: str) -> bool:
        """Whether the entry is about a finding of the rule at the object, in whatever tenant."""
        own_kind, _, own = self.object.partition(" ")
        named = name.startswith(own[:-1]) if own.endswith("*") else name == own
        return self.rule == rule and own_kind == kind and named


def waivers_of(fleet: Document | None) -> tuple[Waiver, ...]:
    """All entries that are fit to be read; of the others `quad validate` has spoken."""
    if fleet is None:
        return ()
    return tuple(
        Waiver(
            str(entry.get("rule")),
            str(entry.get("object")),
            tuple(entry.get("tenants", ())),
            str(entry.get("reason")),
            until,
            fleet.value((_FIELD, index, "object")),
        )
        for index, entry in _listed(fleet)
        if (until := _day(entry.get("until"))) is not None
    )


def waiver_problems(fleet: Document) -> Iterator[Diagnostic]:
    """Dates that no calendar has; everything else about an entry the schema says."""
    for index, entry in _listed(fleet):
        if _day(entry.get("until")) is None:
            message = f"`{entry.get('until')}` is no day of the calendar"
            help = 'write a day as "2026-12-31", in quotes'
            yield Diagnostic("bad-date", message, fleet.value((_FIELD, index, "until")), help=help)


def out_of_place(
    waivers: Collection[Waiver],
    used: Mapping[Waiver, Collection[str]],
    checked: Collection[str],
    tenants: Collection[str],
    rules: Collection[str],
    today: date | None,
) -> Iterator[Diagnostic]:
    """Entries that expired and are still needed, and those that meet nothing though all their tenants were checked.

    `used` are the tenants in whose manifests each was met: an entry that expired is their problem and nobody else's.
    """
    for waiver in waivers:
        expired = today is not None and waiver.until < today
        if waiver in used and expired:
            message = f"the waiver expired on {waiver.until}, and the finding is still there"
            help, owners = "mend it, or agree on a later day", tuple(sorted(used[waiver]))
            yield Diagnostic("waiver-expired", message, waiver.span, help=help, tenants=owners)
        elif waiver not in used:
            said = _unused(waiver, checked, tenants, rules)
            help = "remove it; while it stands, it hides the next such finding"
            if said:
                yield Diagnostic("waiver-unused", said[0], waiver.span, help=said[1] or help, severity="warning")


def _unused(
    waiver: Waiver, checked: Collection[str], tenants: Collection[str], rules: Collection[str]
) -> tuple[str, str] | None:
    if waiver.rule not in rules:
        return f"there is no rule `{waiver.rule}`", closest(waiver.rule, list(rules))
    for name in waiver.tenants:
        if name not in tenants:
            return f"the waiver is for `{name}`, and there is no such tenant", closest(name, list(tenants))
    if set(waiver.tenants or tenants) <= set(checked):
        return f"the waiver of `{waiver.rule}` for {waiver.object} meets no finding", ""
    return None


def _listed(fleet: Document) -> Iterator[tuple[int, Mapping[str, Any]]]:
    found = fleet.data.get(_FIELD) if isinstance(fleet.data, Mapping) else None
    for index, entry in enumerate(found if isinstance(found, list) else []):
        if isinstance(entry, Mapping):
            yield index, entry


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
