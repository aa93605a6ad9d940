"""The Jobs of `quad restore` that are rendered, run as they are after the rendered CronJobs have saved the site."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.backup_tool.deployed import FILES, SECRETS, deployed, drilled, given, rendered, run
from tests.backup_tool.moodle import Moodle, kept, tree
from tests.backup_tool.pods import Cluster
from tests.backup_tool.store import BUCKET, Proxy
from tests.postgres import Database

pytestmark = pytest.mark.skipif(os.geteuid() != 0 and not os.environ.get("CI"), reason="only root may mount")
ID = "20261122t231500"


@pytest.fixture
def cluster(tmp_path: Path, server: Database, proxy: Proxy) -> tuple[Cluster, Moodle]:
    return deployed(tmp_path, server, proxy)


def restoring(pods: Cluster, site: Moodle) -> Cluster:
    """The same cluster after the tenant's file has asked for the oldest point that there is."""
    asked = {"id": ID, "at": oldest(site, BACKUP_TENANT="sample")}
    return replace(pods, objects=rendered(site.folder, restore=asked))


def oldest(site: Moodle, **environment: str) -> str:
    """The whole second after the oldest point."""
    (at, *_) = (point["time"] for point in json.loads(site.ok("list", "--json", **environment).out))
    moment = datetime.fromisoformat(f"{at[:19]}+00:00") + timedelta(seconds=int(at[19] != "Z"))
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def test_the_restored_site_is_equal_and_a_job_made_anew_touches_nothing(cluster: tuple[Cluster, Moodle]) -> None:
    pods, site = cluster
    run(pods, "backup-database", "backup-files")
    saved, rows = kept(site), site.rows()
    site.add(b"of later", b"and later still")
    site.delete(3)
    given(site)
    site.sql("CREATE TABLE mdl_newer (id int)")
    page = (site.data / "climaintenance.html").read_bytes()
    asked = restoring(pods, site)
    done = asked.run(asked.job(f"backup-restore-{ID}"))
    assert done.code == 0, done.err
    assert (kept(site), site.rows()) == (saved, rows)
    assert site.sql("SELECT count(*) FROM pg_tables WHERE tablename = 'mdl_newer'") == "0"
    assert tree(site.data).keys() - saved.keys() == {"climaintenance.html"}, "caches, sessions and locks are gone"
    assert (site.data / "climaintenance.html").read_bytes() == page, "the site is closed all the while"
    site.add(b"after the restore")
    since = (tree(site.data), site.rows())
    again = asked.run(asked.job(f"backup-restore-{ID}"))
    assert (again.code, again.steps("restore")[0]["done"]) == (0, "before")
    assert (tree(site.data), site.rows()) == since


def test_one_that_is_broken_off_goes_on_and_no_copy_is_made_meanwhile(cluster: tuple[Cluster, Moodle]) -> None:
    pods, site = cluster
    run(pods, "backup-database", "backup-files")
    saved, rows = kept(site), site.rows()
    site.delete(2)
    given(site)
    asked = restoring(pods, site)
    pod = asked.job(f"backup-restore-{ID}")
    nowhere = replace(asked, secrets={**asked.secrets, "moodle-db": {"username": "moodle", "password": "another"}})
    assert nowhere.run(pod).code == 3
    assert site.rows() != rows, "nothing has begun that did not know the database"
    (site.data / ".moodle-backup-restore").write_text("a snapshot")
    refused = pods.run(pods.pod("backup-files"))
    assert (refused.code, "a restore is under way" in refused.err) == (1, True)
    run(pods, "backup-database")
    assert asked.run(pod).code == 0
    assert (kept(site), site.rows()) == (saved, rows)
    run(pods, "backup-database", "backup-files", "backup-verify")


def test_the_drill_that_is_asked_for_finds_the_site_good(cluster: tuple[Cluster, Moodle]) -> None:
    pods, site = cluster
    run(pods, "backup-database", "backup-files")
    asked = replace(pods, objects=rendered(site.folder, drill={"id": ID}))
    before = (tree(site.data), site.rows())
    done = drilled(asked, asked.job(f"backup-drill-{ID}"))
    assert done.code == 0, done.err
    found = json.loads(done.out[: done.out.rindex("}") + 1])
    assert (found["good"], found["evidence"]["rows"]) == (True, FILES)
    assert (tree(site.data), site.rows()) == before


def test_a_tenant_becomes_a_clone_of_another(cluster: tuple[Cluster, Moodle], proxy: Proxy) -> None:
    """Over what the tenant had; out of the other's repository, whose secret is a Secret of its own."""
    pods, site = cluster
    other = {"BACKUP_TENANT": "acme", "RESTIC_REPOSITORY": proxy.repository("acme")}
    site.ok("init", **other)
    site.ok("backup", **other)
    files = "SELECT id, contenthash, filename FROM mdl_files ORDER BY id"
    saved, rows = kept(site), site.sql(files)
    site.add(b"the tenant's own")
    site.delete(2)
    given(site)
    clone = {"id": ID, "at": oldest(site, **other), "from": "acme", "url": "https://acme.example.org"}
    clone |= {"endpoint": "https://s3.example.org", "location": f"{BUCKET}/acme", "region": "eu-central-1"}
    clone |= {"egress": "0.0.0.0/0", "secretPath": "moodle/acme/backup"}
    secrets = {**pods.secrets, "backup-clone": SECRETS["backup"], "backup": {}}
    asked = replace(pods, objects=rendered(site.folder, clone=clone), secrets=secrets)
    done = asked.run(asked.job(f"backup-clone-{ID}"))
    assert done.code == 0, done.out + done.err
    assert (kept(site), site.sql(files)) == (saved, rows)
    told = dict(row.split("|") for row in site.sql("SELECT name || '|' || value FROM mdl_config").splitlines())
    assert (told["noemailever"], told["cron_enabled"]) == ("1", "0")
    again = asked.run(asked.job(f"backup-clone-{ID}"))
    assert (again.code, again.steps("restore")[0]["done"]) == (0, "before")
