"""Trees as git and the file system hold them: same ids, same bytes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from generator import git, snapshot
from generator.diagnostics import ToolError


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / "a b").mkdir(parents=True)
    (root / "a b" / "ü\tx.yaml").write_bytes(b"kind: A\n")
    (root / "empty").write_bytes(b"")
    (root / "binary").write_bytes(bytes(range(256)) * 400)
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "one", "--date", "2026-01-01T00:00:00Z"]):
        who = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
        subprocess.run(["git", "-C", str(root), *who, *arguments], check=True)
    return root


def test_a_folder_and_its_commit_are_the_same_tree(repository: Path, tmp_path: Path) -> None:
    commit = git.resolve(repository, "HEAD")
    assert commit
    there = snapshot.of_commit(repository, commit, "production", "a commit")
    subprocess.run(["git", "-C", str(repository), "worktree", "add", "-q", str(tmp_path / "copy")], check=True)
    (tmp_path / "copy" / ".git").unlink()
    (tmp_path / "copy" / "link").symlink_to("/etc/passwd")
    here = snapshot.of_folder(tmp_path / "copy", "production", "a folder")
    assert dict(here.ids) == dict(there.ids)
    assert here.read(here.ids) == there.read(there.ids)
    assert snapshot.differing(here, there) == []
    assert snapshot.differing(snapshot.nothing("production", ""), there) == ["a b/ü\tx.yaml", "binary", "empty"]


def test_what_is_not_there_is_said(repository: Path) -> None:
    assert git.resolve(repository, "no-such-branch") is None
    assert git.resolve(repository, "--help") is None
    with pytest.raises(ToolError, match="git has no object 0000"):
        git.blobs(repository, ["0" * 40])
    with pytest.raises(ToolError, match="git ls-tree failed"):
        git.files(repository, "0" * 40)
