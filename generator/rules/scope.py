"""What a rule looks at: one object at a time or all of a tenant's, and which properties of a value it can tell apart.

A verdict holds for every tenant of a profile whose values look the same by this. What follows is therefore about the rules: whoever
writes a rule that asks more of a value than is said here adds it (`tests/test_verdicts.py` holds both ways against each other).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from generator.rules import RULES
from generator.secrets import REFERENCE, SHAPES, looks_random
from generator.source import Path

WHOLE = ("reference", "tenancy", "unmounted-claim")
"""The rules that look at several objects of a tenant at once."""
SINGLE = tuple(code for code in RULES if code not in WHOLE)

_ORDINARY = {
    "name": re.compile(r"[a-z]([-a-z0-9.]*[a-z0-9])?"),
    "address": re.compile(r"(https://)?[a-z0-9]([-a-z0-9._+]*[a-z0-9])?(@[a-z0-9]([-a-z0-9.]*[a-z0-9])?)?"),
    "path": re.compile(r"[a-z]([-a-z0-9._/]*[a-z0-9])?"),
    "schedule": re.compile(r"[0-9*/,-]+( [0-9*/,-]+){4}"),
    "words": re.compile(r"[^\W\d_][\w .,'&()-]*"),
}
"""Kinds of texts that no rule takes for a number, a quantity, an image or a reference that is filled later."""

_CONSTRAINTS = frozenset(
    """
    enum const pattern format minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf
    allOf anyOf oneOf not if contentEncoding x-kubernetes-validations x-kubernetes-embedded-resource
    """.split()  # noqa: SIM905  # a list of words is read as words
)


def looks(text: str) -> tuple[str, ...] | str:
    """All that the rules over single objects can tell of a text in a free place; the text itself where it is not ordinary."""
    for kind, form in _ORDINARY.items():
        if form.fullmatch(text):
            shape = next((name for name, found in SHAPES.items() if found.search(text)), "")
            is_reference = bool(REFERENCE.fullmatch(text.removeprefix("/")))
            return (kind, shape, "reference" if is_reference else "", "random" if looks_random(text) else "")
    return text


def is_free(schema: Mapping[str, Any], path: Path) -> bool:
    """Whether the schema asks nothing but a type of the value at the path."""
    for part in path:
        if _CONSTRAINTS & schema.keys():
            return False
        inner = schema.get("items") if isinstance(part, int) else schema.get("properties", {}).get(part)
        if inner is None:
            more = schema.get("additionalProperties")
            patterned = schema.get("patternProperties")
            if patterned or not isinstance(more, Mapping):
                return more is not False and not patterned
            inner = more
        if not isinstance(inner, Mapping):
            return False
        schema = inner
    return not _CONSTRAINTS & schema.keys()
