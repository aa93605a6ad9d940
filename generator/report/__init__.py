"""Diagnostics as text, json, github and sarif: one layout a file, each a pure function from diagnostics to a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from generator.diagnostics import Diagnostic
from generator.report.github import github
from generator.report.json import json
from generator.report.sarif import sarif
from generator.report.text import text

FORMATS: Mapping[str, Callable[[Sequence[Diagnostic]], str]] = {
    "text": text,
    "json": json,
    "github": github,
    "sarif": sarif,
}
