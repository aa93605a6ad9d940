"""What a rule looks at: one object at a time or all of a tenant's, and which properties of a value it can tell apart.

A verdict holds for every tenant of a profile whose values look the same by this. What follows is therefore about the rules: whoever
writes a rule that asks more of a value than is said here adds it (`tests/test_verdicts.py` holds both ways against each other).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from generator.rules import RULES
from generator.secrets import REFERENCE, SHAPES, looks_random
from generator.source import Path

WHOLE = ("reference", "tenancy", "unmounted-claim")
"""The rules that look at several objects of a tenant at once."""
SINGLE = tuple(code for code in RULES if code not in WHOLE)

_AMOUNT = re.compile(r"[0-9]+(\.[0-9]+){0,2}[A-Za-z]{0,2}")
_ORDINARY = re.compile(
    r"""[^\W\d_][^\x00-\x1f\x7f$@{}*=:/\\]*                                                   # words, names
      | [A-Za-z0-9]([-\w.+/]*[A-Za-z0-9])?                                                      # names, paths, time zones
      | [A-Za-z0-9._+-]+@[A-Za-z0-9.-]+                                                         # addresses
      | https://[A-Za-z0-9.-]+(:[0-9]+)?(/[-\w./]*)?
      | [0-9*/,-]+([ ][0-9*/,-]+){4}                                                            # schedules""",
    re.VERBOSE,
)
"""Texts that no rule takes for an image or a reference that is filled later."""

_CONSTRAINTS = frozenset(
    """
    enum const pattern format minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf
    allOf anyOf oneOf not if
    """.split()  # noqa: SIM905  # a list of words is read as words
)
_INSIDE = frozenset({"allOf", "anyOf", "oneOf", "not", "if", "patternProperties"})

Constraint = Mapping[str, Any] | Literal["none", "by value"]
"""What a schema asks of a value: no more than a type, what this schema says, or more than is told here."""


def looks(text: str) -> tuple[str, bool, bool] | str:
    """All that the rules over single objects can tell of a text in a free place; the text itself where it is not ordinary."""
    if not _ORDINARY.fullmatch(text):
        return text
    shape = next((name for name, found in SHAPES.items() if found.search(text)), "")
    return (shape, bool(REFERENCE.fullmatch(text.removeprefix("/"))), looks_random(text))


def is_amount(text: str) -> bool:
    """Whether it is a quantity or a version: that two of them are equal means nothing."""
    return bool(_AMOUNT.fullmatch(text))


def is_compared(path: Path) -> bool:
    """Whether a rule reckons with the value at the path."""
    return "resources" in path


def is_port(path: Path) -> bool:
    """Whether the value at the path is a port's number or name: ports are what numbers refer to."""
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    return key in ("port", "ports", "number") or key.endswith("Port")


def constraint(schema: Mapping[str, Any], path: Path) -> Constraint:
    """What the schema asks of the value at the path."""
    for part in path:
        if _INSIDE & schema.keys():
            return "by value"
        inner = schema.get("items") if isinstance(part, int) else schema.get("properties", {}).get(part)
        if inner is None:
            inner = schema.get("additionalProperties")
        if not isinstance(inner, Mapping):
            return "none" if inner is None or inner is True else "by value"
        schema = inner
    return schema if _CONSTRAINTS & schema.keys() else "none"
