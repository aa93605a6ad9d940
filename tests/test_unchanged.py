"""An unchanged fleet renders nothing and says the same again; whatever is not as it was, is rendered."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from generator import pipeline, unchanged
from generator.identity import INPUT
from generator.model import Fleet
from tests.caching import is_unchanged, render, trees
from tests.conftest import ROOT, copy_input
from tests.running import Done


@dataclass(frozen=True, slots=True)
class Site:
    """A fleet that was rendered, with its cache."""

    root: Path
    cache: Path

    @property
    def output(self) -> Path:
        return self.root / "rendered"

    def render(self, *arguments: str) -> Done:
        return render(self.root, self.cache, *arguments)

    def file(self, path: str) -> Path:
        return self.root / path

    def edit(self, path: str, before: str, after: str) -> None:
        text = self.file(path).read_text()
        assert before in text
        self.file(path).write_text(text.replace(before, after, 1))

    def git(self, *arguments: str, day: str = "2026-11-21") -> str:
        who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
        when = {"GIT_COMMITTER_DATE": f"{day}T12:00:00Z", "PATH": os.environ["PATH"]}
        done = subprocess.run(
            ["git", *who, *arguments], cwd=self.root, env=when, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("unchanged")
    site = Site(copy_input(folder / "fleet", ROOT / "generator" / "scaffold" / "tenants"), folder / "cache")
    assert site.render().code == 0
    return site


@pytest.fixture
def site(made: Site, tmp_path: Path) -> Site:
    return Site(shutil.copytree(made.root, tmp_path / "fleet"), shutil.copytree(made.cache, tmp_path / "cache"))


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Young files are remembered by their looks too: the second run of a test does not wait for that."""
    monkeypatch.setattr(unchanged, "_SETTLED", 0)


def test_nothing_is_rendered(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path: path.stat().st_mtime_ns for path in site.output.rglob("*")}
    for stage in ("generator.load.load", "generator.hydrate.hydrate", "generator.pipeline.read", "subprocess.Popen"):
        monkeypatch.setattr(stage, lambda *_, **__: pytest.fail("something was done"))
    done = site.render()
    assert is_unchanged(done), done.stderr
    assert {path: path.stat().st_mtime_ns for path in site.output.rglob("*")} == before


def test_nothing_that_compiles_is_loaded(site: Site) -> None:
    program = "import atexit, sys; atexit.register(lambda: print(*sys.modules)); from generator.cli import main; main()"
    command = [sys.executable, "-c", program, "-C", str(site.root), "render"]
    environment = {**os.environ, "QUAD_CACHE_DIR": str(site.cache), "PYTHONPATH": str(ROOT)}
    subprocess.run(command, env=environment, check=True, capture_output=True)  # compares the bytes
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert done.stderr.endswith("(unchanged)\n")
    assert set(done.stdout.split()) & {"jsonschema", "jinja2", "ruamel", "cel", "generator.pipeline"} == set()


def test_what_is_said_is_said_again(site: Site) -> None:
    """Warnings, and findings that are waived, in every layout."""
    warned(site, "2099-12-31")
    assert site.render().code == 0
    for layout in ("text", "json", "github", "sarif"):
        cold = site.render("--format", layout, "-v", "--no-cache")
        warm = site.render("--format", layout, "-v")
        assert "waived[" in cold.stderr
        assert "kubernetes-version-unknown" in cold.stderr + cold.stdout
        assert is_unchanged(warm)
        assert (warm.stdout, warm.stderr.replace(" (unchanged)", "")) == (cold.stdout, cold.stderr)


