"""Text that is safe to print: what a terminal or a reader could take for more than a character is shown as its code."""

from __future__ import annotations

import unicodedata


def printable(text: str) -> str:
    """The text with control, format and bidirectional characters written as `\\u{…}`; tabs become blanks."""
    if text.isprintable():  # most are, and asking is a hundred times as fast
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character == "\t":
        return " "
    if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs", "Co"):
        return f"\\u{{{ord(character):x}}}"
    return character
