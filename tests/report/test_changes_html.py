"""The page as a text: its golden, and that nothing of what others wrote becomes markup. tests/pages has the page in a browser."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hatchling.builders.wheel import WheelBuilder
from hypothesis import given
from hypothesis import strategies as st

from generator.changes import Member, ObjectId
from generator.report.changes_html import html
from generator.report.changes_view import page
from generator.report.printable import printable
from tests.conftest import ROOT, matches_golden
from tests.pages import review as reviews
from tests.pages.fleet import group, sites

VOID = {"meta", "input"}


class Reader(HTMLParser):
    """Reads a page as a browser would, as far as a page without a mistake needs it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: dict[str, list[str]] = {}
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        self.text.setdefault(self.stack[-1] if self.stack else "", []).append(data)

    def handle_comment(self, data: str) -> None:
        self.wrong.append(f"<!--{data}")

    def handle_pi(self, data: str) -> None:
        self.wrong.append(f"<?{data}")


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader


HARMLESS = read(html(reviews.hostile("some `code`")))
"""A page of the same form in whose texts there is nothing to fear."""


def without_assets(text: str) -> str:
    """The page without its style and script, which are files of their own."""
    text = re.sub(r"<(style|script)>.*?</\1>", r"<\1></\1>", text, flags=re.DOTALL)
    return re.sub(r"sha256-[A-Za-z0-9+/=]{44}", "sha256-", text)


@pytest.mark.parametrize("name", ["small", "hostile", "nothing"])
def test_the_page_is_as_it_was(name: str) -> None:
    matches_golden(ROOT / "tests" / "report" / f"{name}.golden.html", without_assets(html(reviews.PAGES[name]())))


@pytest.mark.parametrize("name", ["demo", "hostile", "nothing"])
def test_the_policy_permits_the_two_texts_and_nothing_else(name: str) -> None:
    reader = read(html(reviews.PAGES[name]()))
    (written,) = [value for key, value in reader.attributes if key == "content" and "default-src" in value]
    policy = dict(part.split(" ", 1) for part in written.split("; "))
    expected = {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'"}
    for directive, tag in (("style-src", "style"), ("script-src", "script")):
        digest = hashlib.sha256("".join(reader.text[tag]).encode()).digest()
        expected[directive] = f"'sha256-{base64.b64encode(digest).decode()}'"
    assert policy == expected
    assert reader.tags.count("style") == reader.tags.count("script") == 1


def test_the_inlined_texts_cannot_end_early_and_load_nothing() -> None:
    folder = ROOT / "generator" / "report" / "templates"
    style, script = ((folder / name).read_text() for name in ("review.css", "review.js"))
    assert "</" not in style
    assert not re.search(r"<!--|</?script", script, re.IGNORECASE)
    assert "\r" not in style + script
    assert not re.search(r"url\(|@import|https?:", style + script)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", script)


@given(
    st.text(min_size=1, max_size=40)
    | st.text(alphabet="<>&\"'/`{}%!-= \n\r\t\0\x1b\u202e\u2028ab", min_size=1, max_size=20)
)
def test_no_text_of_others_becomes_markup(text: str) -> None:
    made = html(reviews.hostile(f"{text}<img src=x onerror=alert(1)>{text}"))
    reader = read(made)
    assert reader.wrong == []
    assert reader.stack == []
    assert set(reader.tags) <= set(HARMLESS.tags)
    assert {name for name, _ in reader.attributes} <= {name for name, _ in HARMLESS.attributes}
    assert [made.count(tag) for tag in ("<script", "<style")] == [1, 1]
    kinds = {unicodedata.category(character) for character in set(made) - {"\n"}}
    assert not kinds & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def test_every_text_is_shown_and_only_once_escaped() -> None:
    reader = read(html(reviews.hostile()))
    words = printable(reviews.HOSTILE)
    for tag in ("dd", "h3", "p", "code", "ins", "pre"):
        assert any(words in text for text in reader.text[tag]), tag
    for name in ("data-environment", "data-ring", "data-cluster", "data-kind"):
        assert (name, words) in reader.attributes, name
    assert "&amp;amp;lt" not in html(reviews.hostile())


def test_members_are_all_there_and_lists_that_are_the_same_once() -> None:
    whole = reviews.demo(1_200)
    reader = read(html(whole))
    lists = [text for text in reader.text["pre"] if "nordvik-college" in text]
    assert sum(len(text.split()) for text in lists) < 1_200 * 3  # of five groups that have a thousand and more
    names = {name for text in reader.text["pre"] for name in text.split("\n")}
    assert {member.tenant for one in whole.groups for member in one.members if member.ring} <= names


def test_a_name_of_its_own_stands_beside_the_tenant() -> None:
    site = sites(1)[0]
    one = group([site], "ConfigMap", "moodle-<hash>")
    thing = ObjectId("", "ConfigMap", "ns", "moodle-7d9f")
    member = Member(site.name, site.environment, site.ring, site.cluster, thing)
    shown = page(replace(reviews.nothing(), groups=(replace(one, members=(member,)),)))
    assert shown.cards[0].members[0].names == ("nordvik-college (moodle-7d9f)",)


def test_dangers_that_are_alike_are_one_entry() -> None:
    shown = page(reviews.large(1_000, 2))
    assert [(entry.code, entry.tenants, len(entry.rows)) for entry in shown.dangers] == [("pvc-shrink", 10, 1)]
    entries = page(reviews.demo()).dangers
    assert [(entry.code, entry.tenants, bool(entry.allowed)) for entry in entries] == [
        ("pvc-shrink", 3, False),
        ("tenant-removed", 1, False),
        ("host-changed", 1, True),
    ]
    assert entries[0].proceed == "add an entry under `allow:` in tenants/production/<tenant>.yaml"
    assert entries[1].proceed == "add an entry under `allow:` in tenants/production/fairview-college.yaml"
    assert [entry.cards for entry in entries] == [(1,), (2,), (3,)]


def test_a_wide_change_says_how_far_it_reaches() -> None:
    shown = page(reviews.demo())
    assert (shown.changed, shown.roots, shown.refused, shown.allowed) == (1_200, 1, 4, 1)
    rings = [(reach.environment, reach.ring) for reach in shown.cards[3].reach]
    assert rings == [("production", "canary"), ("production", "early"), ("production", "broad"), ("staging", "broad")]
    assert sum(reach.tenants for reach in shown.cards[3].reach) == shown.cards[3].tenants == 1_200
    assert [(gist.path, gist.before, gist.after) for gist in shown.cards[5].gists] == [
        ("php resources.limits.memory", "1Gi", "1536Mi")
    ]
    assert shown.cards[3].gists[0].after == "…7777777777…"


def test_what_the_page_is_made_of_is_in_the_wheel() -> None:
    packed = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    templates = {path.relative_to(ROOT).as_posix() for path in (ROOT / "generator" / "report" / "templates").iterdir()}
    assert {name.rpartition(".")[2] for name in templates} == {"css", "jinja", "js"}
    assert templates <= packed


def test_the_same_review_gives_the_same_bytes() -> None:
    assert html(reviews.demo(100)) == html(reviews.demo(100))
