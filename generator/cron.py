"""How long a cron expression lets something wait: the widest gap between two of its runs. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

_DAY = 24 * 60
_CYCLE = 10_227
"""Days: 28 years, after which weekdays, leap years and so every expression begin anew."""


@lru_cache(maxsize=1 << 16)
def widest_gap(expression: str) -> int:
    """The most minutes between two runs; of an expression that never runs, 28 years. What is no expression is a ValueError."""
    _, _, day, month, weekday = str(expression).split()
    times = times_of_day(expression)
    days = _widest_gap_of_days(day, month, weekday)
    over_night = days * _DAY + times[0] - times[-1]
    return max([over_night, *(later - sooner for sooner, later in pairwise(times))])


def times_of_day(expression: str) -> list[int]:
    """The minutes of a day on which it runs, in their order."""
    minute, hour, *_ = expression.split()
    return [at * 60 + past for at in _numbers(hour, 0, 23) for past in _numbers(minute, 0, 59)]


@lru_cache(maxsize=1 << 12)
def _widest_gap_of_days(day: str, month: str, weekday: str) -> int:
    """As cron has it: where both are restricted, a day of the month or a weekday is enough."""
    if day == month == weekday == "*":
        return 1
    days, months = _numbers(day, 1, 31), _numbers(month, 1, 12)
    weekdays = {number % 7 for number in _numbers(weekday, 0, 7)} if weekday != "*" else set(range(7))
    either = day != "*" and weekday != "*"
    runs = []
    for number in range(_CYCLE):
        one = date(2000, 1, 1) + timedelta(number)
        fits = one.day in days, one.isoweekday() % 7 in weekdays
        if one.month in months and (any(fits) if either else all(fits)):
            runs.append(number)
    if not runs:
        return _CYCLE
    return max(later - sooner for sooner, later in zip(runs, [*runs[1:], runs[0] + _CYCLE], strict=True))


def _numbers(field: str, low: int, high: int) -> list[int]:
    """What a field names: lists of `*`, numbers and ranges, with or without steps."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = low if span == "*" else int(first)
        end = int(last) if last else high if span == "*" or step else start
        found |= set(range(start, end + 1, int(step or 1)))
    if not found:
        raise ValueError(f"`{field}` names nothing")
    return sorted(found)
