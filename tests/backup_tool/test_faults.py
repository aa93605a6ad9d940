"""What goes wrong while a backup runs: no half of a snapshot counts, the repository stays whole, and the next run succeeds."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.backup_tool.moodle import REPOSITORY_PASSWORD, Moodle
from tests.running import WITHOUT_PRIVILEGE

KILLS = int(os.environ.get("QUAD_FUZZ_KILLS", "4"))


def healthy(site: Moodle) -> None:
    """restic finds nothing wrong, and the next backup is whole."""
    assert "no errors were found" in site.restic("check", "--read-data")
    site.ok("backup")
    site.ok("verify", "--sample", "all")


def test_a_dump_that_breaks_off_makes_no_snapshot(site: Moodle) -> None:
    site.program("pg_dump", f'{shutil.which("pg_dump")} "$@" | head -c 100000\necho "connection lost" >&2; exit 1')
    done = site.run("backup")
    assert (done.code, "connection lost" in done.err) == (3, True)
    assert (site.snapshots("database"), site.snapshots("files")) == ([], [])
    (site.folder / "bin" / "pg_dump").unlink()
    healthy(site)


def test_the_database_goes_away_while_it_is_dumped(site: Moodle) -> None:
    """The server ends the dump's own connection."""
    site.sql("CREATE TABLE mdl_log AS SELECT n AS id, repeat('x', 1000) AS text FROM generate_series(1, 20000) AS n")
    site.program(
        "pg_dump", f'{shutil.which("pg_dump")} "$@" | {{ head -c 1000000; sleep 1; cat; }}\nexit ${{PIPESTATUS[0]}}'
    )
    running = site.start("backup", "--only", "database")
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pg_dump'"
    while running.poll() is None and not site.sql(ended):
        time.sleep(0.05)
    said = running.communicate()[1]
    assert (running.returncode, site.snapshots("database")) == (3, []), said
    (site.folder / "bin" / "pg_dump").unlink()
    healthy(site)


def test_wrong_passwords_are_told_apart(site: Moodle) -> None:
    wrong = site.folder / "wrong"
    wrong.write_text("no\n")
    done = site.run("backup", RESTIC_PASSWORD_FILE=str(wrong))
    assert (done.code, "the password does not open the repository" in done.err) == (3, True)
    done = site.run("backup", DB_PASSWORD_FILE=str(wrong))
    assert (done.code, "password authentication failed" in done.err) == (3, True)
    assert site.restic("snapshots", "--json").strip() in ("[]", "null")
    wrong.write_text("\n")
    assert site.run("list", RESTIC_PASSWORD_FILE=str(wrong)).code == 2
    done = site.run("list", RESTIC_REPOSITORY=str(site.folder / "elsewhere"))
    assert (done.code, "moodle-backup init" in done.err) == (3, True)
    assert REPOSITORY_PASSWORD not in "".join(path.read_text("latin-1") for path in site.repository.glob("keys/*"))


def test_a_backup_that_is_killed_leaves_a_whole_repository(
    busy: Moodle, record_property: Callable[[str, object], None]
) -> None:
    chance = random.Random()  # other moments each time; a failure prints them
    start = time.monotonic()
    busy.ok("backup")
    usual = time.monotonic() - start
    ended: list[int] = []
    while ended.count(-signal.SIGKILL) < KILLS:
        assert len(ended) < 3 * KILLS, (usual, "most were over before they were killed")
        moment = chance.uniform(0.05, 1) * usual
        busy.add(*(chance.randbytes(50_000) for _ in range(20)))
        for file in busy.data.glob("filedir/*/*/*"):
            os.utime(file)  # or all is known and the backup is over at once
        running = busy.start("backup")
        time.sleep(moment)
        running.kill()
        running.communicate()
        ended.append(running.returncode)
        checked = subprocess.run(
            ["restic", "--no-cache", "check"], env=busy.environment(), capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, (moment, ended, checked.stderr)
    record_property("killed", KILLS)
    healthy(busy)


def test_what_cannot_be_read_makes_the_copy_incomplete(site: Moodle) -> None:
    site.ok("backup", "--only", "database")
    shut = site.file(3)
    shut.chmod(0)
    command = [
        *(WITHOUT_PRIVILEGE if os.geteuid() == 0 else ()),
        os.environ["MOODLE_BACKUP"],
        "backup",
        "--only",
        "files",
    ]
    done = subprocess.run(command, env=site.environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, shut.name in done.stderr, "Permission denied" in done.stderr) == (1, True, True), (
        done.stderr
    )
    (copy,) = site.snapshots("files")
    assert sorted(copy["tags"]) == ["files", "incomplete"]
    assert site.points()[0]["files"] is None
    shut.chmod(0o644)
    site.ok("backup", "--only", "files")
    site.ok("verify", "--sample", "all")


def test_two_backups_at_once(site: Moodle) -> None:
    both = [site.start("backup") for _ in range(2)]
    for running in both:
        said = running.communicate()[1]
        assert running.returncode == 0, said
    assert len(site.points()) == 2
    healthy(site)


def test_another_programs_lock_is_waited_for_and_a_lost_one_is_not(site: Moodle) -> None:
    site.ok("backup")
    lock = site.repository / "locks" / ("0" * 64)
    lock.parent.mkdir(exist_ok=True)
    lock.write_bytes(b"of restic")
    for command in (["forget"], ["backup", "--retry-lock", "1"]):
        done = site.run(*command)
        assert (done.code, "another program works on the repository" in done.err) == (3, True)
    old = time.time() - 3600
    os.utime(lock, (old, old))
    assert "taken for lost" in site.ok("forget").err
    lock.unlink()
    healthy(site)


def test_a_trash_that_is_made_while_files_are_read(site: Moodle) -> None:
    """The first file that a site ever deletes goes into a folder that was not there when the others were listed."""
    large = random.Random(1).randbytes(60_000_000)
    sum_of = hashlib.sha1(large)

    def comes_first(number: int) -> bool:
        whole = sum_of.copy()
        whole.update(b"%d" % number)
        return whole.hexdigest().startswith("00")

    site.add(large + b"%d" % next(number for number in range(9999) if comes_first(number)))
    rows = site.sql("SELECT id FROM mdl_files WHERE contenthash > 'a' ORDER BY contenthash DESC").split()
    site.ok("backup", "--only", "database")
    running = next(filter(None, (_stopped_at(site, "00") for _ in range(20))), None)
    assert running is not None, "it was never seen reading the first file"
    for row in rows[:10]:
        site.delete(int(row))
    running.send_signal(signal.SIGCONT)
    said = running.communicate()[1]
    assert (running.returncode, "looked for again" in said) == (0, True), said
    site.ok("verify", "--sample", "0")


def _stopped_at(site: Moodle, folder: str) -> subprocess.Popen[str] | None:
    """A backup of the files that stands still with a file of the folder open; None where it was too quick for us."""
    for file in (site.data / "filedir" / folder).rglob("*"):
        os.utime(file)  # or it is known and not read
    running = site.start("backup", "--only", "files")
    while running.poll() is None:
        with suppress(OSError):
            if any(f"/filedir/{folder}/" in str(file.readlink()) for file in Path(f"/proc/{running.pid}/fd").iterdir()):
                running.send_signal(signal.SIGSTOP)
                return running
    running.communicate()
    return None
