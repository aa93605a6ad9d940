"""The workflow of docs/scale.md works: its very steps, with stand-ins for GitHub's actions."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.publishing import IDENTITY, Fleet, make_fleet
from tests.test_workflows import FILES
from tests.workflow_runner import Job, workflow

MAKEFILE = "setup: ;\npublish: ; .venv/bin/quad publish\n"
MAIN = "github.ref == 'refs/heads/main'"


@pytest.fixture
def example(tmp_path: Path) -> Path:
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", (ROOT / "docs" / "scale.md").read_text(), re.MULTILINE | re.DOTALL)
    path = tmp_path / "example.yml"
    path.write_text(text)
    return path


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """Its own `make` installs nothing: `.venv/bin/quad` is the one that is tested."""
    made = make_fleet(tmp_path / "fleet", ("birch", "cedar", "elm", "fir"))
    quad = tmp_path / "quad"
    quad.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m generator "$@"\n')
    quad.chmod(0o755)
    made.commit("A Makefile", {"Makefile": MAKEFILE, ".gitignore": "/.venv\n/.build\n/cache.tar\n"})
    return made


def job(fleet: Fleet, name: str, artifacts: Path, number: str = "") -> Job:
    """A fresh runner; its own caches, and the artifacts of all."""

    def checkout(at: Path, _: Mapping[str, str]) -> None:
        shutil.copytree(fleet.root, at, dirs_exist_ok=True)
        (at / ".venv" / "bin").mkdir(parents=True)
        (at / ".venv" / "bin" / "quad").symlink_to(fleet.root.parent / "quad")
        (at / ".build").mkdir()

    def upload(at: Path, given: Mapping[str, str]) -> None:
        (artifacts / given["name"]).mkdir(parents=True)
        shutil.copy(at / given["path"], artifacts / given["name"])

    def download(at: Path, given: Mapping[str, str]) -> None:
        found = sorted(artifacts.glob(given["pattern"]))
        assert found
        for each in found:
            shutil.copytree(each, at / given["path"] / each.name)

    folder = fleet.root.parent / f"runner-{name}" / "fleet"
    folder.mkdir(parents=True)
    actions = {
        "actions/checkout": checkout,
        "actions/setup-python": lambda _at, _given: None,
        "actions/upload-artifact": upload,
        "actions/download-artifact": download,
    }
    environment = {**IDENTITY, "QUAD_CACHE_DIR": str(folder.parent / "cache"), "MAKEFLAGS": "", "NO_COLOR": "1"}
    return Job(folder, environment, {"matrix.number": number}, {MAIN: lambda _: True}, actions)


def test_its_steps_publish_what_the_shards_have_made(example: Path, fleet: Fleet, tmp_path: Path) -> None:
    numbers = workflow(example)["jobs"]["shard"]["strategy"]["matrix"]["number"]
    for number in numbers:
        shard = job(fleet, number, tmp_path / "artifacts", number)
        assert shard.run(str(example), "shard"), shard.said
    last = job(fleet, "publish", tmp_path / "artifacts")
    assert last.run(str(example), "publish"), last.said
    (merged,) = (text for command, text in last.said if "cache merge" in command)
    assert re.match(rf"\d+ entries taken over from {len(numbers)} folders", merged)
    assert "damaged" not in merged
    assert last.last.count(": published at ") == 2


def test_it_is_for_main_alone_and_pins_what_our_workflows_pin(example: Path) -> None:
    jobs = workflow(example)["jobs"]
    assert {each["if"] for each in jobs.values()} == {MAIN}
    assert workflow(example)["permissions"] == {}
    assert {name: each["permissions"] for name, each in jobs.items()} == {
        "shard": {"contents": "read"},
        "publish": {"contents": "write"},
    }
    pins = re.compile(r"^ *- uses: (\S+  # v\S+)$", re.MULTILINE)
    ours = {pin for file in FILES for pin in pins.findall(file.read_text())}
    assert set(pins.findall(example.read_text())) <= ours
