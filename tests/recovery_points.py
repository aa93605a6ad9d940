"""A week of a fleet's backups, simulated: the CronJobs as they are rendered, runs that fail, come late or meet the one before.

Minutes are counted from the beginning of the week. Nothing here starts a program: what a run does is how long it takes and whether
it ends well.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from generator.cron import times_of_day

WEEK = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class CronJob:
    """What decides when a run begins: the minutes of a day, and how late it may be. Two never run at once (Forbid)."""

    times: tuple[int, ...]
    deadline: float

    def due(self) -> Iterator[int]:
        """The minutes of the week."""
        for day in range(7):
            yield from (day * 24 * 60 + time for time in self.times)


@dataclass(frozen=True, slots=True)
class Weather:
    """What goes wrong: the part of runs that fail, of starts that are late, of tenants whose store is away once; minutes of each.

    `length` is how long a run usually takes; one in a hundred takes ten times as long.
    """

    fails: float = 0.0
    late: float = 0.0
    latest: float = 0.0
    away: float = 0.0
    longest_away: float = 0.0
    length: float = 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """One run that ended well: what it saved is of its start, and can be restored from its end on."""

    start: float
    end: float


def cron_job(schedule: str, deadline_seconds: int) -> CronJob:
    """A CronJob that runs every day."""
    return CronJob(tuple(times_of_day(schedule)), deadline_seconds / 60)


def good_runs(job: CronJob, weather: Weather, away: tuple[float, float], luck: random.Random) -> list[Run]:
    """The runs of a week that ended well. A start that comes later than the deadline, or meets a run that long, is left out."""
    found = []
    free = 0.0
    for due in job.due():
        late = luck.uniform(0, weather.latest) if luck.random() < weather.late else 0.0
        start = max(due + late, free)
        if start - due > job.deadline:
            continue
        length = weather.length * luck.uniform(0.5, 1.5) * (10 if luck.random() < 0.01 else 1)
        free = start + length
        good = luck.random() >= weather.fails and not (start < away[1] and free > away[0])
        if good and free <= WEEK:
            found.append(Run(start, free))
    return found


def away_once(weather: Weather, luck: random.Random) -> tuple[float, float]:
    """When the tenant's store does not answer; never, for most."""
    if luck.random() >= weather.away:
        return (WEEK, WEEK)
    begin = luck.uniform(0, WEEK)
    return (begin, begin + luck.uniform(0, weather.longest_away))


def points(dumps: Sequence[Run], copies: Sequence[Run]) -> list[Run]:
    """Whole points: a dump, and the first copy that was begun after it; there when that has ended."""
    found = []
    waiting = iter(copies)
    copy = next(waiting, None)
    for dump in dumps:
        while copy and copy.start < dump.end:
            copy = next(waiting, None)
        if copy:
            found.append(Run(dump.start, copy.end))
    return found


def worst_ages(saved: Sequence[Run]) -> list[float]:
    """How old the newest of these was at most, each time right before a newer one was there."""
    return [newer.end - older.start for older, newer in pairwise(saved)]


def minutes_over(saved: Sequence[Run], promise: float) -> float:
    """For how many minutes of the week the newest was older than is promised."""
    return sum(max(0.0, newer.end - max(older.start + promise, older.end)) for older, newer in pairwise(saved))
