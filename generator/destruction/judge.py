"""What becomes of a danger: allowed by an entry that has not expired, or an error that says how to go on.

Dates are compared with the day it is given, the source commit's: the same commit is judged the same way for ever.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from generator.changes import ABSENT, Danger
from generator.destruction.allowances import ANY, BY_NAME, Allowance, Allowances
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


@dataclass(frozen=True, slots=True)
class _Refused:
    """A danger that nothing allows, its place among all, and the entry that allowed it until it expired."""

    index: int
    danger: Danger
    expired: Allowance | None


def judge(dangers: Sequence[Danger], allowances: Allowances, today: date) -> tuple[list[Danger], list[Diagnostic]]:
    """The dangers with what allows each, and a diagnostic for each that nothing allows and for each entry out of place.

    What is not allowed says in `proceed` also which entry would allow it.
    """
    entries: dict[str, list[Allowance]] = defaultdict(list)
    for entry in allowances.entries:
        entries[entry.tenant].append(entry)
    used: set[Allowance] = set()
    judged: list[Danger] = []
    refused: list[_Refused] = []
    for index, danger in enumerate(dangers):
        about = [entry for entry in (*entries[danger.tenant], *entries[""]) if entry.permits(danger)]
        used.update(about)
        valid = [entry for entry in about if entry.until >= today]
        allowed = danger.allowed or (valid[0].reason if valid else "")
        judged.append(replace(danger, allowed=allowed))
        if not allowed:
            refused.append(_Refused(index, danger, about[0] if about else None))
    groups = _grouped(refused)
    for group in groups:
        for each in group:
            where, line = _offer(each.danger, allowances, today, len(group) > 1)
            place = FLEET if where == FLEET else "the tenant's file"
            advice = f"{each.danger.proceed}\nif it is meant, add to `allow:` in {place}:\n- {line}"
            judged[each.index] = replace(judged[each.index], proceed=advice)
    needed = {each.expired for each in refused if each.expired is not None}
    problems = [_refusal(group, allowances, today) for group in groups]
    for entry in allowances.entries:
        if entry in used or allowances.complete:
            problems += _out_of_place(entry, used, needed, today)
    return judged, ordered(problems)


def _offer(danger: Danger, allowances: Allowances, today: date, many: bool) -> tuple[str, str]:
    """The file where an entry would allow the danger, and the entry on one line."""
    document = None if many else allowances.documents.get(danger.tenant)
    return document.path if document else FLEET, dump_line(entry_for(danger, today, many, document is None))


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


def _grouped(refused: Iterable[_Refused]) -> list[list[_Refused]]:
    """What is the same for more tenants than would be named is said once."""
    groups: dict[tuple[Any, ...], list[_Refused]] = defaultdict(list)
    for each in refused:
        danger = each.danger
        sort, name = danger.object.kind, _name(danger, many=True)
        values = shown(danger.before), shown(danger.after)
        groups[danger.code, sort, name, danger.field, values, danger.why, danger.cause, each.expired].append(each)
    said = []
    for group in groups.values():
        said += [group] if len(group) > _NAMED else [[each] for each in group]
    return said


def _refusal(group: Sequence[_Refused], allowances: Allowances, today: date) -> Diagnostic:
    danger, expired, many = group[0].danger, group[0].expired, len(group) > 1
    notes = [danger.why]
    if many:
        names = sorted(each.danger.tenant for each in group)
        notes.append(f"for {len(names)} tenants: {', '.join(names[:_NAMED])} …")
    where, line = _offer(danger, allowances, today, many)
    span, told = _place(danger, allowances)
    return Diagnostic(
        danger.code,
        _message(danger, many),
        span,
        label=f"before, it was {shown(danger.before)}" if told and danger.field else "",
        help=f"{danger.proceed}; if it is meant, add to `allow:` in {where}: - {line}",
        notes=tuple(notes),
        tenants=tuple(sorted({each.danger.tenant for each in group})),
        related=(Related(expired.span, f"allowed until {expired.until}"),) if expired else (),
    )


def entry_for(danger: Danger, today: date, many: bool = False, shared: bool = False) -> dict[str, str]:
    """The entry that would allow the danger: in the tenant's file, or (`shared`) in fleet.yaml; there `many` tenants at once."""
    named = shared and not many and "." not in danger.tenant  # a root of Argo CD is no tenant
    entry = {"tenant": danger.tenant} if named else {}
    entry["object"] = f"{danger.object.kind} {_name(danger, many)}"
    if danger.field:
        entry["field"] = printable(danger.field)
    if danger.code in BY_NAME:
        entry["code"] = danger.code
    return {**entry, "reason": "say why, and who agreed", "until": str(today + OFFERED)}


def _name(danger: Danger, many: bool) -> str:
    """The object's name; a tenant's own as it is said of many."""
    return ANY if many and danger.object.group == GROUP and danger.field else danger.object.name


def _message(danger: Danger, many: bool) -> str:
    own = f"ring `{danger.object.name}`" if danger.object.kind == "Ring" else f"tenant `{danger.tenant}`"
    whose = "many tenants" if many else own
    subject = whose if danger.object.group == GROUP else f"{danger.object.kind} `{danger.object.name}` of {whose}"
    if not danger.field:
        return f"{subject} is removed"
    if danger.after is ABSENT:
        return f"{subject}: `{danger.field}` ({shown(danger.before)}) is removed"
    if danger.before is ABSENT:
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
    if value is ABSENT:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return f"`{text[:_SHOWN]}…`" if len(text) > _SHOWN else f"`{text}`"
