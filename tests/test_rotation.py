"""A rotated secret is in use without a restart: what the model `cloud` and the servers it brings build on."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.programs import PATH, need

OVERLAYS = ROOT / "overlays"
SETUP = """<?php
// In the place of Moodle's own: says what config.php has set.
file_put_contents('php://stdout', json_encode([
    'user' => $CFG->dbuser, 'password' => $CFG->dbpass, 'redis' => $CFG->session_redis_auth,
    'encrypt' => $CFG->session_redis_encrypt ?? null, 'cache' => $CFG->tool_forcedcache_config_array['stores'] ?? null,
]) . "\\n");
"""
REQUESTS = """<?php
// One process, as a worker of PHP-FPM is, that serves a request whenever it reads a line.
while (($line = fgets(STDIN)) !== false) {
    clearstatcache(); // PHP does this between requests.
    (static function (string $file): void { require $file; })($argv[1]);
}
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A code tree with a stand-in for Moodle, config.php with the cache's part, and secrets mounted as the kubelet does it."""
    need("php")
    for folder in ("code/public/lib", "code/public/admin/tool/forcedcache", "etc", "secrets"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "code" / "public" / "lib" / "setup.php").write_text(SETUP)
    (tmp_path / "requests.php").write_text(REQUESTS)
    files = {
        "config.php": OVERLAYS / "base" / "config" / "config.php",
        "config.d.managed-redis.php": OVERLAYS / "caches" / "managed-redis" / "config.d.managed-redis.php",
    }
    for name, path in files.items():
        text = path.read_text()
        for old, new in (("/run/secrets", "secrets"), ("/etc/moodle", "etc")):
            text = text.replace(old, str(tmp_path / new))
        (tmp_path / "etc" / name).write_text(text.replace("require_once", "require"))
    mount(tmp_path, {"username": "moodle", "password": "first"}, "one")
    return tmp_path


def mount(site: Path, values: dict[str, str], version: str) -> None:
    """Write secrets as the kubelet does: a new folder, and a link that is moved over the old one in one step."""
    for secret in ("moodle-db", "moodle"):
        folder = site / "secrets" / secret
        new = folder / f"..{version}"
        new.mkdir(parents=True)
        for key, value in {**values, "redis-password": values["password"]}.items():
            (new / key).write_text(value)
            if not (folder / key).is_symlink():
                (folder / key).symlink_to(f"..data/{key}")
        old = (folder / "..data").readlink() if (folder / "..data").is_symlink() else None
        (folder / "..new").symlink_to(new.name)
        (folder / "..new").rename(folder / "..data")
        if old is not None:
            for path in (folder / old).iterdir():
                path.unlink()
            (folder / old).rmdir()


def test_a_process_that_runs_on_has_the_new_secret_at_its_next_request(site: Path) -> None:
    settings = {
        "MOODLE_CODE_ROOT": str(site / "code"),
        "MOODLE_REDIS_CA": "/run/secrets/moodle/redis-ca.pem",
        "MOODLE_REDIS_HOST": "redis.example.org",
        "MOODLE_REDIS_PORT": "6380",
    }
    opcache = ["-d", "opcache.enable_cli=1", "-d", "opcache.validate_timestamps=0"]
    with subprocess.Popen(
        ["php", *opcache, str(site / "requests.php"), str(site / "etc" / "config.php")],
        env={"PATH": PATH, **settings},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        before = request(process)
        mount(site, {"username": "moodle_b", "password": "second"}, "two")
        after = request(process)
    assert (before["user"], before["password"], before["redis"]) == ("moodle", "first", "first")
    assert (after["user"], after["password"], after["redis"]) == ("moodle_b", "second", "second")
    store = after["cache"]["redis"]["config"]
    assert (store["password"], store["encryption"], store["cafile"]) == ("second", True, settings["MOODLE_REDIS_CA"])
    assert after["encrypt"] == {"cafile": settings["MOODLE_REDIS_CA"]}


def request(process: subprocess.Popen[str]) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def test_the_probe_has_it_too(site: Path) -> None:
    probe = site / "probe.php"
    lines = ["<?php", f"require '{OVERLAYS}/base/scripts/lib.php';"]
    lines.append("while (fgets(STDIN) !== false) { echo json_encode(secret('moodle-db/password')), \"\\n\"; }")
    probe.write_text("\n".join(lines))
    with subprocess.Popen(
        ["php", str(probe)],
        env={"PATH": PATH, "MOODLE_SECRETS": str(site / "secrets")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        assert request(process) == "first"
        mount(site, {"username": "moodle", "password": "second"}, "two")
        assert request(process) == "second"
