"""A fleet rendered in parts: the merged caches give the bytes of one run, and leave kustomize nothing to do."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from generator import check, kustomize, pipeline
from generator.cache import NO_CACHE, Cache, Kind
from generator.check import Case
from generator.compile import compile_fleet
from generator.hydrate import Hydration
from generator.kustomize import Answer, Kustomize
from generator.merging import Merged, merge
from generator.model import Progress
from generator.publication import publish
from generator.publish import Request
from generator.rendering import Tools
from generator.result import Rendered
from generator.shapes import groups_of
from generator.sharding import Shard, Share, parse, share
from generator.units import Tree
from tests.bench.fleet import fleet as random_fleet
from tests.caching import render, trees
from tests.conftest import ROOT, copy_input
from tests.publishing import BIRCH, Remembering, make_fleet, permissive
from tests.running import WITHOUT_PRIVILEGE, quad

LIKE_OTHERS = ("birch", "cedar", "elm", "fir", "gum")
OF = 3
PAYS = 3
TENANTS = int(os.environ.get("QUAD_FUZZ_SHARDS", "60"))


class Refusing(Kustomize):
    """There is nothing to be built any more."""

    def build(self, folder: Path) -> Answer:
        pytest.fail(f"kustomize runs for {folder}")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five tenants of a shape that pays for a profile, and two of shapes of their own."""
    root = copy_input(tmp_path_factory.mktemp("shards") / "fleet", ROOT / "generator" / "scaffold" / "tenants")
    for name in LIKE_OTHERS:
        (root / "tenants" / "production" / f"{name}.yaml").write_text(BIRCH.replace("birch", name))
    (root / "tenants" / "production" / "oak.yaml").write_text(
        BIRCH.replace("birch", "oak") + "features: {scaling: {}}\n"
    )
    with (root / "tenants" / "staging" / "demo-staging.yaml").open("a") as file:
        file.write("state: suspended\n")
    return root


def how(cache: Cache, builder: type[Kustomize] = Remembering) -> Hydration:
    return Hydration(builder(kustomize.find().kubectl), cache, pays=PAYS)


def filled(root: Path, number: int, cache: Cache, of: int = OF) -> tuple[Share, Rendered]:
    return pipeline.fill(pipeline.read(root), Shard(number, of), how(cache), root / "none", Progress())


def whole(root: Path, output: Path, hydration: Hydration) -> Rendered:
    return pipeline.render(pipeline.read(root), output, hydration, root / "none", (), Progress())


def test_the_parts_make_the_whole(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = whole(root, tmp_path / "one", how(NO_CACHE))
    parts = []
    for number in range(1, OF + 1):
        part, done = filled(root, number, Cache(tmp_path / "caches" / str(number)))
        assert done.problems == expected.problems == []
        parts.append(part)
    assert [part.tenants > 0 for part in parts] == [True] * OF
    assert sum(part.tenants for part in parts) == expected.tenants
    cache = Cache(tmp_path / "merged")
    assert merge(cache, [Cache(path) for path in sorted((tmp_path / "caches").iterdir())]).damaged == 0
    judged: list[str] = []
    judge = check._violations

    def noted(case: Case, *rest: Any) -> object:
        judged.append(case.tenant)
        return judge(case, *rest)

    monkeypatch.setattr(check, "_violations", noted)
    done = whole(root, tmp_path / "many", how(cache, Refusing))
    assert trees(tmp_path / "many") == trees(tmp_path / "one")
    assert done == expected
    assert [name for name in judged if "." not in name] == []  # roots, whose names have one, are always judged


def test_merged_parts_are_published_without_kustomize(tmp_path: Path, identity: None) -> None:  # noqa: ARG001
    fleet = make_fleet(tmp_path / "fleet", LIKE_OTHERS)
    caches = [Cache(tmp_path / str(number)) for number in range(1, OF + 1)]
    for number, cache in enumerate(caches, 1):
        assert filled(fleet.root, number, cache)[1].problems == []
    merge(caches[0], caches[1:])
    tools = Tools(how(caches[0], Refusing), ROOT / "no-crds", Progress())
    done = publish(Request(fleet.root, ()), tools, permissive)
    assert [outcome.state for outcome in done.outcomes] == ["published", "published"], done.problems


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> list[Tree]:
    fleet = pipeline.read(random_fleet(tmp_path_factory.mktemp("random") / "fleet", TENANTS, 6))
    assert fleet.problems == []
    return compile_fleet(fleet.repository, fleet.tenants)


def parts_of(tree: Tree) -> list[tuple[str, str]]:
    names = [unit.name for unit in tree.units] + [build.subject for build in tree.builds]
    return [(tree.environment, name) for name in names]


@pytest.mark.parametrize("of", [1, 2, 7, 90])
def test_everything_is_in_one_shard(compiled: Sequence[Tree], of: int) -> None:
    shares = [share(compiled, Shard(number, of), PAYS) for number in range(1, of + 1)]
    found = [part for each in shares for tree in each.trees for part in parts_of(tree)]
    assert sorted(found) == sorted(part for tree in compiled for part in parts_of(tree))


def test_a_shape_that_pays_is_in_one_shard(compiled: Sequence[Tree]) -> None:
    where: dict[str, set[int]] = {}
    large = {group.name for tree in compiled for group in groups_of(tree.units) if len(group.members) >= PAYS}
    assert large
    for number in range(1, 5):
        for tree in share(compiled, Shard(number, 4), PAYS).trees:
            for group in groups_of(tree.units):
                where.setdefault(group.name, set()).add(number)
    assert {name for name in large if len(where[name]) > 1} == set()


def test_shards_do_not_depend_on_the_order_of_tenants(compiled: Sequence[Tree]) -> None:
    random = Random(6)
    other = [
        Tree(tree.environment, tree.files, tree.builds, tuple(random.sample(tree.units, len(tree.units))))
        for tree in reversed(compiled)
    ]
    for number in range(1, 5):
        found = [
            sorted(part for tree in share(each, Shard(number, 4), PAYS).trees for part in parts_of(tree))
            for each in (compiled, other)
        ]
        assert found[0] == found[1]


def test_shards_cost_about_the_same(compiled: Sequence[Tree]) -> None:
    """Where no shape outweighs the rest: each tenant is built by itself."""
    sizes = [share(compiled, Shard(number, 4), TENANTS).tenants for number in range(1, 5)]
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("text", ["1/1", "3/8", "8/8", "03/8"])
def test_a_shard(text: str) -> None:
    number, of = (int(part) for part in text.split("/"))
    assert parse(text) == Shard(number, of)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0/8", "there is no shard 0 of 8; they are 1/8 to 8/8"),
        ("9/8", "there is no shard 9 of 8; they are 1/8 to 8/8"),
        ("0/0", "of 0 shards there is none"),
        ("a/b", "`a/b` is no shard; the third of eight is 3/8"),
        ("3", "`3` is no shard; the third of eight is 3/8"),
        ("-1/8", "`-1/8` is no shard; the third of eight is 3/8"),
        ("3/8/1", "`3/8/1` is no shard; the third of eight is 3/8"),
        ("", "`` is no shard; the third of eight is 3/8"),
    ],
)
def test_a_bad_shard(text: str, said: str) -> None:
    with pytest.raises(ValueError, match="shard") as error:
        parse(text)
    assert str(error.value) == said


