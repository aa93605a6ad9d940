"""Repositories as people have them: shallow, of one branch, of another user, with hooks, settings and names in the way."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from generator import git, trees
from generator.comparison import base
from generator.diagnostics import ToolError
from generator.publish import RequestError
from tests.publishing import RENAMED, Fleet, clone, codes, published_fleet

pytestmark = pytest.mark.usefixtures("identity")


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return published_fleet(tmp_path / "fleet")


def test_a_signature_that_git_shows_is_no_date(fleet: Fleet, tmp_path: Path) -> None:
    key = str(tmp_path / "key")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    signing = ["-c", "gpg.format=ssh", "-c", f"user.signingKey={key}.pub"]
    commit = fleet.git(*signing, "commit-tree", "-S", "-m", "Signed", "HEAD^{tree}")
    fleet.git("config", "log.showSignature", "true")
    assert git.committed(fleet.root, commit).year > 2000


def test_a_graft_makes_nobody_a_descendant(fleet: Fleet) -> None:
    other = fleet.git("commit-tree", "HEAD^{tree}", "-m", "Elsewhere")
    (fleet.root / ".git" / "info" / "grafts").write_text(f"{other} {fleet.tip('main')}\n")
    fleet.git("reset", "-q", "--hard", other)
    fleet.commit("Next", RENAMED)
    assert codes(fleet.production()) == ["source-diverged"]


def test_a_repository_of_another_user_is_not_called_none(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(ToolError, match="dubious ownership") as found:
        fleet.publish()
    assert "safe.directory" in found.value.help


def test_a_partial_clone_is_told_what_to_do(fleet: Fleet, tmp_path: Path) -> None:
    fleet.git("config", "uploadpack.allowFilter", "true")
    partial = clone(fleet, tmp_path / "partial", "--filter=blob:none", "--no-checkout")
    with pytest.raises(ToolError) as found:
        git.blobs(partial.root, [fleet.tip("HEAD:tenants/fleet.yaml")])
    assert "--filter" in found.value.help


@pytest.mark.parametrize("options", [("--depth=1",), ("--single-branch",)])
def test_a_branch_that_a_clone_cannot_see_is_not_called_none(
    fleet: Fleet, tmp_path: Path, options: tuple[str, ...]
) -> None:
    small = clone(fleet, tmp_path / "small", *options)
    settings = {"git": {"branchPrefix": "rendered/"}}
    with pytest.raises(ToolError, match="cannot tell whether there is rendered/production"):
        trees.of_branches(small.root, settings, ["production"])
    assert trees.of_branches(fleet.root, settings, ["none"])["none"].ids == {}
    whole = clone(fleet, tmp_path / "whole")
    assert trees.of_branches(whole.root, settings, ["none"])["none"].ids == {}
    assert trees.of_branches(whole.root, settings, ["production"])["production"].ids


def test_a_commit_that_a_shallow_clone_lacks_is_not_called_unknown(fleet: Fleet, tmp_path: Path) -> None:
    first = fleet.tip()
    fleet.commit("Next", RENAMED)
    fleet.production()
    small = clone(fleet, tmp_path / "small", "--depth=1", "--no-single-branch")
    with pytest.raises(ToolError, match="nor all there are"):
        small.rollback(first)
    with pytest.raises(RequestError):
        fleet.rollback("0" * 40)


def test_a_tag_of_the_same_name_is_not_the_branch(fleet: Fleet) -> None:
    fleet.git("tag", "rendered/production", "main")
    tip = fleet.tip("refs/heads/rendered/production")
    assert [tree.ids for tree in trees.published(fleet.root, ["production"])] == [
        {path: entry.id for path, entry in git.files(fleet.root, tip).items()}
    ]
    found = base(fleet.root, "rendered/production")
    assert found
    assert (found.kind, found.commit) == ("branch", tip)
    fleet.commit("Next", RENAMED)
    assert fleet.production().state == "published"
    assert fleet.tip("refs/tags/rendered/production") == fleet.tip("main~")


def test_a_merge_of_what_the_branch_had_is_an_edit_by_hand(fleet: Fleet) -> None:
    first = fleet.tip()
    fleet.commit("Next", RENAMED)
    fleet.production()
    back = fleet.git("commit-tree", f"{first}^{{tree}}", "-p", fleet.tip(), "-p", first, "-m", "Merge")
    fleet.git("update-ref", "refs/heads/rendered/production", back)
    assert codes(fleet.verify("production")) == ["branch-edited"]
    assert codes(fleet.production()) == ["branch-edited"]


def test_what_a_hook_here_says_is_said(fleet: Fleet, tmp_path: Path) -> None:
    there = clone(fleet, tmp_path / "remote.git", "--bare")
    fleet.git("remote", "add", "origin", str(there.root))
    fleet.commit("Next", RENAMED)
    hook = fleet.root / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho not on Fridays >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(ToolError, match="a hook here says: not on Fridays"):
        fleet.production(remote="origin")
