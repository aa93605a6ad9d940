"""Every allowed pair is covered, and nothing that is not allowed occurs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from tests.pairing import Part, Row, allowed, full_rows, pairs_of, possible, rows

FEATURES = "abcde"
MODELS = "mn"
STATES = "st"


@st.composite
def catalogues(draw: st.DrawFn) -> list[Part]:
    names = FEATURES[: draw(st.integers(0, len(FEATURES)))]
    some = st.frozensets(st.sampled_from(names), max_size=2) if names else st.just(frozenset())
    works = st.sampled_from([(), (("model", frozenset("m")),), (("state", frozenset("t")), ("model", frozenset("mn")))])
    features = [Part("feature", name, draw(some) - {name}, draw(some) - {name}, draw(works)) for name in names]
    choices = [("model", name) for name in MODELS] + [("state", name) for name in STATES]
    return [*features, *(Part(kind, name, draw(some), draw(some), draw(works)) for kind, name in choices)]


def every_row(parts: list[Part]) -> Iterator[Row]:
    """By trying them all."""
    names = [part.name for part in parts if part.kind == "feature"]
    for chosen in chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)):
        for model in MODELS:
            for state in STATES:
                row = Row((("model", model), ("state", state)), frozenset(chosen))
                if allowed(row, parts):
                    yield row


@given(catalogues())
def test_every_pair_that_any_row_may_have_is_covered_by_allowed_rows(parts: list[Part]) -> None:
    found = rows(parts)
    assert all(allowed(row, parts) for row in found)
    wanted = {pair for row in every_row(parts) for pair in pairs_of(row, parts)}
    assert possible(parts) == wanted
    assert {pair for row in found for pair in pairs_of(row, parts)} == wanted


@given(catalogues())
def test_every_feature_that_may_be_used_is_in_a_full_row(parts: list[Part]) -> None:
    usable = {name for row in every_row(parts) for name in row.features}
    parts = [part for part in parts if part.kind != "feature" or part.name in usable]
    if all(part.requires <= usable for part in parts):
        found = full_rows(parts)
        assert all(allowed(row, parts) for row in found)
        assert {name for row in found for name in row.features} == usable


def test_a_large_catalogue_takes_few_rows() -> None:
    names = [f"f{number:02d}" for number in range(30)]
    parts = [Part("feature", name, conflicts=frozenset(names[:1]) if name == "f29" else frozenset()) for name in names]
    parts += [Part("model", f"m{number}") for number in range(5)] + [Part("state", f"s{number}") for number in range(3)]
    found = rows(parts)
    assert 15 <= len(found) <= 30
    assert len(full_rows(parts)) == 2
    assert len(possible(parts)) > 1500


def test_the_same_parts_give_the_same_rows_in_whatever_order() -> None:
    parts = [Part("model", "m"), Part("state", "s"), Part("feature", "a"), Part("feature", "b", frozenset("a"))]
    assert rows(parts) == rows(parts[::-1])
    assert full_rows(parts) == full_rows(parts[::-1])
