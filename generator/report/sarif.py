"""Diagnostics as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import json as encoder
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from generator.diagnostics import Diagnostic, Span, ordered
from generator.report.printable import printable


def sarif(diagnostics: Sequence[Diagnostic]) -> str:
    """One run of the tool `quad` with a result for each diagnostic."""
    found = ordered(diagnostics)
    rules = [{"id": code} for code in sorted({item.code for item in found})]
    run = {
        "tool": {"driver": {"name": "quad", "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(item) for item in found],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return encoder.dumps(log, indent=2, ensure_ascii=True) + "\n"


def _result(diagnostic: Diagnostic) -> dict[str, Any]:
    parts = (diagnostic.message, diagnostic.label, diagnostic.help and f"Help: {diagnostic.help}")
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "level": diagnostic.severity,
        "message": {"text": "\n".join(printable(part) for part in parts if part)},
        "locations": [location(diagnostic.span)],
    }
    if diagnostic.related:
        related = [{**location(item.span), "message": {"text": printable(item.label)}} for item in diagnostic.related]
        result["relatedLocations"] = related
    return result


def location(span: Span) -> dict[str, Any]:
    """The place of a result."""
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(span.path, safe="/@", errors="surrogateescape")}}
    if span.line:
        place["region"] = {"startLine": span.line, "startColumn": span.column, "endColumn": span.column + span.length}
    return {"physicalLocation": place}
