from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.changes import ABSENT
from generator.report.values import MAX_COLUMNS, MAX_LINES, line_diff, value_lines

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.text(alphabet="a \t\n", max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def shown(before: Any, after: Any) -> list[str]:
    return [f"{line.sign} {line.text}" for line in line_diff(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("1Gi", "1536Mi", ["- 1Gi", "+ 1536Mi"]),
        (ABSENT, 3, ["+ 3"]),
        (None, ABSENT, ["- null"]),
        (3, "3", ["- 3", "+ '3'"]),
        (True, "true", ["- true", "+ 'true'"]),
        ("a\n", "a", ['- "a\\n"', '+ "a"']),
        ("x\na b", "x\na\tb", ["  x", "- a·b", "+ a⇥b"]),
        ("x\nb  ", "x\nb", ["  x", "- b··", "+ b"]),
        ({"a": 1, "b": [1, 2]}, {"a": 1, "b": [1, 3]}, ["  a: 1", "  b:", "  - 1", "- - 2", "+ - 3"]),
        ({"f": "a\nb\n"}, {"f": "a\nc\n"}, ["  f: |", "    a", "-   b", "+   c"]),
        (5, 5, []),
    ],
)
def test_values_read_like_a_diff(before: Any, after: Any, expected: list[str]) -> None:
    assert shown(before, after) == expected


def test_what_is_equal_is_counted() -> None:
    before = "".join(f"line {number}\n" for number in range(30))
    lines = shown(before, before.replace("line 15\n", "other\n"))
    assert lines[0] == "… 12 equal lines"
    assert lines[4:6] == ["- line 15", "+ other"]
    assert lines[-1] == "… 11 equal lines"


def test_what_is_long_is_cut_and_counted() -> None:
    lines = shown(ABSENT, "\n".join(f"{number}" for number in range(5_000)))
    assert len(lines) == MAX_LINES + 1
    assert lines[-1] == "… 4,600 more lines"
    ten_megabytes = "x" * 10_000_000
    old, new = line_diff(f"{ten_megabytes}a", f"{ten_megabytes}b{ten_megabytes}")
    assert old.text == f"… {'x' * 90}a"
    assert new.text.startswith(f"… {'x' * 90}b{'x' * 90}")
    assert new.text.endswith("more characters")
    assert len(new.text) < MAX_COLUMNS + 50


@given(VALUES, VALUES)
def test_values_that_differ_never_look_alike(before: Any, after: Any) -> None:
    lines = line_diff(before, after)
    old = [line.text for line in lines if line.sign != "+"]
    new = [line.text for line in lines if line.sign != "-"]
    assert (old == new) == (repr(before) == repr(after))


@given(VALUES, VALUES)
def test_the_lines_are_those_of_both_values(before: Any, after: Any) -> None:
    """But for what is said otherwise: blanks made visible, values that only JSON tells apart, equal lines left out."""
    lines = line_diff(before, after)
    if any(line.sign == "…" or set(line.text) & {"·", "⇥"} for line in lines) or value_lines(before) == value_lines(
        after
    ):
        return
    assert [line.text for line in lines if line.sign in " -"] == value_lines(before)
    assert [line.text for line in lines if line.sign in " +"] == value_lines(after)
