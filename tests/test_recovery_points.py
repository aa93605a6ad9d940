"""Recovery points by simulation: a week of a thousand tenants, with the schedules that the fleet resolves."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import pytest
import yaml

from generator.pipeline import read
from tests.conftest import ROOT, copy_input, matches_golden
from tests.recovery_points import (
    WEEK,
    CronJob,
    Run,
    Weather,
    away_once,
    cron_job,
    good_runs,
    minutes_over,
    points,
    worst_ages,
)

TENANTS = 1000
PARTS = ("database", "files")
NIGHTLY = {"database": {"rpoMinutes": 1440}, "files": {"rpoMinutes": 60}, "site": {"rpoMinutes": 1500}}
CALM = Weather()
USUAL = Weather(length=3)
ROUGH = Weather(fails=0.02, late=0.05, latest=15, away=0.1, longest_away=240, length=3)
PAGE = ROOT / "docs" / "recovery-points.md"
Promises = Mapping[str, int]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Promises, Mapping[str, CronJob]]]:
    """Each tenant's promises and CronJobs; one in ten is dumped once a night."""
    root = copy_input(tmp_path_factory.mktemp("rpo") / "fleet", ROOT / "generator" / "scaffold" / "tenants")
    backup = {"bucket": "backup", "endpoint": "https://s3.example.org"}
    for number in range(TENANTS):
        name = f"t{number:04}"
        said = backup if number % 10 else {**backup, "promises": NIGHTLY}
        tenant = {"name": name, "displayName": name, "host": f"{name}.example.org", "features": {"backup": said}}
        (root / "tenants" / "production" / f"{name}.yaml").write_text(json.dumps(tenant))
    done = read(root)
    assert [problem.message for problem in done.problems] == []
    found = [tenant for tenant in done.tenants if tenant.name[1:].isdigit()]
    assert len(found) == TENANTS
    return [_of(tenant.spec["features"]["backup"]) for tenant in found]


def _of(backup: Any) -> tuple[Promises, Mapping[str, CronJob]]:
    promises = {part: backup["promises"][part]["rpoMinutes"] for part in (*PARTS, "site")}
    return promises, {part: cron_job(backup["schedules"][part], _deadline(part)) for part in PARTS}


@lru_cache
def _deadline(part: str) -> int:
    body = yaml.safe_load((ROOT / "overlays" / "features" / "backup" / f"{part}.yaml").read_bytes())["spec"]
    assert body["concurrencyPolicy"] == "Forbid"
    found: int = body["startingDeadlineSeconds"]
    return found


def week(jobs: Mapping[str, CronJob], weather: Weather, seed: int) -> dict[str, list[Run]]:
    luck = random.Random(seed)
    away = away_once(weather, luck)
    saved = {part: good_runs(job, weather, away, luck) for part, job in jobs.items()}
    return {**saved, "site": points(saved["database"], saved["files"])}


def weeks(fleet: Any, weather: Weather) -> Iterator[tuple[Promises, dict[str, list[Run]]]]:
    for seed, (promises, jobs) in enumerate(fleet):
        yield promises, week(jobs, weather, seed)


def test_without_failures_every_promise_is_kept_by_every_tenant_at_every_moment(fleet: Any) -> None:
    """Where a run takes no time: a schedule is judged by its gaps alone."""
    for promises, saved in weeks(fleet, CALM):
        for part, promise in promises.items():
            assert max(worst_ages(saved[part])) <= promise, part


def test_a_run_s_length_is_what_a_schedule_does_not_know(fleet: Any) -> None:
    """What is being saved is not saved yet: the promise and the lengths of two runs bound the age, for a point those of four."""
    longest = USUAL.length * 1.5 * 10
    for promises, saved in weeks(fleet, USUAL):
        for part, promise in promises.items():
            assert max(worst_ages(saved[part])) <= promise + longest * (4 if part == "site" else 2), part


