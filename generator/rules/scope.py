"""What a rule looks at: one object at a time or all of a tenant's, and which properties of a value it can tell apart.

A verdict holds for every tenant of a profile whose values look the same by this. What follows is therefore about the rules: whoever
writes a rule that asks more of a value than is said here adds it (`tests/test_verdicts.py` holds both ways against each other). The
words that rules compare values with are read off the rules themselves.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any, Literal

from generator.rules import RULES
from generator.rules.blue_green import DEADLINE, DELAY
from generator.rules.labels import ADDED_LABELS, OPERATOR_PODS
from generator.rules.references.inventory import CLUSTER_SECRETS, CLUSTER_SERVICES, EXTERNAL
from generator.rules.run_once import HOOK, OPTIONS
from generator.secrets import REFERENCE, SECRET_KEY, looks_random, shape_of
from generator.source import Path

WHOLE = ("reference", "tenancy", "unmounted-claim", "probes", "blue-green")
"""The rules that look at several objects of a tenant at once, or hold two values against each other."""
SINGLE = tuple(code for code in RULES if code not in WHOLE)

_PREFIXES = (*OPERATOR_PODS, *ADDED_LABELS, "localhost/", "Cluster")
"""What rules ask of how a text begins."""

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

_EXACT = frozenset({"apiVersion", HOOK, OPTIONS, DELAY, DEADLINE})
_MEASURES = frozenset({"annotations", "hard", "limits", "parameters", "resources", "sizeLimit", "storage"})

_CONSTRAINTS = frozenset(
    """
    enum const pattern format minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf
    allOf anyOf oneOf not if
    """.split()  # noqa: SIM905  # a list of words is read as words
)
_INSIDE = frozenset({"allOf", "anyOf", "oneOf", "not", "if", "patternProperties", "uniqueItems"})

Constraint = Mapping[str, Any] | Literal["none", "by value"]
"""What a schema asks of a value: no more than a type, what this schema says, or more than is told here."""


@lru_cache(maxsize=8192)
def looks(text: str) -> tuple[str, bool, bool, bool] | str:
    """All that the rules over single objects can tell of a text in a free place; the text itself where it is not ordinary."""
    if text in _KNOWN or text.startswith(_PREFIXES) or not _ORDINARY.fullmatch(text):
        return text
    named = bool(SECRET_KEY.search(text))
    return (shape_of(text), bool(REFERENCE.fullmatch(text.removeprefix("/"))), looks_random(text), named)


@lru_cache(maxsize=8192)
def looks_among_others(text: str) -> tuple[bool, str]:
    """All that the rules over several objects can tell of a text, beside what it is equal to."""
    return "*" in text, text if text in _KNOWN or text.startswith(_PREFIXES) else ""


def is_amount(text: str) -> bool:
    """Whether it is a quantity or a version: that two of them are equal means nothing where they measure something."""
    return bool(_AMOUNT.fullmatch(text))


def is_content(kind: str, path: Path) -> bool:
    """Whether no rule over several objects looks at the value at the path."""
    return kind == "ConfigMap" and path[0] == "data"


def is_measure(kind: str, path: Path) -> bool:
    """Whether no rule takes an amount at the path for a name, or holds it against another one."""
    if is_content(kind, path):
        return True
    return (not _MEASURES.isdisjoint(path) and EXTERNAL not in path) or ("env" in path and path[-1] == "value")


def is_exact(path: Path) -> bool:
    """Whether a rule takes the value at the path apart, or reckons with it and another one."""
    return path[-1] in _EXACT


def declares(path: Path) -> bool:
    """Whether names stand in the value at the path, any of which may be meant elsewhere."""
    return path[-1] == EXTERNAL


def names_after(api_version: str, kind: str) -> tuple[str, ...]:
    """What is added to the name of such an object to name what an operator makes of it."""
    if (api_version.rpartition("/")[0], kind) != ("postgresql.cnpg.io", "Cluster"):
        return ()
    return tuple(f"-{suffix}" for suffix in (*CLUSTER_SECRETS, *CLUSTER_SERVICES))


def is_compared(path: Path) -> bool:
    """Whether a rule over single objects reckons with the value at the path."""
    return "resources" in path


def is_port(path: Path) -> bool:
    """Whether the value at the path is a port's number or name: ports are what numbers refer to."""
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    return key in ("port", "ports", "number") or key.endswith("Port")


def constraint(schema: Mapping[str, Any], path: Path) -> Constraint:
    """What the schema asks of the value at the path."""
    keys: tuple[str, ...] = ()
    for part in path:
        if _INSIDE & schema.keys() or schema.get("x-kubernetes-list-type") == "set" or part in keys:
            return "by value"
        keys = tuple(schema.get("x-kubernetes-list-map-keys", ())) if isinstance(part, int) else ()
        inner = schema.get("items") if isinstance(part, int) else schema.get("properties", {}).get(part)
        if inner is None:
            inner = schema.get("additionalProperties")
        if not isinstance(inner, Mapping):
            return "none" if inner is None or inner is True else "by value"
        schema = inner
    return schema if _CONSTRAINTS & schema.keys() else "none"


def _texts(value: Any, module: str) -> Iterator[str]:
    """Every text in what a module holds: its constants, and those of its functions and classes."""
    value = getattr(
        value, "__wrapped__", getattr(value, "fget", value)
    )  # of a function that is cached, or of a property
    if isinstance(value, FunctionType) and value.__module__ == module:
        yield from _constants(value.__code__.co_consts)
    elif isinstance(value, type) and value.__module__ == module:
        for member in vars(value).values():
            yield from _texts(member, module)
    else:
        yield from _constants((*value, *value.values()) if isinstance(value, Mapping) else (value,))


def _constants(values: Collection[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple | list | set | frozenset):
            yield from _constants(value)
        elif isinstance(value, CodeType):
            yield from _constants(value.co_consts)


_KNOWN = frozenset(
    text
    for name, module in list(sys.modules.items())
    if name.startswith("generator.rules.") and name != __name__
    for value in list(vars(module).values())
    for text in _texts(value, name)
)
"""Every text in the code of the rules: more than those they compare values with."""
