"""The sample tenant's manifests with the site that its pods would have: CronJobs and Jobs run as they are rendered."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.backup_tool.moodle import REPOSITORY_PASSWORD, Done, Moodle
from tests.backup_tool.pods import Cluster, Pod
from tests.backup_tool.store import BUCKET, KEYS, Proxy
from tests.postgres import PASSWORD, Database
from tests.programs import eventually
from tests.test_features import manifests

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


def deployed(tmp_path: Path, server: Database, proxy: Proxy) -> tuple[Cluster, Moodle]:
    """The tenant `sample` with the feature `backup`, and the site whose database and volume its pods get."""
    objects = rendered(tmp_path)
    (settings,) = (body["data"] for body in objects.values() if "BACKUP_TENANT" in body.get("data", {}))
    where = {"RESTIC_REPOSITORY": proxy.repository(settings["BACKUP_LOCATION"].split("/", 1)[1]), **KEYS}
    site = Moodle(tmp_path, server, settings["DB_NAME"], where)
    site.install(FILES)
    given(site)
    endpoint = f"http://127.0.0.1:{proxy.port}"
    addresses = {"BACKUP_ENDPOINT": endpoint, "DB_HOST": "127.0.0.1", "DB_PORT": str(server.port)}
    return Cluster(tmp_path / "pods", objects, SECRETS, {"moodledata": site.data}, addresses), site


def given(site: Moodle) -> None:
    """All of moodledata belongs to Moodle's user."""
    for path in (site.data, *site.data.rglob("*")):
        shutil.chown(path, WWW_DATA, WWW_DATA)


def rendered(tmp_path: Path, **said: Any) -> Mapping[str, Mapping[str, Any]]:
    """The tenant's manifests, by kind and the very name; each test has a repository of its own in the store of them all."""
    backup = {**BACKUP, "prefix": tmp_path.name.replace("_", "-")}
    found = manifests(tmp_path, {"features": {"backup": backup, "backup-drill": {}}, **said}).values()
    return {f"{body['kind']}/{body['metadata']['name']}": body for body in found}


def run(cluster: Cluster, *cron_jobs: str) -> None:
    """The next Jobs of these, each of which has to end well."""
    for name in cron_jobs:
        done = cluster.run(cluster.pod(name))
        assert done.code == 0, f"{name}: {done.out}{done.err}"


def drilled(cluster: Cluster, pod: Pod) -> Done:
    """How a drill's pod ended, with the server beside it, and none of the site's addresses."""
    apart = replace(cluster, addresses={"BACKUP_ENDPOINT": cluster.addresses["BACKUP_ENDPOINT"]})
    volumes = apart.volumes(pod)
    (server,), (drill,) = pod["initContainers"], pod["containers"]
    running = apart.start(pod, server, volumes)
    try:
        ready = {**server, "command": server["startupProbe"]["exec"]["command"]}
        eventually("the drill's server answers", lambda: apart.run(pod, ready, volumes).code == 0)
        return apart.run(pod, drill, volumes)
    finally:
        running.terminate()
        running.communicate(timeout=20)
