"""The checks that features add to preflight, run by the base's own script, which finds nothing else of what it looks for."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.php import need, php
from tests.test_feature_php import environment

SCRIPTS = ROOT / "overlays" / "base" / "scripts"


def lines(tmp_path: Path, feature: str, **more: str) -> dict[str, str]:
    """What preflight says of each check with the feature's full example, by the check's name."""
    need("pgsql", "redis")
    folder = tmp_path / "scripts"
    if not folder.exists():
        shutil.copytree(SCRIPTS, folder)
        shutil.copy(ROOT / "overlays" / "features" / feature / f"preflight.d.{feature}.php", folder)
    nowhere = {"MOODLE_DB_HOST": "127.0.0.1", "MOODLE_REDIS_HOST": "127.0.0.1", "MOODLE_HOST": "127.0.0.1"}
    settings = {"PREFLIGHT_SECONDS": "0", "MOODLE_SECRETS": str(tmp_path / "secrets"), "PREFLIGHT_EXTENSIONS": "json"}
    settings |= {"MOODLE_CODE_ROOT": str(tmp_path / "code"), "MOODLE_DATAROOT": str(tmp_path)}
    done = php(folder / "preflight.php", **{**environment(feature, "full"), **nowhere, **settings, **more})
    assert "PHP" not in done.stderr, done.stderr
    said = [line.partition(": ") for line in done.stdout.splitlines()]
    assert done.stdout.splitlines()[-1].startswith("not fit for Moodle: ")
    return {name.split(None, 1)[-1]: f"{name.split()[0]} {text}" for name, _, text in said if text}


@pytest.fixture
def port() -> Iterator[str]:
    """A port that answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


def test_object_storage_needs_its_plugins_an_endpoint_that_answers_and_its_keys(tmp_path: Path, port: str) -> None:
    where = {"MOODLE_OBJECTFS_ENDPOINT": "https://127.0.0.1", "PREFLIGHT_OBJECTFS_PORT": port}
    said = lines(tmp_path, "objectfs", **where)
    assert "the code has no tool_objectfs" in said["object storage plugins"]
    assert "the Secret has no moodle/acme-files-key" in said["object storage"]
    for name in ("admin/tool/objectfs/version.php", "local/aws/sdk/aws-autoloader.php"):
        (tmp_path / "code" / name).parent.mkdir(parents=True)
        (tmp_path / "code" / name).write_text("<?php")
    (tmp_path / "secrets" / "moodle").mkdir(parents=True)
    for name in ("acme-files-key", "acme-files-secret"):
        (tmp_path / "secrets" / "moodle" / name).write_text("x")
    said = lines(tmp_path, "objectfs", **where)
    assert said["object storage plugins"] == "ok tool_objectfs and local_aws"
    assert said["object storage"] == "ok 127.0.0.1 answers; files go to acme-files/sites/acme"


def test_an_endpoint_that_does_not_answer_is_named_with_what_to_look_at(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = str(server.getsockname()[1])
    where = {"MOODLE_OBJECTFS_ENDPOINT": "https://127.0.0.1", "PREFLIGHT_OBJECTFS_PORT": closed}
    said = lines(tmp_path, "objectfs", **where)["object storage"]
    assert said.startswith(f"FAIL 127.0.0.1:{closed}: ")
    assert "NetworkPolicy `moodle-objectfs`" in said
