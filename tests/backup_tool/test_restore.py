"""Back to a point in time, and what is not overwritten; and what is forgotten."""

from __future__ import annotations

import os
import shutil
import time
from datetime import datetime, timedelta

from tests.backup_tool.moodle import Moodle, kept, tree, whole

PAGE = "climaintenance.html"


def test_the_point_that_was_asked_for_comes_back(site: Moodle) -> None:
    site.ok("backup")
    first = (kept(site), site.rows())
    time.sleep(1.1)
    site.add(b"of later")
    site.delete(2)
    site.ok("backup")
    points = [datetime.fromisoformat(point["time"]) for point in site.points()]
    for at, (files, rows) in ((points[0], first), (points[1], (kept(site), site.rows()))):
        target, into = site.folder / f"at-{at.timestamp()}", site.empty_database("at")
        asked = (at + timedelta(seconds=0.5)).isoformat()
        site.ok("restore", "--at", asked, "--to-folder", str(target), "--to-database", DB_NAME=into)
        assert tree(target) == files
        assert site.rows(into) == rows
    done = site.run("restore", "--at", "2020-01-01T00:00:00Z", "--to-folder", str(site.folder / "none"))
    assert (done.code, (site.folder / "none").exists()) == (1, False)
    assert site.run("restore", "--at", "yesterday").code == 2


def test_what_is_not_empty_is_not_touched(site: Moodle) -> None:
    site.ok("backup")
    site.add(b"not in the backup")
    before = (tree(site.data), site.rows())
    for arguments in (
        ["--to-folder", str(site.data)],
        ["--to-database"],
        ["--to-folder", str(site.folder / "empty"), "--to-database"],
        ["--to-folder", str(site.data), "--to-database", "--replace", "birch"],
        [],
    ):
        done = site.run("restore", *arguments)
        assert done.code == 2, (arguments, done.err)
    assert (tree(site.data), site.rows()) == before
    assert not (site.folder / "empty").exists(), "nothing is restored where the other half is refused"


def test_a_site_is_replaced_when_its_name_is_typed(site: Moodle) -> None:
    site.ok("backup")
    saved = (kept(site), site.rows())
    site.add(b"not in the backup")
    site.file(4).write_bytes(b"overwritten")
    site.sql("CREATE TABLE mdl_newer (id int); DELETE FROM mdl_files WHERE id < 9")
    site.ok("restore", "--to-folder", str(site.data), "--to-database", "--replace", "acme")
    assert (kept(site), site.rows()) == saved
    assert tree(site.data).keys() - saved[0].keys() == {PAGE}, (
        "a closed site stays closed, and nothing else of it is left"
    )
    assert site.sql("SELECT count(*) FROM pg_tables WHERE tablename = 'mdl_newer'") == "0"


def test_a_restore_with_an_id_is_done_once(site: Moodle) -> None:
    """Whoever asks again, and whatever was restored by another id meanwhile; one that broke off is not recorded."""
    site.ok("backup")
    first = (kept(site), site.rows())
    everything = ("restore", "--to-folder", str(site.data), "--to-database", "--replace", "acme")
    site.program("pg_restore", "exit 1")
    assert site.run(*everything, "--id", "one").code == 1
    (site.folder / "bin" / "pg_restore").unlink()
    site.ok(*everything, "--id", "one")
    assert (kept(site), site.rows()) == first
    site.add(b"since then")
    (site.data / "filedir" / "since").write_text("then")
    since = (tree(site.data), site.rows())
    again = site.ok(*everything, "--id", "one", RESTIC_REPOSITORY=str(site.folder / "none"))
    assert again.steps("restore")[0]["done"] == "before"
    assert (tree(site.data), site.rows()) == since
    site.ok("backup")
    site.ok(*everything, BACKUP_RESTORE_ID="two")
    site.ok(*everything, "--id", "one")
    assert (tree(site.data), site.rows()) == ({**kept(site), PAGE: since[0][PAGE]}, since[1])
    into = site.empty_database("elsewhere")
    site.ok("restore", "--to-database", DB_NAME=into)
    assert site.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'moodle_backup'", into) == "0"
    assert site.sql("SELECT string_agg(id, ' ' ORDER BY id) FROM moodle_backup.restores") == "one two"
    for wrong in (["--id", "it's"], ["--id", ""]):
        assert site.run(*everything, *wrong).code == 2
    assert site.run("restore", "--to-folder", str(site.folder / "x"), "--id", "three").code == 2


def test_a_restore_that_was_killed_goes_on(site: Moodle) -> None:
    site.add(*(os.urandom(200_000) for _ in range(60)))
    site.ok("backup")
    target = site.folder / "target"
    start = time.monotonic()
    site.ok("restore", "--to-folder", str(target))
    usual = time.monotonic() - start
    shutil.rmtree(target)
    for part in (0.5, 0.7, 0.9):
        running = site.start("restore", "--to-folder", str(target))
        time.sleep(usual * part)
        running.kill()
        running.communicate()
        if running.returncode == 0:  # it was quicker than the time before
            assert tree(target) == kept(site)
            shutil.rmtree(target)
    site.ok("restore", "--to-folder", str(target))
    assert tree(target) == kept(site)
    assert site.run("restore", "--to-folder", str(target)).code == 2, "it is a site now"


def test_files_that_are_there_and_equal_are_left_alone(site: Moodle) -> None:
    site.ok("backup")
    kept_one = site.file(9)
    inode, written = kept_one.stat().st_ino, kept_one.stat().st_mtime_ns
    site.file(8).unlink()
    done = site.ok("restore", "--to-folder", str(site.data), "--replace", "acme")
    (step,) = done.steps("restore-files")
    assert 0 < step["written_bytes"] <= site.file(8).stat().st_size
    assert (kept_one.stat().st_ino, kept_one.stat().st_mtime_ns) == (inode, written)


def test_a_database_is_restored_whole_or_not_at_all(site: Moodle) -> None:
    site.ok("backup")
    before = site.rows()
    real = shutil.which("pg_restore", path=site.environment()["PATH"])
    site.program("pg_restore", f'{real} "$@" | head -c 20000\necho "lost" >&2; exit 1')
    done = site.run("restore", "--to-database", "--replace", "acme")
    assert (done.code, site.rows()) == (1, before), done.err
    site.program("pg_restore", f'{real} "$@" | head -c 20000\nsleep 60')
    running = site.start("restore", "--to-database", "--replace", "acme")
    time.sleep(2)
    running.kill()
    running.communicate()
    assert site.rows() == before, "the transaction was never ended"


def test_what_is_forgotten_is_gone_and_what_is_kept_is_whole(site: Moodle) -> None:
    for number in range(3):
        site.add(b"%d" % number)
        site.ok("backup")
    assert "no errors were found" in site.restic("check")
    last = ["--keep-within", "0", "--keep-daily", "1", "--keep-weekly", "0", "--keep-monthly", "0"]
    planned = site.ok("forget", *last, "--dry-run").steps("forget")
    assert (planned[0]["gone"], len(site.points())) == (6, 3)
    site.ok("forget", *last)
    assert [len(site.snapshots(tag)) for tag in ("database", "files", "manifest")] == [1, 1, 1]
    assert "no errors were found" in site.restic("check", "--read-data")
    site.ok("verify", "--sample", "all")
    target, into = site.folder / "target", site.empty_database("kept")
    site.ok("restore", "--to-folder", str(target), "--to-database", DB_NAME=into)
    assert (tree(target), whole(site, target, into)) == (kept(site), [])
