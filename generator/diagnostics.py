"""What every stage says about its input: a diagnostic with the place that caused it.

User mistakes are values of this module's types; an exception is a bug or a failed tool. The layouts (text, json, github,
sarif) are in `report`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Severity = Literal["error", "warning"]
_MOST = 4_000


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one line of a file.

    `path` is relative to the repository, `line` and `column` count from 1, `length` is in characters and at least 1, `text`
    is the whole source line. Line 0 means the file as a whole.
    """

    path: str
    line: int = 0
    column: int = 0
    length: int = 1
    text: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that explains the first."""

    span: Span
    label: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem: `code` names the fault in words, `message` says what is wrong, `help` how to mend it.

    `tenants` are those in whose manifests it was found; it is empty where the place alone says whose problem it is.
    """

    code: str
    message: str
    span: Span
    label: str = ""
    help: str = ""
    notes: tuple[str, ...] = ()
    related: tuple[Related, ...] = field(default=())
    severity: Severity = "error"
    tenants: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Cut the words: a value that they repeat may be as long as a file."""
        for name in ("message", "label", "help"):
            object.__setattr__(self, name, _cut(getattr(self, name)))
        object.__setattr__(self, "notes", tuple(map(_cut, self.notes)))

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Where it stands in a listing: by file, line, column, then code and message."""
        return (self.span.path, self.span.line, self.span.column, self.code, self.message)


@dataclass(frozen=True, slots=True)
class Waived:
    """A finding that an entry of fleet.yaml accepts: why, and until when."""

    finding: Diagnostic
    reason: str
    until: date


def _cut(words: str) -> str:
    return words if len(words) <= _MOST else f"{words[:_MOST]}… ({len(words):,} characters)"


def ordered(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics sorted by place, each once."""
    return sorted(set(diagnostics), key=lambda diagnostic: diagnostic.sort_key)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of them is more than a warning."""
    return any(diagnostic.severity == "error" for diagnostic in diagnostics)


class ToolError(Exception):
    """A program we start failed, or the machine refused; the message is for the user, the exit code is 3."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.help = help
