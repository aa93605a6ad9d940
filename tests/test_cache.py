"""A cache one can trust: whatever became of its entries, and whatever changed in the input, the output is that of a cold run.

QUAD_FUZZ_CACHE says how many random edits are tried, QUAD_FUZZ_SEED which.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest
import yaml

from generator import pipeline
from generator.cache import KINDS, NO_CACHE, Cache, Size, default_folder
from generator.hydrate import Hydration, usual
from generator.kustomize import find
from generator.model import Progress
from tests.caching import is_unchanged, render, trees
from tests.conftest import ROOT, copy_input
from tests.publishing import BIRCH, Remembering
from tests.running import WITHOUT_PRIVILEGE, Done, quad, quad_alone

EDITS = int(os.environ.get("QUAD_FUZZ_CACHE", "20"))
SEED = int(os.environ.get("QUAD_FUZZ_SEED", "6"))
LIKE_OTHERS = ("birch", "cedar", "elm", "fir")
"""As many as make it pay to compile a profile of them; the one of staging has another shape, and is built by kustomize."""

_PROGRAM = [sys.executable, "-m", "generator", "render"]


def fleet(root: Path, called: str = "Birch") -> Path:
    copy_input(root, ROOT / "generator" / "scaffold" / "tenants")
    for name in LIKE_OTHERS:
        text = BIRCH.replace("birch", name).replace("Birch", f"{called} {name}")
        (root / "tenants" / "production" / f"{name}.yaml").write_text(text)
    with (root / "tenants" / "staging" / "demo-staging.yaml").open("a") as file:
        file.write("state: suspended\n")
    return root


@dataclass(frozen=True, slots=True)
class Warm:
    """A fleet with its output, the cache that was filled on the way, and what a cold run said and wrote."""

    root: Path
    cache: Path
    said: Done
    written: dict[str, bytes | None]


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Warm:
    folder = tmp_path_factory.mktemp("warm")
    root, cache = fleet(folder / "fleet"), folder / "cache"
    said = render(root, cache)
    assert said.code == 0, said.stderr
    render(root, cache)
    time.sleep(2.1)  # the age at which files are remembered by their looks
    assert is_unchanged(render(root, cache))
    without = [kind for kind, size in Cache(cache).sizes().items() if not size.entries]
    assert without == ["crd", "census", "document"]  # it has none; and two that other commands keep
    return Warm(root, cache, said, trees(root / "rendered"))


@pytest.fixture
def own(warm: Warm, tmp_path: Path) -> Warm:
    cache = shutil.copytree(warm.cache, tmp_path / "cache")
    return Warm(shutil.copytree(warm.root, tmp_path / "fleet"), cache, warm.said, warm.written)


def is_that_of_a_cold_run(own: Warm, cache: Path) -> None:
    """The output that lies there stays, and one that does not is made."""
    for _ in range(2):
        done = render(own.root, cache)
        assert (done.code, done.stdout, done.stderr.replace(" (unchanged)", "")) == (0, "", own.said.stderr)
        assert trees(own.root / "rendered") == own.written
        shutil.rmtree(own.root / "rendered")


def entries(cache: Path) -> list[Path]:
    found = [path for kind in KINDS for path in (cache / kind).glob("*/*")]
    assert len(found) > len({path.parents[1] for path in found})
    return found


def cut(entry: Path, random: Random) -> None:
    raw = entry.read_bytes()
    entry.write_bytes(raw[: random.randrange(len(raw))])


def emptied(entry: Path, _: Random) -> None:
    entry.write_bytes(b"")


def flipped(entry: Path, random: Random) -> None:
    raw = bytearray(entry.read_bytes())
    raw[random.randrange(len(raw))] ^= 1 << random.randrange(8)
    entry.write_bytes(raw)


def without_its_digest(entry: Path, _: Random) -> None:
    entry.write_bytes(entry.read_bytes()[32:])


def folder_in_its_place(entry: Path, _: Random) -> None:
    entry.unlink()
    entry.mkdir()


def link_to_itself(entry: Path, _: Random) -> None:
    entry.unlink()
    entry.symlink_to(entry)


def another_entry(entry: Path, random: Random) -> None:
    others = [path for path in entries(entry.parents[2]) if path != entry and path.is_file()]
    entry.write_bytes(random.choice(others).read_bytes())


@pytest.mark.parametrize(
    "damage",
    [cut, emptied, flipped, without_its_digest, folder_in_its_place, link_to_itself, another_entry],
    ids=lambda damage: damage.__name__,
)
def test_a_damaged_entry_is_no_entry(own: Warm, damage: Callable[[Path, Random], None]) -> None:
    random = Random(SEED)
    for entry in entries(own.cache):
        damage(entry, random)
    is_that_of_a_cold_run(own, own.cache)


def test_what_another_way_made_of_an_entry_is_mended(own: Warm) -> None:
    for entry in entries(own.cache):
        entry.write_bytes(b"")
    shutil.rmtree(own.root / "rendered")
    assert not is_unchanged(render(own.root, own.cache))
    assert is_unchanged(render(own.root, own.cache))
    assert [path for path in own.cache.glob("profile/*/*") if not path.stat().st_size] == []


def test_a_cache_folder_that_is_a_file(own: Warm, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    is_that_of_a_cold_run(own, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


def test_kinds_that_are_files(own: Warm) -> None:
    for kind in KINDS:
        shutil.rmtree(own.cache / kind, ignore_errors=True)
        (own.cache / kind).touch()
    is_that_of_a_cold_run(own, own.cache)


def test_a_folder_that_nobody_can_make(own: Warm) -> None:
    is_that_of_a_cold_run(own, Path("/proc/quad"))


@pytest.mark.parametrize("mode", [0o000, 0o555, 0o333])
def test_a_folder_without_permissions(own: Warm, mode: int) -> None:
    """In a process that permissions hold for, whoever runs the tests."""
    shutil.rmtree(own.root / "rendered")
    folders = [own.cache, *(path for path in own.cache.rglob("*") if path.is_dir())]
    for folder in reversed(folders):
        folder.chmod(mode)
    try:
        process = started(own.root, own.cache, WITHOUT_PRIVILEGE if os.geteuid() == 0 else ())
        _, said = process.communicate()
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert (process.returncode, b"error" in said) == (0, False), said
    assert trees(own.root / "rendered") == own.written


# What is done to the input. Each takes the file, which it may remove, and says nothing where there is nothing to do.


def a_byte(file: Path, random: Random) -> None:
    raw = bytearray(file.read_bytes() or b" ")
    raw[random.randrange(len(raw))] = random.choice(b"aZ09 :-#\n\"'\xff")
    file.write_bytes(raw)


def a_byte_of_a_value(file: Path, random: Random) -> None:
    raw = bytearray(file.read_bytes())
    letters = [at for at, byte in enumerate(raw) if chr(byte).isalnum() and at and raw[at - 1 : at].isalnum()]
    for at in random.sample(letters, min(len(letters), 1)):
        raw[at : at + 1] = b"a" if chr(raw[at]).isalpha() else b"%d" % random.randrange(1, 9)
    file.write_bytes(raw)


def a_comment(file: Path, random: Random) -> None:
    file.write_bytes(file.read_bytes() + b"# %d\n" % random.randrange(9))


def another_file(file: Path, random: Random) -> None:
    name = random.choice(("ash", "oak"))
    text = file.read_text(errors="replace").replace(file.stem, name)
    file.with_name(f"{name}{file.suffix}").write_text(text)


def no_file(file: Path, _: Random) -> None:
    file.unlink()


def another_name(file: Path, random: Random) -> None:
    file.rename(file.with_name(f"{random.choice(('ash', 'oak'))}{file.suffix}"))


def exchanged_files(file: Path, random: Random) -> None:
    other = random.choice(sorted(path for path in file.parent.iterdir() if path.is_file()))
    raw = file.read_bytes()
    file.write_bytes(other.read_bytes())
    other.write_bytes(raw)


INPUT_EDITS = (a_byte, a_byte_of_a_value, a_comment, another_file, no_file, another_name, exchanged_files)
OFTEN = ("tenants/production/*.yaml", "tenants/*/_defaults.yaml", "tenants/fleet.yaml", "schemas/*.yaml")
LESS = (
    "overlays/base/**/*",
    "overlays/argocd*/**/*",
    "overlays/releases/*",
    "overlays/models/*/*",
    "overlays/features/*/*",
)


def edited(root: Path, random: Random) -> str:
    """Does one random thing to one random file; says which to which."""
    pattern = random.choice(random.choice((OFTEN, LESS)))
    file = random.choice(sorted(path for path in root.glob(pattern) if path.is_file()))
    edit = random.choice(INPUT_EDITS)
    edit(file, random)
    return f"{edit.__name__} of {file.relative_to(root)}"


def test_any_edit_of_the_input(own: Warm, tmp_path: Path) -> None:
    """The warm result is the cold one: what is said and what is written. Edits that leave a fleet add up; others are undone."""
    random = Random(SEED)
    rendered = 0
    for number in range(EDITS):
        before = shutil.copytree(own.root, tmp_path / str(number))
        said = f"seed {SEED}, edit {number}: {edited(own.root, random)}"
        hot, written = render(own.root, own.cache), trees(own.root / "rendered")
        cold = render(own.root, own.cache, "--no-cache")
        assert (hot.code, hot.stdout, hot.stderr.replace(" (unchanged)", "")) == (
            cold.code,
            cold.stdout,
            cold.stderr,
        ), said
        assert written == trees(own.root / "rendered"), said
        rendered += hot.code == 0
        if hot.code:
            shutil.rmtree(own.root)
            shutil.copytree(before, own.root)
            assert is_unchanged(render(own.root, own.cache)), said
        shutil.rmtree(before)
    assert rendered > EDITS / 4, "too few edits left a fleet that can be rendered"


def crd(group: str, version: str, kind: str, schema: Mapping[str, object]) -> dict[str, object]:
    versions = [{"name": version, "served": True, "schema": {"openAPIV3Schema": schema}}]
    spec = {"group": group, "names": {"kind": kind}, "versions": versions}
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "spec": spec}


def test_another_schema_of_a_custom_resource(own: Warm) -> None:
    """It is lax, lax again, strict, lax, and gone; what is rendered stays the same."""
    heads = {
        (item["apiVersion"].partition("/")[0], item["apiVersion"].partition("/")[2], item["kind"])
        for path in (own.root / "rendered").glob("*/[at]*/**/*.yaml")
        for item in yaml.safe_load_all(path.read_bytes())
        if path.parent.name not in ("overlay", "argocd") and "." in item["apiVersion"].partition(".k8s.io")[0]
    }
    crds = own.root / ".build" / "crds"
    crds.mkdir(parents=True)
    lax = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    for schema, code in ((lax, 0), (lax, 0), ({**lax, "properties": {"spec": {"type": "integer"}}}, 1), (lax, 0)):
        found = [crd(*head, schema if head[2] == "Rollout" else lax) for head in sorted(heads)]
        (crds / "all.yaml").write_text(yaml.safe_dump_all(found))
        hot, cold = render(own.root, own.cache), render(own.root, own.cache, "--no-cache")
        assert (hot.code, hot.stderr.replace(" (unchanged)", "")) == (cold.code, cold.stderr)
        assert hot.code == code, hot.stderr
    shutil.rmtree(own.root / ".build")
    is_that_of_a_cold_run(own, own.cache)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("readme.py", "# {environment}\n", "# The environment {environment}\n"),
        ("kustomize.py", "return done.stdout, ", 'return done.stdout + b"# more\\n", '),
    ],
    ids=["a page", "kustomize"],
)
def test_another_generator(own: Warm, tmp_path: Path, path: str, before: str, after: str) -> None:
    """What one version has kept says nothing to another, and stays for its own."""
    shutil.copytree(ROOT / "generator", tmp_path / "other" / "generator")
    file = tmp_path / "other" / "generator" / path
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))

    def other(*arguments: str) -> dict[str, bytes | None]:
        environment = {"PYTHONPATH": str(tmp_path / "other"), "QUAD_CACHE_DIR": str(own.cache)}
        done = quad_alone(["render", *arguments], own.root, environment)
        assert done.code == 0, done.stderr
        return trees(own.root / "rendered")

    hot = other()
    assert hot != own.written
    assert hot == other("--no-cache")
    assert not is_unchanged(render(own.root, own.cache))
    assert trees(own.root / "rendered") == own.written


def test_few_tenants_are_told_no_reason_that_many_had(own: Warm, tmp_path: Path) -> None:
    """Of few, a cold run asks for no profile; so why there is none is not said where an earlier run has found it out."""

    class Unwitnessed(Remembering):
        def build(self, folder: Path) -> tuple[bytes, str]:
            return (b"", "no") if "quad-profiles-" in str(folder) else super().build(folder)

    how = Hydration(Unwitnessed(find().kubectl), Cache(tmp_path / "new"), pays=4)
    done = pipeline.render(pipeline.read(own.root), tmp_path / "all", how, tmp_path / "none", (), Progress())
    assert [*done.by_kustomize.values()] == [["birch", "cedar", "demo", "elm", "fir"]]
    for name in ("elm", "fir"):
        (own.root / "tenants" / "production" / f"{name}.yaml").unlink()
    for number, cache in enumerate((how.cache, NO_CACHE)):
        some = replace(how, cache=cache)
        done = pipeline.render(pipeline.read(own.root), tmp_path / str(number), some, tmp_path / "none", (), Progress())
        assert (done.problems, done.by_kustomize) == ([], {})


def started(root: Path, cache: Path, before: Sequence[str] = ()) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QUAD_CACHE_DIR": str(cache)}
    return subprocess.Popen([*before, *_PROGRAM], cwd=root, env=environment, stderr=subprocess.PIPE)


def test_two_fleets_at_the_same_time(tmp_path: Path) -> None:
    """Of the same shapes, so that both make the same entries."""
    roots = [fleet(tmp_path / name, name) for name in ("one", "two")]
    running = [started(root, tmp_path / "cache") for root in roots]
    for process in running:
        _, said = process.communicate()
        assert process.returncode == 0, said
    for root in roots:
        hot = trees(root / "rendered")
        assert is_unchanged(render(root, tmp_path / "cache"))
        assert render(root, tmp_path / "cache", "--no-cache").code == 0
        assert trees(root / "rendered") == hot
    assert [*(tmp_path / "cache").rglob(".new-*")] == []


@pytest.mark.parametrize("wanted", [1, 3, 6])
def test_a_killed_run_leaves_no_entry_that_is_wrong(own: Warm, tmp_path: Path, wanted: int) -> None:
    """It is killed as soon as so many entries, whole or not, are there."""
    shutil.rmtree(own.root / "rendered")
    process = started(own.root, tmp_path / "new")
    while process.poll() is None and len([*(tmp_path / "new").glob("*/*/*")]) < wanted:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    is_that_of_a_cold_run(own, tmp_path / "new")


@pytest.fixture
def aged(tmp_path: Path) -> Iterator[Cache]:
    """One entry of each kind; the nth was used n * 10 days ago."""
    cache = Cache(tmp_path / "cache")
    for number, kind in enumerate(KINDS):
        cache.put(kind, f"{number:064}", b"x" * 100)
        when = time.time() - number * 10 * 86400
        os.utime(next((tmp_path / "cache" / kind).glob("*/*")), (when, when))
    (tmp_path / "cache" / "control-plane" / "1" / "2").mkdir(parents=True)
    (tmp_path / "cache" / "control-plane" / "1" / "2" / "theirs").write_text("theirs")
    yield cache
    assert (tmp_path / "cache" / "control-plane" / "1" / "2" / "theirs").read_text() == "theirs"


def kept(cache: Cache) -> list[str]:
    return [kind for kind, size in cache.sizes().items() if size.entries]


def test_what_nobody_uses_for_a_month_goes(aged: Cache) -> None:
    assert aged.folder
    unfinished = aged.folder / "build" / "00" / ".new-x"
    unfinished.touch()
    aged.prune()
    assert kept(aged) == [*KINDS][:3]
    assert unfinished.exists()
    os.utime(unfinished, (0, 0))
    for path in aged.folder.glob("*/*/*"):
        os.utime(path, (0, 0))
    aged.prune()  # it has looked today
    assert kept(aged) == [*KINDS][:3]
    os.utime(aged.folder / ".pruned", (0, 0))
    aged.prune()
    assert kept(aged) == []
    assert not unfinished.exists()


def test_what_is_used_stays(aged: Cache) -> None:
    for number, kind in enumerate(KINDS):
        assert aged.get(kind, f"{number:064}") == b"x" * 100
    aged.prune()
    assert kept(aged) == [*KINDS]


def test_use_is_noted_once_a_day(aged: Cache) -> None:
    assert aged.folder
    entry = next((aged.folder / "build").glob("*/*"))
    hour_ago = time.time() - 3600
    os.utime(entry, (hour_ago, hour_ago))
    assert aged.get("build", f"{0:064}") is not None
    assert entry.stat().st_mtime == pytest.approx(hour_ago)


def test_a_render_prunes(own: Warm) -> None:
    old = own.cache / "build" / "00" / "old"
    old.parent.mkdir(exist_ok=True)
    old.touch()
    os.utime(old, (0, 0))
    (own.cache / ".pruned").unlink()
    assert is_unchanged(render(own.root, own.cache))
    assert old.exists()
    shutil.rmtree(own.root / "rendered")
    assert render(own.root, own.cache).code == 0
    assert not old.exists()


def test_clear_removes_what_is_ours(aged: Cache) -> None:
    assert aged.folder
    aged.prune()
    environment = {"QUAD_CACHE_DIR": str(aged.folder)}
    done = quad(["cache", "clear"], ROOT, environment)
    assert (done.code, done.stdout) == (0, "")
    assert done.stderr.startswith("3 entries (")
    assert done.stderr.endswith(f") removed from {aged.folder}\n")
    assert [path.name for path in aged.folder.iterdir()] == ["control-plane"]
    again = quad(["cache", "clear"], ROOT, environment)
    assert (again.code, again.stderr) == (0, f"0 entries (0 bytes) removed from {aged.folder}\n")


def test_clear_says_what_it_cannot_remove(
    aged: Cache, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from generator.commands.cache import clear  # noqa: PLC0415  # a command, of no use to the other tests
    from generator.diagnostics import ToolError  # noqa: PLC0415  # as above

    monkeypatch.setenv("QUAD_CACHE_DIR", str(aged.folder))
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    with pytest.raises(ToolError, match=rf"{len(KINDS)} entries .* cannot be removed"):
        clear.main([], standalone_mode=False)
    assert capsys.readouterr().err.startswith("0 entries")


def test_info_says_what_there_is(aged: Cache) -> None:
    environment = {"QUAD_CACHE_DIR": str(aged.folder)}
    done = quad(["cache", "info", "--format", "json"], ROOT, environment)
    assert json.loads(done.stdout)["folder"] == str(aged.folder)
    sizes = {kind: Size(**each) for kind, each in json.loads(done.stdout)["kinds"].items()}
    assert sizes == aged.sizes()
    assert {size.entries for size in sizes.values()} == {1}
    done = quad(["cache", "info"], ROOT, environment)
    lines = done.stdout.splitlines()
    assert lines[0] == f"{aged.folder} (from $QUAD_CACHE_DIR)"
    assert [line.split()[0] for line in lines[1:]] == ["kind", *KINDS, "all"]
    assert lines[-1].split()[:2] == ["all", str(len(KINDS))]


def test_info_says_why_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = quad(["cache", "info"], ROOT, {"QUAD_CACHE_DIR": str(tmp_path / "file")})
    assert done.code == 0
    assert f"nothing is kept, for {tmp_path / 'file'} is no folder" in done.stdout.replace("\n", "")
    done = quad(["cache", "info"], ROOT, {"QUAD_CACHE_DIR": str(tmp_path / "none" / "yet")})
    assert "nothing is kept" not in done.stdout


def test_a_cache_of_no_folder_keeps_nothing() -> None:
    NO_CACHE.put("build", "0" * 64, b"x")
    NO_CACHE.prune()
    NO_CACHE.clear()
    assert NO_CACHE.get("build", "0" * 64) is None
    assert kept(NO_CACHE) == []


def test_tests_leave_the_users_cache_alone() -> None:
    assert usual().cache.folder == default_folder() == Path(os.environ["QUAD_CACHE_DIR"])
    assert default_folder().name.startswith("quad-cache-")
