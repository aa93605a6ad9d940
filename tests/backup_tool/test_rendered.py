"""The CronJobs that are rendered, run as they are: command lines, environment, users and mounts are the manifests'."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.backup_tool.deployed import FILES, deployed, drilled, run
from tests.backup_tool.moodle import Moodle, kept, tree
from tests.backup_tool.pods import Cluster
from tests.backup_tool.store import Proxy
from tests.postgres import Database

pytestmark = pytest.mark.skipif(os.geteuid() != 0 and not os.environ.get("CI"), reason="only root may mount")


@pytest.fixture
def cluster(tmp_path: Path, server: Database, proxy: Proxy) -> tuple[Cluster, Moodle]:
    return deployed(tmp_path, server, proxy)


def test_what_the_cron_jobs_save_comes_back_equal(cluster: tuple[Cluster, Moodle]) -> None:
    pods, site = cluster
    run(pods, "backup-database", "backup-files", "backup-verify")
    before = (kept(site), site.rows())
    site.add(b"of later", b"and later still")
    site.delete(3)
    run(pods, "backup-database", "backup-files", "backup-verify", "backup-forget")
    of_the_tenant = {"BACKUP_TENANT": "sample"}
    points = json.loads(site.ok("list", "--json", **of_the_tenant).out)
    assert [point["manifest"] is not None for point in points] == [True, True]
    assert "no errors were found" in site.restic("check", "--read-data")
    for at, (files, rows) in ((points[0]["time"], before), ("latest", (kept(site), site.rows()))):
        target, into = site.folder / f"restored-{at}", site.empty_database("restored")
        arguments = ("--at", at, "--to-folder", str(target), "--to-database")
        site.ok("restore", *arguments, DB_NAME=into, **of_the_tenant)
        assert (tree(target), site.rows(into)) == (files, rows)
    assert before != (kept(site), site.rows())


def test_a_backup_that_is_not_whole_fails_its_job(cluster: tuple[Cluster, Moodle]) -> None:
    pods, site = cluster
    run(pods, "backup-database")
    lost = site.file(7)
    lost.unlink()
    run(pods, "backup-files")
    done = pods.run(pods.pod("backup-verify"))
    assert (done.code, f"1 missing: {lost.relative_to(site.data)}" in done.err) == (1, True), done.err


def test_no_pod_writes_to_moodledata(cluster: tuple[Cluster, Moodle]) -> None:
    pods, site = cluster
    pod = pods.pod("backup-files")
    done = pods.run(pod, {**pod["containers"][0], "command": ["sh", "-c", 'touch "$MOODLE_DATAROOT/x"']})
    assert (done.code, "Read-only file system" in done.err) == (1, True), done.err
    assert not (site.data / "x").exists()


def test_a_drill_restores_into_a_server_of_its_own(cluster: tuple[Cluster, Moodle]) -> None:
    """No address of the site's database is right here, and no secret of it is there: the drill needs none."""
    pods, _ = cluster
    run(pods, "backup-database", "backup-files")
    pod = pods.pod("backup-drill")
    done = drilled(pods, pod)
    assert done.code == 0, done.err
    found = json.loads(done.out[: done.out.rindex("}") + 1])
    assert (found["good"], found["evidence"]["rows"], found["evidence"]["read"]) == (True, FILES, FILES)
    assert (found["promised_seconds"], "moodle-db" in str(pod)) == (3600, False)