@pytest.mark.parametrize("arguments", ["9/8", "1/2 demo", "1/2 --plain", "1/2 --no-cache", "1/2 -o x"])
def test_a_wrong_command_line(fleet_repository: Path, tmp_path: Path, arguments: str) -> None:
    done = render(fleet_repository, tmp_path / "cache", "--shard", *arguments.split())
    assert done.code == 2
    assert "shard" in done.stderr


def test_a_shard_writes_nothing_but_the_cache(fleet_repository: Path, tmp_path: Path) -> None:
    said = [render(fleet_repository, tmp_path / "cache", f"--shard={number}/2") for number in (1, 2)]
    assert [(done.code, done.stdout) for done in said] == [(0, ""), (0, "")]
    assert [done.stderr.splitlines()[-1] for done in said] == [
        "shard 1/2: 1 tenant, 1 shape, - s -> cache",
        "shard 2/2: 1 tenant, 1 shape, - s -> cache",
    ]
    assert not (fleet_repository / "rendered").exists()
    sizes = Cache(tmp_path / "cache").sizes()
    assert {kind for kind, size in sizes.items() if size.entries} == {"build", "tenant", "verdicts"}
    assert not (fleet_repository / "rendered").exists()


def test_a_shard_says_what_is_wrong_with_its_tenants(fleet_repository: Path, tmp_path: Path) -> None:
    """A rule that they break; and what is wrong before anything is rendered, each shard says."""
    job = fleet_repository / "overlays" / "base" / "preflight.yaml"
    job.write_text(job.read_text().replace("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"))
    broken = [render(fleet_repository, tmp_path / "cache", f"--shard={number}/2") for number in (1, 2)]
    assert [done.code for done in broken] == [1, 1]
    assert all("pod-security" in done.stderr and "rendered for 1 tenant" in done.stderr for done in broken)
    assert "1 error in 1 file; shard 1/2: 1 tenant" in broken[0].stderr
    with (fleet_repository / "tenants" / "production" / "demo.yaml").open("a") as file:
        file.write("nonsense: true\n")
    done = render(fleet_repository, tmp_path / "cache", "--shard=1/2")
    assert done.code == 1
    assert done.stderr.endswith("1 error in 1 file; nothing was rendered\n")


