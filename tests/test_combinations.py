"""Every model with every state and feature, every pair of features that may be used together: it renders and no rule objects."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from generator import kustomize
from generator.hydrate import Hydration
from generator.model import Progress
from generator.pipeline import read, render
from tests.combinations import Combinations, parts_of, varied, write_combinations
from tests.conftest import ROOT
from tests.pairing import MANY, pairs_of, possible

CRDS = ROOT / ".build" / "crds"


@pytest.fixture(scope="module")
def combinations(tmp_path_factory: pytest.TempPathFactory) -> Combinations:
    return write_combinations(tmp_path_factory.mktemp("combinations") / "fleet")


def test_every_pair_is_in_some_tenant_as_it_is_resolved(combinations: Combinations) -> None:
    fleet = read(combinations.root)
    assert fleet.problems == []
    assert {tenant.name: set(tenant.spec["features"]) for tenant in fleet.tenants} == {
        name: set(row.features) for name, row in combinations.rows.items()
    }
    for tenant in fleet.tenants:
        assert set(combinations.rows[tenant.name].chosen) <= set(tenant.components)
    parts = parts_of(fleet.repository.catalogue)
    seen = set().union(*(pairs_of(row, parts) for row in combinations.rows.values()))
    assert possible(parts) - seen == set()


def test_every_folder_can_be_used_at_all(combinations: Combinations) -> None:
    used = {choice for row in combinations.rows.values() for choice in row.chosen}
    used |= {(MANY, name) for row in combinations.rows.values() for name in row.features}
    assert {(part.kind, part.name) for part in combinations.parts} - used == set()


def test_every_combination_renders_and_no_rule_objects(
    combinations: Combinations, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Built-in schemas, CRDs, Pod Security, references, tenancy: all the rules there are, waived nowhere."""
    done = render(read(combinations.root), tmp_path, Hydration(kustomize.find()), CRDS, (), Progress())
    assert [str(problem.message) for problem in done.problems] == []
    assert done.waived == []
    assert done.tenants == len(combinations.rows)
    assert done.custom_checked or not os.environ.get("CI"), "`make crds` comes first"
    record_property("says", combinations.said(done.objects))


def test_the_full_example_of_every_feature_is_in_one_tenant(combinations: Combinations) -> None:
    for path in sorted((ROOT / "overlays" / "features").glob("*/examples/full.yaml")):
        name, example = path.parts[-3], yaml.safe_load(path.read_bytes())
        tenants = [yaml.safe_load(file.read_bytes()) for file in combinations.root.glob("tenants/*/f*.yaml")]
        found = [tenant for tenant in tenants if tenant["features"].get(name, {"-": None}).keys() == example.keys()]
        assert found, f"{name} with its full example"


def test_what_must_be_unique_is_varied_and_fits_its_pattern() -> None:
    host = {"type": "string", "pattern": "^[a-z0-9.-]+$", "x-unique": "hosts"}
    schema = {"properties": {"hosts": {"items": host}, "other": {"type": "string"}, "at": {**host, "pattern": "^/.*$"}}}
    data = {"hosts": ["a.example.org"], "other": "same", "at": "/x"}
    assert varied(schema, data, "m01") == {"hosts": ["m01-a.example.org"], "other": "same", "at": "/x-m01"}
