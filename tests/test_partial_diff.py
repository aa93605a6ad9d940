"""`quad diff` of few changed tenants' files says what it says when it renders the whole fleet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from generator.cache import Cache, default_folder
from generator.census import WholeFleetError
from generator.hydrate import usual
from generator.model import Progress
from generator.partial_diff import part_pairs
from generator.publication import publish
from generator.publish import Request
from generator.rendering import Tools
from tests.publishing import BIRCH, IDENTITY, Fleet, make_fleet, permissive, put
from tests.running import quad_alone

pytestmark = pytest.mark.usefixtures("identity")

PRODUCTION = "tenants/production"
TREES = [f"tree{number}" for number in range(8)]
"""So many that every shard of Argo CD has some."""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Fleet, Path]:
    folder = tmp_path_factory.mktemp("published")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**IDENTITY, "QUAD_CACHE_DIR": str(folder / "cache")}.items():
            patch.setenv(name, value)
        fleet = make_fleet(folder / "fleet", ("birch", *TREES))
        done = publish(Request(fleet.root), Tools(usual(), fleet.root / ".build" / "crds", Progress()), permissive)
        assert not done.failed
    return fleet, folder / "cache"


@pytest.fixture
def fleet(published: tuple[Fleet, Path], monkeypatch: pytest.MonkeyPatch) -> Fleet:
    monkeypatch.setenv("QUAD_CACHE_DIR", str(published[1]))
    fleet = published[0]
    fleet.git("reset", "-q", "--hard")
    fleet.git("clean", "-qfd")
    return fleet


PART: Mapping[str, Mapping[str, str | None]] = {
    "nothing": {},
    "value": {f"{PRODUCTION}/birch.yaml": BIRCH.replace("Birch", "Beech")},
    "size": {f"{PRODUCTION}/birch.yaml": BIRCH.replace("small", "medium")},
    "allowed": {
        f"{PRODUCTION}/birch.yaml": f'{BIRCH}allow:\n- {{object: Service moodle, reason: none, until: "2026-12-31"}}\n'
    },
    "another": {f"{PRODUCTION}/elm.yaml": BIRCH.replace("birch", "elm")},
    "gone": {f"{PRODUCTION}/tree3.yaml": None},
    "host": {f"{PRODUCTION}/birch.yaml": BIRCH.replace("birch.example", "beech.example")},
}
WHOLE: Mapping[str, Mapping[str, str | None]] = {
    "broken": {f"{PRODUCTION}/birch.yaml": f"{BIRCH}colour: green\n"},
    "defaults": {f"{PRODUCTION}/_defaults.yaml": "plan: medium\n"},
    "catalogue": {"overlays/base/more.yaml": "a: b\n"},
    "stray": {f"{PRODUCTION}/notes.txt": "Nobody reads this\n"},
}


@pytest.mark.parametrize("files", PART.values(), ids=PART)
def test_few_files_are_compared_alone(fleet: Fleet, files: Mapping[str, str | None]) -> None:
    put(fleet.root, files)
    compared = part_pairs(fleet.root, fleet.root / ".build" / "crds", usual(), Progress())
    assert len(compared.fleet.tenants) == sum(text is not None for text in files.values())
    assert len(compared.pairs.trees) == 2
    for layout in ("text", "json"):
        part = quad_alone(["diff", "--format", layout], fleet.root)
        assert part == quad_alone(
            ["diff", "--format", layout], fleet.root, {"QUAD_CACHE_DIR": str(fleet.root.parent / "other")}
        )


@pytest.mark.parametrize("files", WHOLE.values(), ids=WHOLE)
def test_what_more_depends_on_is_compared_whole(fleet: Fleet, files: Mapping[str, str | None]) -> None:
    put(fleet.root, files)
    with pytest.raises(WholeFleetError):
        part_pairs(fleet.root, fleet.root / ".build" / "crds", usual(), Progress())


def test_files_and_folders_that_git_does_not_show(fleet: Fleet) -> None:
    crds = fleet.root / ".build" / "crds"
    (fleet.root / ".git" / "info" / "exclude").write_text("elm.yaml\n")
    put(fleet.root, {f"{PRODUCTION}/elm.yaml": BIRCH.replace("birch", "elm")})
    assert [tenant.name for tenant in part_pairs(fleet.root, crds, usual(), Progress()).fleet.tenants] == ["elm"]
    (fleet.root / PRODUCTION / "elm.yaml").unlink()
    (fleet.root / PRODUCTION / "empty").mkdir()
    with pytest.raises(WholeFleetError):
        part_pairs(fleet.root, crds, usual(), Progress())


def test_an_allowance_of_another_tenant_is_asked_about(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUAD_CACHE_DIR", str(tmp_path / "cache"))
    head = fleet.tip("HEAD")
    fleet.commit("Allow", {f"{PRODUCTION}/birch.yaml": PART["allowed"][f"{PRODUCTION}/birch.yaml"]})
    tools = Tools(usual(), fleet.root / ".build" / "crds", Progress())
    assert Cache(default_folder()).folder == tmp_path / "cache"
    tips = {name: fleet.tip(f"rendered/{name}") for name in ("production", "staging")}
    publish(Request(fleet.root), tools, permissive)
    put(fleet.root, {f"{PRODUCTION}/tree1.yaml": BIRCH.replace("birch", "tree1").replace("small", "medium")})
    assert {tenant.name for tenant in part_pairs(fleet.root, tools.crds, usual(), Progress()).fleet.tenants} == {
        "tree1"
    }
    part = quad_alone(["diff"], fleet.root)
    assert part == quad_alone(["diff"], fleet.root, {"QUAD_CACHE_DIR": str(tmp_path / "other")})
    assert "allow-unused" in part.stderr
    fleet.git("reset", "-q", "--hard", head)
    for name, tip in tips.items():
        fleet.git("update-ref", f"refs/heads/rendered/{name}", tip)
