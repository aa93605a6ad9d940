"""The fast verdict says yes exactly where the library finds nothing; a no of its own alone costs time, and is counted here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import schema as schemas
from generator import schema_errors
from generator.load import load
from generator.resolve import resolve
from generator.validate import validate
from generator.verdict import verdict_of
from tests.conftest import ROOT
from tests.mutations import HOSTILE, mutated

SAMPLE = validate(load(ROOT)[0])[0]
TENANTS = resolve(SAMPLE)[0]
WHOLE = schemas.resolved(SAMPLE)
KINDS: Mapping[str, tuple[Mapping[str, Any], list[Any]]] = {
    "resolved": (WHOLE, [tenant.spec for tenant in TENANTS]),
    "file": (schemas.tenant_file(WHOLE), [file.document.data for file in SAMPLE.tenants]),
    "defaults": (schemas.partial(WHOLE), [each.data for each in SAMPLE.defaults.values()]),
    "fleet": (schemas.fleet(SAMPLE), [SAMPLE.fleet.data] if SAMPLE.fleet else []),
    "meta": (
        SAMPLE.schemas["feature.meta.yaml"].data,
        [each.schema.data for each in SAMPLE.catalogue.components if each.schema],
    ),
    "passport": (
        schemas.inline(SAMPLE.schemas["release.yaml"].data),
        [each.data for each in SAMPLE.catalogue.releases.values()],
    ),
}
VERDICTS = {kind: verdict_of(schema) for kind, (schema, _) in KINDS.items()}


def fits(schema: Mapping[str, Any], data: Any) -> bool:
    return bool(schema_errors._validator()(schema).is_valid(data))


@st.composite
def mutations(draw: st.DrawFn) -> tuple[str, Any]:
    """A good document of some kind with one to three places changed."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    data = draw(mutated(draw(st.sampled_from(KINDS[kind][1]))))
    return kind, data


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_sample_fits_at_once(kind: str) -> None:
    """A no here would be right as well, but slow: it would mean that a keyword is not known."""
    assert [data for data in KINDS[kind][1] if not VERDICTS[kind](data)] == []


@settings(max_examples=1500)
@given(mutations())
def test_the_verdict_is_that_of_the_library(mutation: tuple[str, Any]) -> None:
    kind, data = mutation
    assert VERDICTS[kind](data) == verdict_of(KINDS[kind][0])(data)  # what it remembers changes nothing
    assert VERDICTS[kind](data) == fits(KINDS[kind][0], data)


def nodes(schema: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(schema, Mapping):
        yield schema
        for child in schema.values():
            yield from nodes(child)


SAID = ("type", "pattern", "minLength", "maxLength", "minimum", "maximum", "enum")
LEAVES = [
    {
        key: value
        for key, value in node.items()
        if key in ("type", "pattern", "minLength", "maxLength", "minimum", "maximum", "enum")
    }
    for kind in ("resolved", "fleet", "passport", "meta")
    for node in nodes(KINDS[kind][0])
    if isinstance(node.get("type"), str) and node["type"] in ("string", "integer", "boolean")
]
DIFFERENT = {repr(leaf): leaf for leaf in LEAVES}


@pytest.mark.parametrize("leaf", DIFFERENT.values(), ids=lambda leaf: str(leaf)[:60])
@settings(max_examples=30)
@given(st.data())
def test_every_leaf_one_by_one(leaf: Mapping[str, Any], data: st.DataObject) -> None:
    """Values its pattern makes, the same with something before or behind, and values of every other type."""
    made = [st.from_regex(re.compile(leaf["pattern"].removesuffix("$") + r"\Z"))] if "pattern" in leaf else []
    value = data.draw(st.one_of(st.sampled_from(HOSTILE), st.integers(-5, 500), st.text(max_size=5), *made))
    spoilt = data.draw(st.sampled_from(["{}", "{}\n", " {}", "{} ", "{}{}", "\u200b{}"]))
    judge = verdict_of(leaf)
    for each in (value, spoilt.format(value, value) if isinstance(value, str) else value):
        assert judge(each) == fits(leaf, each)


@pytest.mark.parametrize(
    ("schema", "data"),
    [
        ({"oneOf": [{"type": "string", "minLength": 1}, {"type": "null"}]}, "a"),
        ({"oneOf": [{"type": "integer"}, {"type": ["number", "null"]}]}, None),
        ({"not": {"type": "string"}}, 1),
        ({"enum": [1]}, 1.0),
        ({"const": {"a": 1}}, {"a": 1}),
        ({"uniqueItems": True}, [1, 2]),
        ({"properties": {"a": {"multipleOf": 2}}}, {"a": 4}),
        ({"$ref": "https://example.org/elsewhere"}, 1),
    ],
)
def test_what_is_not_known_is_left_to_the_library(schema: Mapping[str, Any], data: Any) -> None:
    assert not verdict_of(schema)(data)


def test_a_definition_may_name_itself() -> None:
    tree = {"$defs": {"t": {"type": "object", "additionalProperties": {"$ref": "#/$defs/t"}}}, "$ref": "#/$defs/t"}
    assert verdict_of(tree)({"a": {"b": {}}})
    assert not verdict_of(tree)({"a": {"b": 1}})
