"""The states of a tenant's life: what runs, what stays, and that nothing is archived or thrown away by accident."""

from __future__ import annotations

import getpass
import http.client
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.model import Component
from generator.pipeline import read
from generator.source import dump
from tests.conftest import ROOT, copy_input
from tests.programs import need, path_of
from tests.test_features import CATALOGUE, EXAMPLES, Objects, manifests

STATES = ROOT / "overlays" / "states"
RECORD = {"lastBackup": {"database": "4f2a9c1e", "files": "9b1d07aa", "verified": "2026-09-18"}}
GUARDS = "argocd.argoproj.io/sync-options"
RUNS = {"CronJob", "DaemonSet", "Deployment", "Job", "Rollout", "StatefulSet"}
STAYS = {
    "suspended": {"Deployment/parked", "StatefulSet/moodle-redis"},
    "archived": {"CronJob/backup-forget"},
}
"""What may run in a state: the page, the data's own servers, the backups."""


def everything() -> dict[str, Any]:
    """The full example of every feature that goes with those before it in the default model."""
    chosen: dict[str, Any] = {}
    for path in (path for path in EXAMPLES if path.stem == "full"):
        feature: Component = CATALOGUE.of("feature")[path.parent.parent.name]
        rules = feature.schema.data if feature.schema else {}
        foes = {other for name in chosen for other in _rules(name).get("x-conflicts", ())} | {
            *rules.get("x-conflicts", ())
        }
        if not foes & {*chosen, feature.name} and "kubernetes" in rules.get("x-models", ["kubernetes"]):
            chosen[feature.name] = yaml.safe_load(path.read_bytes())
    return chosen


def _rules(name: str) -> Any:
    schema = CATALOGUE.of("feature")[name].schema
    return schema.data if schema else {}


@pytest.fixture(scope="module")
def open_site(tmp_path_factory: pytest.TempPathFactory) -> Objects:
    return manifests(tmp_path_factory.mktemp("open"), {"features": everything()})


@pytest.fixture(scope="module", params=sorted(STAYS))
def at_rest(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Objects]:
    tenant = {"state": request.param, "rest": RECORD, "features": everything()}
    return request.param, manifests(tmp_path_factory.mktemp(request.param), tenant)


def runs(body: dict[str, Any]) -> bool:
    spec = body.get("spec", {})
    if body["kind"] == "CronJob":
        return not spec.get("suspend")
    return body["kind"] in RUNS and spec.get("replicas") != 0


def test_whatever_features_a_site_has_it_stops(at_rest: tuple[str, Objects]) -> None:
    state, objects = at_rest
    backups = {f"CronJob/backup-{part}" for part in ("database", "files", "forget", "verify")}
    allowed = STAYS[state] | (backups if state == "suspended" else set())
    assert {name for name, body in objects.items() if runs(body)} <= allowed
    started = {"HorizontalPodAutoscaler", "ScaledObject", "InferenceService", "PodDisruptionBudget"}
    assert {name for name, body in objects.items() if body["kind"] in started} == set()


def test_every_guard_of_an_open_site_stays(at_rest: tuple[str, Objects], open_site: Objects) -> None:
    state, objects = at_rest
    gone = {"archived": {"Cluster/moodle-db"}}.get(state, set())
    for name, body in open_site.items():
        options = body["metadata"].get("annotations", {}).get(GUARDS, "")
        if "Prune=false" in options and body["kind"] != "ConfigMap" and name not in gone:
            assert objects[name]["metadata"]["annotations"][GUARDS] == options, name
    kept = {
        "PersistentVolumeClaim/moodledata",
        "ExternalSecret/moodle",
        "ExternalSecret/backup",
        "NetworkPolicy/default-deny",
    }
    assert kept <= objects.keys()


def test_a_suspended_site_is_backed_up_once_a_week_and_shows_its_page(tmp_path: Path) -> None:
    backup = yaml.safe_load((ROOT / "overlays/features/backup/examples/full.yaml").read_bytes())
    said = {"state": "suspended", "rest": {"schedule": "17 3 * * 6"}, "features": {"backup": backup}}
    objects = manifests(tmp_path, said)
    for name in ("backup-database", "backup-files"):
        spec = objects[f"CronJob/{name}"]["spec"]
        assert (spec["schedule"], spec["suspend"]) == ("17 3 * * 6", False)
    (rule,) = objects["Ingress/moodle"]["spec"]["rules"]
    assert rule["http"]["paths"][0]["backend"]["service"]["name"] == "parked"
    assert objects["ConfigMap/parked"]["data"]["support"] == "support@learn.sample.example.org"
    parked, web = (
        objects["Deployment/parked"]["spec"]["template"]["spec"],
        objects["Rollout/moodle"]["spec"]["template"]["spec"],
    )
    assert parked["containers"][0]["image"] == web["containers"][0]["image"]


