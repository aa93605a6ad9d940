"""Compose projects on rendered branches: they are published, held, verified and rolled back like every tenant."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.publishing import BIRCH, Fleet, codes, make_fleet
from tests.test_partial import PRODUCTION, Twins, twins

__all__ = ["twins"]
pytestmark = pytest.mark.usefixtures("identity")

FILE = f"{PRODUCTION}/birch.yaml"
PROJECT = f"{BIRCH}model: container\nweb: {{replicas: {{min: 1, max: 1}}}}\nfeatures: {{local-port: {{}}}}\n"
RENAMED = PROJECT.replace("displayName: Birch", "displayName: Beech")
BROKEN = f"{PROJECT}colour: green\n"


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    made = make_fleet(tmp_path / "fleet")
    made.commit("A project", {FILE: PROJECT})
    return made


def test_a_project_has_its_files_and_no_application(fleet: Fleet) -> None:
    fleet.production()
    mine = {path for path in fleet.files() if "birch" in path}
    folder = "tenants/birch"
    assert mine == {f"{folder}/overlay/tenant.yaml", f"{folder}/compose/compose.yaml", f"{folder}/compose/.env"}
    assert 'href="tenants/birch/compose/compose.yaml"' in fleet.show("index.html")
    assert 'href="tenants/demo/manifests/manifests.yaml"' in fleet.show("index.html")
    assert codes(fleet.verify("production", all=True)) == []
    fleet.fsck()


def test_it_is_held_until_what_it_reads_of_the_catalogue_changes(fleet: Fleet) -> None:
    """Compose reads the catalogue that lies in the tree, as Argo CD does of an overlay that it builds."""
    first = fleet.production().commit
    fleet.commit("Broken", {FILE: BROKEN})
    assert fleet.production(keep_going=True).state == "published"
    assert f"Held: birch@{first}" in fleet.message()
    script = fleet.root / "overlays/base/scripts/graceful.sh"
    fleet.commit("Catalogue", {"overlays/base/scripts/graceful.sh": script.read_text() + "# changed\n"})
    before = fleet.tip()
    assert codes(fleet.production(keep_going=True)) == ["cannot-hold"]
    assert fleet.tip() == before


def test_it_is_rolled_back(fleet: Fleet) -> None:
    first = fleet.production().commit
    before = fleet.show("tenants/birch/compose/.env")
    fleet.commit("Another name", {FILE: RENAMED})
    fleet.production()
    assert fleet.show("tenants/birch/compose/.env") != before
    assert fleet.rollback(first, "birch").problems == ()
    assert fleet.show("tenants/birch/compose/.env") == before


def test_a_model_is_left_for_another(fleet: Fleet) -> None:
    fleet.production()
    fleet.commit("To Kubernetes", {FILE: BIRCH})
    fleet.production()
    assert not [path for path in fleet.files() if "birch/compose" in path]
    assert "tenants/birch/manifests/manifests.yaml" in fleet.files()
    fleet.commit("And back", {FILE: PROJECT})
    fleet.production()
    assert not [path for path in fleet.files() if "birch/manifests" in path or path.endswith("/birch.yaml")]
    assert codes(fleet.verify("production", all=True)) == []


def test_a_changed_project_alone_makes_the_commit_of_a_whole_rendering(
    twins: Twins,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    twins.commit({FILE: PROJECT}, monkeypatch)
    twins.publish()
    twins.commit({FILE: RENAMED}, monkeypatch)
    done, whole = twins.publish()
    assert not done.failed
    assert not whole
    assert "Beech" in twins.part.show("tenants/birch/compose/.env")
