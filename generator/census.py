"""One row for each tenant of a fleet: all that has to be known of a tenant whose own file nobody has touched. Pure.

Rows hold what tenants can only have once, what they take of their cluster, and what a branch's pages and Argo CD's roots say of
them; so a publication in which few files are new looks at those and at the rows of the rest (`since.py`, `partial.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from generator.lazy import Later

Owner = tuple[str, str]
"""A tenant, by environment and name."""

_TENANT = re.compile(r"tenants/([^/]+)/(?!_defaults\.yaml)([^/.][^/]*)\.yaml")


class WholeFleetError(Exception):
    """The whole fleet has to be looked at."""


def owner_of(path: str) -> Owner | None:
    """The tenant whose file it is, by its path in the repository."""
    found = _TENANT.fullmatch(path)
    return (found[1], found[2]) if found else None


@dataclass(frozen=True, slots=True)
class Row:
    """A tenant: `shown` is as much of its spec as pages show, `application` where its Application lies.

    `allows` are the entries under `allow:` of its file, with their places, as `destruction/allowances.py` takes them.
    """

    shown: Mapping[str, Any]
    unique: tuple[tuple[str, Any], ...]
    quota: tuple[float, float]
    application: str
    allows: tuple[tuple[str | int, ...], ...] = ()

    @property
    def root(self) -> str:
        """The folder of Applications that a root of Argo CD has to list."""
        return self.application.rpartition("/")[0]


SHOWN = ("name", "host", "cluster", "ring", "plan", "model", "state")


def shown_of(*values: Any) -> dict[str, Any]:
    """As much of a spec as pages show: the values of `SHOWN`, and last the version of the release."""
    return {**dict(zip(SHOWN, values, strict=False)), "release": {"version": values[-1]}}


def _values(shown: Mapping[str, Any]) -> list[Any]:
    return [*(shown[name] for name in SHOWN), shown["release"]["version"]]


Rows = Mapping[Owner, Row]
"""In the order in which tenants are resolved: by environment, then by name."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What fleet.yaml promised: until when its waivers hold, the tenants they were met by, the commits that rings are pinned to.

    A waiver that something tenants share has met, as a root of Argo CD, has an empty name among them.
    """

    waived_until: tuple[date, ...] = ()
    waived: frozenset[str] = frozenset()
    pins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Census:
    """A publication of every environment without a problem: its source commit and that one's day, the branches and their tips."""

    source: str
    day: date
    branches: Mapping[str, str]
    tips: Mapping[str, str]
    terms: Terms
    rows: Rows

    def is_of(self, day: date) -> bool:
        """Whether no waiver expires between the two days."""
        return all((until < self.day) == (until < day) for until in self.terms.waived_until)


def same_layout(before: Rows, after: Rows) -> bool:
    """Whether the environments have the same rings and the same roots, so that nothing which tenants share changes."""
    return _layout(before) == _layout(after)


def _layout(rows: Rows) -> set[tuple[str, str]]:
    return {(environment, what) for (environment, _), row in rows.items() for what in (row.shown["ring"], row.root)}


def merged(rows: Rows, gone: Iterable[Owner], new: Rows) -> dict[Owner, Row]:
    """The rows without some and with others, in their order."""
    without = set(gone)
    left = {owner: row for owner, row in rows.items() if owner not in without}
    return dict(sorted({**left, **new}.items()))


def rows_to_json(rows: Rows) -> list[list[Any]]:
    """The rows as what JSON can hold; what is shown without its names, which all have."""
    return [
        [*owner, _values(row.shown), row.unique, row.quota, row.application, row.allows] for owner, row in rows.items()
    ]


def rows_from_json(rows: Iterable[Sequence[Any]]) -> dict[Owner, Row]:
    """The rows that `rows_to_json` gave."""
    return {
        (environment, name): Row(
            shown_of(*shown), tuple(map(tuple, unique)), tuple(quota), application, tuple(map(tuple, allows))
        )
        for environment, name, shown, unique, quota, application, allows in rows
    }


def to_bytes(census: Census) -> bytes:
    """The census as two lines of JSON: a publication with nothing new reads the first alone."""
    days = [str(day) for day in (census.day, *census.terms.waived_until)]
    terms = [days, sorted(census.terms.waived), list(census.terms.pins)]
    head = json.dumps([census.source, terms, dict(census.branches), dict(census.tips)])
    return f"{head}\n{json.dumps(rows_to_json(census.rows))}".encode()


def from_bytes(raw: bytes) -> Census:
    """The census that `to_bytes` wrote."""
    head, _, rows = raw.partition(b"\n")
    source, (days, waived, pins), branches, tips = json.loads(head)
    day, *until = map(date.fromisoformat, days)
    terms = Terms(tuple(until), frozenset(waived), tuple(pins))
    return Census(source, day, branches, tips, terms, Later(lambda: rows_from_json(json.loads(rows))))