def warned(site: Site, until: str) -> None:
    """Something to warn of, and something that is waived."""
    site.edit("tenants/fleet.yaml", 'kubernetes: "1.34"', 'kubernetes: "1.99"')
    site.edit("overlays/base/preflight.yaml", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true")
    entry = f'{{rule: pod-security, object: Job moodle-preflight, reason: agreed, until: "{until}"}}'
    with site.file("tenants/fleet.yaml").open("a") as file:
        file.write(f"waivers:\n- {entry}\n")


def grown(site: Site) -> None:
    readme = site.output / "production" / "README.md"
    readme.write_bytes(readme.read_bytes() + b"\n")


def same_size_and_time(site: Site) -> None:
    """As an editor and `touch` would do it; nothing can set the time of the change itself."""
    readme = site.output / "production" / "README.md"
    status = readme.stat()
    readme.write_bytes(readme.read_bytes().replace(b"production", b"productioN"))
    os.utime(readme, ns=(status.st_atime_ns, status.st_mtime_ns))


def in_place(site: Site) -> None:
    with next(site.output.glob("production/argocd/*/*/demo.yaml")).open("r+b") as file:
        file.write(b"#")


def deleted(site: Site) -> None:
    (site.output / "staging" / "tenants" / "demo-staging" / "manifests" / "manifests.yaml").unlink()


def deleted_with_its_folder(site: Site) -> None:
    shutil.rmtree(site.output / "staging" / "tenants" / "demo-staging" / "manifests")


def another_file(site: Site) -> None:
    (site.output / "staging" / "tenants" / "demo-staging" / "manifests" / "more.yaml").touch()


def another_hidden_file(site: Site) -> None:
    (site.output / "staging" / ".more").touch()


def another_folder(site: Site) -> None:
    (site.output / "staging" / "tenants" / "nobody").mkdir()


def made_executable(site: Site) -> None:
    (site.output / "production" / "README.md").chmod(0o755)


def linked(site: Site) -> None:
    readme = site.output / "production" / "README.md"
    readme.rename(site.root / "elsewhere")
    readme.symlink_to(site.root / "elsewhere")


def file_for_folder(site: Site) -> None:
    shutil.rmtree(site.output / "production" / "roots")
    (site.output / "production" / "roots").touch()


def exchanged(site: Site) -> None:
    one, two = (
        site.output / "production" / "tenants" / "demo" / name / "kustomization.yaml" for name in ("overlay", "argocd")
    )
    raw = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(raw)


def no_environment(site: Site) -> None:
    shutil.rmtree(site.output / "production")


def nothing_at_all(site: Site) -> None:
    shutil.rmtree(site.output)


def left_by_a_killed_run(site: Site) -> None:
    (site.output / ".staging-999999999-x" / "production").mkdir(parents=True)


def environment_that_is_gone(site: Site) -> None:
    shutil.copytree(site.output / "production", site.output / "testing")


DAMAGES = (
    grown,
    same_size_and_time,
    in_place,
    deleted,
    deleted_with_its_folder,
    another_file,
    another_hidden_file,
    another_folder,
    made_executable,
    linked,
    file_for_folder,
    exchanged,
    no_environment,
    nothing_at_all,
    left_by_a_killed_run,
    environment_that_is_gone,
)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("is_remembered", [False, True], ids=["by bytes", "by looks"])
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_what_somebody_did_to_the_output_is_put_right(
    site: Site, damage: Callable[[Site], None], is_remembered: bool
) -> None:
    wanted = trees(site.output)
    if is_remembered:
        assert is_unchanged(site.render())
        assert [*site.cache.glob("tree/*/*")] != []
    damage(site)
    done = site.render()
    assert done.code == 0, done.stderr
    assert not is_unchanged(done)
    assert trees(site.output) == wanted
    assert not [
        path for path in site.output.rglob("*") if path.is_symlink() or (path.is_file() and os.access(path, os.X_OK))
    ]
    assert is_unchanged(site.render())


@pytest.mark.usefixtures("at_once")
def test_other_times_alone_are_no_change(site: Site) -> None:
    for _ in range(2):
        assert is_unchanged(site.render())
        for path in site.output.rglob("*"):
            path.touch()
    assert is_unchanged(site.render())


def test_what_is_not_ours_stays(site: Site) -> None:
    (site.output / "notes").mkdir()
    (site.output / "notes" / "x").write_text("mine")
    (site.output / "README.md").write_text("mine")
    assert is_unchanged(site.render())
    assert (site.output / "notes" / "x").read_text() == "mine"


def test_a_young_file_is_compared_by_its_bytes(site: Site) -> None:
    """It might change again within the same tick of the clock, and look the same."""
    (site.output / "production" / "README.md").touch()
    assert is_unchanged(site.render())
    assert [*site.cache.glob("tree/*/*")] == []


def test_an_environment_that_became_a_link_is_refused_as_ever(site: Site) -> None:
    (site.output / "production").rename(site.root / "elsewhere")
    (site.output / "production").symlink_to(site.root / "elsewhere")
    done = site.render()
    assert done.code == 3
    assert "was not made by `quad render`" in done.stderr


@pytest.mark.parametrize("arguments", [["--no-cache"], ["--plain"], ["--prove", "1"], ["demo"]], ids=" ".join)
def test_who_asks_for_work_gets_it(site: Site, arguments: list[str]) -> None:
    wanted = trees(site.output)
    grown(site)
    for _ in range(2):
        done = site.render(*arguments)
        assert done.code == 0, done.stderr
        assert not is_unchanged(done)
        assert trees(site.output) == wanted


def test_another_output_is_rendered(site: Site) -> None:
    other = site.root.parent / "other"
    assert not is_unchanged(site.render("--output", str(other)))
    assert trees(other) == trees(site.output)
    assert is_unchanged(site.render("--output", str(other)))
    assert is_unchanged(site.render())


def test_how_strict_it_is_belongs_to_the_question(site: Site) -> None:
    assert is_unchanged(site.render())
    for _ in range(2):
        done = site.render("--require-schemas")
        assert done.code == 1
        assert "schemas-missing" in done.stderr
    assert is_unchanged(site.render())


def test_a_waiver_expires_though_no_file_changes(site: Site) -> None:
    warned(site, "2026-11-30")
    site.git("init", "-q", ".")
    site.git("commit", "-q", "--allow-empty", "-m", "one", day="2026-11-30")
    assert site.render().code == 0
    assert is_unchanged(site.render())
    site.git("commit", "-q", "--allow-empty", "-m", "two", day="2026-12-01")
    for _ in range(2):
        done = site.render()
        assert done.code == 1
        assert "waiver-expired" in done.stderr
    site.git("reset", "-q", "--hard", "HEAD~")
    assert is_unchanged(site.render())


def test_a_pin_that_leaves_the_history_is_refused(site: Site) -> None:
    site.git("init", "-q", "-b", "main", ".")
    site.git("add", "overlays", "schemas", "tenants")
    site.git("commit", "-q", "-m", "one")
    site.edit("tenants/fleet.yaml", "{name: broad,", f"{{name: broad, catalogue: {site.git('rev-parse', 'HEAD')},")
    assert site.render().code == 0
    assert is_unchanged(site.render())
    site.git("commit", "-q", "--allow-empty", "-m", "two")
    assert is_unchanged(site.render())
    site.git("checkout", "-q", "--orphan", "other")
    site.git("commit", "-q", "--allow-empty", "-m", "three")
    done = site.render()
    assert done.code == 1
    assert "catalogue-commit-unmerged" in done.stderr


def test_input_that_changes_during_a_run_is_not_mistaken(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read when the key was made is not what was rendered: neither is remembered as the other."""
    wanted, read = trees(site.output), pipeline.read
    site.edit("tenants/production/demo.yaml", "Demo site", "Another name")

    def late(root: Path, *rest: Any) -> Fleet:
        if "Another name" in site.file("tenants/production/demo.yaml").read_text():
            site.edit("tenants/production/demo.yaml", "Another name", "A third name")
        return read(root, *rest)

    monkeypatch.setattr("generator.remembered.read", late)
    assert site.render().code == 0
    monkeypatch.undo()
    assert b"A third name" in b"".join(raw for raw in trees(site.output).values() if raw)
    site.edit("tenants/production/demo.yaml", "A third name", "Another name")
    assert not is_unchanged(site.render())
    assert b"A third name" not in b"".join(raw for raw in trees(site.output).values() if raw)
    site.edit("tenants/production/demo.yaml", "Another name", "Demo site")
    assert not is_unchanged(site.render())
    assert trees(site.output) == wanted


def test_links_in_the_input_are_refused_as_ever(site: Site) -> None:
    assert is_unchanged(site.render())
    (site.root / "overlays").rename(site.root / "moved")
    (site.root / "overlays").symlink_to("moved")
    assert "symbolic-link" in site.render().stderr


def test_a_run_reads_nothing_else(site: Site) -> None:
    """Whatever a whole run opens or lists in the repository is in the key: else a change of it would go unseen."""
    program = (
        "import os, sys\n"
        "root, seen = os.path.realpath(sys.argv[2]), set()\n"
        "def hook(event, given):\n"
        "    if event in ('open', 'os.listdir', 'os.scandir') and isinstance(given[0], (str, bytes)):\n"
        "        path = os.path.realpath(os.fsdecode(given[0]))\n"
        "        if path.startswith(root + os.sep):\n"
        "            seen.add(os.path.relpath(path, root).split(os.sep)[0])\n"
        "sys.addaudithook(hook)\n"
        "from generator.commands import group\n"
        "group.quad.main(standalone_mode=False)\n"
        "print(*sorted(seen))\n"
    )
    command = [sys.executable, "-c", program, "-C", str(site.root), "render", "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=site.cache, env=environment, check=True, capture_output=True, text=True)
    assert set(done.stdout.split()) == {*INPUT, "rendered"}
