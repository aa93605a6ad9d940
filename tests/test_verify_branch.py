"""Verifying rendered branches by real git: edits, forgeries, strangers and signatures are found, and what is right passes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.publishing import BIRCH, RENAMED, Fleet, codes, published_fleet

pytestmark = pytest.mark.usefixtures("identity")

MANIFESTS = "tenants/birch/manifests/manifests.yaml"


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return published_fleet(tmp_path / "fleet", ("birch",), "production")


def forge(fleet: Fleet, place: Path, changes: dict[str, str | None]) -> None:
    """Edit the branch, with trailers whose Tree-Check holds."""
    fleet.git("worktree", "add", "-q", str(place), "rendered/production")
    for name, text in changes.items():
        if text is None:
            (place / name).unlink()
        else:
            (place / name).write_text(text)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-m", "tests.forge", "Forged"], cwd=place, env=environment, check=True)
    fleet.git("worktree", "remove", "--force", str(place))


FORGED: dict[str, tuple[dict[str, str | None], str]] = {
    "changed": ({MANIFESTS: "kind: Other\n"}, f"changed {MANIFESTS}"),
    "deleted": ({MANIFESTS: None}, f"deleted {MANIFESTS}"),
    "extra": ({"tenants/birch/extra.yaml": "x"}, "added tenants/birch/extra.yaml"),
    "page": ({"index.html": "<script>"}, "changed index.html"),
    "metadata": ({"hydrator.metadata": "{}"}, "changed hydrator.metadata"),
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_trailers_are_found_by_rendering_again(fleet: Fleet, tmp_path: Path, name: str) -> None:
    changes, words = FORGED[name]
    forge(fleet, tmp_path / "hand", changes)
    done = fleet.verify("production")
    assert codes(done) == ["branch-forged"]
    assert done.problems[0].notes == (words,)


def test_publishing_the_same_source_again_finds_them_too(fleet: Fleet, tmp_path: Path) -> None:
    forge(fleet, tmp_path / "hand", {MANIFESTS: "kind: Other\n"})
    forged = fleet.tip()
    outcome = fleet.production()
    assert codes(outcome) == ["branch-forged"]
    assert outcome.problems[0].notes == (f"changed {MANIFESTS}",)
    assert fleet.tip() == forged
    assert fleet.production(overwrite=frozenset({forged})).state == "published"


def test_what_was_proposed_and_merged_is_as_good_as_published(fleet: Fleet) -> None:
    fleet.commit("Next", RENAMED)
    proposed = fleet.production(suffix="-next").commit

    def merge(tree: str) -> str:
        made = fleet.git("commit-tree", f"{tree}^{{tree}}", "-p", "rendered/production", "-p", proposed, "-m", "Merge")
        fleet.git("update-ref", "refs/heads/rendered/production", made)
        return made

    merged = merge(proposed)
    done = fleet.verify("production")
    assert (codes(done), done.recomputed) == ([], 1)
    outcome = fleet.production()
    assert (outcome.state, outcome.commit) == ("unchanged", merged)

    merge("rendered/production~")  # says that it took what was proposed, and has the old tree
    assert codes(fleet.verify("production")) == ["branch-edited"]
    assert codes(fleet.production()) == ["branch-edited"]


def test_every_commit_of_the_history_is_verified(fleet: Fleet, tmp_path: Path) -> None:
    first = fleet.tip()
    forge(fleet, tmp_path / "hand", {MANIFESTS: "kind: Other\n"})
    fleet.commit("Next", RENAMED)
    fleet.production()
    assert codes(fleet.verify("production")) == []
    assert codes(fleet.verify("production", all=True)) == ["branch-forged"]
    assert codes(fleet.verify("production", since=fleet.tip("rendered/production~"))) == []
    done = fleet.verify("production", since=first)
    assert (done.looked_at, done.recomputed, codes(done)) == (2, 2, ["branch-forged"])


def test_a_stranger_between_ours_is_named(fleet: Fleet) -> None:
    edited = fleet.edit_branch({"notes.txt": "x"})
    fleet.production(overwrite=frozenset({edited}))
    done = fleet.verify("production", all=True)
    assert codes(done) == []
    assert done.notes == (
        f"rendered/production: {edited[:12]} was not published by quad, but by Ann <ann@example.org>",
    )


def test_a_source_that_was_never_merged_is_found(fleet: Fleet) -> None:
    fleet.git("checkout", "-q", "-b", "side")
    fleet.commit("Aside", RENAMED)
    fleet.production()
    fleet.git("checkout", "-q", "main")
    assert codes(fleet.verify("production")) == ["source-unknown"]
    assert codes(fleet.verify("production", main="side")) == []


@pytest.mark.parametrize(
    ("key", "code"), [("Source-Commit", "source-unknown"), ("Source-Tree", "branch-forged"), ("Held", "branch-forged")]
)
def test_trailers_that_name_what_is_not_there(fleet: Fleet, key: str, code: str) -> None:
    words = fleet.message().replace("Held: ", "")
    lines = [line if not line.startswith(key) else f"{key}: {'1' * 40}" for line in words.splitlines()]
    lines += [f"Held: birch@{'1' * 40}"] if key == "Held" else []
    commit = fleet.git("commit-tree", fleet.tip("rendered/production^{tree}"), "-F", "-", stdin="\n".join(lines) + "\n")
    fleet.git("update-ref", "refs/heads/rendered/production", commit)
    assert codes(fleet.verify("production")) == [code]


def test_what_another_version_published_is_not_rendered_again(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generator.identity.generator", lambda: "9.9.9 sha256:" + "0" * 64)
    done = fleet.verify("production")
    assert (codes(done), done.recomputed) == ([], 0)
    assert "1 of 1 were made by other versions" in done.notes[0]
    fleet.edit_branch({MANIFESTS: "kind: Other\n"})
    assert codes(fleet.verify("production")) == ["branch-edited"]


def test_a_branch_that_is_not_there_is_no_problem(fleet: Fleet) -> None:
    done = fleet.verify("staging")
    assert (done.problems, done.notes) == ((), ("rendered/staging is not there yet",))


@pytest.fixture
def keys(fleet: Fleet, tmp_path: Path) -> Path:
    for name in ("ours", "theirs"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(tmp_path / name)], check=True
        )
    allowed = tmp_path / "allowed"
    allowed.write_text(f"ann@example.org {(tmp_path / 'ours.pub').read_text()}")
    for key, value in {
        "gpg.format": "ssh",
        "gpg.ssh.allowedSignersFile": str(allowed),
        "user.signingKey": str(tmp_path / "ours"),
        "commit.gpgSign": "true",
    }.items():
        fleet.git("config", key, value)
    return tmp_path


def test_commits_are_signed_where_git_signs(fleet: Fleet, keys: Path) -> None:
    assert codes(fleet.verify("production")) == ["bad-signature"]
    before = fleet.tip()
    fleet.commit("Next", RENAMED)
    fleet.production()
    assert "gpgsig -----BEGIN SSH SIGNATURE-----" in fleet.git("cat-file", "commit", "rendered/production")
    assert codes(fleet.verify("production", since=before)) == []
    assert codes(fleet.verify("production", all=True)) == ["bad-signature"]
    fleet.git("config", "user.signingKey", str(keys / "theirs"))
    fleet.commit("Later", {"tenants/production/birch.yaml": BIRCH})
    fleet.production()
    assert codes(fleet.verify("production")) == ["bad-signature"]


def test_a_key_that_is_not_there_is_said_and_nothing_moves(fleet: Fleet, keys: Path) -> None:
    before = fleet.tip()
    fleet.git("config", "user.signingKey", str(keys / "gone"))
    fleet.git("config", "commit.gpgSign", "false")
    fleet.commit("Next", RENAMED)
    fleet.git("config", "commit.gpgSign", "true")
    with pytest.raises(Exception, match="git commit-tree failed"):
        fleet.publish("production")
    assert fleet.tip() == before