def test_whoever_waits_longer_than_the_rule_says_is_alerted(fleet: Any) -> None:
    """The alert counts from the end of the last good run: it is there before a run's length more than its minutes are over."""
    alerts = _alerts()
    longest = ROUGH.length * 1.5 * 10
    for _, saved in weeks(fleet, ROUGH):
        for part in PARTS:
            for older, newer in zip(saved[part], saved[part][1:], strict=False):
                if newer.end - older.start > alerts[part] + longest:
                    assert older.end + alerts[part] < newer.end, part


def _alerts() -> dict[str, float]:
    """Minutes from the last good end to an alert, by part: the rule's, and how long it has to hold."""
    (rules,) = yaml.safe_load_all((ROOT / "overlays" / "features" / "observability" / "alerts.yaml").read_bytes())
    (group,) = [each for each in rules["spec"]["groups"] if each["name"] == "moodle-backups"]
    found = {
        rule["alert"]: float(rule["expr"].rsplit(" > ", 1)[1]) + float(rule["for"][:-1]) for rule in group["rules"]
    }
    return {"database": found["MoodleDatabaseBackupOverdue"], "files": found["MoodleFilesBackupOverdue"]}


def test_the_figures_are_those_of_the_page(fleet: Any) -> None:
    matches_golden(PAGE, page(fleet))


def page(fleet: Any) -> str:
    """docs/recovery-points.md."""
    lived = [list(weeks(fleet, weather)) for weather in (CALM, USUAL, ROUGH)]
    asked = [(part, sorted({promises[part] for promises, _ in fleet})) for part in (*PARTS, "site")]
    rows = [_row(lived, part, promise) for part, promises in asked for promise in promises]
    return TEXT.format(tenants=TENANTS, rows="\n".join(rows), **ROUGH_WORDS)


def _row(lived: list[list[tuple[Promises, dict[str, list[Run]]]]], part: str, promise: int) -> str:
    cells = []
    saved: list[list[Run]] = []
    for fleet in lived:
        saved = [runs[part] for promises, runs in fleet if promises[part] == promise]
        oldest = max(age for each in saved for age in worst_ages(each))
        kept = 1 - sum(minutes_over(each, promise) for each in saved) / (len(saved) * WEEK)
        cells += [f"{oldest:.0f}", f"{kept:.2%}"]
    return f"| {part} | {promise} | {len(saved)} | {' | '.join(cells)} |"


ROUGH_WORDS = {
    "fails": f"{ROUGH.fails:.0%}",
    "late": f"{ROUGH.late:.0%}",
    "latest": f"{ROUGH.latest:.0f}",
    "away": f"{ROUGH.away:.0%}",
    "longest": f"{ROUGH.longest_away / 60:.0f}",
    "length": f"{ROUGH.length:.0f}",
}
TEXT = """\
# How old the newest backup gets

Made by `tests/test_recovery_points.py`, which `make golden` runs: a week of {tenants} tenants with the schedules that the fleet
resolves and the CronJobs' own rules (`Forbid`, `startingDeadlineSeconds`). Minutes; an age counts from when a run began, for
that is what it saved, and a point is a dump with the first copy of the files begun after it. "kept" is the part of the week in
which no more would have been lost than is promised.

- *no length*: every run ends at once, and well. This is what a schedule is judged by.
- *usual*: a run takes {length} minutes or so, one in a hundred ten times as long.
- *rough*: besides, {fails} of the runs fail, {late} of the starts are up to {latest} minutes late, and the store of {away} of
  the tenants is away once, for up to {longest} hours.

| what | promise | tenants | no length: oldest | kept | usual: oldest | kept | rough: oldest | kept |
|---|---|---|---|---|---|---|---|---|
{rows}

A schedule keeps its promise but for the length of a run: what is being saved is not saved yet. Who has to keep a promise to the
minute promises so many minutes less, or names the log's archive (`pitrMinutes`). A single run that fails breaks the promise of its
part; that of the site has room for one. The alerts of `observability` come later than the promises, at 90 and 45 minutes, so that
one failed run wakes nobody: who wants to know of the first sets `backups.databaseMinutes` and `filesMinutes` lower.
"""
