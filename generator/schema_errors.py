"""jsonschema's findings, said in our own words and at the place that caused them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from generator.diagnostics import Diagnostic, Span
from generator.model import Schema
from generator.source import Document, Path
from generator.verdict import pattern_of, verdict_of


@dataclass(frozen=True, slots=True)
class _Finding:
    """One error of jsonschema's, with types that say what the library's own leave open."""

    keyword: str
    wanted: Any
    instance: Any
    schema: Mapping[str, Any]
    message: str
    path: Path


Locate = Callable[[Path, bool], Span]
"""The span at a path: of the key where the flag is true, else of the value."""


def located_in(document: Document) -> Locate:
    """Places of one document."""
    return lambda path, key: document.key(path) if key else document.value(path)


def _is_integer(_: Any, instance: Any) -> bool:
    """2.0 is an integer to JSON Schema, but kustomize and Kubernetes take it for a float."""
    return isinstance(instance, int) and not isinstance(instance, bool)


@lru_cache(maxsize=1)
def _validator() -> Any:
    """The library, told of our two differences. It takes longer to load than a small fleet to be judged."""
    import jsonschema  # noqa: PLC0415  # only where something is to be said

    def pattern(_: Any, wanted: str, instance: Any, __: Any) -> Iterator[jsonschema.ValidationError]:
        if isinstance(instance, str) and not pattern_of(wanted).search(instance):
            yield jsonschema.ValidationError(f"{instance!r} does not match {wanted!r}")

    return jsonschema.validators.extend(  # type: ignore[no-untyped-call]  # its stub has no types
        jsonschema.Draft202012Validator,
        validators={"pattern": pattern},
        type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
    )


def schema_problems(data: Any, schema: Schema, locate: Locate, subject: str) -> list[Diagnostic]:
    """Every way in which `data` breaks `schema`; `subject` says what the data is, as in "a tenant"."""
    return [] if verdict_of(schema)(data) else explained(data, schema, locate, subject)


def explained(data: Any, schema: Schema, locate: Locate, subject: str) -> list[Diagnostic]:
    """As `schema_problems`, for data of which the fast verdict was no."""
    validator = _validator()(schema)
    found: list[Diagnostic] = []
    for error in validator.iter_errors(data):
        finding = _Finding(
            str(error.validator),
            error.validator_value,
            error.instance,
            error.schema if isinstance(error.schema, Mapping) else {},
            error.message,
            tuple(error.absolute_path),
        )
        is_name = "propertyNames" in error.absolute_schema_path and isinstance(error.instance, str)
        found.extend(_explain(finding, _at_key(locate, error.instance) if is_name else locate, subject))
    return found


def _at_key(locate: Locate, name: str) -> Locate:
    """The place of the key itself, where its name is what is wrong."""
    return lambda path, _: locate((*path, name), True)


def _explain(error: _Finding, locate: Locate, subject: str) -> Iterator[Diagnostic]:
    path = error.path
    if error.keyword == "additionalProperties" and isinstance(error.instance, Mapping):
        yield from _unknown_fields(error, path, locate, subject)
    elif error.keyword == "required" and isinstance(error.instance, Mapping):
        yield from _missing_fields(error, path, locate, subject)
    elif error.keyword == "type":
        yield _wrong_type(error, path, locate, subject)
    elif error.keyword in ("enum", "const"):
        yield _not_allowed(error, path, locate, subject)
    elif error.keyword == "pattern":
        yield _bad_format(error, path, locate, subject)
    elif error.keyword in _RANGES:
        yield _out_of_range(error, path, locate, subject)
    else:
        name = _dotted(path) or subject
        yield Diagnostic(
            "bad-value", f"`{name}`: {error.message}", locate(path, False), help=_description(error.schema)
        )


def closest(word: str, known: list[str]) -> str:
    """A did-you-mean for the word, or an empty text."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else ""


def _dotted(path: Path) -> str:
    return ".".join(str(part) for part in path)


def _where(path: Path, subject: str) -> str:
    return f"`{_dotted(path)}`" if path else subject


def _unknown_fields(error: _Finding, path: Path, locate: Locate, subject: str) -> Iterator[Diagnostic]:
    known = sorted(error.schema.get("properties", {}))
    for name in error.instance:
        if name in known:
            continue
        code, what = ("unknown-feature", "feature") if path and path[-1] == "features" else ("unknown-field", "field")
        message = f"unknown {what} `{name}`" + ("" if code == "unknown-feature" else f" in {_where(path, subject)}")
        yield Diagnostic(
            code,
            message,
            locate((*path, name), True),
            label=closest(name, known),
            help=f"remove it, or use one of: {', '.join(known)}",
            notes=_refused(error.schema, name),
        )


