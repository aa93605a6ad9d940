"""Is a text a string to go-yaml v2, or would it read it as a number, a truth value, nothing or a date?

Its rules are neither YAML 1.1's nor 1.2's: they follow Go's number and time parsers.
"""

from __future__ import annotations

import math
import re

_READ_OTHERWISE = """
    y Y yes Yes YES true True TRUE on On ON n N no No NO false False FALSE off Off OFF ~ null Null NULL
    .nan .NaN .NAN .inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF
"""
WORDS = frozenset(["", *_READ_OTHERWISE.split()])
_NUMERIC = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]*|[.0-9][0-9bBoOeE.:TtZ, +-]*)")
_SURELY_FINITE = 300
_BASES = (
    (re.compile(r"([-+]?)0[xX]([0-9a-fA-F]+)"), 16),
    (re.compile(r"([-+]?)0[bB]([01]+)"), 2),
    (re.compile(r"([-+]?)0[oO]?([0-7]+)"), 8),
    (re.compile(r"([-+]?)([1-9][0-9]*|0)"), 10),
)
_SIGN_INSIDE = re.compile(r"0b([-+])([01]+)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_POINT_FIRST = re.compile(r"\.[0-9](?:_?[0-9])*(?:[eE][-+]?[0-9](?:_?[0-9])*)?")
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_CLOCK = r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?"
_DATE = re.compile(
    rf"([0-9]{{4}})-([0-9]{{1,2}})-([0-9]{{1,2}})(?:[Tt]{_CLOCK}(?:Z|[-+]([0-9]{{2}}):([0-9]{{2}}))| +{_CLOCK})?"
)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_string(text: str) -> bool:
    """Whether the text, written without quotes, is a string to go-yaml v2 and to the older parsers that it minds."""
    if text in WORDS:
        return False
    first = text[0]
    if first == ".":
        # Go's own float parser, which wants a digit on both sides of an underscore.
        return not (_POINT_FIRST.fullmatch(text) and math.isfinite(float(text)))
    if first not in "+-0123456789":
        return True
    if text.isdecimal() and text.isascii() and len(text) < _SURELY_FINITE:
        return False
    digits = text.replace("_", "")
    if not _NUMERIC.fullmatch(digits):
        return True
    return not (_is_integer(digits) or _is_float(digits) or _BASE_60.fullmatch(text) or _is_date(text))


def _is_integer(text: str) -> bool:
    for pattern, base in _BASES:
        if found := pattern.fullmatch(text):
            return _fits(found[1], found[2], base)
    found = _SIGN_INSIDE.fullmatch(text)
    return found is not None and _fits(found[1], found[2], 2)


def _fits(sign: str, digits: str, base: int) -> bool:
    """Into 64 bits: Go tries a signed number, then an unsigned one, which takes no sign."""
    if len(digits.lstrip("0")) > 64:  # noqa: PLR2004  # bits; Python would refuse to read thousands of digits
        return False
    number = int(digits, base)
    return number < 2 ** (63 if sign else 64) or (sign == "-" and number == 2**63)


def _is_float(text: str) -> bool:
    return _FLOAT.fullmatch(text) is not None and math.isfinite(float(text))


def _is_date(text: str) -> bool:
    found = _DATE.fullmatch(text)
    if not found:
        return False
    year, month, day, *clock = (int(part or 0) for part in found.groups())
    hour, minute, second, zone_hour, zone_minute = clock[:5]
    if not any(clock[:3]):
        hour, minute, second = clock[5:]
    if not 1 <= month <= 12 or hour > 23 or minute > 59 or second > 59 or zone_hour > 24 or zone_minute > 60:  # noqa: PLR2004
        return False
    return 1 <= day <= _DAYS[month - 1] - (month == 2 and not _is_leap(year))  # noqa: PLR2004


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
