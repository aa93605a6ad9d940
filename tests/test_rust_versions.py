"""rust/versions, of rust/ and wasm/: what was released changes only with its version."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    """Crates and a plugin in their first versions, all released."""
    for path, text in (
        ("rust/crates/core/Cargo.toml", '[package]\nname = "core"\nversion = "0.1.0"\n'),
        ("rust/moodle/local_x/version.php", "<?php\n$plugin->version = 2026112200;\n$plugin->release = '0.1.0';\n"),
        ("wasm/crates/pack/Cargo.toml", '[package]\nname = "pack"\nversion = "0.1.0"\n'),
    ):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text)
        (tmp_path / path).with_name("CHANGELOG.md").write_text("## 0.1.0\n")
    shutil.copy(ROOT / "rust" / "versions", tmp_path / "rust")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "a")
    for tag in ("core-v0.1.0", "local_x-v0.1.0", "pack-v0.1.0"):
        git(tmp_path, "tag", tag)
    return tmp_path


def problems(kit: Path) -> list[str]:
    done = subprocess.run([kit / "rust" / "versions"], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == bool(done.stderr)
    return done.stderr.splitlines()


@pytest.mark.parametrize(
    ("folder", "file", "tag"),
    [
        ("rust/crates/core", "Cargo.toml", "core-v0.1.0"),
        ("rust/moodle/local_x", "version.php", "local_x-v0.1.0"),
        ("wasm/crates/pack", "Cargo.toml", "pack-v0.1.0"),
    ],
)
def test_what_has_changed_needs_a_new_version(folder: str, file: str, tag: str, kit: Path) -> None:
    assert problems(kit) == []
    versioned = kit / folder / file
    versioned.write_text(versioned.read_text() + "\n")
    assert problems(kit) == [f"{folder} has changed since {tag}; give it a new version"]
    versioned.write_text(versioned.read_text().replace("0.1.0", "0.2.0"))
    assert problems(kit) == [f"{folder}/CHANGELOG.md has no heading for version 0.2.0"]
    versioned.with_name("CHANGELOG.md").write_text("## 0.2.0\n\n## 0.1.0\n")
    assert problems(kit) == []
