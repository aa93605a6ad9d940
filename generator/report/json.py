"""Diagnostics for programs: one JSON object with a list, its fields those of `Diagnostic`."""

from __future__ import annotations

import json as encoder
from collections.abc import Sequence
from typing import Any

from generator.diagnostics import Diagnostic, Span, ordered


def json(diagnostics: Sequence[Diagnostic]) -> str:
    """`{"diagnostics": [...]}`; places have path, line, column (from 1; 0 for a whole file) and length."""
    return (
        encoder.dumps({"diagnostics": [_one(item) for item in ordered(diagnostics)]}, indent=2, ensure_ascii=True)
        + "\n"
    )


def _one(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        **_place(diagnostic.span),
        "label": diagnostic.label,
        "help": diagnostic.help,
        "notes": list(diagnostic.notes),
        "related": [{**_place(related.span), "label": related.label} for related in diagnostic.related],
    }


def _place(span: Span) -> dict[str, Any]:
    return {"path": span.path, "line": span.line, "column": span.column, "length": span.length}
