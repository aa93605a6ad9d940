"""`x-check`: a CEL expression that a schema asks of the data it describes.

`self` is the object at the schema's place and `tenant` the whole tenant; `quantity(text)` reads a Kubernetes quantity, and
`version(text)` a version, so that an older one is less.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import cel

from generator import schema as schemas
from generator.derive import quantity
from generator.diagnostics import Diagnostic
from generator.model import Schema
from generator.schema_errors import Locate


@lru_cache(maxsize=256)
def _program(expression: str) -> Any:
    return cel.compile(expression)


def syntax_error(expression: str) -> str:
    """What is wrong with an expression, or an empty text."""
    try:
        _program(expression)
    except ValueError as error:
        return str(error).splitlines()[0].split("ERROR: ")[-1].split(" expecting ")[0].removeprefix("<input>:")
    return ""


def holds(expression: str, this: Any, tenant: Mapping[str, Any]) -> bool:
    """Whether the expression is true of the data; raises ValueError where it cannot be evaluated."""
    context = cel.Context()
    context.add_function("quantity", _quantity)
    context.add_function("version", _version)
    context.add_variable("self", this)
    context.add_variable("tenant", tenant)
    try:
        result = _program(expression).execute(context)
    except Exception as error:  # the library raises many kinds, all of them about the expression or its data
        raise ValueError(str(error).splitlines()[0]) from error
    if not isinstance(result, bool):
        raise ValueError(f"it gives a {type(result).__name__}, not true or false")  # noqa: TRY004  # about a value
    return result


def _quantity(text: Any) -> float:
    """Not a number where the text is no quantity, so that no comparison with it holds; the library prints what is raised."""
    try:
        return quantity(text)
    except ValueError:
        return math.nan


def _version(text: Any) -> float:
    """As a number: three digits for each part after the first."""
    parts = str(text).split(".")
    if not all(part.isdecimal() and len(part) < 4 for part in parts):  # noqa: PLR2004  # else parts would run into each other
        return math.nan
    return float(sum(int(part) * 1000.0**-place for place, part in enumerate(parts)))


def check_problems(schema: Schema, spec: Mapping[str, Any], locate: Locate) -> list[Diagnostic]:
    """Every `x-check` of the schema that does not hold; the place is that of the field the check names."""
    problems = []
    for path, node, value in schemas.walk(schema, spec):
        for check in node.get("x-check", []):
            where = (*path, *check["at"].split("."))
            try:
                if holds(check["expression"], value, spec):
                    continue
                message, code = check["message"], "impossible-value"
            except ValueError as error:
                message, code = f"the check `{check['expression']}` cannot be evaluated: {error}", "check-failed"
            dotted = ".".join(str(part) for part in where)
            help = f"the rule is: {check['expression']}"
            problems.append(Diagnostic(code, f"`{dotted}`: {message}", locate(where, False), help=help))
    return problems
