"""The shell scripts of features: shellcheck finds nothing, and what they write is what nginx and ClamAV get."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.programs import PATH, need
from tests.test_feature_php import environment

SCRIPTS = sorted(ROOT.glob("overlays/**/*.sh"))
MIRROR = "https://clamav.mirror.example.edu"


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_shellcheck_finds_nothing(file: Path) -> None:
    need("shellcheck")
    command = ["shellcheck", "--shell=sh", "--external-sources", file.name]
    done = subprocess.run(command, cwd=file.parent, capture_output=True, text=True, check=False)
    assert done.stdout == ""


def clamav(tmp_path: Path, part: str, **environment: str) -> tuple[list[str], dict[str, str]]:
    """What the script starts, and the configuration that it wrote, by key."""
    for name in ("freshclam", "clamd"):
        (tmp_path / name).write_text(f'#!/bin/sh\necho {name} "$@"\n')
        (tmp_path / name).chmod(0o755)
    settings = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CLAMAV_TMP": str(tmp_path), "CLAMAV_CHECKS": "6"}
    settings |= {"CLAMAV_MIRROR": MIRROR, "PHP_UPLOAD_LIMIT": "256", **environment}
    script = ROOT / "overlays" / "features" / "antivirus" / "clamav.sh"
    done = subprocess.run(["sh", script, part], env=settings, capture_output=True, text=True, check=True)
    started = done.stdout.split()
    (file,) = (word.removeprefix("--config-file=") for word in started if word.startswith("--config-file="))
    written = dict(line.split(" ", 1) for line in Path(file).read_text().splitlines())
    return [word for word in started if not word.startswith("--config-file=")], written


def test_the_virus_database_comes_from_the_mirror_and_from_nowhere_else(tmp_path: Path) -> None:
    started, written = clamav(tmp_path, "fetch")
    assert started == ["freshclam", "--stdout"]
    assert (written["PrivateMirror"], written["Checks"]) == (MIRROR, "6")
    assert "DatabaseMirror" not in written
    assert clamav(tmp_path, "watch")[0] == ["freshclam", "--stdout", "--daemon", "--foreground"]


def test_clamavs_own_servers_are_asked_their_own_way(tmp_path: Path) -> None:
    written = clamav(tmp_path, "fetch", CLAMAV_MIRROR="https://database.clamav.net")[1]
    assert written["DatabaseMirror"] == "database.clamav.net"
    assert "PrivateMirror" not in written


@pytest.mark.parametrize(("limit", "read"), [("256", "256M"), ("4096", "2000M")])
def test_the_scanner_takes_every_upload_that_moodle_takes(tmp_path: Path, limit: str, read: str) -> None:
    started, written = clamav(tmp_path, "scan", PHP_UPLOAD_LIMIT=limit)
    assert started == ["clamd"]
    assert (written["TCPSocket"], written["StreamMaxLength"], written["MaxFileSize"]) == ("3310", f"{limit}M", read)


def nginx(tmp_path: Path, example: str) -> str:
    """The policy that nginx is told to send, after nginx itself has read all of it."""
    need("nginx")
    scripts = tmp_path / "scripts"
    shutil.copytree(ROOT / "overlays" / "base" / "scripts", scripts)
    shutil.copy(ROOT / "overlays" / "features" / "wasm-widgets" / "nginx.d.wasm-widgets.sh", scripts)
    run = tmp_path / "run"
    run.mkdir()
    for file in (ROOT / "overlays" / "base" / "nginx").glob("*.conf"):
        text = file.read_text().replace("/run/moodle/", f"{run}/").replace("/tmp/nginx-", f"{tmp_path}/")
        (tmp_path / file.name).write_text(text)
    settings = {"PATH": PATH, "MOODLE_RUN": str(run)}
    settings["MOODLE_NGINX_CONF"] = str(tmp_path / "nginx.conf")
    settings = {**environment("wasm-widgets", example), **settings, "MOODLE_CODE_ROOT": str(tmp_path)}
    done = subprocess.run(
        ["sh", scripts / "nginx.sh", "--test"], env=settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return (run / "site.d.wasm-widgets.conf").read_text()


def test_a_policy_that_lets_webassembly_run_is_enforced_or_only_reported(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    enforced, reported = nginx(tmp_path / "one", "full"), nginx(tmp_path / "two", "minimal")
    assert enforced.startswith("add_header Content-Security-Policy \"script-src 'self' ")
    assert "'wasm-unsafe-eval'" in enforced
    assert "'unsafe-eval'" not in enforced
    assert "https://www.youtube.com; " in enforced
    assert reported.startswith("add_header Content-Security-Policy-Report-Only ")
