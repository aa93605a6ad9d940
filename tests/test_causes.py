"""Each change is tied to the line that made it: of a tenant, of the fleet, of a feature's folder or of the catalogue."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from generator import comparison, git
from generator.changes import Review
from generator.comparison import Base, base, pairs
from generator.diff import attribute, compare
from generator.diff.review import own_paths, review
from generator.hydrate import usual
from generator.model import Progress
from generator.pipeline import read
from generator.report.changes_text import text
from tests.conftest import ROOT, copy_input
from tests.running import quad

WHO = ["-c", "user.name=test", "-c", "user.email=test@example.org"]


def commit(root: Path, words: str = "one") -> None:
    for arguments in (["add", "-A"], ["commit", "-qm", words]):
        subprocess.run(["git", "-C", str(root), *WHO, *arguments], check=True, env={**os.environ, **DATES})


DATES = {"GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z"}


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four tenants in two environments, committed."""
    root = copy_input(tmp_path_factory.mktemp("origin") / "fleet", ROOT / "generator" / "scaffold" / "tenants")
    production = root / "tenants" / "production"
    for name in ("acme", "birch"):
        (production / f"{name}.yaml").write_text(
            f"name: {name}\nhost: {name}.example.org\ndisplayName: {name} school\n"
        )
    (production / "birch.yaml").write_text((production / "birch.yaml").read_text() + "plan: medium\n")
    subprocess.run(["git", "init", "-q", "-b", "main", str(root)], check=True)
    commit(root)
    return root


@pytest.fixture
def repository(origin: Path, tmp_path: Path) -> Path:
    return shutil.copytree(origin, tmp_path / "fleet")


def edit(path: Path, old: str, new: str) -> None:
    before = path.read_text()
    assert old in before
    path.write_text(before.replace(old, new, 1))


def changed(root: Path) -> Review:
    fleet = read(root)
    assert fleet.problems == []
    meant = base(root, "main")
    assert meant is not None
    found = pairs(root, fleet, meant, ["staging", "production"], usual(), Progress())
    assert found.failed == ""
    changes = [
        change
        for before, after in found.trees
        for change in attribute(compare(before, after), fleet.repository, fleet.tenants, before, after)
    ]
    return review(found.trees, changes, [], own_paths(fleet.repository))


def causes(made: Review) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for group in made.groups:
        if not group.members[0].ring:
            continue  # a tenant may need a shard of its own; nobody's line says so
        found.setdefault(str(group.object), set()).update(str(cause) for cause in group.causes or ("unknown",))
    return found


def place(root: Path, path: str, text: str, offset: int = 0) -> str:
    """Where a text stands, as `path:line:column`."""
    for number, line in enumerate((root / path).read_text().splitlines(), 1):
        if text in line:
            return f"{path}:{number}:{line.index(text) + 1 + offset}"
    raise AssertionError(text)


def plan(root: Path) -> dict[str, set[str]]:
    edit(root / "tenants" / "fleet.yaml", "limits: {memory: 2Gi}", "limits: {memory: 2560Mi}")
    there = place(root, "tenants/fleet.yaml", "2560Mi")
    return {"Rollout moodle": {there}, "ConfigMap moodle-env": {there}}


def host(root: Path) -> dict[str, set[str]]:
    edit(root / "tenants" / "production" / "acme.yaml", "acme.example.org", "learn.acme.example")
    there = place(root, "tenants/production/acme.yaml", "learn.acme.example")
    return {"ConfigMap moodle-env": {there}, "Ingress moodle": {there}}


def base_file(root: Path) -> dict[str, set[str]]:
    edit(root / "overlays" / "base" / "rollout.yaml", "minReadySeconds: 5", "minReadySeconds: 6")
    return {
        "Rollout moodle": {place(root, "overlays/base/rollout.yaml", "minReadySeconds: 6", len("minReadySeconds: "))}
    }


def script(root: Path) -> dict[str, set[str]]:
    edit(root / "overlays" / "base" / "config" / "config.php", "'connecttimeout' => 10", "'connecttimeout' => 20")
    line = place(root, "overlays/base/config/config.php", "'connecttimeout' => 20").split(":")[1]
    return {"ConfigMap moodle-config": {f"overlays/base/config/config.php:{line}:1"}}


