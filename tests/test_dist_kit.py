""".ci/dist-kit: what a tag of the learning kit releases. Extensions are built and loaded from it in `rust/test`."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    """A clone of what is committed, with this script."""
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    shutil.copy(ROOT / ".ci" / "dist-kit", clone / ".ci")
    return clone


def released(kit: Path, tag: str) -> Path:
    done = subprocess.run([kit / ".ci" / "dist-kit", tag], check=True, capture_output=True, encoding="utf-8")
    return Path(done.stdout.strip())


def version(kit: Path, path: str) -> str:
    found = re.search(r"^(?:version = \"|\$plugin->release = ')([0-9.]+)", (kit / path).read_text(), re.MULTILINE)
    assert found
    return found[1]


def test_a_plugin_is_a_zip_that_moodle_installs(kit: Path) -> None:
    tag = f"local_gradebookfastpath-v{version(kit, 'rust/moodle/local_gradebookfastpath/version.php')}"
    made = released(kit, tag)
    first = made.read_bytes()
    with zipfile.ZipFile(made) as archive:
        names = archive.namelist()
        assert archive.read("gradebookfastpath/version.php").startswith(b"<?php")
    assert {name.partition("/")[0] for name in names} == {"gradebookfastpath"}
    assert "gradebookfastpath/LICENSE" in names
    assert released(kit, tag).read_bytes() == first


def test_a_library_is_its_own_files(kit: Path) -> None:
    tag = f"grade-core-v{version(kit, 'rust/crates/grade-core/Cargo.toml')}"
    (kit / "rust" / "crates" / "grade-core" / "notes").write_text("not committed")
    with tarfile.open(released(kit, tag)) as archive:
        names = archive.getnames()
    assert {f"{tag}/Cargo.toml", f"{tag}/src/lib.rs", f"{tag}/LICENSE-MIT"} <= set(names)
    assert f"{tag}/notes" not in names


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("grade-core-v99", "the tag says 99, rust/crates/grade-core/Cargo.toml says"),
        ("nothing-v1", "'nothing-v1' names no crate or plugin"),
        ("../crates/grade-core-v0.1.0", "names no crate or plugin"),
        ("v1.0.0", "names no crate or plugin"),
        ("", "'no tag' names no crate or plugin"),
    ],
)
def test_another_tag_releases_nothing(tag: str, said: str, kit: Path) -> None:
    done = subprocess.run([kit / ".ci" / "dist-kit", tag], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert said in done.stderr
    assert not (kit / "dist").exists()
