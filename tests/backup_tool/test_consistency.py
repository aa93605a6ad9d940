"""The site goes on while it is saved: no point in time has a row without its file.

QUAD_FUZZ_POINTS says how many points, QUAD_FUZZ_FILES how many files the site has.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from threading import Event, Thread

from tests.backup_tool.moodle import BUSY, Moodle, whole

POINTS = int(os.environ.get("QUAD_FUZZ_POINTS", "2"))


def test_writes_go_on_during_the_backup(busy: Moodle, record_property: Callable[[str, object], None]) -> None:
    stop, written, problems = Event(), [0, 0], []

    def write() -> None:
        chance = random.Random()
        rows = list(range(1, BUSY))
        try:
            while not stop.is_set():
                busy.add(chance.randbytes(chance.randint(1, 20_000)))
                written[0] += 1
                if rows and chance.random() < 0.5:
                    busy.delete(rows.pop(chance.randrange(len(rows))))
                    written[1] += 1
        except Exception as error:  # noqa: BLE001
            problems.append(error)

    writer = Thread(target=write)
    writer.start()
    try:
        for _ in range(POINTS):
            busy.ok("backup")
    finally:
        stop.set()
        writer.join()
    assert problems == []
    assert min(written) > POINTS, "somebody was writing"
    for number, point in enumerate(busy.points()):
        target, into = busy.folder / f"point-{number}", busy.empty_database(f"point_{number}")
        busy.ok("verify", "--sample", "all", "--at", point["time"])
        busy.ok("restore", "--at", point["time"], "--to-folder", str(target), "--to-database", DB_NAME=into)
        assert whole(busy, target, into) == []
        shutil.rmtree(target)
        busy.sql(f"DROP DATABASE {into}", "moodle")
    for what, number in zip(("points", "written", "deleted"), (POINTS, *written), strict=True):
        record_property(what, number)
