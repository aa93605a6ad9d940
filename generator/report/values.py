"""A value before and after as lines with signs: what a reader of a diff looks at, whatever the value is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

import yaml

from generator.changes import ABSENT

Sign = Literal["-", "+", " ", "…"]

CONTEXT = 3
MAX_LINES = 400
"""More lines than this of one value nobody reads on a page; the rest is counted."""
MAX_COLUMNS = 2_000
MAX_COMPARED = 2_000
"""Longer texts are shown as replaced whole: the time to compare grows with the square of the number of lines."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `-` before, `+` after, a blank in both, `…` for what is left out, said in words."""

    sign: Sign
    text: str


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """YAML for reading: texts of several lines stand as they are."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  # PyYAML's signature
        return True


def _represent_str(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent_str)


def value_lines(value: Any) -> list[str]:
    """The value as YAML, a text of several lines as it is; no line where there is no value."""
    if value is ABSENT:
        return []
    if isinstance(value, str) and "\n" in value:
        return value.removesuffix("\n").split("\n")
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000_000_000)
    return str(text).removesuffix("\n...\n").removesuffix("\n").split("\n")


def line_diff(before: Any, after: Any) -> list[Line]:
    """The lines of both values as a unified diff, cut where it is long; none where they are equal, and never equal ones."""
    old, new = value_lines(before), value_lines(after)
    if old == new:  # they differ in what the lines do not show: the end of the last one, say
        if repr(before) == repr(after):
            return []
        old, new = [json.dumps(before, default=str)], [json.dumps(after, default=str)]
    shown = [_cut(line) for line in _paired(_compared(old, new))]
    if len(shown) <= MAX_LINES:
        return shown
    return [*shown[:MAX_LINES], Line("…", f"{len(shown) - MAX_LINES:,} more lines")]


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    if not old or not new or max(len(old), len(new)) > MAX_COMPARED:
        yield from (Line("-", line) for line in old)
        yield from (Line("+", line) for line in new)
        return
    at = 0
    for block in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT):
        if block[0][1] > at:
            yield _left_out(block[0][1] - at)
        for tag, i, j, k, end in block:
            if tag == "equal":
                yield from (Line(" ", line) for line in old[i:j])
            else:
                yield from (Line("-", line) for line in old[i:j])
                yield from (Line("+", line) for line in new[k:end])
        at = block[-1][2]
    if at < len(old):
        yield _left_out(len(old) - at)


def _left_out(number: int) -> Line:
    return Line("…", "1 equal line" if number == 1 else f"{number:,} equal lines")


def _paired(lines: Iterator[Line]) -> Iterator[Line]:
    """Where one line takes another's place, both are shown so that the difference is in sight."""
    last: Line | None = None
    for line in lines:
        if last is None:
            last = line
            continue
        one, other = _in_sight(last, line) if (last.sign, line.sign) == ("-", "+") else (last, line)
        yield one
        last = other
    if last is not None:
        yield last


def _in_sight(old: Line, new: Line) -> tuple[Line, Line]:
    """Blanks become dots where nothing else differs; long lines are cut shortly before they begin to differ."""
    if old.text.split() == new.text.split():
        visible = str.maketrans({" ": "·", "\t": "⇥"})
        return Line(old.sign, old.text.translate(visible)), Line(new.sign, new.text.translate(visible))
    start = common(old.text, new.text) - CONTEXT * 30
    if start <= 0 or max(len(old.text), len(new.text)) <= MAX_COLUMNS:
        return old, new
    return Line(old.sign, f"… {old.text[start:]}"), Line(new.sign, f"… {new.text[start:]}")


def common(one: str, other: str) -> int:
    """How many characters both begin with."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


def _cut(line: Line) -> Line:
    left = len(line.text) - MAX_COLUMNS
    return Line(line.sign, f"{line.text[:MAX_COLUMNS]} … {left:,} more characters") if left > 0 else line
