"""
`quad propose`, and the very steps of new-release.yml: an image was built, and its release is proposed for a ring. The remote is a
bare repository, GitHub's API a stand-in (tests/github_stand_in.py).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.github_stand_in import TOKEN, reply
from tests.running import Done, quad
from tests.test_pull_request import DEMO, World, world

__all__ = ["world"]  # a fixture

IMAGE = "registry.example.edu/moodle:5.3.1@sha256:" + "7" * 64
TITLE = ["--repository", "acme/fleet", "--title", "More for demo"]


def propose(world: World, *arguments: str) -> Done:
    environment = {**world.environment, "GITHUB_TOKEN": TOKEN}
    names = {f"GIT_{who}_{what}": "ann" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return quad(["propose", *arguments], world.folder / "ann", {**environment, **names})


def change(world: World, size: int = 9) -> None:
    demo = world.folder / "ann" / DEMO
    demo.write_text(world.git("show", f"HEAD:{DEMO}") + f"\nweb: {{replicas: {{max: {size}}}}}\n")


def test_what_the_working_tree_changes_becomes_a_pull_request(world: World) -> None:
    change(world)
    assert quad(["tenant", "new", "birch", "--environment", "staging"], world.folder / "ann").code == 0
    (world.folder / "ann" / "secret.env").write_text("not of the fleet")
    before = world.git("status", "--porcelain")
    plan = world.folder / "plan.md"
    plan.write_text("| tenant |\n")
    done = propose(world, "more", *TITLE, "--body", str(plan))
    assert (done.code, done.stdout) == (0, "number=8\n"), done.stderr
    assert "opened #8, from more into main" in done.stderr
    assert (world.hub.pulls[0]["title"], world.hub.pulls[0]["body"]) == ("More for demo", "| tenant |\n")
    changed = world.git("diff-tree", "-r", "--name-only", "main", "more", at="origin.git").split()
    assert changed == ["tenants/production/demo.yaml", "tenants/staging/birch.yaml"]
    assert world.git("log", "-1", "--format=%s", "more", at="origin.git") == "More for demo"
    assert world.git("rev-parse", "more^", at="origin.git") == world.git("rev-parse", "main")
    assert world.git("status", "--porcelain") == before
    assert world.git("branch", "--list", "more") == ""
    again = propose(world, "more", *TITLE)
    assert (again.code, again.stdout, "updated #8" in again.stderr) == (0, "number=8\n", True)
    assert len(world.hub.pulls) == 1


def test_a_branch_of_another_content_is_left_alone(world: World) -> None:
    change(world)
    assert propose(world, "more", *TITLE).code == 0
    tip = world.git("rev-parse", "more", at="origin.git")
    change(world, 8)
    done = propose(world, "more", *TITLE)
    assert (done.code, "another content" in done.stderr) == (3, True)
    assert world.git("rev-parse", "more", at="origin.git") == tip


def test_nothing_is_proposed_where_nothing_has_changed(world: World) -> None:
    (world.folder / "ann" / "secret.env").write_text("nobody asked for this")
    done = propose(world, "more", *TITLE)
    assert (done.code, done.stdout, world.hub.pulls) == (0, "", [])
    assert "nothing was proposed" in done.stderr
    assert "more" not in world.git("branch", "--list", at="origin.git")


@pytest.mark.parametrize(
    "branch",
    [
        "main",
        "rendered/production",
        "rendered/x",
        "a..b",
        "a.lock",
        "-x",
        "a b",
        "a:b",
        "$(touch pwned)",
        "a/",
        "a\nb",
        "",
        "a//b",
        "a/.b",
        "a/b.lock/c",
        "HEAD",
        "refs/heads/a",
        "a" * 201,
    ],
)
def test_what_is_no_branch_of_its_own_is_refused(world: World, branch: str) -> None:
    change(world)
    done = propose(world, *TITLE, "--", branch)
    assert done.code == 2, done.stderr
    assert world.hub.asked == []


def test_what_cannot_be_rendered_is_not_proposed(world: World) -> None:
    (world.folder / "ann" / "tenants" / "production" / "link.yaml").symlink_to("/etc/passwd")
    done = propose(world, "more", *TITLE)
    assert (done.code, "bug in quad" in done.stderr, world.hub.pulls) == (1, False, [])


def test_whoever_may_not_ask_pushes_nothing(world: World) -> None:
    change(world)
    world.hub.fail = [reply(404, {"message": "Not Found"})]
    assert propose(world, "more", *TITLE).code == 3
    assert "more" not in world.git("branch", "--list", at="origin.git")


def test_a_body_without_an_end_is_refused(world: World) -> None:
    change(world)
    done = propose(world, "more", *TITLE, "--body", "/dev/zero")
    assert (done.code, "more than 65,535 characters" in done.stderr) == (3, True)


def test_an_answer_that_is_lost_opens_no_second_one(world: World) -> None:
    change(world)
    world.hub.fail = [reply(200, []), reply(200, []), lambda: None]
    done = propose(world, "more", *TITLE)
    assert done.code == 0, done.stderr
    assert [item["number"] for item in world.hub.pulls] == [8]


def passport(world: World) -> str:
    """What the image's build prints: the newest release, a version higher."""
    newest = yaml.safe_load((world.folder / "ann" / "overlays" / "releases" / "5.3.0.yaml").read_text())
    own = {name: value for name, value in newest.items() if name not in ("image", "ceilings", "support")}
    return json.dumps({**own, "version": "5.3.1", "hashes": {**own["hashes"], "static": "1" * 40}})


def run(world: World, passport: str) -> tuple[bool, list[tuple[str, str]]]:
    inputs = {"ring": "canary", "image": IMAGE, "passport": passport}
    known = {f"inputs.{name}": value for name, value in inputs.items()}
    known["fromJSON(inputs.passport).version"] = "5.3.1"
    job = world.job("refs/heads/main", {**known, "github.ref": "refs/heads/main", "runner.temp": str(world.folder)})
    return job.run("new-release.yml", "propose"), job.said


def test_an_image_that_was_built_is_proposed_for_a_ring(world: World) -> None:
    done, said = run(world, passport(world))
    assert done, said
    (pull,) = world.hub.pulls
    assert pull["head"]["label"] == "acme:release-5.3.1-canary"
    assert "demo-staging" in pull["body"]
    assert "| S |" in pull["body"], "the class says that nobody waits"
    changed = world.git("diff-tree", "-r", "--name-only", "main", "release-5.3.1-canary", at="origin.git").split()
    assert {"overlays/releases/5.3.1.yaml", "tenants/staging/demo-staging.yaml"} <= set(changed)
    assert not [name for name in changed if name.startswith(".venv")]
    tenant = yaml.safe_load(
        world.git("show", "release-5.3.1-canary:tenants/staging/demo-staging.yaml", at="origin.git")
    )
    assert tenant["release"] == {"version": "5.3.1", "from": "5.3.0"}


@pytest.mark.parametrize("given", ["", "{", "$(touch pwned)", '{"version": "5.3.1"}', "[" * 10_000])
def test_what_is_no_passport_proposes_nothing(world: World, given: str) -> None:
    done, said = run(world, given)
    assert not done
    assert "passport import" in said[-1][0]
    assert "bug in quad" not in said[-1][1]
    assert world.hub.pulls == []
    assert not Path(world.folder / "pwned").exists()