def _missing_fields(error: _Finding, path: Path, locate: Locate, subject: str) -> Iterator[Diagnostic]:
    name = error.message.split("'")[1]
    child = error.schema.get("properties", {}).get(name, {})
    if child.get("readOnly"):
        return  # it is derived, and what it is derived from is missing and reported
    example = child.get("examples", [None])[0]
    shown = f"`{name}: {example}`" if isinstance(example, (str, int)) else f"`{name}`"
    yield Diagnostic(
        "missing-field",
        f"`{name}` is missing in {_where(path, subject)}",
        locate(path, True),
        help=f"add it, for example {shown}",
        notes=(child["description"],) if "description" in child else (),
    )


def _wrong_type(error: _Finding, path: Path, locate: Locate, subject: str) -> Diagnostic:
    expected = error.wanted
    wanted = " or ".join(expected) if isinstance(expected, list) else str(expected)
    help = f"write it as {_an(wanted)}"
    if wanted == "string" and isinstance(error.instance, (int, float)):
        help = f'quote it: "{error.instance}"'
    return Diagnostic(
        "wrong-type",
        f"{_where(path, subject)} is {_an(_type(error.instance))}, not {_an(wanted)}",
        locate(path, False),
        help=help,
    )


def _not_allowed(error: _Finding, path: Path, locate: Locate, subject: str) -> Diagnostic:
    known = error.wanted if error.keyword == "enum" else [error.wanted]
    choices = [str(item) for item in known]
    reference = error.schema.get("x-reference")
    code = f"unknown-{reference.removesuffix('s')}" if reference else "not-allowed"
    what = f"unknown {reference.removesuffix('s')}" if reference else f"{_where(path, subject)} cannot be"
    return Diagnostic(
        code,
        f"{what} {_shown(error.instance)}",
        locate(path, False),
        label=closest(str(error.instance), choices),
        help=f"use one of: {', '.join(choices)}",
        notes=_refused(error.schema, error.instance),
    )


def _refused(schema: Mapping[str, Any], name: Any) -> tuple[str, ...]:
    """Why something that people look for is not there, where the schema says it (`x-refused`)."""
    reason = schema.get("x-refused", {}).get(name) if isinstance(name, str) else None
    return (reason,) if reason else ()


def _bad_format(error: _Finding, path: Path, locate: Locate, subject: str) -> Diagnostic:
    examples = error.schema.get("examples", [])
    help = f"for example {_shown(examples[0])}" if examples else _description(error.schema)
    title = str(error.schema.get("title", _dotted(path)))
    return Diagnostic(
        "bad-format",
        f"{_shown(error.instance)} does not fit {_where(path, subject)} ({title.lower()})",
        locate(path, False),
        help=help,
        notes=(f"it must match {error.wanted}" if len(error.wanted) <= _LONG else _description(error.schema),),
    )


_LONG = 80
_RANGES = {
    "minimum": "at least",
    "maximum": "at most",
    "minLength": "at least",
    "maxLength": "at most",
    "minItems": "at least",
    "maxItems": "at most",
    "minProperties": "at least",
}


def _out_of_range(error: _Finding, path: Path, locate: Locate, subject: str) -> Diagnostic:
    unit = {"Length": " characters", "Items": " items", "Properties": " fields"}
    suffix = next((text for key, text in unit.items() if error.keyword.endswith(key)), "")
    shown = _shown(error.instance) if not suffix else f"{len(error.instance)}{suffix}"
    limit = f"{_RANGES[error.keyword]} {error.wanted}{suffix}"
    verb = "has" if suffix else "is"
    return Diagnostic(
        "out-of-range", f"{_where(path, subject)} {verb} {shown}", locate(path, False), help=f"give it {limit}"
    )


def _description(schema: Mapping[str, Any]) -> str:
    return str(schema.get("description", ""))


def _type(value: object) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return "null" if value is None else names.get(type(value), type(value).__name__)


def _an(noun: str) -> str:
    return noun if noun == "null" else f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return f"`{text[:_LONG]}…`" if len(text) > _LONG else f"`{text}`"
