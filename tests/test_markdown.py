"""A comment fits its budget and is whole Markdown, whatever is in it."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from generator.changes import ABSENT, Danger, Edit, Group, Item, Member, ObjectId, Review
from generator.diagnostics import Span
from generator.report.changes_markdown import BUDGET, MARKER, markdown
from generator.report.changes_text import text
from tests.test_changes import Tags

TEXT = st.text(st.sampled_from("ab1 `~*_|<>@#\n\r\t\x1b\u202e\u2028$()[]{}-+é学\\\"'&;:./=!"), max_size=20)
BIG = TEXT | st.builds(lambda part, times: part * times, TEXT, st.integers(0, 400))
STEPS = st.lists(TEXT | st.integers(0, 9) | st.builds(Item, TEXT, TEXT), min_size=1, max_size=4).map(tuple)
VALUES = st.just(ABSENT) | BIG | st.integers() | st.none() | st.dictionaries(TEXT, BIG, max_size=2)
IDS = st.builds(ObjectId, TEXT, TEXT, TEXT, TEXT)
SPANS = st.none() | st.builds(Span, TEXT, st.integers(0, 9))
EDITS = st.lists(st.builds(Edit, STEPS, VALUES, VALUES), min_size=1, max_size=4).map(tuple)
MEMBERS = st.lists(st.builds(Member, TEXT, TEXT, TEXT, TEXT, IDS), min_size=1, max_size=12).map(
    lambda some: tuple(some) * 5
)
DANGERS = st.builds(Danger, TEXT, TEXT, TEXT, IDS, TEXT, VALUES, VALUES, BIG, BIG, SPANS, TEXT)


@st.composite
def reviews(draw: st.DrawFn) -> Review:
    groups = []
    for _ in range(draw(st.integers(0, 5))):
        id, members, causes = draw(IDS), draw(MEMBERS), tuple(filter(None, [draw(SPANS)]))
        whole: Any = draw(st.dictionaries(TEXT, VALUES.filter(lambda value: value is not ABSENT), max_size=3))
        if draw(st.booleans()):
            groups.append(Group("changed", id, draw(EDITS), None, None, members, causes=causes, rolls=(id,) * 3))
        else:
            groups.append(Group("added", id, (), None, whole, members, causes=causes))
    groups *= draw(st.integers(1, 40))
    dangers = draw(st.lists(DANGERS, max_size=4)) * draw(st.integers(1, 5))
    return Review(draw(BIG), draw(BIG), tuple(groups), tuple(dangers), 3, 4)


@settings(max_examples=40)
@given(reviews(), st.integers(4_000, BUDGET))
def test_a_comment_fits_and_is_whole(review: Review, budget: int) -> None:
    shown = markdown(review, budget)
    assert len(shown.encode()) <= budget
    assert shown.startswith(f"{MARKER}\n### ")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2028\u2029]", shown)
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(shown)
    fences = [token for token in tokens if token.type == "fence"]
    assert shown.count("\n```") >= 2 * len(fences), "every fence is closed"
    assert all(token.map is not None and closed(shown, token.map[1] - 1) for token in fences)
    tags = Tags()
    tags.feed(MarkdownIt("gfm-like", {"linkify": False}).render(shown))
    assert tags.names <= {"p", "h3", "h4", "code", "pre", "ul", "li", "details", "summary"}
    assert tags.depth == 0
    assert not re.search(r"[@#]\w", "".join(tags.outside))


def closed(shown: str, line: int) -> bool:
    return re.fullmatch("```+", shown.split("\n")[line]) is not None


@settings(max_examples=40)
@given(reviews())
def test_a_terminal_is_moved_by_nothing(review: Review) -> None:
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029]", text(review))


def test_what_does_not_fit_is_counted() -> None:
    groups = tuple(
        Group("changed", ObjectId("", "Kind", "", f"object-{at}"), (Edit(("a",), at, at + 1),), None, None, members(at))
        for at in range(1_000)
    )
    shown = markdown(Review("a", "b", groups, (), 1, 1), 20_000)
    told = shown.count("\n#### ")
    assert len(shown.encode()) <= 20_000
    assert shown.endswith(f"\n… and {1_000 - told} more groups, {1_000 - told} changes: see the artifact\n")
    assert "```diff" in shown
    assert "```diff" not in shown[len(shown) * 4 // 5 :], "the first are shown whole, the next by their heads"


def members(at: int) -> tuple[Member, ...]:
    return (Member(f"tenant-{at}", "production", "broad", "eu-1", ObjectId("", "Kind", "", "x")),)
