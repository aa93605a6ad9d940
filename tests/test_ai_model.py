"""The init container that pulls a model, with an rclone that copies from a folder."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

SCRIPT = ROOT / "overlays" / "features" / "ai-model" / "pull.sh"
RCLONE = """#!/bin/sh
echo "$RCLONE_CONFIG_STORE_ENDPOINT $RCLONE_CONFIG_STORE_ACCESS_KEY_ID $*" >> "$ASKED"
for last; do :; done
cp "$BUCKET"/* "$last"/
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bucket with a model, its settings and keys, and the program that copies."""
    for name in ("bucket", "settings", "secrets", "cache", "here", "bin"):
        (tmp_path / name).mkdir()
    (tmp_path / "bucket" / "weights").write_text("1 2 3")
    (tmp_path / "bucket" / "SHA256SUMS").write_text(f"{hashlib.sha256(b'1 2 3').hexdigest()}  weights\n")
    said = {"bucket": "models", "prefix": "language/", "model": "assistant", "version": "1.4.0"}
    for name, value in {**said, "endpoint": "https://s3.example.org", "region": "eu"}.items():
        (tmp_path / "settings" / name).write_text(value)
    for name in ("key-id", "secret-key"):
        (tmp_path / "secrets" / name).write_text(f"{name}-value\n")
    (tmp_path / "bin" / "rclone").write_text(RCLONE)
    (tmp_path / "bin" / "rclone").chmod(0o755)
    return tmp_path


def pull(folder: Path) -> subprocess.CompletedProcess[str]:
    places = {f"AI_{name.upper()}": str(folder / name) for name in ("settings", "secrets", "cache", "here")}
    environment = {**places, "PATH": f"{folder}/bin:/usr/bin:/bin", "BUCKET": str(folder / "bucket")}
    environment["ASKED"] = str(folder / "asked")
    return subprocess.run(["sh", SCRIPT], env=environment, capture_output=True, text=True, check=False)


def test_a_version_is_pulled_once_and_pointed_at(folder: Path) -> None:
    assert pull(folder).stdout == "assistant 1.4.0 was pulled\n"
    assert (folder / "here" / "current" / "weights").read_text() == "1 2 3"
    asked = (folder / "asked").read_text()
    assert asked.startswith("https://s3.example.org key-id-value copy ")
    assert "store:models/language/assistant/1.4.0 " in asked
    assert pull(folder).stdout == "assistant 1.4.0 is in the cache\n"
    assert (folder / "asked").read_text() == asked
    (folder / "settings" / "version").write_text("1.5.0")
    assert pull(folder).returncode == 0
    assert (folder / "here" / "current").readlink().name == "1.5.0"
    assert {path.name for path in (folder / "cache" / "assistant").iterdir()} == {"1.4.0", "1.5.0"}


@pytest.mark.parametrize(("sums", "said"), [("0" * 64 + "  weights\n", "is not what"), ("", "has no SHA256SUMS")])
def test_what_does_not_fit_its_sums_is_not_kept(folder: Path, sums: str, said: str) -> None:
    (folder / "bucket" / "SHA256SUMS").write_text(sums)
    done = pull(folder)
    assert done.returncode == 1
    assert said in done.stderr
    assert list((folder / "cache" / "assistant").iterdir()) == []
    assert not (folder / "here" / "current").is_symlink()
