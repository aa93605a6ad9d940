"""`x-check`: a CEL expression that a schema asks of the data it describes.

`self` is the object at the schema's place and `tenant` the whole tenant; `quantity(text)` reads a Kubernetes quantity, and
`version(text)` a version, so that an older one is less.
"""

from __future__ import annotations

import importlib.util
import json
import math
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.machinery import PathFinder
from typing import Any

from generator import schema as schemas
from generator.derive import quantity
from generator.diagnostics import Diagnostic
from generator.model import Schema, Spec
from generator.schema_errors import Locate


@lru_cache(maxsize=1)
def _library() -> Any:
    """The package `cel` without what else it imports: its command line takes longer to load than a fleet to be resolved."""
    package = importlib.util.find_spec("cel")
    found = package and PathFinder.find_spec("cel.cel", package.submodule_search_locations)
    if not found or not found.loader:
        return importlib.import_module("cel")
    module = sys.modules.setdefault(found.name, importlib.util.module_from_spec(found))
    found.loader.exec_module(module)
    return module


@lru_cache(maxsize=256)
def _program(expression: str) -> Any:
    return _library().compile(expression)


def syntax_error(expression: str) -> str:
    """What is wrong with an expression, or an empty text."""
    try:
        _program(expression)
    except ValueError as error:
        return str(error).splitlines()[0].split("ERROR: ")[-1].split(" expecting ")[0].removeprefix("<input>:")
    return ""


def holds(expression: str, this: Any, tenant: Mapping[str, Any]) -> bool:
    """Whether the expression is true of the data; raises ValueError where it cannot be evaluated."""
    context = _library().Context()
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


_READ = re.compile(r"(?<![\w.])(self|tenant)((?:\.[A-Za-z_]\w*)*)(\s*\()?")
_PLAIN = (str, int, float, bool, type(None))
_MOST_KNOWN = 10_000


def checks_of(schema: Schema) -> Callable[[Spec], bool]:
    """Whether every `x-check` of the schema holds of a spec, remembered by the values that each of them reads."""
    find = schemas.finder(schema, "x-check")
    held: dict[str, set[Any]] = defaultdict(set)

    def judged(spec: Spec) -> bool:
        return all(
            _holds(check["expression"], this, spec, held[check["expression"]])
            for node, this in find(spec)
            for check in node["x-check"]
        )

    return judged


def _holds(expression: str, this: Any, tenant: Spec, held: set[Any]) -> bool:
    found = _seen(expression, this, tenant)
    if found is not None and found[0] in held:
        return True
    key, (this, tenant) = found or (None, (this, tenant))
    try:
        result = holds(expression, this, tenant)
    except ValueError:
        return False
    if result and key is not None and len(held) < _MOST_KNOWN:
        held.add(key)
    return result


def _seen(expression: str, this: Any, tenant: Spec) -> tuple[tuple[Any, ...], tuple[Any, Any]] | None:
    """All that an expression can read: as a key, and as data with nothing else in it; None where that is all of `self` or `tenant`.

    The library takes longer to take in a whole tenant than to evaluate anything.
    """
    values: list[Any] = []
    parts: dict[str, Any] = {"self": {}, "tenant": {}}
    for root, path in reads(expression):
        value, part = this if root == "self" else tenant, parts[root]
        for number, name in enumerate(path, 1):
            if type(value) is not dict:
                return None
            if name not in value:
                values.append(number)
                break
            value = value[name]
            if number == len(path):
                part[name] = value
            else:
                part = part.setdefault(name, {})
        else:
            if not path:
                if type(value) not in _PLAIN:
                    return None
                parts[root] = value
            values += _as_key(value)
    return tuple(values), (parts["self"], parts["tenant"])


def _as_key(value: Any) -> tuple[Any, Any]:
    """1, 1.0 and true are equal, but CEL tells them apart."""
    return type(value), value if type(value) in _PLAIN else json.dumps(value)


@lru_cache(maxsize=256)
def reads(expression: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Where `self` and `tenant` occur, each with the fields that follow; a method's name is none of them."""
    found = []
    for root, dotted, called in _READ.findall(expression):
        parts = tuple(dotted.split(".")[1:])
        found.append((root, parts[:-1] if called else parts))
    return tuple(found)


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
