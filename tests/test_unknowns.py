"""What is said of unknowns is true for all values, and everything else is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.diff.unknowns import AskedError, Fill, Kind, Unknown, apart, filled, places, same, surely_differ
from generator.rules.walk import at

WORDS = st.text("ab-", max_size=3)
VALUES = st.tuples(*[WORDS] * 3)
ATOMS = st.lists(
    WORDS.filter(bool)
    | st.tuples(st.just("value"), st.integers(0, 2))
    | st.tuples(st.just("hash"), st.lists(WORDS.filter(bool) | st.just(("value", 0)), max_size=2).map(tuple)),
    min_size=1,
    max_size=4,
).map(tuple)
UNKNOWN = ATOMS.map(Unknown)
DATA = st.recursive(
    UNKNOWN | WORDS | st.booleans() | st.none() | st.integers(0, 2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


@given(ATOMS, ATOMS, VALUES)
def test_what_surely_differs_differs(one: Any, other: Any, values: tuple[str, ...]) -> None:
    fill = Fill(values.__getitem__)
    if surely_differ(one, other):
        assert fill.text(one) != fill.text(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a", ("value", 0)), ("b", ("value", 1))),
        ((("value", 0), "a"), (("value", 1), "b")),
        ((("value", 0), "-x"), (("value", 0),)),
        ((("value", 0), "a", ("value", 1)), (("value", 1), "ab", ("value", 0))),
        (("env-", ("hash", ("x", ("value", 0)))), ("env-", ("hash", ("y", ("value", 0))))),
    ],
)
def test_these_are_seen_to_differ(one: Any, other: Any) -> None:
    assert surely_differ(one, other)
    assert surely_differ(other, one)


@given(DATA, DATA, VALUES)
def test_answers_are_true_for_all_values(one: Any, other: Any, values: tuple[str, ...]) -> None:
    fill = Fill(values.__getitem__)
    mine, theirs = (filled(data, places(data), fill) for data in (one, other))
    try:
        answer = one == other
    except AskedError:
        answer = mine == theirs
    assert answer == (mine == theirs)
    if same(one, other):
        assert json.dumps(mine, sort_keys=True) == json.dumps(theirs, sort_keys=True)
    if apart(one, other):
        assert json.dumps(mine, sort_keys=True) != json.dumps(theirs, sort_keys=True)


@given(DATA, VALUES)
def test_filling_leaves_what_holds_nothing(data: Any, values: tuple[str, ...]) -> None:
    mine = filled(data, places(data), Fill(values.__getitem__))
    assert (mine is data) == (places(data) is None)
    assert places(mine) is None


def test_kinds_of_unknowns() -> None:
    kinds: tuple[Kind, ...] = ("text", "number", "tree")
    text, number, tree = (Unknown((("value", at),), kind) for at, kind in enumerate(kinds))
    values: Any = ("x", 2, ["y"])
    assert [isinstance(each, str) for each in (text, number)] == [True, False]
    assert [isinstance(each, int) for each in (text, number)] == [False, True]
    assert not isinstance(text, Mapping)
    assert at({"a": {"b": text}}, "a", "b") is text
    assert at({"a": text}, "a", "b") is None
    assert text != number != tree != text
    assert text not in (None, 1, True, [], {})
    assert Fill(values.__getitem__).value(tree) == ["y"]
    assert Fill(values.__getitem__).value(number) == 2


LOOKS: dict[str, Callable[[Any], Any]] = {
    "equal to a text": lambda value: value == "a",
    "in texts": lambda value: value in ("a", "b"),
    "empty": bool,
    "hash": hash,
    "as text": str,
    "repr": repr,
    "in a text": lambda value: f"<{value}>",
    "length": len,
    "order": lambda value: sorted([value, "a"]),
    "first sign": lambda value: value[0],
    "holds": lambda value: "a" in value,
    "joined": "".join,
    "added": lambda value: "a" + value,
    "method": lambda value: value.startswith("a").real,
    "pattern": lambda value: re.fullmatch("a", value),
    "key": {"a": 1}.get,
    "json": json.dumps,
    "number": int,
    "more": lambda value: value > 0,
}


@pytest.mark.parametrize("look", LOOKS)
def test_looking_into_an_unknown_is_refused(look: str) -> None:
    with pytest.raises((AskedError, TypeError)):
        LOOKS[look](Unknown((("value", 0),)))


@pytest.mark.parametrize("look", ["equal to a mapping", "type", "length"])
def test_a_tree_tells_nothing(look: str) -> None:
    looks: dict[str, Callable[[Any], Any]] = {
        "equal to a mapping": lambda value: value == {},
        "type": lambda value: isinstance(value, Mapping),
        "length": len,
    }
    with pytest.raises(AskedError):
        looks[look](Unknown((("value", 0),), "tree"))
