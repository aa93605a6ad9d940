"""The entries under `allow:`: who permits which destruction, why, and until when.

A tenant's entries stand in its own file. What has no file (a tenant that is removed) or too many (a change of the catalogue that
meets hundreds) is allowed in fleet.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, field
from datetime import date
from typing import Any

from generator.changes import Danger
from generator.diagnostics import Diagnostic, Span
from generator.model import Repository
from generator.report.printable import printable
from generator.source import Document

ANY = "*"
BY_NAME = frozenset({"one-step-removal"})
"""Codes that only an entry allows which names them: whoever writes it knows what is left out."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Allowance:
    """One entry. `tenant` and `environment` are empty in fleet.yaml where it holds for all; an empty `code` is any."""

    tenant: str
    environment: str
    object: str
    field: str
    code: str
    reason: str
    until: date
    span: Span

    def permits(self, danger: Danger) -> bool:
        """Whether the entry is about the danger. Its field must be the danger's as it is shown; a whole object's is empty."""
        kind, _, name = self.object.partition(" ")
        return (
            self.tenant in ("", danger.tenant)
            and self.environment in ("", danger.environment)
            and kind == danger.object.kind
            and (name == danger.object.name or (name == ANY and bool(danger.field)))
            and self.field == printable(danger.field)
            and (self.code == danger.code or (not self.code and danger.code not in BY_NAME))
        )


@dataclass(frozen=True, slots=True)
class Allowances:
    """All entries of the newer input, and its tenant files by name: where an entry would go.

    Where not all environments or tenants are compared (`complete` is false), nobody can say that an entry is unused.
    """

    entries: tuple[Allowance, ...] = ()
    documents: Mapping[str, Document] = field(default_factory=dict)
    complete: bool = True


def allowances_of(repository: Repository, complete: bool = True, others: Iterable[Allowance] = ()) -> Allowances:
    """What the tenants' files and fleet.yaml allow; an entry that is not fit to be read was reported by validate.

    `others` are the entries of tenants whose files were not read.
    """
    entries = list(others)
    for file in repository.tenants:
        entries += _entries(file.document, file.stem)
    if repository.fleet is not None:
        entries += _entries(repository.fleet, "")
    return Allowances(tuple(entries), {file.stem: file.document for file in repository.tenants}, complete)


def to_rows(document: Document) -> tuple[tuple[str | int, ...], ...]:
    """The entries of a tenant's file as texts and numbers, by which they are known again while the file stays as it is."""
    return tuple(
        (entry.environment, entry.object, entry.field, entry.code, entry.reason, str(entry.until), *astuple(entry.span))
        for entry in _entries(document, ANY)
    )


def from_rows(tenant: str, rows: Iterable[tuple[Any, ...]]) -> Iterator[Allowance]:
    """The entries that `to_rows` gave of the tenant's file."""
    for environment, subject, path, code, reason, until, *span in rows:
        yield Allowance(tenant, environment, subject, path, code, reason, date.fromisoformat(until), Span(*span))


def _entries(document: Document, tenant: str) -> Iterator[Allowance]:
    for index, entry in _listed(document):
        until = _date(entry.get("until"))
        if until is not None:
            yield Allowance(
                tenant or str(entry.get("tenant", "")),
                str(entry.get("environment", "")),
                str(entry.get("object", "")),
                str(entry.get("field", "")),
                str(entry.get("code", "")),
                str(entry.get("reason", "")),
                until,
                document.value(("allow", index, "object")),
            )


def _listed(document: Document) -> Iterator[tuple[int, Mapping[str, Any]]]:
    found = document.data.get("allow") if isinstance(document.data, Mapping) else None
    for index, entry in enumerate(found if isinstance(found, list) else []):
        if isinstance(entry, Mapping):
            yield index, entry


def _date(text: Any) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def allowance_problems(document: Document) -> Iterator[Diagnostic]:
    """Dates that no calendar has; everything else about an entry the schema says."""
    for index, entry in _listed(document):
        until = entry.get("until")
        if isinstance(until, str) and _DAY.fullmatch(until) and _date(until) is None:
            message = f"`{until}` is no day of the calendar"
            help = 'write a day as "2026-12-31", in quotes'
            yield Diagnostic("bad-date", message, document.value(("allow", index, "until")), help=help)
