"""The site goes on while it is saved: no point in time has a row without its file. QUAD_FUZZ_POINTS says how many points."""

from __future__ import annotations

import os
import random
from threading import Event, Thread

from tests.backup_tool.moodle import Moodle, whole

POINTS = int(os.environ.get("QUAD_FUZZ_POINTS", "2"))


def test_writes_go_on_during_the_backup(site: Moodle) -> None:
    stop, written, problems = Event(), [0, 0], []

    def write() -> None:
        chance = random.Random()
        rows = list(range(1, 300))
        try:
            while not stop.is_set():
                site.add(chance.randbytes(chance.randint(1, 20_000)))
                written[0] += 1
                if rows and chance.random() < 0.5:
                    site.delete(rows.pop(chance.randrange(len(rows))))
                    written[1] += 1
        except Exception as error:  # noqa: BLE001
            problems.append(error)

    writer = Thread(target=write)
    writer.start()
    try:
        for _ in range(POINTS):
            site.ok("backup")
    finally:
        stop.set()
        writer.join()
    assert problems == []
    assert min(written) > POINTS, "somebody was writing"
    for number, point in enumerate(site.points()):
        target, into = site.folder / f"point-{number}", site.empty_database(f"point_{number}")
        site.ok("verify", "--sample", "all", "--at", point["time"])
        site.ok("restore", "--at", point["time"], "--to-folder", str(target), "--to-database", DB_NAME=into)
        assert whole(site, target, into) == []
