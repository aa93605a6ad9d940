"""A store on a bad day: a run succeeds by trying again, or says what is wrong.

The repository stays whole, and the next run succeeds. QUAD_FUZZ_STORE says how often each fault comes.
"""

from __future__ import annotations

import os
import random
import subprocess
import time

import pytest

from tests.backup_tool.moodle import Moodle
from tests.backup_tool.store import Proxy

COUNT = int(os.environ.get("QUAD_FUZZ_STORE", "1"))
IMPATIENT = {"BACKUP_STORE_TIMEOUT": "1", "BACKUP_STORE_RATE": "100"}
QUICK = {"BACKUP_STORE_TRIES": "3", **IMPATIENT}
FAULTS = ["500", "503", "reset", "reset after", "cut", "hang", "slow"]


def healthy(site: Moodle, proxy: Proxy) -> None:
    """restic finds nothing wrong, and the next backup is whole."""
    proxy.fault = lambda _method, _key: ""
    assert "no errors were found" in site.restic("check", "--read-data")
    site.ok("backup")
    site.ok("verify", "--sample", "20")


def test_what_passes_is_overcome(distant: Moodle, proxy: Proxy) -> None:
    chance = random.Random()
    bad = [*FAULTS, "late"] * COUNT
    chance.shuffle(bad)
    proxy.fault = lambda _method, _key: bad.pop() if bad and chance.random() < 0.2 else ""
    patient = {"BACKUP_STORE_TRIES": "9", **IMPATIENT}
    warned = 0
    for _ in range(2):
        distant.add(*(chance.randbytes(20_000) for _ in range(20)))
        for command in (["backup"], ["verify", "--sample", "20"]):
            warned += len(distant.ok(*command, **patient).steps("store"))
    assert warned > 0, "something was tried again"
    healthy(distant, proxy)


@pytest.mark.parametrize("fault", ["500", "reset after", "cut", "hang"])
def test_a_store_that_fails_for_good_is_given_up(distant: Moodle, proxy: Proxy, fault: str) -> None:
    """From some request on, whichever: a backup says so; what was stored before is whole."""
    distant.ok("backup")
    distant.add(random.Random().randbytes(30_000))
    seen = len(proxy.asked)
    distant.ok("backup")
    last = len(proxy.asked) - seen
    left = random.Random().randint(1, last - 2)
    distant.add(random.Random().randbytes(30_000))
    start = len(proxy.asked)
    proxy.fault = lambda _method, _key: fault if len(proxy.asked) - start > left else ""
    done = distant.run("backup", **QUICK)
    assert (done.code, "the store of s3:http" in done.err, "(3 tries)" in done.err) == (3, True, True), (left, done.err)
    healthy(distant, proxy)


def test_nothing_that_cannot_be_read_counts_as_damaged(distant: Moodle, proxy: Proxy) -> None:
    distant.ok("backup")
    proxy.fault = lambda method, key: "500" if method == "GET" and "/data/" in key else ""
    for command in (["verify", "--read-data", "all"], ["restore", "--to-folder", str(distant.folder / "target")]):
        done = distant.run(*command, **QUICK)
        assert (done.code, "500 InternalError (3 tries)" in done.err) == (3, True), done.err
    healthy(distant, proxy)


def test_a_pack_that_is_gone_is_damage(distant: Moodle, proxy: Proxy) -> None:
    distant.ok("backup")
    proxy.fault = lambda method, key: "404" if method == "GET" and "/data/" in key else ""
    assert distant.run("verify", "--sample", "all", **QUICK).code == 1


def test_a_backup_that_is_killed_leaves_a_whole_repository_in_the_bucket(distant: Moodle, proxy: Proxy) -> None:
    chance = random.Random()
    start = time.monotonic()
    distant.ok("backup")
    usual = time.monotonic() - start
    moments = sorted(chance.uniform(0.2, 1) * usual for _ in range(1 + COUNT))
    for moment in moments:
        distant.add(*(chance.randbytes(50_000) for _ in range(20)))
        running = distant.start("backup")
        try:
            running.communicate(timeout=moment)
        except subprocess.TimeoutExpired:
            running.kill()
            running.communicate()
        assert "no errors were found" in distant.restic("check"), moments
    healthy(distant, proxy)
