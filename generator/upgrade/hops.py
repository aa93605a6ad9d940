"""The way from one release to another: which releases lie between, and what has to be raised before each of them.

Moodle upgrades only from a lowest release on, and each release asks for versions of PHP and of the database (facts, section 1).
Database and PHP are raised between two hops and never in the same step: then a failure has one cause.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from generator.upgrade.classes import class_of
from generator.upgrade.passport import Passport, Version, dotted


@dataclass(frozen=True, slots=True)
class Engine:
    """The database of a tenant: `postgresql`, `mysql`, `mariadb` or `auroramysql`, and its version."""

    name: str
    version: Version


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that changes at a time: the release, the database's version, or PHP's; as words and as numbers."""

    what: Literal["release", "database", "php"]
    before: str
    after: str


class NoWayError(Exception):
    """There is no way; the words say why."""


def way(start: Passport, goal: Passport, known: Collection[Passport], engine: Engine) -> list[Step]:
    """The steps from a release to another; NoWayError where there are none."""
    steps: list[Step] = []
    version = engine.version
    for old, new in pairwise([start, *_releases(start, goal, known)]):
        floor = _floor(new, engine.name)
        if version < floor:
            steps.append(Step("database", dotted(version), dotted(floor)))
            version = floor
        if old.php != new.php:
            first, last = old.php_range
            if not first <= new.php <= last:
                words = f"{new.name} runs on PHP {dotted(new.php)}, which {old.name} does not"
                raise NoWayError(f"{words}: build an image of {new.name} with PHP {dotted(last)} or older")
            steps.append(Step("php", dotted(old.php), dotted(new.php)))
        steps.append(Step("release", old.name, new.name))
    return steps


def _floor(passport: Passport, engine: str) -> Version:
    if engine not in passport.floors:
        raise NoWayError(f"{passport.name} does not run on {engine}")
    return passport.floors[engine]


def _releases(start: Passport, goal: Passport, known: Collection[Passport]) -> list[Passport]:
    """The fewest releases that lead to the goal, itself the last; of several ways that of long-term releases, then the newest."""
    if start.name == goal.name:
        return []
    ways = deque([[start]])
    seen = {start.name}
    ordered = sorted((each for each in known if each.name != goal.name), key=_preferred, reverse=True)
    while ways:
        done = ways.popleft()
        for after in (goal, *ordered):
            if after.name in seen or not _leads(done[-1], after) or after.version > goal.version:
                continue
            if after.name == goal.name:
                return [*done[1:], goal]
            seen.add(after.name)
            ways.append([*done, after])
    raise NoWayError(_why_not(start, goal))


def _preferred(passport: Passport) -> tuple[bool, Version]:
    return passport.long_term, passport.version


def _leads(old: Passport, new: Passport) -> bool:
    return old.version >= new.upgrade_from and class_of(old, new).letter not in ("", "N")


def _why_not(start: Passport, goal: Passport) -> str:
    found = class_of(start, goal)
    if found.letter == "N":
        return f"{found.reasons[0]}: Moodle never goes back, only a restore does"
    needs = dotted(goal.upgrade_from)
    return f"{goal.name} upgrades from {needs} on, and no release in overlays/releases leads there from {start.name}"
