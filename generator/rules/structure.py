"""JSON Schema errors in the words of a rule: shared by the rules over builtin kinds and over custom resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any

from generator.model import Manifest, Schema
from generator.rules.violation import Violation
from generator.rules.walk import at, mapping
from generator.verdict import Verdict, verdict_of

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator


@dataclass(frozen=True, slots=True)
class Structure:
    """The schema of a kind, and a function that says fast that an object fits it."""

    schema: Schema
    fits: Verdict


def structure_of(schema: Schema) -> Structure:
    """To be made once for each kind."""
    return Structure(schema, verdict_of(schema))


def structural_errors(manifest: Manifest, structure: Structure, help: str) -> Iterator[Violation]:
    """One violation for each fault of the object."""
    if structure.fits(manifest.object):
        return
    for error in validator_of(structure.schema).iter_errors(manifest.object):
        for message, hint in _messages(error):
            yield Violation(manifest, tuple(error.absolute_path), message, hint or help)


def _messages(error: ValidationError) -> Iterator[tuple[str, str]]:
    """What is wrong, without the value itself, so that tenants share a finding."""
    value: Any = error.validator_value
    match error.validator:
        case "additionalProperties":
            yield from _unknown(error)
        case "required":
            name = error.message.split("'")[1]
            yield f"the field `{name}` is missing", ""
        case "type":
            yield f"must be {_names(value)}, not {_name(error.instance)}", ""
        case "enum":
            yield (
                f"must be one of {', '.join(f'`{choice}`' for choice in value if choice is not None)}",
                "",
            )
        case "x-kubernetes-list-map-keys" | "x-kubernetes-list-type":
            yield error.message, "remove one of them; a server-side apply refuses the list"
        case "anyOf" | "oneOf" if all(set(branch) == {"type"} for branch in value):
            types = [name for branch in value for name in _list(branch["type"])]
            yield f"must be {_names(types)}, not {_name(error.instance)}", ""
        case "anyOf" | "oneOf" | "allOf" | "not":
            yield f"does not fit the alternatives of the schema (`{error.validator}`)", ""
        case keyword:
            yield f"does not satisfy `{keyword}: {value}`", ""


def _unknown(error: ValidationError) -> Iterator[tuple[str, str]]:
    known = list(mapping(at(error.schema, "properties")))
    instance: Any = error.instance
    for name in instance:
        if name not in known:
            close = get_close_matches(str(name), known, 1)
            yield f"unknown field `{name}`", f"did you mean `{close[0]}`?" if close else ""


def _list(types: Any) -> list[str]:
    return [types] if isinstance(types, str) else list(types)


def _names(types: Any) -> str:
    names = dict.fromkeys(name for name in _list(types) if name != "null")
    return " or ".join(f"{'an' if name[0] in 'aeiou' else 'a'} {name}" for name in names)


def _name(value: Any) -> str:
    if value is None:
        return "null"
    names = {bool: "a boolean", int: "an integer", float: "a number", str: "a string", list: "an array"}
    return names.get(type(value), "an object")


def _unique_keys(_: Validator, keys: list[str], instance: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    """Items of a list that is a map by some keys must differ in them."""
    if not isinstance(instance, list):
        return
    from jsonschema import ValidationError  # noqa: PLC0415  # only where something is to be said

    properties = schema.get("items", {}).get("properties", {})
    seen: set[str] = set()
    for index, item in enumerate(instance):
        if not isinstance(item, Mapping):
            continue
        identity = repr([item.get(key, properties.get(key, {}).get("default")) for key in keys])
        if identity in seen:
            yield ValidationError(f"repeats the {' and '.join(keys)} of an item before it", path=[index])
        seen.add(identity)


def _unique_items(_: Validator, kind: str, instance: Any, __: Mapping[str, Any]) -> Iterator[ValidationError]:
    from jsonschema import ValidationError  # noqa: PLC0415  # as above

    if kind == "set" and isinstance(instance, list) and len({repr(item) for item in instance}) < len(instance):
        yield ValidationError("holds an item twice")


@cache
def structural_validator() -> type[Validator]:
    """JSON Schema plus what Kubernetes says about lists that are maps or sets; the library is slow to import, and seldom asked."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415  # as above
    from jsonschema.validators import extend  # noqa: PLC0415  # as above

    keywords = {"x-kubernetes-list-map-keys": _unique_keys, "x-kubernetes-list-type": _unique_items}
    made: type[Validator] = extend(Draft202012Validator, keywords)  # type: ignore[no-untyped-call]  # its stub has no types
    return made


def validator_of(schema: Schema) -> Validator:
    """The library's word on what does not fit the schema."""
    return structural_validator()(schema)
