"""Diagnostics as workflow commands, which GitHub shows beside the changed lines."""

from __future__ import annotations

from collections.abc import Sequence

from generator.diagnostics import Diagnostic, ordered
from generator.report.printable import printable


def github(diagnostics: Sequence[Diagnostic]) -> str:
    """One `::error ...::message` a line; values are escaped, so that no input can write a command of its own."""
    return "".join(f"{_one(diagnostic)}\n" for diagnostic in ordered(diagnostics))


def _one(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    fields = {"file": printable(span.path), "title": diagnostic.code}
    if span.line:
        fields |= {"line": str(span.line), "col": str(span.column), "endColumn": str(span.column + span.length)}
    listed = ",".join(f"{name}={_property(value)}" for name, value in fields.items())
    parts = (diagnostic.message, diagnostic.label, diagnostic.help and f"help: {diagnostic.help}", *diagnostic.notes)
    return f"::{diagnostic.severity} {listed}::{_data(chr(10).join(printable(part) for part in parts if part))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
