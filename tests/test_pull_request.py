"""
The very steps of pull-request.yml, pull-request-comment.yml, publish.yml and verify.yml through a pull request's life: opened,
updated, merged, published, published again, verified, edited by hand. The remote is a bare repository and GitHub's API a stand-in,
both on this machine.

What it does not show: installing (`.venv` is that of these tests, so that `make setup` finds its stamp newer than the locks and has
nothing to do), GitHub's triggers, its permissions, and what its own actions do; their stand-ins are below.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import pytest

from generator.cache import default_folder
from tests.github_stand_in import TOKEN, GitHub, serving
from tests.running import quad
from tests.workflow_runner import Job

BRANCHES = ("rendered/production", "rendered/staging")
DEMO = "tenants/production/demo.yaml"
BRANCH = 'more-$(touch${IFS}pwned)-`touch${IFS}pwned`";touch${IFS}pwned;"'
"""Git allows it, so anybody's pull request may come from it."""


@dataclass
class World:
    """The remote repository, its API, and somebody's clone."""

    folder: Path
    hub: GitHub
    sarif: list[Mapping[str, str]] = field(default_factory=list)
    runs: int = 100
    reviewed: int = 0

    @property
    def origin(self) -> str:
        """The remote's address; by this protocol a clone can be shallow."""
        return f"file://{self.folder / 'origin.git'}"

    @property
    def environment(self) -> dict[str, str]:
        """What GitHub's runners set, and no configuration of this machine's user."""
        (self.folder / "home").mkdir(exist_ok=True)
        return {
            "CI": "true",
            "GITHUB_REPOSITORY": "acme/fleet",
            "GITHUB_API_URL": self.hub.address,
            "NO_PROXY": "127.0.0.1",
            "NO_COLOR": "1",
            "HOME": str(self.folder / "home"),
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            "MAKEFLAGS": "",
        }

    def git(self, *arguments: str, at: str = "ann") -> str:
        """Git in somebody's clone, or in `origin.git`."""
        done = subprocess.run(
            ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org", *arguments],
            cwd=self.folder / at,
            env={**os.environ, **self.environment},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def tips(self) -> dict[str, str]:
        """Where the remote's rendered branches are."""
        return {name: self.git("rev-parse", f"refs/heads/{name}", at="origin.git") for name in BRANCHES}

    def commit(self, words: str) -> str:
        """Commit all and push the branch; the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", words)
        self.git("push", "--quiet", "origin", "HEAD")
        return self.git("rev-parse", "HEAD")

    def propose(self) -> str:
        """What GitHub does with a pull request's branch: merge it into main and offer that as refs/pull/7/merge."""
        branch = self.git("branch", "--show-current")
        sha = self.git("rev-parse", "HEAD")
        self.git("checkout", "--quiet", "--detach", "origin/main")
        self.git("merge", "--quiet", "--no-ff", "--message", f"Merge {sha} into main", sha)
        self.git("push", "--quiet", "--force", "origin", "HEAD:refs/pull/7/merge")
        self.git("checkout", "--quiet", branch)
        self.hub.pulls[0]["head"]["sha"] = sha
        return sha

    def job(self, ref: str, expressions: Mapping[str, str]) -> Job:
        """A fresh runner, whose checkout action brings `ref`."""
        self.runs += 1
        folder = self.folder / f"runner-{self.runs}" / "fleet"
        folder.mkdir(parents=True)
        actions: dict[str, Callable[[Path, Mapping[str, str]], None]] = {
            "actions/cache": _cached,
            "actions/cache/restore": _cached,
            "actions/checkout": lambda at, given: self._checkout(at, given, ref),
            "actions/setup-python": lambda at, _: _set_up(at),
            "actions/upload-artifact": self._upload,
            "github/codeql-action/upload-sarif": self._annotate,
        }
        common = {
            "github.token": TOKEN,
            "github.server_url": "https://github.example",
            "github.sha": self.git("rev-parse", "HEAD"),
            "github.event.pull_request.base.sha": self.git("rev-parse", "origin/main"),
        }
        return Job(folder, self.environment, {**common, **expressions}, CONDITIONS, actions)

    def _checkout(self, folder: Path, given: Mapping[str, str], ref: str) -> None:
        assert given["persist-credentials"] == "false"
        ref = f"refs/heads/{given['ref']}" if "ref" in given else ref
        at = str(folder.relative_to(self.folder))
        self.git("init", "--quiet", "--initial-branch=main", at=at)
        self.git("remote", "add", "origin", self.origin, at=at)
        if given.get("fetch-depth") == "0":
            self.git("fetch", "--quiet", "--no-tags", "origin", "+refs/heads/*:refs/remotes/origin/*", ref, at=at)
            sha = self.git("ls-remote", "origin", ref, at=at).split()[0]
        else:
            self.git("fetch", "--quiet", "--no-tags", "--depth=1", "origin", ref, at=at)
            sha = self.git("rev-parse", "FETCH_HEAD", at=at)
        name = ["-B", ref.removeprefix("refs/heads/")] if ref.startswith("refs/heads/") else ["--detach"]
        self.git("checkout", "--quiet", *name, sha, at=at)

    def _upload(self, folder: Path, given: Mapping[str, str]) -> None:
        out, place = io.BytesIO(), folder / given["path"]
        found = [path for path in sorted(place.rglob("*")) if path.is_file()]
        assert found or given["if-no-files-found"] != "error"
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in found:
                archive.write(path, path.relative_to(place))
        self.hub.add_artifact(self.runs, given["name"], out.getvalue())

    def _annotate(self, folder: Path, given: Mapping[str, str]) -> None:
        assert json.loads((folder / given["sarif_file"]).read_text())["version"] == "2.1.0"
        self.sarif.append(given)

    def review(self) -> tuple[Job, bool]:
        """The pull request's own run."""
        job = self.job("refs/pull/7/merge", {})
        self.reviewed = self.runs
        return job, job.run("pull-request.yml", "review")

    def comment(self, sha: str, passed: bool = True) -> Job:
        """The run with rights that follows the last review, as if that was of the commit `sha`."""
        event = {
            "event": "pull_request",
            "conclusion": "success" if passed else "failure",
            "id": str(self.reviewed),
            "head_repository.owner.login": "acme",
            "head_branch": BRANCH,
            "head_sha": sha,
            "html_url": f"https://github.example/acme/fleet/actions/runs/{self.reviewed}",
        }
        expressions = {f"github.event.workflow_run.{name}": value for name, value in event.items()}
        job = self.job("", {**expressions, "github.event.repository.default_branch": "main"})
        assert job.run("pull-request-comment.yml", "comment"), job.said
        return job

    def publish(self) -> tuple[Job, bool]:
        """The run that follows a push to main."""
        job = self.job("refs/heads/main", {"github.ref": "refs/heads/main"})
        return job, job.run("publish.yml", "publish")


def _cached(_: Path, given: Mapping[str, str]) -> None:
    """GitHub keeps nothing here; only that it would find what `quad` keeps, and an earlier commit's if there is no other."""
    with patch.dict(os.environ, {"QUAD_CACHE_DIR": "", "XDG_CACHE_HOME": ""}):
        assert Path(given["path"]).expanduser() == default_folder()
    assert re.fullmatch(given["restore-keys"] + "[0-9a-f]{40}", given["key"])


def _set_up(folder: Path) -> None:
    """The environment of these tests in the place of one that `make setup` would make: its stamp is newer than the locks."""
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    (folder / ".venv" / ".stamp").touch()


CONDITIONS: dict[str, Callable[[Mapping[str, str]], bool]] = {
    "github.ref == 'refs/heads/main'": lambda known: known["github.ref"] == "refs/heads/main",
    "github.event.workflow_run.event == 'pull_request' && github.event.workflow_run.conclusion != 'cancelled'": lambda known: (
        known["github.event.workflow_run.event"] == "pull_request"
        and known["github.event.workflow_run.conclusion"] != "cancelled"
    ),
    "${{ !cancelled() && steps.render.outcome == 'success' }}": lambda known: (
        known.get("steps.render.outcome") == "success"
    ),
    "steps.artifact.outputs.found == 'true'": lambda known: known.get("steps.artifact.outputs.found") == "true",
    "steps.comment.outputs.number != '' && vars.QUAD_CODE_SCANNING != 'off'": lambda known: bool(
        known.get("steps.comment.outputs.number")
    ),
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A fleet of two tenants as `quad init` makes it, pushed to the remote and published once."""
    with serving() as hub:
        made = World(tmp_path, hub)
        assert quad(["init", "ann"], tmp_path).code == 0
        (tmp_path / "origin.git").mkdir()
        made.git("init", "--quiet", "--bare", "--initial-branch=main", at="origin.git")
        made.git("remote", "add", "origin", made.origin)
        made.commit("Begin")
        yield made
        assert list(tmp_path.rglob("pwned")) == []


def published_from(world: World, branch: str) -> str:
    return world.git("log", "-1", "--format=%(trailers:key=Source-Commit,valueonly)", branch, at="origin.git")


def open_it(world: World) -> str:
    """A branch that gives demo more replicas, and its pull request; the commit."""
    world.git("checkout", "--quiet", "-b", BRANCH)
    world.hub.open_pull(7, f"acme:{BRANCH}", "")
    demo = world.folder / "ann" / DEMO
    demo.write_text(demo.read_text() + "web: {replicas: {max: 9}}\n")
    world.commit("Give demo more")
    return world.propose()


def update_it(world: World) -> str:
    """A tenant more in the same pull request; the commit."""
    done = quad(["tenant", "new", "birch", "--environment", "production"], world.folder / "ann")
    assert done.code == 0, done.stderr
    world.commit("Add birch")
    return world.propose()


def merge_it(world: World) -> str:
    """As GitHub's button does; the commit."""
    world.git("checkout", "--quiet", "main")
    world.git("merge", "--quiet", "--no-ff", "--message", "Merge pull request #7", BRANCH)
    world.git("push", "--quiet", "origin", "main")
    return world.git("rev-parse", "HEAD")


def edit_by_hand(world: World, path: str) -> None:
    """A commit on the rendered branch that no run of ours made, and something new to publish."""
    world.git("fetch", "--quiet", "origin")
    world.git("checkout", "--quiet", "-b", "rendered/production", "origin/rendered/production")
    (world.folder / "ann" / path).write_text("# by hand\n")
    world.commit("Mend it quickly")
    world.git("checkout", "--quiet", "main")
    demo = world.folder / "ann" / DEMO
    demo.write_text(demo.read_text().replace("max: 9", "max: 8"))
    world.commit("Give demo less")


def reviewed(world: World, sha: str) -> str:
    """Both runs that a new commit of the pull request starts; the one comment there is then."""
    job, passed = world.review()
    assert passed, job.last
    world.comment(sha)
    (comment,) = world.hub.comments[7]
    assert sha[:12] in comment["body"]
    return str(comment["body"])


def published(world: World) -> dict[str, str]:
    """The run that a push to main starts; where the branches are then."""
    job, passed = world.publish()
    assert passed, job.last
    return world.tips()


@pytest.mark.slow
def test_a_pull_request_lives(world: World) -> None:
    first = published(world)

    opened = open_it(world)
    assert "maxReplicas" in reviewed(world, opened)
    (artifact,) = world.hub.archives.values()
    names = zipfile.ZipFile(io.BytesIO(artifact)).namelist()
    assert names == ["review.html", "review.json", "review.md", "review.sarif"]
    assert [(given["ref"], given["sha"]) for given in world.sarif] == [("refs/pull/7/head", opened)]

    updated = update_it(world)
    said = reviewed(world, updated)  # the same comment, for there is still one
    assert "birch" in said
    late = world.comment(opened)  # the older commit's run ends last
    assert "has a newer commit" in late.last
    assert len(world.sarif) == 2
    assert [item["body"] for item in world.hub.comments[7]] == [said]
    assert world.tips() == first

    merged = merge_it(world)
    second = published(world)
    assert second["rendered/production"] != first["rendered/production"]
    assert published_from(world, "rendered/production") == merged
    assert "tenants/birch/" in world.git("ls-tree", "-r", "--name-only", "rendered/production", at="origin.git")
    assert published(world) == second
    nightly = world.job("refs/heads/main", {})
    assert nightly.run("verify.yml", "verify"), nightly.last
    assert "2 commits looked at, 2 rendered again" in nightly.said[3][1]

    edited = "tenants/demo/manifests/manifests.yaml"
    edit_by_hand(world, edited)
    third = world.tips()
    job, passed = world.publish()
    assert not passed
    assert "error[branch-edited]" in job.last
    assert f"changed {edited}" in job.last
    assert world.tips()["rendered/production"] == third["rendered/production"] != second["rendered/production"]


def test_a_pull_request_with_a_mistake_is_annotated_and_no_comment_is_made(world: World) -> None:
    world.git("checkout", "--quiet", "-b", BRANCH)
    world.hub.open_pull(7, f"acme:{BRANCH}", "")
    demo = world.folder / "ann" / DEMO
    demo.write_text(demo.read_text() + "colour: blue\n")
    world.commit("Paint demo")
    sha = world.propose()
    job, passed = world.review()
    assert not passed
    assert job.said[-1][0].startswith("make validate")
    assert f"::error file={DEMO}," in job.last
    assert TOKEN not in str(job.said)
    after = world.comment(sha, passed=False)
    assert after.last == f"run {world.reviewed} has no artifact `review`; nothing was written\n"
    assert len(after.skipped) == 2
    assert world.hub.comments == {}
