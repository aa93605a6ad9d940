"""What changes, for people at a terminal: dangers first, then the groups, then the outliers."""

from __future__ import annotations

from collections.abc import Iterator

from generator.changes import Edit, Group, Review, show_path
from generator.diff.outliers import Outlier, outliers
from generator.report import changes_words as words
from generator.report.printable import printable
from generator.report.text import Paint, plain

_NAMES = 10
_EDITS = 50
_FIELDS = 12
_ROLES = {"+": "help", "-": "error", "@": "place"}


def text(review: Review, paint: Paint = plain) -> str:
    """The whole review; every character that a terminal could obey is shown as its code."""
    mains, others = outliers(review.groups)
    several = len({member.environment for group in review.groups for member in group.members}) > 1
    blocks = [f"before  {printable(review.before)}\nafter   {printable(review.after)}\n"]
    blocks += ["".join(f"{line}\n" for line in _peril(peril, paint)) for peril in words.perils(review.dangers)]
    blocks += ["".join(f"{line}\n" for line in _group(group, several, paint)) for group in mains]
    blocks += ["".join(f"{line}\n" for line in _outlier(item, mains, several, paint)) for item in others]
    return "\n".join(blocks)


def _peril(peril: words.Peril, paint: Paint) -> Iterator[str]:
    danger = peril.first
    role = "warning" if danger.allowed else "error"
    field = f", {danger.field}" if danger.field else ""
    what = f"{danger.object}{field}: {words.value(danger.before)} -> {words.value(danger.after)}"
    yield f"{paint(f'danger[{danger.code}]', role)}: {printable(what)}"
    for cause in peril.causes[:3]:
        yield f" {paint('-->', 'place')} {printable(str(cause))}"
    names, more = words.listed(peril.tenants, _NAMES)
    yield _note("tenants", f"{', '.join([*names, *filter(None, [more])])} ({', '.join(peril.environments)})", paint)
    yield from (_note("why", line, paint) for line in danger.why.splitlines())
    if danger.allowed:
        yield _note("allowed", danger.allowed, paint)
    yield from (_note("help", line, paint) for line in danger.proceed.splitlines() if not danger.allowed)


def _note(label: str, said: str, paint: Paint) -> str:
    return f"  {paint('=', 'place')} {paint(f'{label}:', 'help' if label == 'help' else 'note')} {printable(said)}"


def _group(group: Group, several: bool, paint: Paint) -> Iterator[str]:
    mark = paint(words.sign(group), _ROLES.get(words.sign(group), "warning"))
    yield f"{mark} {paint(printable(words.title(group, several)), 'note')}: {printable(words.headline(group))}"
    if len(group.edits) == 1 and not words.is_long(group.edits[0]):
        yield f"    at {printable(show_path(group.edits[0].path))}"
    else:
        yield from _edits(group.edits, paint)
    whole = group.after if group.action == "added" else group.before
    if whole is not None:
        fields = list(words.outline(whole))
        yield from (f"    {printable(line)}" for line in fields[:_FIELDS])
        if len(fields) > _FIELDS:
            yield f"    … and {len(fields) - _FIELDS:,} more fields"
    yield from _about(group)


def _edits(edits: tuple[Edit, ...], paint: Paint) -> Iterator[str]:
    for edit in edits[:_EDITS]:
        if not words.is_long(edit):
            yield f"    {printable(show_path(edit.path))}: {printable(words.arrow(edit))}"
            continue
        yield f"    {printable(show_path(edit.path))}:"
        for line in words.lines(edit):
            yield "      " + paint(printable(line), _ROLES.get(line[:1], "plain")).rstrip()
    if len(edits) > _EDITS:
        yield f"    … and {len(edits) - _EDITS:,} more fields"


def _about(group: Group) -> Iterator[str]:
    if group.rolls:
        names, more = words.listed([str(id) for id in group.rolls], _NAMES)
        yield f"  rolls: {printable(', '.join([*names, *filter(None, [more])]))}"
    if group.causes:
        places, more = words.listed([str(cause) for cause in group.causes], 3)
        yield f"  cause: {printable(', '.join([*places, *filter(None, [more])]))}"
    names, more = words.listed(words.tenants(group.members), _NAMES)
    yield f"  tenants: {printable(', '.join([*names, *filter(None, [more])]))}"


def _outlier(item: Outlier, mains: list[Group], several: bool, paint: Paint) -> Iterator[str]:
    main = mains[item.main]
    head = paint(printable(f"outlier: {words.whose(item.group.members, several)}"), "note")
    yield f"{paint('~', 'warning')} {head}: {printable(words.headline(main))}; here"
    yield from _edits(item.instead, paint)
    yield from (f"    {printable(show_path(edit.path))}: as before" for edit in item.missing)
    yield from _about(item.group)
