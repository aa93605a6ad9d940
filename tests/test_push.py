"""Pushing to a bare repository: all branches or none, never over what somebody else published, and no trace of a refusal."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from generator.diagnostics import Diagnostic, ToolError
from generator.publish import TURNS
from tests.conftest import ROOT
from tests.publishing import BIRCH, Fleet, clone, codes, make_fleet

pytestmark = pytest.mark.usefixtures("identity")

MANIFESTS = "tenants/birch/manifests/manifests.yaml"


@pytest.fixture
def remote(tmp_path: Path) -> Fleet:
    """A bare repository that holds main."""
    fleet = make_fleet(tmp_path / "seed")
    subprocess.run(["git", "clone", "-q", "--bare", str(fleet.root), str(tmp_path / "remote.git")], check=True)
    return Fleet(tmp_path / "remote.git")


@pytest.fixture
def fleet(remote: Fleet, tmp_path: Path) -> Fleet:
    return clone(remote, tmp_path / "fleet")


def renamed(name: str) -> dict[str, str | None]:
    return {"tenants/production/birch.yaml": BIRCH.replace("displayName: Birch", f"displayName: {name}")}


def before_the_push(action: Callable[[], object], times: int = 1) -> Callable[..., Sequence[Diagnostic]]:
    """A judge that has no objection, but does something at the last moment before anything is written."""
    left = [times]

    def judge(*_: object) -> Sequence[Diagnostic]:
        if left[0]:
            left[0] -= 1
            action()
        return ()

    return judge


def test_it_is_at_the_remote_and_here_only_where_it_was_before(fleet: Fleet, remote: Fleet) -> None:
    done = fleet.publish(remote="origin")
    assert [outcome.state for outcome in done.outcomes] == ["published", "published"]
    assert remote.tip() == done.outcomes[0].commit
    assert fleet.git("for-each-ref", "refs/heads/rendered") == ""
    fleet.git("branch", "rendered/production", "origin/rendered/production")
    fleet.commit("Next", renamed("Beech"))
    fleet.publish(remote="origin")
    assert fleet.tip() == remote.tip() == fleet.tip("origin/rendered/production")
    assert fleet.publish(remote="origin").outcomes[0].state == "unchanged"
    remote.fsck()


def test_a_fresh_clone_goes_on_where_the_remote_is(fleet: Fleet, remote: Fleet, tmp_path: Path) -> None:
    fleet.publish(remote="origin")
    other = clone(remote, tmp_path / "other")
    other.commit("Next", renamed("Beech"))
    outcome = other.production()
    assert outcome.state == "published"
    assert other.tip("rendered/production~") == remote.tip()


def test_a_remote_by_its_address(fleet: Fleet, remote: Fleet) -> None:
    assert fleet.production(remote=f"file://{remote.root}").state == "published"
    assert remote.tip()


def test_a_refused_push_leaves_nothing_and_the_next_succeeds(fleet: Fleet, remote: Fleet) -> None:
    fleet.publish(remote="origin")
    fleet.git("branch", "rendered/production", "origin/rendered/production")
    before = fleet.git("for-each-ref"), remote.git("for-each-ref")
    fleet.commit("Next", renamed("Beech"))
    hook = remote.root / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho no >&2; exit 1\n")
    hook.chmod(0o755)
    with pytest.raises(ToolError, match="pre-receive hook declined"):
        fleet.publish(remote="origin")
    assert remote.git("for-each-ref") == before[1]
    assert [line for line in fleet.git("for-each-ref").splitlines() if "main" not in line] == [
        line for line in before[0].splitlines() if "main" not in line
    ]
    hook.unlink()
    assert fleet.production(remote="origin").state == "published"
    assert fleet.tip() == remote.tip()


def test_all_branches_or_none(fleet: Fleet, remote: Fleet) -> None:
    hook = remote.root / "hooks" / "update"
    hook.write_text('#!/bin/sh\necho ask Ann >&2\ntest "$1" != refs/heads/rendered/staging\n')
    hook.chmod(0o755)
    with pytest.raises(
        ToolError, match=r"rendered/staging \[remote rejected\] \(hook declined\); the remote says: ask Ann"
    ):
        fleet.publish(remote="origin")
    assert "rendered" not in remote.git("for-each-ref")


def test_a_remote_that_is_not_there(fleet: Fleet) -> None:
    with pytest.raises(ToolError, match="the remote repository nowhere cannot be read: 'nowhere' does not appear"):
        fleet.publish(remote="nowhere")
    with pytest.raises(ToolError, match="cannot be read: strange pathname"):
        fleet.publish(remote="--upload-pack=touch pwned")
    assert not (fleet.root / "pwned").exists()


def test_a_branch_in_the_way_is_no_race(fleet: Fleet, remote: Fleet) -> None:
    remote.git("branch", "rendered", "main")
    fleet.git("branch", "rendered", "main")
    for place in ("origin", ""):
        with pytest.raises(ToolError, match="rendered/production where there is a branch rendered"):
            fleet.publish(remote=place)


def test_a_lost_race_with_the_same_source_ends_in_one_commit(fleet: Fleet, remote: Fleet, tmp_path: Path) -> None:
    other = clone(remote, tmp_path / "other")
    judge = before_the_push(lambda: other.publish("production", remote="origin"))
    assert fleet.production(remote="origin", judge=judge).commit == remote.tip(), "both make the very same commit"
    assert remote.git("rev-list", "--count", "rendered/production") == "1"


def test_a_lost_race_with_a_newer_source_ends_with_that(fleet: Fleet, remote: Fleet, tmp_path: Path) -> None:
    fleet.publish(remote="origin")
    other = clone(remote, tmp_path / "other")
    fleet.commit("Older", renamed("Beech"))
    fleet.git("push", "-q", "origin", "main")
    other.git("pull", "-q", "--ff-only")
    newer = other.commit("Newer", renamed("Oak"))
    other.git("push", "-q", "origin", "main")
    fleet.git("fetch", "-q")
    judge = before_the_push(lambda: other.publish("production", remote="origin"))
    assert fleet.production(remote="origin", judge=judge).state == "older"
    assert f"Source-Commit: {newer}" in remote.message()


def test_a_lost_race_with_an_edit_by_hand_is_refused(fleet: Fleet, remote: Fleet, tmp_path: Path) -> None:
    fleet.publish(remote="origin")
    other = clone(remote, tmp_path / "other")

    def edit() -> None:
        other.git("checkout", "-q", "rendered/production")
        other.commit("By hand", {MANIFESTS: "kind: Other\n"})
        other.git("push", "-q", "origin", "rendered/production")

    fleet.commit("Next", renamed("Beech"))
    outcome = fleet.production(remote="origin", judge=before_the_push(edit))
    assert codes(outcome) == ["branch-edited"]
    assert remote.tip() == other.tip("HEAD")


def test_who_loses_every_race_gives_up_with_words(fleet: Fleet, remote: Fleet) -> None:
    fleet.publish(remote="origin")
    fleet.commit("Next", renamed("Beech"))

    def again() -> None:
        tip = remote.tip()
        commit = remote.git("commit-tree", f"{tip}^{{tree}}", "-p", tip, "-F", "-", stdin=remote.message() + "\n")
        remote.git("update-ref", "refs/heads/rendered/production", commit)

    with pytest.raises(ToolError, match=f"moved the branches {TURNS} times"):
        fleet.production(remote="origin", judge=before_the_push(again, 99))
    assert remote.git("rev-list", "--count", "rendered/production") == str(1 + TURNS)
    assert fleet.production(remote="origin", judge=before_the_push(again, TURNS - 1)).state == "published"


def test_a_local_race_is_lost_the_same_way(fleet: Fleet) -> None:
    first = fleet.production().commit
    fleet.commit("Next", renamed("Beech"))

    def again() -> None:
        commit = fleet.git("commit-tree", f"{first}^{{tree}}", "-p", first, "-F", "-", stdin=fleet.message() + "\n")
        fleet.git("update-ref", "refs/heads/rendered/production", commit)

    assert fleet.production(judge=before_the_push(again)).state == "published"
    assert fleet.tip("rendered/production~2") == first


def test_a_lock_that_stays_is_named(fleet: Fleet) -> None:
    fleet.production()
    fleet.commit("Next", renamed("Beech"))
    (fleet.root / ".git/refs/heads/rendered/production.lock").touch()
    with pytest.raises(ToolError, match=r"production\.lock': File exists"):
        fleet.publish("production")
    (fleet.root / ".git/refs/heads/rendered/production.lock").unlink()
    assert fleet.production().state == "published"


def test_two_publishers_at_the_same_time(fleet: Fleet, remote: Fleet, tmp_path: Path) -> None:
    """Real processes; one of them has a newer source. Whoever wins, the newer source is at the end and nothing is lost."""
    fleet.publish(remote="origin")
    other = clone(remote, tmp_path / "other")
    fleet.commit("Older", renamed("Beech"))
    fleet.git("push", "-q", "origin", "main")
    other.git("pull", "-q", "--ff-only")
    newer = other.commit("Newer", renamed("Oak"))
    other.git("push", "-q", "origin", "main")
    fleet.git("fetch", "-q")
    command = [sys.executable, "-m", "generator", "publish", "--push", "origin", "-e", "production"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = [
        subprocess.Popen(command, cwd=one.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for one in (fleet, other, fleet, other)
    ]
    ended = [(process.communicate(), process.returncode) for process in running]
    assert [said[1].decode() for said, code in ended if code] == []
    assert f"Source-Commit: {newer}" in remote.message()
    assert int(remote.git("rev-list", "--count", "rendered/production")) in (2, 3)
    assert codes(other.verify("production", remote="origin", all=True)) == []
    remote.fsck()


def test_a_rollback_is_pushed(fleet: Fleet, remote: Fleet) -> None:
    fleet.publish(remote="origin")
    fleet.commit("Next", renamed("Beech"))
    fleet.publish(remote="origin")
    then = remote.tip("rendered/production~")
    assert fleet.rollback(then, remote="origin").state == "published"
    assert remote.files() == remote.files(then)
    assert fleet.production(remote="origin").state == "published"


def test_what_a_killed_fetch_left_is_fetched_again(fleet: Fleet, remote: Fleet, tmp_path: Path) -> None:
    other = clone(remote, tmp_path / "other")
    other.publish("production", remote="origin")
    raw = subprocess.check_output(["git", "-C", remote.root, "cat-file", "commit", "rendered/production"])
    command = ["git", "-C", str(fleet.root), "hash-object", "-t", "commit", "-w", "--stdin"]
    assert subprocess.run(command, input=raw, capture_output=True, check=True).stdout.decode().strip() == remote.tip()
    fleet.commit("Next", renamed("Beech"))
    assert fleet.production(remote="origin").state == "published"
