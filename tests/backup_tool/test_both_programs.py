"""One repository, two programs: what ours writes restic checks and restores, and the reverse."""

from __future__ import annotations

import json
import shutil
import subprocess

from tests.backup_tool.moodle import Moodle, kept, tree
from tests.conftest import ROOT

KEYS = ("access-key-id", "secret-access-key")
SCRIPT = ROOT / "overlays" / "features" / "backup" / "backup.sh"


def test_restic_reads_what_we_write(site: Moodle) -> None:
    site.ok("backup", "--image-digest", "sha256:cafe", "--db-hash", "0f")
    assert "no errors were found" in site.restic("check", "--read-data")

    (files,) = site.snapshots("files")
    assert (files["hostname"], files["paths"]) == ("acme", [str(site.data)])
    target = site.folder / "by-restic"
    site.restic("restore", files["id"], "--target", str(target))
    assert tree(target / site.data.relative_to("/")) == kept(site)

    (dump,) = site.snapshots("database")
    assert dump["paths"] == ["/database.dump"]
    into = site.empty_database("by_restic")
    restore = f"pg_restore -h $DB_HOST -p $DB_PORT -U moodle -d {into}"
    command = f"restic --no-cache dump {dump['id']} /database.dump | {restore}"
    done = subprocess.run(
        ["bash", "-ec", f"set -o pipefail; PGPASSWORD=$(cat $DB_PASSWORD_FILE) && export PGPASSWORD; {command}"],
        env=site.environment(),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert site.rows(into) == site.rows()
    assert site.sql("SELECT count(*) FROM mdl_sessions", into) == "0"

    (record,) = site.snapshots("manifest")
    manifest = json.loads(site.restic("dump", record["id"], "/manifest.json"))
    assert [manifest[part]["snapshot"] for part in ("database", "files")] == [dump["id"], files["id"]]
    noted = manifest["site"]
    assert (noted["moodle_version"], noted["rows"]["mdl_files"]) == ("2026100500.00", 300)
    assert (noted["image_digest"], noted["db_hash"], noted["plugin_lock"]) == ("sha256:cafe", "0f", None)
    assert "/" in noted["wal_position"]


def test_we_read_what_restic_writes(site: Moodle) -> None:
    """Its files by `backup.sh` as the CronJob runs it.

    Debian's restic is too old to wait for locks and to start programs: the first is not asked of it, and its dump comes by a pipe.
    """
    site.program("restic", f'[ "$1" != --retry-lock ] || shift 2\nexec {shutil.which("restic")} "$@"')
    secrets = site.folder / "secrets"
    secrets.mkdir()
    for name in KEYS:
        (secrets / name).write_text("none")
    dump = "pg_dump --format=custom --compress=0 --no-owner --no-privileges -h $DB_HOST -p $DB_PORT -U moodle $DB_NAME"
    store = "restic backup --quiet --host acme --tag database --stdin --stdin-filename database.dump"
    script = f"set -o pipefail; PGPASSWORD=$(cat $DB_PASSWORD_FILE) && export PGPASSWORD; {dump} | {store}"
    for command in (["bash", "-ec", script], ["sh", str(SCRIPT), "files"]):
        keys = {f"AWS_{name.replace('-', '_').upper()}_FILE": str(secrets / name) for name in KEYS}
        environment = site.environment(BACKUP_ENGINE="restic", **keys)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    (point,) = site.points()
    assert (point["manifest"], point["database"]["id"]) == (None, site.snapshots("database")[0]["id"])
    evidence = json.loads(site.ok("verify", "--sample", "all", "--read-data", "all").out)["evidence"]
    assert (evidence["rows"], evidence["read"], evidence["missing"]) == (300, 300, [])

    target, into = site.folder / "by-us", site.empty_database("by_us")
    site.ok("restore", "--to-folder", str(target), "--to-database", DB_NAME=into)
    assert tree(target) == kept(site)
    assert site.rows(into) == site.rows()

    site.ok("backup")
    assert len(site.points()) == 2
    assert "no errors were found" in site.restic("check")


def test_the_halves_of_a_backup_make_one_point(site: Moodle) -> None:
    """The CronJobs run apart: files every quarter of an hour, the database once a night."""
    site.ok("backup", "--only", "files")
    site.ok("backup", "--only", "database")
    (point,) = site.points()
    assert (point["files"], point["manifest"]) == (None, None)
    assert site.run("verify").code == 1, "there is no whole point yet"
    site.ok("backup", "--only", "files")
    (point,) = site.points()
    assert point["manifest"] is not None
    later = site.ok("backup", "--only", "files")
    assert later.steps("manifest") == []
    assert [point["files"]["id"] for point in site.points()] == [point["files"]["id"]]
    assert len(site.ok("list").out.splitlines()) == 2
