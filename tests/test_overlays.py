"""What stands in a tenant's overlay, and what does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from generator.compile import compile_fleet, unit_files
from generator.model import Fleet
from generator.pipeline import read
from generator.source import dump
from generator.units import Unit
from tests.conftest import ROOT, copy_input

HOSTS = ["www.example.org", "a.example.org", "b.example.org"]


def fleet_with(root: Path, *reading: str) -> Fleet:
    """A tenant with several hosts, and a catalogue whose feature also reads these paths by itself."""
    copy_input(root, ROOT / "generator" / "scaffold" / "tenants")
    said = {"name": "many", "displayName": "Many", "host": "many.example.org"}
    tenant = root / "tenants" / "production" / "many.yaml"
    tenant.write_bytes(dump({**said, "features": {"white-label": {"hosts": HOSTS}}}))
    target = {"select": {"kind": "Ingress", "name": "moodle"}, "fieldPaths": ["metadata.annotations.hosts"]}
    file = root / "overlays" / "features" / "white-label" / "kustomization.yaml"
    data = yaml.safe_load(file.read_bytes())
    entries = [{"source": {"kind": "Tenant", "fieldPath": path}, "targets": [target]} for path in reading]
    file.write_bytes(dump({**data, "replacements": entries}))
    return read(root)


def unit_of(fleet: Fleet) -> Unit:
    units = (unit for tree in compile_fleet(fleet.repository, fleet.tenants) for unit in tree.units)
    return next(unit for unit in units if unit.name == "many")


def hosts_in(unit: Unit) -> Any:
    files = unit_files(unit)
    (spec,) = (yaml.safe_load(raw)["spec"] for path, raw in files.items() if path.endswith("overlay/tenant.yaml"))
    return spec["features"]["white-label"]["hosts"]


def test_the_order_of_items_that_are_only_multiplied_leaves_no_trace(tmp_path: Path) -> None:
    fleet = fleet_with(tmp_path / "fleet")
    unit = unit_of(fleet)
    assert hosts_in(unit) == sorted(HOSTS)
    (tenant,) = (tenant for tenant in fleet.tenants if tenant.name == "many")
    assert tenant.spec["features"]["white-label"]["hosts"] == HOSTS
    turned = {**tenant.spec, "features": {"white-label": {"hosts": HOSTS[::-1]}}}
    others = [each for each in fleet.tenants if each.name != "many"]
    other = unit_of(replace(fleet, tenants=[*others, replace(tenant, spec=turned)]))
    assert unit_files(other) == unit_files(unit)


def test_the_order_stays_where_a_component_reads_the_list(tmp_path: Path) -> None:
    for number, path in enumerate(("spec.features.white-label.hosts.0", "spec.features.white-label")):
        assert hosts_in(unit_of(fleet_with(tmp_path / str(number), path))) == HOSTS
