"""Which values look the same to the rules over several objects."""

from __future__ import annotations

import pytest

from generator.lookalikes import Holes, whole_looks

NOTHING: frozenset[int] = frozenset()
HOLES = Holes(
    held=(),
    texts=(),
    objects=(),
    joined=(),
    seen=frozenset({0, 1, 2}),
    names=frozenset({0}),  # the others measure something
    words=frozenset({"9Gi"}),
    ports=NOTHING,
    as_ports=NOTHING,
    exact=NOTHING,
    all_exact=False,
)


def look(*values: str, joins: tuple[str, ...] = ()) -> list[object]:
    return list(whole_looks(values, joins, HOLES))


@pytest.mark.parametrize("name", ["acme", "5.3.0"])
def test_amounts_that_no_name_equals_look_the_same(name: str) -> None:
    """Also where a name is one, as a release is, and whether or not they equal each other."""
    assert look(name, "1Gi", "1Gi") == look(name, "2Gi", "4Gi")


def test_an_amount_that_a_name_equals_is_told_apart() -> None:
    """An operator may take it for that name."""
    assert look("5", "5", "2Gi") != look("5", "6", "2Gi")
    assert look("acme", "5", "2Gi", joins=("5",)) != look("acme", "6", "2Gi", joins=("5",))


def test_an_amount_that_stands_in_an_object_is_told_apart() -> None:
    assert look("acme", "9Gi", "2Gi") != look("acme", "8Gi", "2Gi")
