"""The CronJobs that are rendered, run as they are: command lines, environment, users and mounts are the manifests'."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.backup_tool.moodle import REPOSITORY_PASSWORD, Moodle, kept, tree
from tests.backup_tool.pods import Cluster
from tests.backup_tool.store import BUCKET, KEYS, Proxy
from tests.postgres import PASSWORD, Database
from tests.programs import eventually
from tests.test_features import manifests

pytestmark = pytest.mark.skipif(os.geteuid() != 0 and not os.environ.get("CI"), reason="only root may mount")
FILES = 60
BACKUP = {"bucket": BUCKET, "endpoint": "https://s3.example.org"}
SECRETS = {
    "backup": {
        "access-key-id": KEYS["AWS_ACCESS_KEY_ID"],
        "secret-access-key": KEYS["AWS_SECRET_ACCESS_KEY"],
        "repository-password": REPOSITORY_PASSWORD,
    },
    "moodle": {"admin-password": "an administrator's"},
    "moodle-db": {"username": "moodle", "password": PASSWORD},
}
WWW_DATA = 33


@pytest.fixture
def cluster(tmp_path: Path, server: Database, proxy: Proxy) -> tuple[Cluster, Moodle]:
    """The tenant `sample` with the feature `backup`, and the site whose database and volume its pods get."""
    found = manifests(tmp_path, {"features": {"backup": BACKUP, "backup-drill": {}}}).values()
    objects = {f"{body['kind']}/{body['metadata']['name']}": body for body in found}
    (settings,) = (body["data"] for body in objects.values() if "BACKUP_TENANT" in body.get("data", {}))
    where = {"RESTIC_REPOSITORY": proxy.repository(settings["BACKUP_LOCATION"].split("/", 1)[1]), **KEYS}
    site = Moodle(tmp_path, server, settings["DB_NAME"], where)
    site.install(FILES)
    for path in (site.data, *site.data.rglob("*")):
        shutil.chown(path, WWW_DATA, WWW_DATA)
    endpoint = f"http://127.0.0.1:{proxy.port}"
    addresses = {"BACKUP_ENDPOINT": endpoint, "DB_HOST": "127.0.0.1", "DB_PORT": str(server.port)}
    return Cluster(tmp_path / "pods", objects, SECRETS, {"moodledata": site.data}, addresses), site


def run(cluster: Cluster, *cron_jobs: str) -> None:
    for name in cron_jobs:
        done = cluster.run(cluster.pod(name))
        assert done.code == 0, f"{name}: {done.out}{done.err}"


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
    apart = replace(pods, addresses={"BACKUP_ENDPOINT": pods.addresses["BACKUP_ENDPOINT"]})
    pod = apart.pod("backup-drill")
    volumes = apart.volumes(pod)
    (server,), (drill,) = pod["initContainers"], pod["containers"]
    running = apart.start(pod, server, volumes)
    try:
        ready = {**server, "command": server["startupProbe"]["exec"]["command"]}
        eventually("the drill's server answers", lambda: apart.run(pod, ready, volumes).code == 0)
        done = apart.run(pod, drill, volumes)
    finally:
        running.terminate()
        running.communicate(timeout=20)
    assert done.code == 0, done.err
    found = json.loads(done.out[: done.out.rindex("}") + 1])
    assert (found["good"], found["evidence"]["rows"], found["evidence"]["read"]) == (True, FILES, FILES)
    assert (found["promised_seconds"], "moodle-db" in str(pod)) == (3600, False)
