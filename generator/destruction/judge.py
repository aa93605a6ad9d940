"""What becomes of a danger: allowed by an entry that has not expired, or an error that says how to go on.

Dates are compared with the day it is given, the source commit's: the same commit is judged the same way for ever.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from generator.changes import ABSENT, Danger
from generator.destruction.allowances import ANY, Allowance, Allowances
from generator.destruction.loss import GROUP
from generator.diagnostics import Diagnostic, Related, Span, ordered
from generator.report.printable import printable
from generator.source import dump_line

FLEET = "tenants/fleet.yaml"
OFFERED = timedelta(days=14)
"""How long the entry that is offered for pasting holds."""
DISTANT = timedelta(days=90)
"""Entries for longer than this are warned of: nobody remembers them when they meet another change."""

_NAMED = 5
_SHOWN = 60


Refused = tuple[Danger, Allowance | None]
"""A danger that nothing allows, and the entry that did until it expired."""


def judge(dangers: Sequence[Danger], allowances: Allowances, today: date) -> tuple[list[Danger], list[Diagnostic]]:
    """The dangers with what allows each, and a diagnostic for each that nothing allows and for each entry out of place."""
    used: set[Allowance] = set()
    judged: list[Danger] = []
    refused: list[Refused] = []
    for danger in dangers:
        about = [entry for entry in allowances.entries if entry.permits(danger)]
        used.update(about)
        valid = [entry for entry in about if entry.until >= today]
        allowed = danger.allowed or (valid[0].reason if valid else "")
        judged.append(replace(danger, allowed=allowed))
        if not allowed:
            refused.append((danger, about[0] if about else None))
    needed = {entry for _, entry in refused if entry is not None}
    problems = [_refusal(group, allowances, today) for group in _grouped(refused)]
    problems += [problem for entry in allowances.entries for problem in _out_of_place(entry, used, needed, today)]
    return judged, ordered(problems)


def _out_of_place(
    entry: Allowance, used: Collection[Allowance], needed: Collection[Allowance], today: date
) -> Iterator[Diagnostic]:
    """An entry that expired, meets nothing or holds for too long. One that expired is an error only where it is needed."""
    if entry in needed:
        message = f"the allowance expired on {entry.until}, and the change is still there"
        help = "make the change before that day, or have it agreed again and give a later one"
        yield Diagnostic("allow-expired", message, entry.span, help=help)
    elif entry not in used:
        past = f" and expired on {entry.until}" if entry.until < today else ""
        what = f"{entry.object} {entry.field}".strip()
        message = f"the allowance for `{what}` meets no change{past}"
        help = "remove it once the change is published; while it stands, it lets the next such change through"
        yield Diagnostic("allow-unused", message, entry.span, help=help, severity="warning")
    elif entry.until > today + DISTANT:
        message = f"the allowance holds until {entry.until}, for more than {DISTANT.days} days"
        help = "give a day soon after the change is published"
        yield Diagnostic("allow-distant", message, entry.span, help=help, severity="warning")


def _grouped(refused: Iterable[Refused]) -> list[list[Refused]]:
    """What is the same for more tenants than would be named is said once."""
    groups: dict[tuple[Any, ...], list[Refused]] = defaultdict(list)
    for danger, entry in refused:
        sort, name = danger.object.kind, _name(danger, many=True)
        values = shown(danger.before), shown(danger.after)
        groups[danger.code, sort, name, danger.field, values, danger.why, danger.cause, entry].append((danger, entry))
    said = []
    for group in groups.values():
        said += [group] if len(group) > _NAMED else [[each] for each in group]
    return said


def _refusal(group: Sequence[Refused], allowances: Allowances, today: date) -> Diagnostic:
    danger, expired = group[0]
    many = len(group) > 1
    notes = [danger.why]
    if many:
        names = sorted(each.tenant for each, _ in group)
        notes.append(f"for {len(names)} tenants: {', '.join(names[:_NAMED])} …")
    document = None if many else allowances.documents.get(danger.tenant)
    where, entry = (document.path if document else FLEET), entry_for(danger, today, many, document is None)
    span, told = _place(danger, allowances)
    return Diagnostic(
        danger.code,
        _message(danger, many),
        span,
        label=f"before, it was {shown(danger.before)}" if told and danger.field else "",
        help=f"{danger.proceed}; if it is meant, add to `allow:` in {where}: - {dump_line(entry)}",
        notes=tuple(notes),
        related=(Related(expired.span, f"allowed until {expired.until}"),) if expired else (),
    )


def entry_for(danger: Danger, today: date, many: bool = False, shared: bool = False) -> dict[str, str]:
    """The entry that would allow the danger: in the tenant's file, or (`shared`) in fleet.yaml; there `many` tenants at once."""
    named = shared and not many and "." not in danger.tenant  # a root of Argo CD is no tenant
    entry = {"tenant": danger.tenant} if named else {}
    entry["object"] = f"{danger.object.kind} {_name(danger, many)}"
    if danger.field:
        entry["field"] = printable(danger.field)
    return {**entry, "reason": "say why, and who agreed", "until": str(today + OFFERED)}


def _name(danger: Danger, many: bool) -> str:
    """The object's name; a tenant's own as it is said of many."""
    return ANY if many and danger.object.group == GROUP and danger.field else danger.object.name


def _message(danger: Danger, many: bool) -> str:
    whose = "many tenants" if many else f"tenant `{danger.tenant}`"
    subject = whose if danger.object.group == GROUP else f"{danger.object.kind} `{danger.object.name}` of {whose}"
    if not danger.field:
        return f"{subject} is removed"
    if danger.after is ABSENT or danger.after is None:
        return f"{subject}: `{danger.field}` ({shown(danger.before)}) is removed"
    if danger.before is ABSENT or danger.before is None:
        return f"{subject}: `{danger.field}` becomes {shown(danger.after)}"
    return f"{subject}: `{danger.field}` goes from {shown(danger.before)} to {shown(danger.after)}"


def _place(danger: Danger, allowances: Allowances) -> tuple[Span, bool]:
    """Where to look, and whether that line is the very cause: else the tenant's name, or the file that is gone."""
    document = allowances.documents.get(danger.tenant)
    path = tuple(danger.field.split(".")) if danger.object.group == GROUP else ()
    if danger.cause is not None:
        return danger.cause, bool(danger.cause.text)
    if document is None:
        return Span(f"tenants/{danger.environment}/{danger.tenant}.yaml"), False
    return (document.value(path), True) if path and path in document.places else (document.value(("name",)), False)


def shown(value: Any) -> str:
    """A value in a message: texts as they are, the rest as JSON, cut where it is long."""
    if value is ABSENT or value is None:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return f"`{text[:_SHOWN]}…`" if len(text) > _SHOWN else f"`{text}`"
