"""One string of a block mapping or block sequence as kustomize writes it, without kustomize.

kustomize prints through go-yaml v2, which chooses between plain, single-quoted, double-quoted and literal style by the text alone,
and folds at single blanks beyond column 80. So the same text is written differently at different depths: `column` and `indent`
say where it stands. tests/test_scalars.py holds every byte against the real kustomize.
"""

from __future__ import annotations

import re
from functools import cache

from generator.resolution import WORDS, is_string

BEST_WIDTH = 80
STEP = 2
INTEGER_LIMIT = 2**53
"""Integers with an absolute value below this are written as `str(n)`; above, a JSON patch takes them through a Go float."""

# Neither plain-looking words and numbers, nor indicators, nor anything special: what nearly every value is. The first piece ends
# where the text cannot be a number or a date any more (`10Gi`, `0 3 * * *`, `1.36.0`).
_LETTERS = "A-Za-z/_"
_MORE = "\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd"


def _certain(letters: str) -> re.Pattern[str]:
    safe = f"[{letters}0-9.@+=,;*?&!|<>()%$~'\"\\[\\]{{}} -]"
    return re.compile(
        rf"(?:[{letters}]|[0-9]+(?:[ g-nq-su-wyG-NQ-SU-WY]|\.[0-9]+\.)){safe}*(?::{safe.replace(' ', '')}{safe}*)*(?<! )"
    )


_CERTAIN = _certain(_LETTERS)


@cache
def _certain_of_all() -> re.Pattern[str]:
    """With letters of any script, whose tables cost more to make than a tenant to be stamped."""
    return _certain(_LETTERS + _MORE)


def _is_certain(text: str) -> bool:
    return (_CERTAIN if text.isascii() else _certain_of_all()).fullmatch(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """What few texts have to be asked; as above."""
    return re.compile(pattern)


# kustomize fails on these, or reads them as line breaks; half a surrogate pair is not a character. A tab at the start stops it
# where the text replaces a placeholder that is a block or plain.
_REFUSED = "\\A\t|[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]"
_UNPRINTABLE = "[^\n -~\xa0-\ud7ff\ue000-\ufffd]"
_INDICATOR = re.compile(r"\A(?:[#,\[\]{}&*!|>'\"%@`]|[-?:](?: |\Z)|---|\.\.\.)|:(?: |\Z)| #")
_ESCAPED = '["\\\\]|[^ -~\xa0-\ud7ff\ue000-\ufffd]'
_SHORT = dict(zip('\0\a\b\t\n\v\f\r\x1b"\\', '0abtnvfre"\\', strict=True))
_SINGLE_BLANK = re.compile(r"(?<=[^ ]) (?=[^ ])")
_FIRST_BLANK = re.compile(r"(?<=[^ ]) (?=.)")


class RefusedError(Exception):
    """The text is outside of what is proven; only kustomize itself knows what it makes of it."""


def scalar(text: str, column: int, indent: int) -> str:
    """The string as kustomize writes it, without the newline that ends its last line: the caller always appends exactly one.

    `column` (from 0, in characters) is where its first character goes, `indent` the blanks before each further line: see
    `indent_below`. The one exception is a placeholder written as a folded block (`>`): it cannot be a hole.
    """
    if (len(text) + column <= BEST_WIDTH + 2 or " " not in text) and _is_certain(text) and text not in WORDS:
        return text
    is_simple = text.isascii() and text.isprintable()
    if not is_simple and _compiled(_REFUSED).search(text):
        raise RefusedError(f"{text!r} holds a character that kustomize does not keep")
    if "\n" in text:
        return _multi_line(text, column, indent)
    if not is_string(text) or (not is_simple and _compiled(_UNPRINTABLE).search(text)):
        return _double_quoted(text, column, indent)
    if text[0] == " " or text[-1] == " " or _INDICATOR.search(text):
        return "'" + _folded(_SINGLE_BLANK, text.replace("'", "''"), column + 1, indent) + "'"
    return _folded(_SINGLE_BLANK, text, column, indent)


def indent_below(parent: int) -> int:
    """The `indent` of a value whose key, or whose dash, stands at column `parent`.

    With PyYAML's marks: `key.start_mark.column` for a value in a mapping, `sequence.start_mark.column` for an item of a list.
    """
    return parent + STEP


def _multi_line(text: str, column: int, indent: int) -> str:
    """A literal block; or double quotes where a block would lose blanks or cannot show a character."""
    if text[-1] == " " or " \n" in text or _compiled(_UNPRINTABLE).search(text):
        return _double_quoted(text, column, indent)
    hint = str(STEP) if text[0] in " \n" else ""
    chomping = "-"
    if text[-1] == "\n":
        chomping = "+" if text == "\n" or text.endswith("\n\n") else ""
    lines = text.removesuffix("\n").split("\n")
    margin = " " * indent
    return f"|{hint}{chomping}\n" + "\n".join([margin + line if line else "" for line in lines])


def _double_quoted(text: str, column: int, indent: int) -> str:
    return '"' + _folded(_FIRST_BLANK, _compiled(_ESCAPED).sub(_escape, text), column + 1, indent) + '"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if character in _SHORT:
        return "\\" + _SHORT[character]
    code = ord(character)
    return f"\\x{code:02X}" if code <= 0xFF else f"\\U{code:08X}"  # noqa: PLR2004  # all between are printable or refused


def _folded(blanks: re.Pattern[str], text: str, column: int, indent: int) -> str:
    """The text with a line break instead of each of these blanks that stands beyond the best width."""
    if column + len(text) <= BEST_WIDTH + 2:
        return text
    pieces, start, offset = [], 0, column
    for found in blanks.finditer(text):
        at = found.start()
        if at + offset <= BEST_WIDTH:
            continue
        pieces.append(text[start:at])
        # A blank at the start of a line would be lost, so that a backslash holds it: double quotes alone fold before one.
        held = text[at + 1] == " "
        start, offset = at + 1, indent + held - at - 1
        pieces.append("\n" + " " * indent + "\\" * held)
    return "".join([*pieces, text[start:]])
