"""What changes, for code scanning: dangers as errors and groups as notes, at the lines that cause them."""

from __future__ import annotations

import json as encoder
from typing import Any

from generator.changes import Group, Review
from generator.diagnostics import Span
from generator.report import changes_words as words
from generator.report.printable import printable
from generator.report.sarif import location

_MOST = 5_000
"""GitHub shows no more results of a run."""


def sarif(review: Review) -> str:
    """One run of the tool `quad`; a change of unknown cause has no line to be shown at and is left out, a danger never is."""
    results = [_danger(peril) for peril in words.perils(review.dangers)]
    results += [_group(group) for group in review.groups if group.cause is not None]
    rules = [{"id": code} for code in sorted({result["ruleId"] for result in results})]
    run = {
        "tool": {"driver": {"name": "quad", "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": results[:_MOST],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return encoder.dumps(log, indent=2, ensure_ascii=True) + "\n"


def _danger(peril: words.Peril) -> dict[str, Any]:
    danger = peril.first
    field = f", {danger.field}" if danger.field else ""
    sides = f"{words.value(danger.before)} -> {words.value(danger.after)}"
    names, more = words.listed(peril.tenants, 10)
    parts = [f"{danger.object}{field}: {sides}", f"tenants: {', '.join([*names, *filter(None, [more])])}", danger.why]
    parts.append(f"Allowed: {danger.allowed}" if danger.allowed else f"Help: {danger.proceed}")
    place = peril.causes[0] if peril.causes else Span(f"tenants/{danger.environment}/{danger.tenant}.yaml")
    return _result(danger.code, "warning" if danger.allowed else "error", parts, place)


def _group(group: Group) -> dict[str, Any]:
    assert group.cause is not None
    parts = [f"{words.title(group, False)}: {words.headline(group)}"]
    return _result(f"change-{group.action}", "note", parts, group.cause)


def _result(code: str, level: str, parts: list[str], place: Span) -> dict[str, Any]:
    message = "\n".join(printable(line) for part in parts for line in part.splitlines())
    return {"ruleId": code, "level": level, "message": {"text": message}, "locations": [location(place)]}