def knob_on(root: Path) -> dict[str, set[str]]:
    with (root / "tenants" / "production" / "acme.yaml").open("a") as file:
        file.write("features:\n  backup: {bucket: spare, endpoint: https://s3.example.org}\n")
    there = place(root, "tenants/production/acme.yaml", "backup")
    return {"ConfigMap backup": {there}, "CronJob backup-files": {there}}


def item_of_a_list(root: Path) -> dict[str, set[str]]:
    with (root / "tenants" / "production" / "acme.yaml").open("a") as file:
        file.write("features:\n  white-label:\n    hosts: [acme.example.net, acme.example.com]\n")
    commit(root)
    edit(root / "tenants" / "production" / "acme.yaml", "[acme", "[www.acme.example.net, acme")
    there = place(root, "tenants/production/acme.yaml", "www.acme")
    return {"Ingress host-www-<name>-example-net": {there}}


def knob_of_an_environment(root: Path) -> dict[str, set[str]]:
    with (root / "tenants" / "production" / "_defaults.yaml").open("a") as file:
        file.write("site: {timezone: Europe/Oslo}\n")
    return {"ConfigMap moodle-env": {place(root, "tenants/production/_defaults.yaml", "Europe/Oslo")}}


def new_tenant(root: Path) -> dict[str, set[str]]:
    path = "tenants/staging/cedar.yaml"
    (root / path).write_text("name: cedar\nhost: cedar.example.org\ndisplayName: Cedar\n")
    return {"PersistentVolumeClaim moodledata": {f"{path}:1:1"}, "Application <name>": {f"{path}:1:1"}}


def gone_tenant(root: Path) -> dict[str, set[str]]:
    (root / "tenants" / "production" / "acme.yaml").unlink()
    return {"PersistentVolumeClaim moodledata": {"tenants/production/acme.yaml"}}


def suspended(root: Path) -> dict[str, set[str]]:
    with (root / "tenants" / "production" / "acme.yaml").open("a") as file:
        file.write("state: suspended\n")
    there = place(root, "tenants/production/acme.yaml", "suspended")
    return {"HorizontalPodAutoscaler moodle": {there}, "Deployment moodle-cron": {there}, "Rollout moodle": {there}}


def ring(root: Path) -> dict[str, set[str]]:
    edit(root / "tenants" / "production" / "_defaults.yaml", "ring: broad", "ring: canary")
    return {"Rollout moodle": {place(root, "tenants/production/_defaults.yaml", "canary")}}


