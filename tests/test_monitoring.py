"""Alerts and dashboards of the catalogue: promtool judges rules and queries, a schema the dashboards.

A feature with alerts has `tests/alerts.yaml`, promtool's unit tests over the rules of its smallest example. Where promtool is not
installed (Debian: the package prometheus), what needs it is skipped.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.conftest import ROOT
from tests.programs import needs, path_of

FEATURES = ROOT / "overlays" / "features"
ALERTS = sorted(FEATURES.glob("*/tests/alerts.yaml"))
EXPORTED = re.compile(r"['\"]((?:moodle|phpfpm|nginx)_[a-z_]+)['\"]")
PROMTOOL = path_of("promtool")
needs_promtool = needs("promtool")


def golden_of(feature: Path) -> list[dict[str, Any]]:
    """Objects of its minimal example; a part of a Compose project has none."""
    return [
        item
        for golden in sorted(feature.glob("examples/minimal.golden.yaml"))
        for item in yaml.safe_load_all(golden.read_text())
    ]


def rules_of(feature: Path) -> dict[str, Any]:
    """The groups of all rules of a feature, as Prometheus reads them."""
    rules = [item["spec"] for item in golden_of(feature) if item["kind"] == "PrometheusRule"]
    return {"groups": [group for spec in rules for group in spec["groups"]]}


def dashboards() -> Iterator[tuple[str, dict[str, Any]]]:
    """Those that tenants get, as the goldens have them, and those that lie in the catalogue for the platform."""
    for golden in sorted(FEATURES.glob("*/examples/*.golden.yaml")):
        for item in yaml.safe_load_all(golden.read_text()):
            if "grafana_dashboard" in item["metadata"].get("labels", {}):
                for name, text in item["data"].items():
                    yield f"{golden.parent.parent.name}/{golden.name}/{name}", json.loads(text)
    for file in sorted(FEATURES.glob("*/fleet/*.json")):
        yield f"{file.parent.parent.name}/fleet/{file.name}", json.loads(file.read_text())


DASHBOARDS = dict(dashboards())


def promtool(folder: Path, *arguments: str) -> None:
    assert PROMTOOL
    done = subprocess.run([PROMTOOL, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
@pytest.mark.parametrize("tests", ALERTS, ids=lambda path: path.parent.parent.name)
def test_alerts_fire_when_they_should(tests: Path, tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rules_of(tests.parent.parent)))
    shutil.copy(tests, tmp_path)
    promtool(tmp_path, "check", "rules", "rules.yaml")
    promtool(tmp_path, "test", "rules", "alerts.yaml")


@pytest.mark.parametrize("tests", ALERTS, ids=lambda path: path.parent.parent.name)
def test_every_alert_has_a_case_in_which_it_fires(tests: Path) -> None:
    cases = [case for test in yaml.safe_load(tests.read_text())["tests"] for case in test.get("alert_rule_test", [])]
    firing = {case["alertname"] for case in cases if case.get("exp_alerts")}
    assert firing == {rule["alert"] for group in rules_of(tests.parent.parent)["groups"] for rule in group["rules"]}


def test_every_feature_with_rules_has_tests_of_them() -> None:
    with_rules = {feature for feature in FEATURES.iterdir() if rules_of(feature)["groups"]}
    assert with_rules == {tests.parent.parent for tests in ALERTS}


@pytest.mark.parametrize("tests", ALERTS, ids=lambda path: path.parent.parent.name)
def test_every_alert_is_in_the_runbook(tests: Path) -> None:
    readme = (tests.parent.parent / "README.md").read_text().partition("## Runbook")[2]
    for group in rules_of(tests.parent.parent)["groups"]:
        for rule in group["rules"]:
            assert rule["alert"] in readme, rule["alert"]


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_dashboard_fits_the_schema_and_no_panel_hides_another(name: str) -> None:
    schema = json.loads((ROOT / "tests" / "dashboard.schema.json").read_text())
    assert [error.message for error in Draft202012Validator(schema).iter_errors(DASHBOARDS[name])] == []
    panels = DASHBOARDS[name]["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for one, other in combinations([panel["gridPos"] for panel in panels], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        assert beside or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"], (one, other)


@needs_promtool
def test_what_dashboards_ask_prometheus_understands(tmp_path: Path) -> None:
    asked = [target["expr"] for each in DASHBOARDS.values() for panel in each["panels"] for target in panel["targets"]]
    rules = [{"record": f"asked:{number}", "expr": expr} for number, expr in enumerate(dict.fromkeys(asked))]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "asked", "rules": rules}]}))
    promtool(tmp_path, "check", "rules", "rules.yaml")


def test_whatever_is_asked_of_ourselves_is_told() -> None:
    """Our own metrics in alerts and dashboards are ones that the scripts print."""
    scripts = "".join(file.read_text() for file in FEATURES.glob("*/metrics/*.php"))
    told = set(EXPORTED.findall(scripts)) | {f"phpfpm_{name}" for name in re.findall(r"'([a-z_]+)' => \['", scripts)}
    rules = [
        rule["expr"] for tests in ALERTS for group in rules_of(tests.parent.parent)["groups"] for rule in group["rules"]
    ]
    panels = [target["expr"] for each in DASHBOARDS.values() for panel in each["panels"] for target in panel["targets"]]
    asked = set(re.findall(r"\b(?:moodle|phpfpm|nginx)_[a-z_]+\b", " ".join(rules + panels)))
    assert asked - told == set()
    assert len(asked) > 10
