"""Which of two values is the smaller: numbers, Kubernetes quantities and versions, compared exactly and never as text."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

_POWERS: dict[str, Fraction] = {"": Fraction(1)}
_POWERS |= {unit: Fraction(1000) ** power for power, unit in enumerate(("k", "M", "G", "T", "P", "E"), 1)}
_POWERS |= {f"{unit}i": Fraction(1024) ** power for power, unit in enumerate(("K", "M", "G", "T", "P", "E"), 1)}
_POWERS |= {unit: Fraction(1, 1000) ** power for power, unit in enumerate(("m", "u", "n"), 1)}
_LONGEST = 64
"""Characters of a number; a longer text would only cost time."""

_QUANTITY = re.compile(
    r"(?P<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:[eE](?P<exponent>[+-]?[0-9]{1,3})|(?P<unit>[numkMGTPE]?|[KMGTPE]i))"
)
_VERSION = re.compile(r"[0-9]+(\.[0-9]+){2,}")


def quantity(value: Any) -> Fraction | None:
    """A Kubernetes quantity as an exact number; None where it is none. `10Gi`, `10G`, `10737418240`, `1.5Ti`, `1e9`."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value)
    match = _QUANTITY.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    number = Fraction(match["number"])
    return number * Fraction(10) ** int(match["exponent"]) if match["exponent"] else number * _POWERS[match["unit"]]


def falls(before: Any, after: Any) -> bool:
    """Whether the value becomes smaller; what cannot be compared does not."""
    old, new = _measure(before), _measure(after)
    return type(old) is type(new) and old is not None and old > new  # type: ignore[operator]  # of one type


def _measure(value: Any) -> Fraction | tuple[int, ...] | None:
    """Two dots make a version, where 5.10.0 is more than 5.9.0; anything else is a quantity."""
    if isinstance(value, str) and len(value) <= _LONGEST and _VERSION.fullmatch(value):
        return tuple(int(part) for part in value.split("."))
    return quantity(value)
