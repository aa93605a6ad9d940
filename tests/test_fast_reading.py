"""The fast reader reads a file exactly as the slow one, or leaves it alone."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator import fast_reading, source
from tests.conftest import ROOT

FILES = subprocess.run(
    ["git", "ls-files", "-z", "*.yaml", "*.yml"], cwd=ROOT, check=True, capture_output=True, text=True
).stdout.split("\0")[:-1]

# Lines and parts of lines that are ours, nearly ours, and none of ours; joined at random they meet each other's borders.
NAMES = st.sampled_from(
    ["a", "b", "c-d", "$x", "_", "e.f/g", "é", "on", "y", "no", "1", "true", "<<", "?", "a b", '"q"', "a:"]
)
_SHAPES = (
    "text,two words,a-b,https://x.y/z,1,-1,-0,007,1.5,1e3,0x1F,12:30,2026-01-01,true,No,~,null,=,.5,.inf,é,日本,a#b,a #b"
    ",'q','it''s',\"d\",\"a\\nb\",\"#\",'{',[],{},[a],[a b],{a: b},{a: 1 },[ a ],{a: {b: [c]}},{a: b},[a: b],{a},[1_0]"
    ",{a: b}x,[a]],&x a,*x,!t a,|,>,|2,@a,`a,%a,-,- a,--x,---,...,?,? a,a:,a: b,:a,a,(a),^a$,$a,a'b,a\"b,a & b,<<,a ,[a]#c"
    ",a\u00a0b,a\u2028b,a\tb,a\u0085b,\ufeffa,'a\"b',\"a'b\",'a' # c,[a] # c,{a: 'b', c: \"d\"},{a: no},{no: a},[no],--a,[--a]"
    ",[-],[-1],[https://x],{a: b:c},{a: },{a:},{ },[ ],(,^"
)
WORDS = st.sampled_from(_SHAPES.split(","))
ENTRIES = st.one_of(
    st.builds("{}: {}".format, NAMES, WORDS),
    st.builds("{}:".format, NAMES),
    st.builds("- {}".format, WORDS),
    st.builds("- {}: {}".format, NAMES, WORDS),
    st.builds("-   {}:".format, NAMES),
    st.builds("{}:  {}  # why".format, NAMES, WORDS),
    st.sampled_from(
        ["", "# a comment", "-", "---", "...", "%YAML 1.1", "a", "\t", "a:b", "\r", "- # c", "a:#c", "a: #c", "'"]
    ),
)
LINES = st.builds(lambda indent, entry: " " * indent + entry, st.sampled_from([0, 0, 0, 1, 2, 2, 4]), ENTRIES)


def same(raw: bytes) -> bool:
    """Whether the fast reader took it; then it must have read what the slow one reads."""
    data = fast_reading.plain_data(raw)
    if data is None:
        return False
    document, problems = source.parse("x.yaml", raw)
    assert problems == []
    assert document is not None
    assert repr(document.data) == repr(data)  # 1, 1.0 and true are equal, but not alike; and keys have an order
    return True


@settings(max_examples=800)
@given(st.lists(LINES, max_size=6))
@example(["a:", "- b", "  c: 1"])
@example(["a: b", "  c: d"])
@example(["- a:", "  - b", "- c"])
@example(["a: 'b", "c: d'"])
@example(["a:", "", "  # c", "    b: 1", "  c: 2"])
@example(["a: b", "c"])
@example(["a:", "  b: 1", "a:"])
@example([f"{' ' * depth}a:" for depth in range(70)])
@example(["a: " + "[" * 70 + "]" * 70])
@example([f"a: {'x' * 2000}"])
@example([f"{'k' * 1100}: 1"])
def test_any_lines_are_read_alike_or_left_alone(lines: list[str]) -> None:
    same("\n".join(lines).encode())


@given(st.binary(max_size=60))
def test_any_bytes_are_read_alike_or_left_alone(raw: bytes) -> None:
    same(b"a: " + raw)
    same(raw)


@given(st.text(max_size=20))
def test_any_value_is_read_alike_or_left_alone(text: str) -> None:
    for shape in ("a: {}", "a: '{}'", 'a: "{}"', "- {}", "a: [{}]", "a: {{b: {}}}", "# {}\na: 1", "{}: 1", "a: b # {}"):
        same(shape.format(text).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("folder", ["tenants", "overlays", "schemas", "tests", "generator", ".github"])
def test_every_file_of_the_project_is_read_alike_or_left_alone(folder: str) -> None:
    names = [name for name in FILES if name.startswith(f"{folder}/")]
    taken = {name for name in names if same((ROOT / name).read_bytes())}
    if folder == "tenants":
        assert taken == set(names)  # a sample fleet that is read slowly would show that the subset is too small


def test_the_common_shapes_are_taken() -> None:
    text = """# a comment
name: acme
count: 3
flow: {a: [1, two], "": 0}
"""
    assert not same(text.encode())  # a quoted key is left to the slow reader
    assert same(text.replace(', "": 0', "").encode())
    for word in ("a", "two words", '"quoted: #"', "{a: {b: [c, 1.5, true]}}", "https://x.y/z", "[]", ""):
        assert same(f"a:\n- b: {word}  # why\n  c:\n    d: {word}\n".encode())


@pytest.mark.parametrize("fast", [fast_reading.parse, fast_reading.parse_all])
def test_places_are_those_of_the_slow_reader(fast: object) -> None:
    raw = b"a:\n- b: {c: 1}  # why\n"
    expected = source.parse("x.yaml", raw)[0]
    assert expected is not None
    assert callable(fast)
    found, problems = fast("x.yaml", raw)
    document = found if fast is fast_reading.parse else found[0]
    assert problems == []
    assert len(document.places) == len(expected.places)
    assert document == expected
    assert document.value(("a", 0, "b", "c")).column == 10
    assert document.key(("a", 0, "b", "x")).text == "- b: {c: 1}  # why"


@given(st.lists(LINES, max_size=6))
def test_what_it_says_of_a_file_is_what_the_slow_reader_says(lines: list[str]) -> None:
    raw = "\n".join(lines).encode()
    assert fast_reading.parse("x.yaml", raw) == source.parse("x.yaml", raw)
    assert fast_reading.parse_all("x.yaml", raw) == source.parse_all("x.yaml", raw)
