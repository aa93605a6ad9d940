"""The museum of destruction: tests/destruction/<code>[.variant]/ holds two states of one tenant, and the exact words the user sees.

`before.yaml` and `after.yaml` hold objects, and where the tenant itself differs a `kind: Tenant`, whose spec is laid over a usual
one; a state without the file has no such tenant. `allow.yaml` is the tenant's file where it says
more than a name, `fleet.yaml` what fleet.yaml allows, and
`crds/` holds CustomResourceDefinitions. A variant that begins with `good` is a near miss: nothing of its code is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from generator.changes import Danger, TenantChange
from generator.crds import read_crds
from generator.destruction import Allowances, Context, allowances_of, context_of, dangers
from generator.diff import compare
from generator.load import load
from generator.model import Repository, TenantFile
from generator.snapshot import Snapshot
from generator.source import dump, parse
from tests.conftest import ROOT
from tests.trees import snapshot

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/before.yaml"))
TODAY = date(2026, 11, 21)
USUAL = {
    "name": "acme",
    "namespace": "moodle-acme",
    "cluster": "eu-1",
    "environment": "production",
    "ring": "broad",
    "state": "active",
    "host": "learn.acme.edu",
    "release": {"version": "5.3.0"},
    "features": {},
}
Object = dict[str, Any]


@lru_cache(maxsize=1)
def project() -> Repository:
    """The project's own schemas and catalogue."""
    return load(ROOT)[0]


def state(case: Path, name: str) -> tuple[dict[str, Any] | None, list[Object]]:
    """The tenant and its objects in one of the two states; the tenant's namespace is added to objects that have none."""
    path = case / name
    if not path.exists():
        return None, []
    documents = [each for each in yaml.safe_load_all(path.read_text("utf-8")) if each]
    spec = dict(USUAL)
    for each in documents:
        if each["kind"] == "Tenant":
            spec |= each["spec"]
    objects = [each for each in documents if each["kind"] != "Tenant"]
    return spec, objects


def tree(case: Path, name: str, environment: str) -> Snapshot:
    """One of the two states as the rendered tree of an environment."""
    spec, objects = state(case, name)
    if spec is None or spec["environment"] != environment:
        return snapshot({}, name, environment)
    tenant = {"apiVersion": "quadrangle.dev/v1", "kind": "Tenant", "metadata": {"name": "acme"}, "spec": spec}
    files = {
        "tenants/acme/overlay/tenant.yaml": dump(tenant),
        "tenants/acme/manifests/manifests.yaml": yaml.safe_dump_all(objects, sort_keys=False).encode(),
    }
    return snapshot(files, name, environment)


def changes_of(case: Path) -> tuple[list[TenantChange], Mapping[str, Snapshot]]:
    """What the two states differ in, and the newer trees."""
    specs = [spec for name in ("before.yaml", "after.yaml") if (spec := state(case, name)[0])]
    environments = sorted({spec["environment"] for spec in specs})
    after = {environment: tree(case, "after.yaml", environment) for environment in environments}
    found: list[TenantChange] = []
    for environment in environments:
        found += compare(tree(case, "before.yaml", environment), after[environment])
    return found, after


def repository_of(case: Path) -> Repository:
    """The project's schemas with the case's tenant file and fleet.yaml, where it has them."""
    known = project()
    tenants = []
    fleet = None
    if (case / "after.yaml").exists():
        own = case / "allow.yaml"
        document, _ = parse("tenants/production/acme.yaml", own.read_bytes() if own.exists() else b"name: acme\n")
        assert document is not None
        tenants = [TenantFile("production", "acme", document)]
    if (case / "fleet.yaml").exists():
        fleet, _ = parse("tenants/fleet.yaml", (case / "fleet.yaml").read_bytes())
    return Repository(fleet, {}, tuple(tenants), known.catalogue, known.schemas)


def custom_of(case: Path) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    """The schemas of the case's own CRDs."""
    specs = [yaml.safe_load(path.read_bytes())["spec"] for path in sorted(case.glob("crds/*.yaml"))]
    return read_crds(case, {(spec["group"], spec["names"]["kind"]) for spec in specs})


def context(case: Path) -> tuple[Context, list[TenantChange]]:
    """What the classes are given."""
    changes, after = changes_of(case)
    return context_of(repository_of(case), custom_of(case), after), changes


def found_in(case: Path) -> tuple[list[Danger], Allowances]:
    """The dangers of a case, and what it allows."""
    known, changes = context(case)
    return dangers(changes, known), allowances_of(repository_of(case))
