"""SIGKILL at fifty moments of a publication: every branch is at the old commit or the new one, and the next run succeeds."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.ledger import check_of_object, parse_record
from tests.conftest import ROOT
from tests.publishing import BIRCH, IDENTITY, Fleet, make_fleet

KILLS = 50
BRANCHES = ("production", "staging")


@dataclass
class Publisher:
    """A process that publishes in forks of itself."""

    process: subprocess.Popen[str]

    def start(self, root: Path, remote: str, folder: Path, kill: int = 0) -> int:
        job = {"root": str(root), "remote": remote, "folder": str(folder), "kill": kill}
        assert self.process.stdin
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        return int(self._line())

    def end(self) -> int:
        return int(self._line())

    def _line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.publisher"],
        cwd=ROOT,
        env={**os.environ, **IDENTITY, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        yield Publisher(process)
        assert process.stdin
        process.stdin.close()


@pytest.fixture
def trees(tmp_path: Path) -> list[Path]:
    """Two trees of some size that differ in many files."""
    folders = []
    for name in ("one", "two"):
        folder = tmp_path / name
        for number in range(150):
            path = folder / "tenants" / f"t{number}" / "manifests" / "manifests.yaml"
            path.parent.mkdir(parents=True)
            path.write_text(f"# {name if number % 3 else ''} {number}\n" + "kind: ConfigMap\n" * 60)
        (folder / "README.md").write_text(name)
        (folder / f"only-{name}").write_text("")
        folders.append(folder)
    return folders


def state(repository: Fleet, branch: str) -> tuple[str, str]:
    """The commit of a branch and its README; a commit that is not whole fails here."""
    code = subprocess.run(
        ["git", "-C", repository.root, "rev-parse", "--verify", "-q", f"refs/heads/rendered/{branch}"],
        capture_output=True,
        check=False,
    )
    if code.returncode:
        return "", ""
    commit = code.stdout.decode().strip()
    record = parse_record(repository.message(commit))
    raw = subprocess.check_output(["git", "-C", repository.root, "cat-file", "tree", f"{commit}^{{tree}}"])
    assert record
    assert record.check == check_of_object(raw)
    return commit, repository.show("README.md", commit)


@pytest.mark.parametrize("pushed", [False, True], ids=["here", "pushed"])
def test_fifty_kills_leave_the_old_or_the_new(
    publisher: Publisher, trees: list[Path], tmp_path: Path, pushed: bool
) -> None:
    root = Fleet(tmp_path / "fleet")
    root.root.mkdir()
    root.git("init", "-q", "-b", "main")
    root.commit("Source", {"tenants/fleet.yaml": ""})
    remote = Fleet(tmp_path / "remote.git")
    subprocess.run(["git", "init", "-q", "--bare", str(remote.root)], check=True)
    where, name = (remote, str(remote.root)) if pushed else (root, "")
    began = time.monotonic()
    publisher.start(root.root, name, trees[0])
    assert publisher.end() == 0
    usual = time.monotonic() - began
    chance = random.Random(5)  # the same moments every time, as far as they are ours to choose
    moments = [*range(1, 22), *(chance.randrange(1, 60) for _ in range(9))]
    killed = 0
    for turn in range(KILLS // 2):
        tree = trees[(turn + 1) % 2]
        before = {branch: state(where, branch) for branch in BRANCHES}
        by_number = turn % 5 != 0
        pid = publisher.start(root.root, name, tree, kill=moments[turn] if by_number else 0)
        if not by_number:
            time.sleep(chance.uniform(0, usual))
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        killed += publisher.end() == -signal.SIGKILL
        for branch in BRANCHES:
            commit, words = state(where, branch)
            assert commit == before[branch][0] or words == tree.name
        where.git("fsck", "--strict", "--no-dangling")
        publisher.start(root.root, name, tree)
        assert publisher.end() == 0
        assert [state(where, branch)[1] for branch in BRANCHES] == [tree.name, tree.name]
        where.git("fsck", "--strict", "--no-dangling")
    assert killed >= KILLS // 4
    root.fsck()


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_command_leaves_no_trace_that_matters(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    fleet = make_fleet(tmp_path / "fleet")
    environment = {**os.environ, **IDENTITY, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "generator", "publish", "-e", "production"]
    began = time.monotonic()
    subprocess.run(command, cwd=fleet.root, env=environment, check=True, capture_output=True)
    usual = time.monotonic() - began
    before = fleet.tip()
    fleet.commit("Next", {"tenants/production/birch.yaml": BIRCH.replace("displayName: Birch", "displayName: Beech")})
    process = subprocess.Popen(
        command, cwd=fleet.root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(random.Random(seed).uniform(0.3, 1.0) * usual)
    process.kill()
    process.wait()
    assert before in (fleet.tip(), fleet.git("rev-parse", "--verify", "rendered/production~", check=False))
    fleet.fsck()
    assert fleet.git("status", "--porcelain") == ""
    assert fleet.production().state in ("published", "unchanged")
    assert "Beech" in fleet.show("tenants/birch/overlay/tenant.yaml")
    assert list((fleet.root / ".git" / "quadrangle").iterdir()) == []
