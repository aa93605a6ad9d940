"""What changes, as a comment on a pull request: never longer than a budget, the dangerous and the widest first.

Everything that comes from the input stands in code spans or fences that are longer than any run of backticks in it, so that
it neither formats nor mentions anyone; prose that may hold such text is written with entities.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from generator.changes import ABSENT, Edit, Group, Review, show_path
from generator.diff.outliers import Outlier, outliers
from generator.report import changes_words as words
from generator.report.printable import printable

MARKER = "<!-- quadrangle-diff -->"
"""By this line the comment is found again, to be updated in place."""
BUDGET = 65_000
"""GitHub takes 65,536 characters; the rest is for what a workflow adds."""
_NAMES = 40
_EDITS = 20
_FIELDS = 12
_SPAN = 200
_FENCE = 6_000
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#+!|~@:&^=$]|(?<=www)\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Block:
    """One danger or group: all of it, its head alone, and how many changes it stands for."""

    full: str
    brief: str
    changes: int


def markdown(review: Review, budget: int = BUDGET) -> str:
    """The review in at most `budget` bytes of UTF-8 (4,000 or more); what does not fit is counted in the last line."""
    mains, others = outliers(review.groups)
    several = len({member.environment for group in review.groups for member in group.members}) > 1
    blocks = [_peril(peril) for peril in words.perils(review.dangers)]
    blocks += [_group(group, several) for group in mains]
    blocks += [_outlier(item, mains, several) for item in others]
    head = (
        f"{MARKER}\n### {_summary(review)}\n\nfrom {code(review.before)} to {code(review.after)}, "
        f"{words.number(review.tenants, 'tenant')}, {words.number(review.files, 'file')} changed\n"
    )
    reserved = len(_left_out([_Block("", "", review_size(review))] * (len(blocks) + 1)).encode())
    shown, left = _fitted(blocks, budget - len(head.encode()) - reserved)
    return f"{head}{''.join(shown)}{_left_out(left)}"


def review_size(review: Review) -> int:
    """How many changes and dangers there are."""
    return sum(len(group.members) for group in review.groups) + len(review.dangers)


def _summary(review: Review) -> str:
    unallowed = sum(not danger.allowed for danger in review.dangers)
    sign = "🛑 " if unallowed else "⚠️ " if review.dangers else ""
    return f"{sign}{words.counts(review.groups, review.dangers)}"


def _fitted(blocks: Sequence[_Block], room: int) -> tuple[list[str], list[_Block]]:
    """The blocks in their order, whole while the heads of the rest have room as well, then their heads, then nothing."""
    heads = sum(len(block.brief.encode()) for block in blocks)
    shown: list[str] = []
    left: list[_Block] = []
    for block in blocks:
        full, brief = len(block.full.encode()), len(block.brief.encode())
        heads -= brief
        if not left and full + min(heads, room // 4) <= room:
            shown.append(block.full)
            room -= full
        elif not left and brief <= room:
            shown.append(block.brief)
            room -= brief
        else:
            left.append(block)
    return shown, left


def _left_out(left: Sequence[_Block]) -> str:
    if not left:
        return ""
    changes = sum(block.changes for block in left)
    return f"\n… and {words.number(len(left), 'more group')}, {words.number(changes, 'change')}: see the artifact\n"


def code(text: str, most: int = _SPAN) -> str:
    """The text as a code span of one line."""
    shown = printable(text)
    shown = shown if len(shown) <= most else f"{shown[:most]}…"
    if not shown.strip():
        shown = '""'
    ticks = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def prose(text: str) -> str:
    """The text so that it formats, links and mentions nothing."""
    shown = printable(" ".join(text.split()))[:1_000]
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};" + ("<!-- -->" if found[0] in "@#" else ""), shown)


def fence(lines: Iterable[str], language: str) -> str:
    """The lines as a block of code."""
    kept: list[str] = []
    room = _FENCE
    for line in map(printable, lines):
        room -= len(line.encode()) + 1
        if room < 0:
            kept.append("@@ … @@")
            break
        kept.append(line)
    ticks = "`" * max(3, *(len(run) + 1 for line in kept for run in re.findall("`+", line)), 3)
    return "\n".join([f"{ticks}{language}", *kept, ticks]) + "\n"


def _peril(peril: words.Peril) -> _Block:
    danger = peril.first
    field = f" {code(danger.field)}" if danger.field else ""
    what = (
        f"{code(str(danger.object))}{field}: {code(words.value(danger.before))} -&gt; {code(words.value(danger.after))}"
    )
    sign = "⚠️ allowed" if danger.allowed else "🛑 danger"
    head = f"\n#### {sign}: {code(danger.code)} {what}\n"
    names = f"{_names(peril.tenants)} ({', '.join(code(name) for name in peril.environments[:5])})"
    items = [f"tenants: {names}", f"why: {prose(danger.why)}"]
    items += [f"allowed: {prose(danger.allowed)}"] if danger.allowed else []
    items += [f"cause: {_causes([str(cause) for cause in peril.causes])}"] if peril.causes else []
    body = "\n" + "".join(f"- {item}\n" for item in items)
    if danger.proceed and not danger.allowed:
        body += f"\nhow to go on:\n\n{fence(danger.proceed.splitlines(), 'text')}"
    return _Block(head + body, head, len(peril.tenants))


def _names(names: Sequence[str]) -> str:
    shown, more = words.listed(names, _NAMES)
    return ", ".join([*(code(name, 80) for name in shown), *filter(None, [more])])


def _causes(places: Sequence[str]) -> str:
    shown, more = words.listed(places, 3)
    return ", ".join([*(code(place) for place in shown), *filter(None, [more])])


def _group(group: Group, several: bool) -> _Block:
    head = f"\n#### {prose(words.title(group, several))}: {code(words.headline(group))}\n"
    whole = group.after if group.action == "added" else group.before
    if whole is None:
        body = fence(_edits(group.edits), "diff")
    else:
        fields = [f"{words.sign(group)} {line}" for line in words.outline(whole)]
        more = [f"@@ {len(fields) - _FIELDS:,} more fields @@"] if len(fields) > _FIELDS else []
        body = fence([*fields[:_FIELDS], *more], "diff")
    return _Block(f"{head}\n{body}{_about(group)}", head, len(group.members))


def _edits(edits: Sequence[Edit]) -> Iterator[str]:
    for edit in edits[:_EDITS]:
        yield f"@@ {show_path(edit.path)} @@"
        if words.is_long(edit):
            yield from (f" {line[2:]}" if line.startswith("@@") else line for line in words.lines(edit))
            continue
        sides = (("-", edit.before), ("+", edit.after))
        yield from (f"{sign} {words.value(side)}" for sign, side in sides if side is not ABSENT)
    if len(edits) > _EDITS:
        yield f"@@ {len(edits) - _EDITS:,} more fields @@"


def _about(group: Group) -> str:
    rolls, more = words.listed([str(id) for id in group.rolls], 10)
    items = [f"rolls: {', '.join([*(code(name) for name in rolls), *filter(None, [more])])}"] if rolls else []
    items += [f"cause: {_causes([str(cause) for cause in group.causes])}"] if group.causes else []
    names = words.tenants(group.members)
    if len(names) <= _NAMES // 4:
        items.append(f"tenants: {_names(names)}")
        return "\n" + "".join(f"- {item}\n" for item in items)
    listed = f"\n<details><summary>{words.number(len(names), 'tenant')}</summary>\n\n{_names(names)}\n\n</details>\n"
    return ("\n" + "".join(f"- {item}\n" for item in items) if items else "") + listed


def _outlier(item: Outlier, mains: Sequence[Group], several: bool) -> _Block:
    who = words.whose(item.group.members, several)
    head = f"\n#### {prose(f'outlier: {who}')}: not as {code(words.headline(mains[item.main]))}\n"
    lines = [*_edits(item.instead), *(f"@@ {show_path(edit.path)}: as before @@" for edit in item.missing)]
    return _Block(f"{head}\n{fence(lines, 'diff')}{_about(item.group)}", head, len(item.group.members))