CASES = [
    plan,
    host,
    base_file,
    script,
    knob_on,
    item_of_a_list,
    knob_of_an_environment,
    new_tenant,
    gone_tenant,
    suspended,
    ring,
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_cause_is_found(case: Callable[[Path], dict[str, set[str]]], repository: Path) -> None:
    wanted = case(repository)
    found = causes(changed(repository))
    assert {name: found.get(name) for name in wanted} == wanted
    assert "unknown" not in {cause for some in found.values() for cause in some}


def test_what_is_not_known_is_not_said(repository: Path) -> None:
    edit(repository / "tenants" / "fleet.yaml", "https://git.example.org/platform", "https://git.example.org/other")
    assert causes(changed(repository))["Application <name>"] == {"unknown"}


def published(root: Path, name: str) -> None:
    """Put a rendered tree on its branch, as `quad publish` will."""
    folder = root / ".build" / "out" / name
    environment = {**os.environ, **DATES, "GIT_INDEX_FILE": str(root / ".git" / "other"), "GIT_WORK_TREE": str(folder)}
    subprocess.run(["git", "-C", str(root), "add", "-Af", "."], env=environment, check=True)
    tree = subprocess.check_output(["git", "-C", str(root), "write-tree"], env=environment, text=True).strip()
    made = git.run(root, [*WHO, "commit-tree", "-m", "rendered", tree]).decode().strip()
    git.run(root, ["update-ref", f"refs/heads/rendered/{name}", made])


def test_against_the_rendered_branches(repository: Path) -> None:
    fresh = quad(["diff"], repository)
    assert (fresh.code, "rendered/production, which does not exist yet" in fresh.stdout) == (0, True)
    assert "objects added x 4 tenants (production: ring broad; staging: ring canary)" in fresh.stdout
    assert quad(["render", "--output", ".build/out"], repository).code == 0
    for name in ("production", "staging"):
        published(repository, name)
    same = quad(["diff", "--exit-code"], repository)
    assert (same.code, same.stderr) == (0, "nothing changes\n")
    edit(repository / "overlays" / "base" / "rollout.yaml", "minReadySeconds: 5", "minReadySeconds: 6")
    done = quad(["diff", "--exit-code"], repository)
    assert done.code == 1
    assert (
        "1 change x 4 tenants (production: ring broad; staging: ring canary): Rollout moodle: minReadySeconds 5 -> 6"
        in done.stdout
    )
    assert "cause: overlays/base/rollout.yaml:" in done.stdout
    assert done.stderr == "4 changes in 1 group, 4 tenants\n"
    for against in ("rendered/production", ".build/out"):
        one = quad(["diff", "--against", against, "--environment", "production", "acme"], repository)
        assert "1 change x 1 tenant (ring broad): Rollout moodle: minReadySeconds 5 -> 6" in one.stdout, one.stderr
    assert git.run(repository, ["status", "--short", "-uno"]).decode() == " M overlays/base/rollout.yaml\n"


def test_the_formats_go_to_a_file(repository: Path, tmp_path: Path) -> None:
    (repository / "tenants" / "production" / "acme.yaml").unlink()
    for layout, head in (
        ("markdown", "<!-- quadrangle-diff -->"),
        ("json", "{"),
        ("sarif", "{"),
        ("text", "before  main at"),
    ):
        path = tmp_path / layout
        done = quad(["diff", "--against", "main", "--tenant", "acme", "--format", layout, "-o", str(path)], repository)
        assert (done.code, done.stdout) == (1, "")  # a tenant is removed, and nothing allows it
        assert path.read_text().startswith(head)


def test_what_cannot_be_compared_is_said(repository: Path) -> None:
    for arguments, words in (
        (["--against", "nowhere"], "`nowhere` is no branch, no commit and no folder"),
        (["--environment", "mars"], "no environment `mars`"),
        (["acme", "nobody"], "no tenant `nobody`"),
    ):
        done = quad(["diff", *arguments], repository)
        assert done.code == 2
        assert words in re.sub(r"[\s│]+", " ", done.stderr)
    edit(repository / "tenants" / "fleet.yaml", "plan: small", "plan: tiny")
    broken = quad(["diff"], repository)
    assert broken.code == 1
    assert "nothing was compared" in broken.stderr
    commit(repository, "broken")
    edit(repository / "tenants" / "fleet.yaml", "plan: tiny", "plan: small")
    older = quad(["diff", "--against", "HEAD"], repository)
    assert older.code == 1
    assert older.stderr.endswith("HEAD cannot be rendered, nothing was compared\n")


def test_equal_builds_are_not_built(repository: Path) -> None:
    fleet = read(repository)
    edit(repository / "tenants" / "production" / "acme.yaml", "acme school", "Acme School")
    newer = read(repository)
    names = ["production", "staging"]
    sides = [comparison.compiled(one.repository, one.tenants, names) for one in (fleet, newer)]
    older, other = comparison.without_equal_builds(*sides)
    for side in (older, other):
        assert {unit.name for tree in side for unit in tree.units} == {"acme"}
        assert not any(tree.builds for tree in side)
    edit(repository / "overlays" / "base" / "rollout.yaml", "minReadySeconds: 5", "minReadySeconds: 6")
    last = read(repository)
    third = comparison.compiled(last.repository, last.tenants, names)
    assert comparison.without_equal_builds(sides[0], third)[1] == third


def test_a_fleet_below_the_top_of_its_repository(origin: Path, tmp_path: Path) -> None:
    shutil.copytree(origin, tmp_path / "mono" / "fleet", ignore=shutil.ignore_patterns(".git"))
    subprocess.run(["git", "init", "-q", "-b", "main", str(tmp_path / "mono")], check=True)
    commit(tmp_path / "mono")
    root = tmp_path / "mono" / "fleet"
    edit(root / "tenants" / "production" / "acme.yaml", "acme.example.org", "learn.acme.example")
    assert base(root, "main") == Base("sources", "main", git.resolve(root, "main") or "")
    shown = text(changed(root))
    assert "https://acme.example.org -> https://learn.acme.example" in shown
    assert "cause: tenants/production/acme.yaml:2:7" in shown
