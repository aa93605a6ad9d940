"""The recovered database is the site's own but for where its data come from and go to: else the site would be another one on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT

DATABASE, RECOVERED = (ROOT / "overlays" / name for name in ("databases/cloudnative-pg", "features/database-recovery"))
OWN = ("bootstrap", "externalClusters", "plugins")
ARCHIVED = "archive_timeout"


def test_the_cluster_is_the_same_but_for_its_data() -> None:
    (site, recovered) = (specification(folder / "cluster.yaml") for folder in (DATABASE, RECOVERED))
    assert recovered["postgresql"]["parameters"].pop(ARCHIVED)
    for spec in (site, recovered):
        for field in OWN:
            spec.pop(field, None)
    assert recovered == site


def test_what_follows_from_the_tenant_is_the_same() -> None:
    (site, recovered) = (sources(folder / "kustomization.yaml") for folder in (DATABASE, RECOVERED))
    assert {path for path in recovered if path.startswith("spec.database.")} == site


def test_who_may_come_in_and_where_it_may_go_is_the_same() -> None:
    texts = [(folder / "network.yaml").read_text().split("\n", 1)[1] for folder in (DATABASE, RECOVERED)]
    assert texts[1].replace("moodle-db-recovered", "moodle-db") == texts[0]


def specification(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(file.read_text())["spec"]
    return found


def sources(file: Path) -> set[str]:
    return {entry["source"]["fieldPath"] for entry in yaml.safe_load(file.read_text())["replacements"]}
