"""A Compose project beside tenants in clusters: it takes nothing of its cluster, and needs nothing there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from generator.pipeline import read
from generator.platform import needed
from generator.prerequisites import wanted
from generator.source import dump
from tests.conftest import ROOT, copy_input
from tests.test_compose import MODELS, asked

KUBERNETES = {"model": "kubernetes"}


def fleet_with(root: Path, tenant: Mapping[str, object]) -> Path:
    """The fleet of one tenant, in a cluster that has room for nobody and a platform of nothing."""
    copy_input(root, ROOT / "tests" / "features" / "tenants")
    settings = root / "tenants" / "fleet.yaml"
    data = yaml.safe_load(settings.read_bytes())
    for cluster in data["clusters"].values():
        cluster["capacity"] = {"cpu": "1", "memory": "1Gi"}
        cluster["platform"] = {
            "environment": "production",
            "components": ["cert-manager"],
            "contact": "a@example.org",
        }
    settings.write_bytes(dump(data))
    file = root / "tenants" / "production" / "sample.yaml"
    file.write_bytes(dump({**yaml.safe_load(file.read_bytes()), **tenant}))
    return root


@pytest.mark.parametrize("model", MODELS)
def test_it_takes_nothing_of_its_cluster(model: str, tmp_path: Path) -> None:
    fleet = read(fleet_with(tmp_path, asked(model)))
    assert fleet.problems == []
    assert needed(fleet.repository, fleet.tenants) == {fleet.tenants[0].spec["cluster"]: set()}
    assert wanted(fleet.repository, fleet.tenants, fleet.tenants[0].spec["cluster"]).kinds == {}


def test_another_tenant_takes_and_needs_much(tmp_path: Path) -> None:
    codes = {problem.code for problem in read(fleet_with(tmp_path, KUBERNETES)).problems}
    assert codes == {"capacity-exceeded", "platform-lacks"}
