"""Volumes that are full, files that are not whole, and clocks that jump: the repository stays whole, and the next run succeeds.

A full volume is a file system of its own, in memory, which root alone may mount; libfaketime tells the program another time.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.backup_tool.moodle import Moodle, kept, tree
from tests.backup_tool.test_faults import healthy

MOUNTS = pytest.mark.skipif(os.geteuid() != 0 and not os.environ.get("CI"), reason="root alone mounts a small volume")
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
CLOCK = pytest.mark.skipif(FAKETIME is None and not os.environ.get("CI"), reason="not installed: faketime")


@contextmanager
def small(folder: Path, mebibytes: int) -> Iterator[Callable[[int], None]]:
    """A volume of this size; what comes out gives it another."""

    def size(mebibytes: int) -> None:
        subprocess.run(["mount", "-o", f"remount,size={mebibytes}m", str(folder)], check=True)

    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder)], check=True)
    try:
        yield size
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@MOUNTS
def test_the_repositorys_volume_is_full(site: Moodle) -> None:
    shutil.rmtree(site.repository)
    with small(site.repository, 9) as size:
        site.ok("init")
        site.ok("backup")
        before = [point["database"]["id"] for point in site.points()]
        site.add(*(os.urandom(1_000_000) for _ in range(12)))
        for half in ("files", "database"):
            if half == "database":
                fill(site.repository / "fills")
            done = site.run("backup", "--only", half)
            assert (done.code, "No space left on device" in done.err) == (3, True), done.err
            assert list(site.repository.rglob("*-tmp-*")) == [], "no half of a file stays"
            assert "no errors were found" in site.restic("check", "--read-data", "--no-lock")
            assert [point["database"]["id"] for point in site.points()] == before
            site.ok("verify", "--sample", "all")
        (site.repository / "fills").unlink()
        size(60)
        healthy(site)
        assert len(site.points()) == len(before) + 1


def fill(file: Path) -> None:
    """Not one more byte has room there."""
    with suppress(OSError), file.open("wb", buffering=0) as open_file:
        while True:
            open_file.write(bytes(4096))


@MOUNTS
def test_the_volume_that_is_restored_to_is_full(site: Moodle) -> None:
    site.ok("backup")
    target, into = site.folder / "target", site.empty_database("target")
    restore = ("restore", "--to-folder", str(target), "--to-database")
    with small(target, 2) as size:
        done = site.run(*restore, DB_NAME=into)
        assert (done.code, "No space left on device" in done.err) == (3, True), done.err
        assert site.sql("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'mdl%'", into) == "0", "files come first"
        size(60)
        site.ok(*restore, DB_NAME=into)
        assert (tree(target), site.rows(into)) == (kept(site), site.rows())
    healthy(site)


def test_a_file_that_a_killed_backup_had_begun(site: Moodle) -> None:
    """Neither program looks at it, and `forget` takes it away when it is a day old."""
    site.ok("backup")
    pack = next((site.repository / "data").glob("*/*"))
    halves = [pack.with_name(f"{'0' * 64}-tmp-1-1"), site.repository / "snapshots" / f"{'1' * 64}-tmp-1-2"]
    for half in halves:
        half.write_bytes(b"half")
    site.ok("forget")
    assert all(half.exists() for half in halves), "somebody may be writing it"
    yesterday = time.time() - 90_000
    for half in halves:
        os.utime(half, (yesterday, yesterday))
    assert "no errors were found" in site.restic("check")
    assert site.ok("forget").steps("sweep")[0]["unfinished_files_removed"] == 2
    assert not [half for half in halves if half.exists()]


def test_a_truncated_snapshot_hides_no_other(site: Moodle) -> None:
    """A manifest's own snapshot, here: half of it has no signature that holds."""
    site.ok("backup")
    (record,) = site.snapshots("manifest")
    file = site.repository / "snapshots" / record["id"]
    file.chmod(0o600)
    file.write_bytes(file.read_bytes()[:50])
    target, into = site.folder / "target", site.empty_database("target")
    done = site.ok("restore", "--to-folder", str(target), "--to-database", DB_NAME=into)
    assert f"snapshot {record['id']} is damaged" in done.err
    assert (tree(target), site.rows(into)) == (kept(site), site.rows())
    assert site.run("verify").code == 1
    assert site.run("forget").code == 1, "what it names must not be taken away"
    site.ok("backup")
    assert [point["manifest"] is not None for point in site.points()] == [False, True]
    file.unlink()
    healthy(site)


def test_a_truncated_manifest(site: Moodle) -> None:
    """It is a note: `verify` names what is damaged, a restore says so and goes on, and so does the next backup."""
    site.ok("backup")
    (first,) = site.snapshots("manifest")
    site.restic("forget", first["id"])
    before = set((site.repository / "data").glob("*/*"))
    site.ok("backup", "--only", "files")
    new = set((site.repository / "data").glob("*/*")) - before
    assert new, "nothing but the manifest is new"
    for file in new:
        file.chmod(0o600)
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    done = site.run("verify", "--sample", "0")
    assert (done.code, all(f"pack {file.name[:8]}" in done.err for file in new)) == (1, True), done.err
    into = site.empty_database("target")
    done = site.ok("restore", "--to-database", DB_NAME=into)
    assert "the manifest cannot be read" in done.err
    assert site.rows(into) == site.rows()
    site.ok("backup")


@CLOCK
@pytest.mark.parametrize("jump", ["-2h", "+2h"])
def test_a_clock_that_jumps_while_a_backup_runs(site: Moodle, jump: str) -> None:
    """Behind, the files seem older than the dump, and the point waits for others; ahead, it is only late."""
    clock = site.folder / "clock"
    clock.write_text("+0")
    fake = {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1"}
    site.program("pg_dump", f'LD_PRELOAD= {shutil.which("pg_dump")} "$@"; echo "{jump}" > {clock}')
    site.add(b"during the jump")
    site.ok("backup", **fake)
    (point,) = site.points()
    assert (point["files"] is None) == (jump == "-2h")
    (site.folder / "bin" / "pg_dump").unlink()
    site.add(b"after the jump")
    healthy(site)
    target, into = site.folder / "target", site.empty_database("target")
    site.ok("restore", "--to-folder", str(target), "--to-database", DB_NAME=into)
    assert (tree(target), site.rows(into)) == (kept(site), site.rows())


@CLOCK
def test_a_clock_that_was_a_day_ahead(site: Moodle) -> None:
    """The newest point is of tomorrow until tomorrow: every command that takes it says so, and `--at` names another."""
    site.ok("backup", LD_PRELOAD=str(FAKETIME), FAKETIME="+1d")
    site.add(b"of today")
    assert "of a time to come" in site.ok("verify").err
    healthy(site)
    assert len(site.points()) == 2
    now = (datetime.now(tz=UTC) + timedelta(minutes=5)).isoformat()
    target, into = site.folder / "target", site.empty_database("target")
    done = site.ok("restore", "--at", now, "--to-folder", str(target), "--to-database", DB_NAME=into)
    assert "of a time to come" not in done.err
    assert (tree(target), site.rows(into)) == (kept(site), site.rows())
    tomorrow = json.loads(site.ok("list", "--json").out)[-1]
    assert datetime.fromisoformat(tomorrow["time"]) > datetime.now(tz=UTC) + timedelta(hours=20)
    site.ok("forget")
    assert len(site.points()) == 2
