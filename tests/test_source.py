"""YAML in and out: what we write every reader reads alike, and what readers differ on we refuse."""

from __future__ import annotations

import io

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from generator.source import dump, parse, plain_scalar

TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\ufffe\uffff\u2028\u2029"), max_size=60
)
NASTY = st.sampled_from(
    [
        "y",
        "N",
        "yes",
        "on",
        "off",
        "null",
        "~",
        "",
        "0123",
        "0o17",
        "1_000",
        "1e3",
        "12:30:45",
        "-0",
        "+1",
        ".5",
        "2024-01-01",
        "=",
        "<<",
    ]
)
DATA = st.recursive(
    st.one_of(TEXTS, NASTY, st.integers(-(2**53), 2**53), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.one_of(TEXTS, NASTY), inner, max_size=4)),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abcdefgh", min_size=1), DATA, min_size=1))
def test_what_we_write_every_reader_reads_alike(data: dict[str, object]) -> None:
    raw = dump(data)
    ours, problems = parse("x.yaml", raw)
    assert problems == []
    assert ours is not None
    assert ours.data == data
    assert yaml.safe_load(raw) == data
    assert YAML(typ="safe", pure=True).load(io.BytesIO(raw)) == data


@given(st.text("0123456789abxo._-+:eEyYnNtTfF~", min_size=1, max_size=12))
def test_a_plain_scalar_is_read_alike_or_refused(text: str) -> None:
    try:
        ours = plain_scalar(text)
    except ValueError:
        return
    for version in ((1, 1), (1, 2)):
        reader = YAML(typ="safe", pure=True)
        reader.version = version
        try:
            theirs = reader.load(text)
        except Exception:  # noqa: BLE001  # no scalar at all: a syntax error that the parser reports before us
            continue
        if isinstance(theirs, (dict, list)):
            continue
        assert (type(theirs), theirs) == (type(ours), ours)


@given(st.binary(max_size=200))
def test_reading_never_raises(raw: bytes) -> None:
    document, problems = parse("x.yaml", raw)
    assert (document is None) == bool(problems)


def test_places_are_those_of_the_file() -> None:
    document, _ = parse("x.yaml", "a:\n  é: [1, 'zwei']\n".encode())
    assert document is not None
    span = document.value(("a", "é", 1))
    assert (span.line, span.column, span.length, span.text) == (2, 10, 6, "  é: [1, 'zwei']")


@pytest.mark.parametrize("depth", [65, 1_000, 10_000])
def test_deep_nesting_is_a_diagnostic(depth: int) -> None:
    document, problems = parse("x.yaml", b"[" * depth)
    assert document is None
    assert problems[0].code in ("yaml-depth", "yaml-syntax")
