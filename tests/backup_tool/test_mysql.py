"""A site on MariaDB: dump, evidence, restore and drill; and `backup.sh`, whose dumps are ours."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.backup_tool.moodle import Moodle, kept, tree, whole
from tests.backup_tool.on_mariadb import OnMariaDB, on_mariadb
from tests.backup_tool.test_both_programs import SCRIPT
from tests.mariadb import MariaDB
from tests.postgres import Database
from tests.programs import eventually


@pytest.fixture
def other(tmp_path: Path, its_server: MariaDB) -> OnMariaDB:
    """A site with 300 files and an empty repository."""
    return on_mariadb(Moodle(tmp_path, its_server, tmp_path.name), its_server)


def test_a_point_comes_back_into_an_empty_database(other: OnMariaDB) -> None:
    other.ok("backup", "--image-digest", "sha256:cafe")
    (point,) = other.points()
    assert (point["database"]["path"], point["manifest"] is not None) == ("/database.sql", True)
    found = json.loads(other.ok("verify", "--sample", "all", "--read-data", "all").out)
    assert (found["evidence"]["rows"], found["evidence"]["read"], found["evidence"]["missing"]) == (300, 300, [])
    (record,) = other.snapshots("manifest")
    noted = json.loads(other.restic("dump", record["id"], "/manifest.json"))["site"]
    assert (noted["moodle_version"], noted["rows"]["mdl_files"], noted["wal_position"]) == ("2026100500.00", 300, None)
    assert noted["server_version"].startswith("1")

    target, into = other.folder / "target", other.empty_database("empty")
    other.ok("restore", "--to-folder", str(target), "--to-database", DB_NAME=into)
    assert (tree(target), other.rows(into)) == (kept(other), other.rows())
    assert other.sql("SELECT count(*) FROM mdl_sessions", into) == "0"
    assert other.left() == []
    lost = other.file(7)
    lost.unlink()
    other.ok("backup")
    done = other.run("verify", "--sample", "0")
    assert (done.code, f"1 missing: {lost.relative_to(other.data)} (row 7, mod_resource/content)" in done.err) == (
        1,
        True,
    )


def test_either_program_reads_what_the_other_writes(other: OnMariaDB) -> None:
    other.ok("backup")
    (dump,) = other.snapshots("database")
    into = other.empty_database("by_restic")
    other.server.run(other.restic("dump", dump["id"], "/database.sql"), into)
    assert other.rows(into) == other.rows()

    other.add(b"of later")
    store = "restic --no-cache backup --quiet --host acme --tag database --stdin --stdin-filename database.sql"
    command = ["bash", "-ec", f"set -o pipefail; sh {SCRIPT} mysqldump | {store}"]
    done = subprocess.run(command, env=other.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    other.ok("backup", "--only", "files")
    assert json.loads(other.ok("verify", "--sample", "all").out)["evidence"]["rows"] == 301
    target, into = other.folder / "target", other.empty_database("by_us")
    other.ok("restore", "--to-folder", str(target), "--to-database", DB_NAME=into)
    assert (other.rows(into), whole(other, target, into)) == (other.rows(), [])


def test_the_pods_script_leaves_it_all_to_the_tool(other: OnMariaDB) -> None:
    other.program("moodle-backup", f'exec {os.environ["MOODLE_BACKUP"]} "$@"')
    other.program("restic", "echo restic was asked >&2; exit 9")
    said = {key: value for key, value in other.environment().items() if key != "DB_TYPE"}
    said |= {"BACKUP_ENGINE": "moodle-backup", "VERIFY_SAMPLE": "300", "DB_MANAGED": "true"}

    def script(part: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["sh", str(SCRIPT), part], env=said, capture_output=True, text=True, check=False)

    for part in ("database", "files", "verify", "forget"):
        done = script(part)
        assert done.returncode == 0, done.stderr
    lost = other.file(7)
    lost.unlink()
    for part in ("database", "files"):
        script(part)
    done = script("verify")
    assert (done.returncode, f"1 missing: {lost.relative_to(other.data)}" in done.stderr) == (1, True), done.stderr


@pytest.mark.parametrize("half", ["--no-data", "--no-create-info"])
def test_a_dump_that_breaks_off_makes_no_snapshot(other: OnMariaDB, half: str) -> None:
    real = shutil.which("mariadb-dump")
    broken = f'{real} "$@" | head -c 1000; echo "connection lost" >&2; exit 3'
    other.program("mariadb-dump", f'case "$*" in *{half}*) {broken} ;; *) exec {real} "$@" ;; esac')
    done = other.run("backup")
    assert (done.code, "connection lost" in done.err) == (3, True), done.err
    assert (other.snapshots("database"), other.left()) == ([], [])
    (other.folder / "bin" / "mariadb-dump").unlink()
    other.ok("backup")
    assert "no errors were found" in other.restic("check", "--read-data")


def test_a_restore_comes_at_once_or_not_at_all(other: OnMariaDB) -> None:
    other.ok("backup")
    first = other.rows()
    other.add(b"since then")
    other.sql("CREATE TABLE mdl_newer (id int)")
    since = other.rows()
    replace = ("restore", "--to-database", "--replace", "acme", "--id", "one")
    assert other.run("restore", "--to-database").code == 2
    real = shutil.which("mariadb")
    other.program(
        "mariadb",
        f'case "$*" in *moodle_backup_restore*) head -c 30000 | {real} "$@"; exit 1 ;; *) exec {real} "$@" ;; esac',
    )
    done = other.run(*replace)
    assert (done.code, other.rows(), other.left()) == (3, since, []), done.err

    other.program(
        "mariadb",
        f'case "$*" in *moodle_backup_restore*) touch {other.folder}/there; sleep 30 ;; *) exec {real} "$@" ;; esac',
    )
    running = other.start(*replace)
    eventually("the restore has begun", (other.folder / "there").exists)
    running.kill()
    running.communicate()
    assert (other.rows(), len(other.left())) == (since, 2), "what it was filling, and its file with the password"
    (other.folder / "bin" / "mariadb").unlink()
    for file in other.folder.glob(".*.cnf"):
        assert file.stat().st_mode & 0o777 == 0o600
        file.unlink()

    other.ok(*replace)
    assert (other.rows(), other.left()) == (first, [])
    assert other.sql("SHOW TABLES LIKE 'mdl_newer'") == ""
    other.add(b"and again")
    since = other.rows()
    assert other.ok(*replace).steps("restore")[0]["done"] == "before"
    assert other.rows() == since
    other.ok("restore", "--to-database", "--replace", "acme", "--id", "two")
    assert other.sql("SELECT group_concat(id ORDER BY id) FROM moodle_backup_restores") == "one,two"
    other.ok("backup")
    into = other.empty_database("elsewhere")
    other.ok("restore", "--to-database", DB_NAME=into)
    assert other.sql("SHOW TABLES LIKE 'moodle_backup%'", into) == ""


def test_a_drill(other: OnMariaDB) -> None:
    other.ok("backup")
    before = (other.rows(), tree(other.data))
    done = other.ok("drill", "--scratch", str(other.folder / "scratch"), "--sample", "all", "--rto", "30m")
    found = json.loads(done.out)
    assert (found["good"], found["evidence"]["read"], found["site"]["rows"]["mdl_files"]) == (True, 300, 300)
    assert ((other.rows(), tree(other.data)), other.left()) == (before, [])


def test_what_is_refused(other: OnMariaDB, server: Database) -> None:
    other.ok("backup")
    other.empty_database("none")
    for words, changed in (
        ("no name of a database", {"DB_NAME": "a'b"}),
        ("cannot be read", {"DB_USER_FILE": str(other.folder / "x")}),
        ("invalid value", {"DB_TYPE": "oracle"}),
    ):
        done = other.run("restore", "--to-database", **changed)
        assert (done.code, words in done.err) == (2, True), done.err
    site = Moodle(other.folder / "postgresql", server, other.database)
    site.install(1)
    theirs = {name: value for name, value in other.environment().items() if name.startswith(("RESTIC", "BACKUP"))}
    into = site.empty_database("theirs")
    done = site.run("restore", "--to-database", DB_NAME=into, **theirs)
    assert (done.code, "the dump is MySQL's or MariaDB's" in done.err) == (2, True), done.err
    other.sql("REVOKE ALL ON `moodle\\_backup\\_%`.* FROM moodle@'%'", "mysql")
    done = other.run("restore", "--to-database", DB_NAME="none")
    assert (done.code, "GRANT ALL ON `moodle\\_backup\\_%`" in done.err) == (3, True), done.err
    wrong = other.folder / "wrong"
    wrong.write_text("no\n")
    done = other.run("backup", DB_PASSWORD_FILE=str(wrong))
    assert (done.code, "Access denied" in done.err, other.left()) == (3, True, []), done.err
