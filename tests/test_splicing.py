"""Fields set in a YAML text: what is meant changes, in the text's own style, and nothing else does."""

from __future__ import annotations

import difflib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as some

from generator.edit import with_release
from generator.splicing import with_fields

STYLES = {
    "none": ("name: x  # who\nhost: y\nfeatures:\n  a: {}\n", 'host: y\nrelease: {version: "2", from: "1"}\nfeatures:'),
    "none, at the end": ("name: x\nhost: y  # kept", 'host: y  # kept\nrelease: {version: "2", from: "1"}'),
    "flow": ('release: {version: "1"}  # kept\nname: x\n', 'release: {version: "2", from: "1"}  # kept\nname: x\n'),
    "block": ("release:\n  version: '1'  # kept\n\n# next\nname: x\n", 'version: "2"  # kept\n  from: "1"\n\n# next'),
    "empty": ("name: x\nrelease: {}\n", 'release: {version: "2", from: "1"}\n'),
    "whole flow": ('{name: x, release: {version: "1"}}\n', '{name: x, release: {version: "2", from: "1"}}\n'),
    "text over lines": (
        "name: |\n  x\n  y\nhost: z\n",
        'name: |\n  x\n  y\nhost: z\nrelease: {version: "2", from: "1"}\n',
    ),
    "Windows": ("name: x\r\nplans:\r\n  a: {}\r\n", 'name: x\r\nrelease: {version: "2", from: "1"}\r\nplans:\r\n'),
}


@pytest.mark.parametrize("style", STYLES)
def test_a_release_is_written_in_the_style_of_the_file(style: str) -> None:
    before, part = STYLES[style]
    after = with_release(before.encode(), {"version": "2", "from": "1"}, "x.yaml").decode()
    assert part in after
    assert yaml.safe_load(after)["release"] == {"version": "2", "from": "1"}
    assert with_release(after.encode(), {"version": "2", "from": "1"}, "x.yaml").decode() == after


def test_a_record_stands_on_one_line_and_a_field_is_taken_out() -> None:
    record: dict[str, str | int] = {"to": "5.3.0", "minutes": 14, "date": "2026-11-20"}
    after = with_release(b'release: {version: "1", from: "0"}\n', {"rehearsed": record, "from": None}, "x.yaml")
    assert after == b'release: {version: "1", rehearsed: {to: "5.3.0", minutes: 14, date: "2026-11-20"}}\n'


KEYS = some.sampled_from(["a", "b", "c", "d"])
LEAVES = some.one_of(some.integers(0, 9), some.sampled_from(["x", "5.3.0", "a: b", "ü # 🙂", "two\nlines\n"]))
TREES = some.recursive(LEAVES, lambda inside: some.dictionaries(KEYS, inside, min_size=1, max_size=3), max_leaves=8)


@given(some.dictionaries(KEYS, TREES, min_size=1), KEYS, some.sampled_from(["x", 'it\'s "5"', "\\n"]), some.booleans())
def test_whatever_the_text_one_value_changes(data: dict[str, object], field: str, value: str, flow: bool) -> None:
    data["release"] = data.get("release", {"version": "1", "zz": 1})
    raw = "# ü\n" + yaml.safe_dump(data, allow_unicode=True, default_flow_style=flow, sort_keys=False)
    after = with_fields(raw.encode(), ("release",), {field: value}, "x.yaml").decode()
    assert yaml.safe_load(after) == {**data, "release": {"version": "1", "zz": 1, field: value}}
    changed = [line for line in difflib.ndiff(raw.splitlines(), after.splitlines()) if line[0] in "-+"]
    assert len(changed) <= 2 + (0 if flow else 1)
    assert with_fields(after.encode(), ("release",), {field: None}, "x.yaml").decode() == raw
