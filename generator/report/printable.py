"""Text that is safe to print: what a terminal or a reader could take for more than a character is shown as its code."""

from __future__ import annotations

import re
import unicodedata

_HIDDEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
    r"|#(?=#\[)"
)
"""Letters and marks that nobody sees, and how a command of GitHub's runner begins, anywhere in a line."""


def printable(text: str) -> str:
    """The text with control, format, bidirectional and other invisible characters written as `\\u{…}`; tabs become blanks."""
    if not text.isprintable():  # most are, and asking is a hundred times as fast
        text = "".join(_shown(character) for character in text)
    if text.isascii() and "##[" not in text:
        return text
    return _HIDDEN.sub(lambda found: _code(found[0]), text)


def _shown(character: str) -> str:
    if character == "\t":
        return " "
    return _code(character) if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs", "Co") else character


def _code(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"