def test_a_shard_whose_work_would_be_lost(fleet_repository: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = render(fleet_repository, tmp_path / "file", "--shard=1/2")
    assert done.code == 3
    assert f"nothing can be kept in {tmp_path / 'file'}" in done.stderr


# Merging.


def kept(cache: Cache, **entries: bytes) -> Cache:
    """An entry of each kind named, all by one key."""
    for kind, body in entries.items():
        cache.put(kind, "a" * 64, body)  # type: ignore[arg-type]  # kinds as keywords
    return cache


def got(cache: Cache, kind: Kind) -> bytes | None:
    return cache.get(kind, "a" * 64)


def test_entries_are_taken_over(tmp_path: Path) -> None:
    one, two = kept(Cache(tmp_path / "one"), profile=b"p"), kept(Cache(tmp_path / "two"), profile=b"other", build=b"b")
    assert merge(one, [two]) == Merged(new=1, known=1)
    assert (got(one, "profile"), got(one, "build")) == (b"p", b"b")
    assert merge(one, [two]) == Merged(known=2)


@pytest.mark.parametrize("order", list(itertools.permutations("abc")))
def test_verdicts_are_joined(tmp_path: Path, order: Sequence[str]) -> None:
    sets = {"a": b"1\n2", "b": b"2\n3", "c": b""}
    caches = [kept(Cache(tmp_path / name), verdicts=sets[name]) for name in order]
    into = Cache(tmp_path / "into")
    merge(into, caches)
    assert got(into, "verdicts") == b"1\n2\n3"


@pytest.mark.parametrize("kind", ["run", "tree", "census", "valid", "rows"])
def test_what_tells_of_whole_fleets_or_of_one_machine_stays(tmp_path: Path, kind: Kind) -> None:
    into = Cache(tmp_path / "into")
    assert merge(into, [kept(Cache(tmp_path / "one"), **{kind: b"looks"})]) == Merged()
    assert got(into, kind) is None


def damaged(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)


def renamed(path: Path) -> None:
    path.rename(path.with_name("b" * 62))


def linked(path: Path) -> None:
    path.unlink()
    path.symlink_to("/proc/self/environ")


@pytest.mark.parametrize("harm", [damaged, renamed, linked], ids=lambda harm: harm.__name__)
def test_a_damaged_entry_is_left_out(tmp_path: Path, harm: object) -> None:
    assert callable(harm)
    other = kept(Cache(tmp_path / "other"), profile=b"p", build=b"b")
    harm(next((tmp_path / "other" / "profile").glob("*/*")))
    done = quad(["cache", "merge", str(tmp_path / "other")], ROOT, {"QUAD_CACHE_DIR": str(tmp_path / "into")})
    assert done.code == 0
    assert done.stderr == f"1 entry taken over from 1 folder, 1 damaged and left out -> {tmp_path / 'into'}\n"
    assert (got(Cache(tmp_path / "into"), "profile"), got(Cache(tmp_path / "into"), "build")) == (None, b"b")
    assert got(other, "build") == b"b"


def test_a_damaged_entry_of_ours_is_replaced(tmp_path: Path) -> None:
    into, other = (kept(Cache(tmp_path / name), profile=b"p") for name in ("into", "other"))
    damaged(next((tmp_path / "into" / "profile").glob("*/*")))
    assert merge(into, [other]) == Merged(new=1)
    assert got(into, "profile") == b"p"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    done = quad(["cache", "merge", str(tmp_path / "none")], ROOT, {"QUAD_CACHE_DIR": str(tmp_path / "into")})
    assert done.code == 2
    done = quad(["cache", "merge"], ROOT, {"QUAD_CACHE_DIR": str(tmp_path / "into")})
    assert done.code == 2


def test_a_folder_that_is_no_cache(tmp_path: Path) -> None:
    """It may be that of a shard that had nothing to do; else it would only be noticed by how long the next run takes."""
    into, other, empty = (
        kept(Cache(tmp_path / "into")),
        kept(Cache(tmp_path / "other"), profile=b"p"),
        tmp_path / "empty",
    )
    empty.mkdir()
    assert merge(into, [other, Cache(empty), Cache(tmp_path / "none")]) == Merged(new=1, empty=2)
    done = quad(["cache", "merge", str(empty)], ROOT, {"QUAD_CACHE_DIR": str(tmp_path / "into")})
    assert (done.code, "0 entries taken over from 1 folder, 1 folder had none" in done.stderr) == (0, True)


@pytest.mark.parametrize("place", ["other/profile", "other/profile/aa", f"other/profile/aa/{'a' * 62}"])
def test_what_may_not_be_read(tmp_path: Path, place: str) -> None:
    kept(Cache(tmp_path / "other"), profile=b"p")
    (tmp_path / place).chmod(0)
    prefix = WITHOUT_PRIVILEGE if os.geteuid() == 0 else ()
    environment = {**os.environ, "QUAD_CACHE_DIR": str(tmp_path / "into"), "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    command = [*prefix, sys.executable, "-m", "generator", "cache", "merge", str(tmp_path / "other")]
    try:
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    finally:
        (tmp_path / place).chmod(0o700)
    assert (done.returncode, "Permission denied" in done.stderr) == (3, True)
    assert "bug" not in done.stderr


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    kept(Cache(tmp_path / "other"), profile=b"p")
    (tmp_path / "file").touch()
    done = quad(["cache", "merge", str(tmp_path / "other")], ROOT, {"QUAD_CACHE_DIR": str(tmp_path / "file")})
    assert done.code == 3
    assert "1 entry cannot be written" in done.stderr
