"""The entries under `freezes:` of fleet.yaml: the days on which nothing is upgraded, for all rings or for some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from generator.diagnostics import Diagnostic, Span
from generator.schema_errors import closest
from generator.source import Document

_FIELD = "freezes"


def frozen_on(fleet: Document, ring: str, day: date) -> Iterator[tuple[str, Span]]:
    """Why nothing of the ring is upgraded on that day, and where that is said."""
    for index, entry in enumerate(fleet.data.get(_FIELD, ())):
        first, last = _day(entry["from"]), _day(entry["until"])
        if first and last and first <= day <= last and ring in entry.get("rings", [ring]):
            words = f"{entry['reason']} (from {first} until {last})"
            yield words, fleet.value((_FIELD, index, "reason"))


def freeze_problems(fleet: Document) -> Iterator[Diagnostic]:
    """Dates that no calendar has, spans that end before they begin, rings that there are not."""
    rings = [ring["name"] for ring in fleet.data["rings"]]
    for index, entry in enumerate(fleet.data.get(_FIELD, ())):
        here = (_FIELD, index)
        for field in ("from", "until"):
            if _day(entry[field]) is None:
                help = 'write a day as "2026-12-31", in quotes'
                message = f"`{entry[field]}` is no day of the calendar"
                yield Diagnostic("bad-date", message, fleet.value((*here, field)), help=help)
        yield from _ends_before_it_begins(fleet, index, entry)
        for number, ring in enumerate(entry.get("rings", ())):
            if ring not in rings:
                span, help = fleet.value((*here, "rings", number)), f"use one of: {', '.join(rings)}"
                message = f"unknown ring `{ring}`"
                yield Diagnostic("unknown-ring", message, span, label=closest(ring, rings), help=help)


def _ends_before_it_begins(fleet: Document, index: int, entry: Mapping[str, Any]) -> Iterator[Diagnostic]:
    first, last = _day(entry["from"]), _day(entry["until"])
    if first and last and last < first:
        message = f"the freeze ends on {last}, before it begins on {first}"
        yield Diagnostic(
            "impossible-value", message, fleet.value((_FIELD, index, "until")), help="mend one of the days"
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
