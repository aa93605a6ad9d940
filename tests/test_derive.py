"""The functions behind `x-derive`, against what they promise."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.applications import shard_of
from generator.compile import slug_of
from generator.cron import widest_gap
from generator.derive import (
    FPM_RESERVE,
    MissingArgumentError,
    as_json,
    max_children,
    pick,
    pick_or,
    quantity,
    share,
    spread_cron,
)

NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,20}[a-z0-9]", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1Gi", 2**30), ("512Mi", 2**29), ("250m", 0.25), ("2", 2.0), ("1500M", 1.5e9), ("1.5Gi", 1.5 * 2**30)],
)
def test_quantities(text: str, value: float) -> None:
    assert quantity(text) == value


@pytest.mark.parametrize("text", ["", "Gi", "1 Gi", "1GiB", "-1Gi"])
def test_what_is_no_quantity(text: str) -> None:
    with pytest.raises(ValueError, match="not a quantity"):
        quantity(text)


@given(st.integers(256, 65536), st.integers(32, 512))
def test_the_workers_fit_the_limit(limit: int, worker: int) -> None:
    children = max_children(f"{limit}Mi", f"{worker}Mi")
    assert children >= 1
    if children > 1:
        assert children * worker * 2**20 + FPM_RESERVE <= limit * 2**20
    assert (children + 1) * worker * 2**20 + FPM_RESERVE > limit * 2**20


@given(st.dictionaries(NAMES, st.dictionaries(NAMES, st.text() | st.integers() | st.booleans())))
def test_a_list_or_map_becomes_one_text_whatever_its_order(value: dict[str, dict[str, Any]]) -> None:
    turned = {name: dict(reversed(inner.items())) for name, inner in reversed(value.items())}
    assert as_json(value) == as_json(turned)
    assert json.loads(as_json(value)) == value
    assert "\n" not in as_json(value)


def test_a_share_is_a_whole_number_of_bytes() -> None:
    assert share("256Mi", 75) == str(192 * 2**20)


@given(NAMES, st.sampled_from(["daily", "weekly", "hourly", "quarter-hour"]))
def test_a_spread_schedule_is_a_cron_schedule_and_stays(name: str, period: str) -> None:
    schedule = spread_cron(name, period, "database")
    assert schedule == spread_cron(name, period, "database")
    fields = schedule.split()
    assert len(fields) == 5
    assert all(0 <= int(minute) < 60 for minute in fields[0].split(","))
    if period in ("daily", "weekly"):
        assert int(fields[1]) in (*range(20, 24), *range(6))


@given(NAMES, st.integers(1, 1440))
def test_a_schedule_keeps_the_minutes_and_runs_no_more_often_than_it_has_to(name: str, minutes: int) -> None:
    gap = widest_gap(spread_cron(name, minutes, "database"))
    assert gap <= minutes
    kept = [
        step for step in range(1, 1441) if step <= minutes and (60 % step == 0 or (step % 60 == 0 and 1440 % step == 0))
    ]
    assert gap == max(kept)


@given(NAMES, st.sampled_from([15, 30]))
def test_an_offset_follows_at_its_distance(name: str, minutes: int) -> None:
    dumps, files = spread_cron(name, minutes, "x").split()[0], spread_cron(name, 15, "x", 5).split()[0]
    assert {(int(minute) + 5) % 60 for minute in dumps.split(",")} <= {int(minute) for minute in files.split(",")}


@pytest.mark.parametrize(
    ("expression", "gap"),
    [
        ("* * * * *", 1),
        ("7 * * * *", 60),
        ("*/15 * * * *", 15),
        ("4,19,34,49 * * * *", 15),
        ("0-30/10 * * * *", 30),
        ("*/7 * * * *", 7),
        ("0 2,14 * * *", 720),
        ("0 8-18 * * *", 14 * 60),
        ("17 2 * * *", 1440),
        ("0 4 * * 0", 7 * 1440),
        ("0 4 * * 7", 7 * 1440),
        ("0 4 * * 1-5", 3 * 1440),
        ("0 0 1 * *", 31 * 1440),
        ("0 0 1 * 1", 7 * 1440),
        ("*/30 * * 6 *", 336 * 1440 + 30),
        ("0 0 29 2 *", (4 * 365 + 1) * 1440),
        ("0 0 31 2 *", 10_227 * 1440),
    ],
)
def test_the_widest_gap_of_a_schedule(expression: str, gap: int) -> None:
    assert widest_gap(expression) == gap


def test_ten_thousand_tenants_do_not_start_at_once() -> None:
    schedules = [spread_cron(f"tenant-{number}", "daily", "files") for number in range(10_000)]
    busiest = max(schedules.count(schedule) for schedule in set(schedules))
    assert busiest < 50


@given(NAMES)
def test_a_shard_stays_within_the_number(name: str) -> None:
    assert 0 <= int(shard_of(name, 8)) < 8


@given(st.lists(st.from_regex(r"[a-zA-Z0-9.-]{1,30}", fullmatch=True), min_size=2, max_size=5, unique_by=str.lower))
def test_items_that_differ_have_names_that_differ(items: list[str]) -> None:
    assert len({slug_of(item) for item in items}) == len(items)


def test_what_a_map_of_maps_does_not_say_is_left_to_others() -> None:
    provided = {"one": {"port": 5432, "managed": False}}
    assert pick(provided, "one", "port") == 5432
    assert pick(provided, "one", "managed") is False
    for keys in (("two", "port"), ("one", "host"), ("one", "port", "deeper")):
        with pytest.raises(MissingArgumentError):
            pick(provided, *keys)
        assert pick_or(provided, 7, *keys) == 7
    assert pick_or(provided, 7, "one", "port") == 5432


@pytest.mark.parametrize("given", [30, None, ["0 * * * *"], {}])
def test_what_is_no_text_is_no_schedule(given: Any) -> None:
    with pytest.raises(TypeError):
        widest_gap(given)