def test_what_an_archive_keeps_is_what_the_base_has() -> None:
    """Its network policies are copies: a component reads its own folder alone."""
    for name in ("default-deny.yaml", "dns.yaml"):
        kept, base = STATES / "archived" / "kept" / name, ROOT / "overlays" / "base" / "network" / name
        assert kept.read_bytes() == base.read_bytes()


@pytest.mark.parametrize(("rest", "codes"), [({}, ["impossible-value"]), (RECORD, [])], ids=["no-record", "record"])
def test_no_site_is_archived_without_a_verified_backup(tmp_path: Path, rest: Any, codes: list[str]) -> None:
    repository = copy_input(tmp_path, ROOT / "tests" / "features" / "tenants")
    file = repository / "tenants" / "production" / "sample.yaml"
    backup = yaml.safe_load((ROOT / "overlays/features/backup/examples/minimal.yaml").read_bytes())
    more = {"state": "archived", "features": {"backup": backup}} | ({"rest": rest} if rest else {})
    file.write_bytes(dump({**yaml.safe_load(file.read_bytes()), **more}))
    assert [problem.code for problem in read(repository).problems] == codes


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        ("verify", "--retry-lock 10m check --quiet --read-data-subset=1/29"),
        ("check", "--retry-lock 10m check --quiet --read-data-subset=7/53"),
        ("ready", "--retry-lock 10m snapshots --quiet --host acme --latest 1"),
    ],
)
def test_a_repository_is_looked_at_and_not_changed(tmp_path: Path, part: str, wanted: str) -> None:
    """backup.sh with a restic that only writes down what it was asked; another part of the data is read each week."""
    secrets = tmp_path / "secrets" / "backup"
    secrets.mkdir(parents=True)
    for name in ("access-key-id", "secret-access-key"):
        (secrets / name).write_text("x")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, body in {"restic": f'echo "$@" >> {tmp_path}/asked', "date": "echo 07"}.items():
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)
    script = ROOT / "overlays/features/backup/backup.sh"
    environment = {
        "PATH": f"{programs}:/usr/bin:/bin",
        "AWS_ACCESS_KEY_ID_FILE": str(secrets / "access-key-id"),
        "AWS_SECRET_ACCESS_KEY_FILE": str(secrets / "secret-access-key"),
        "BACKUP_ENDPOINT": "https://s3.example.org",
        "BACKUP_LOCATION": "bucket/acme",
        "BACKUP_TENANT": "acme",
        "DB_CA": "",
        "DB_KIND": "mysql",  # beside which restic does all
        "DB_MANAGED": "true",
        "TMPDIR": str(tmp_path),
    }
    subprocess.run(["sh", str(script), part], env=environment, check=True, capture_output=True)
    assert (tmp_path / "asked").read_text().splitlines() == ["--retry-lock 10m cat config", wanted]


@pytest.fixture
def page(tmp_path: Path) -> Iterator[int]:
    """nginx with the page's own configuration on a port of loopback."""
    need("nginx")
    folder = tmp_path / "parked"
    shutil.copytree(STATES / "suspended" / "page", folder)
    (folder / "support").write_text("support@learn.acme.edu")
    port, live = free_port(), free_port()
    text = (folder / "nginx.conf").read_text()
    text = text.replace(" /tmp/", f" {tmp_path}/").replace(" /etc/parked", f" {folder}")
    text = text.replace("listen 8080", f"listen 127.0.0.1:{port}").replace("listen 8081", f"listen 127.0.0.1:{live}")
    (folder / "nginx.conf").write_text(f"user {getpass.getuser()};\n{text}")  # root's folder is read by root
    command = [
        str(path_of("nginx")),
        "-c",
        str(folder / "nginx.conf"),
        "-g",
        "daemon off;",
        "-e",
        str(tmp_path / "error.log"),
    ]
    with subprocess.Popen(command) as process:
        try:
            wait_for(live)
            yield port
        finally:
            process.terminate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nginx does not listen")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/course/view.php?id=2"),
        ("POST", "/login/index.php"),
        ("GET", "/index.html"),
        ("GET", "/support"),
        ("HEAD", "/"),
    ],
)
def test_the_page_answers_everything_with_503(page: int, method: str, path: str) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", page, timeout=10)) as connection:
        connection.request(method, path, body=b"x" * 100_000 if method == "POST" else None)
        with connection.getresponse() as answer:
            body = answer.read().decode()
    assert (answer.status, answer.headers["Retry-After"], answer.headers["Cache-Control"]) == (503, "86400", "no-store")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers.get_content_type() == "text/html"
    assert ("This site is closed for now" in body) is (method != "HEAD")
    assert ("answers at support@learn.acme.edu." in body) is (method != "HEAD")
