"""Diagnostics for people, as rustc lays them out: what, where, the source line with the place underlined, how to mend it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

from generator.diagnostics import Diagnostic, Span, ordered
from generator.report.printable import printable

Paint = Callable[[str, str], str]
"""Colours a text by role: error, warning, place, help, note. The plain one returns the text."""

WIDTH = 110


def plain(text: str, _role: str) -> str:
    """No colour at all."""
    return text


def text(diagnostics: Sequence[Diagnostic], paint: Paint = plain) -> str:
    """All diagnostics, sorted by place, with a blank line between them and a newline at the end."""
    return "\n".join(_one(diagnostic, paint) for diagnostic in ordered(diagnostics))


def _one(diagnostic: Diagnostic, paint: Paint) -> str:
    head = paint(f"{diagnostic.severity}[{diagnostic.code}]", diagnostic.severity)
    lines = [f"{head}: {printable(diagnostic.message)}"]
    spans = [diagnostic.span, *(related.span for related in diagnostic.related)]
    gutter = len(str(max(span.line for span in spans)))
    lines += _excerpt("-->", diagnostic.span, "^", diagnostic.label, diagnostic.severity, gutter, paint)
    for related in diagnostic.related:
        lines += _excerpt(":::", related.span, "-", related.label, "place", gutter, paint)
    for note in diagnostic.notes:
        lines.append(f"{' ' * gutter} {paint('=', 'place')} {paint('note:', 'note')} {printable(note)}")
    help = diagnostic.help
    if diagnostic.label and not diagnostic.span.text:
        help = f"{diagnostic.label} {help}"  # there is no line to write it under
    if help:
        lines.append(f"{' ' * gutter} {paint('=', 'place')} {paint('help:', 'help')} {printable(help)}")
    return "".join(f"{line}\n" for line in lines)


def _excerpt(arrow: str, span: Span, mark: str, label: str, role: str, gutter: int, paint: Paint) -> list[str]:
    lines = [f"{' ' * gutter}{paint(arrow, 'place')} {printable(str(span))}"]
    if not span.line or not span.text:
        return lines
    before, marked, after = _window(span)
    bar = paint("|", "place")
    under = " " * _columns(before) + paint(
        mark * max(1, _columns(marked)) + (f" {printable(label)}" if label else ""), role
    )
    number = paint(str(span.line).rjust(gutter), "place")
    return [
        *lines,
        f"{' ' * gutter} {bar}",
        f"{number} {bar} {before}{marked}{after}".rstrip(),
        f"{' ' * gutter} {bar} {under}",
    ]


def _window(span: Span) -> tuple[str, str, str]:
    """The line before, in and after the span, cut so that the place stays in sight."""
    start = span.column - 1
    end = start + span.length
    left = max(0, start - WIDTH // 2)
    right = max(end, left + WIDTH)
    before = ("…" if left else "") + printable(span.text[left:start])
    marked = printable(span.text[start:end][:WIDTH])
    after = "" if end - start > WIDTH else printable(span.text[end:right]) + ("…" if len(span.text) > right else "")
    return before, marked, after


def _columns(text: str) -> int:
    """How many terminal columns the text takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
