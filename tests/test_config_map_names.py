"""Names that kustomize's hash follows, in this repository's catalogue."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import yaml

from tests.conftest import ROOT


def generated(file: Path) -> set[str]:
    """The names of the ConfigMaps that a kustomization generates with a hash."""
    found = yaml.safe_load(file.read_bytes()).get("configMapGenerator") or []
    return {
        item["name"]
        for item in found
        if item.get("behavior") != "merge" and not (item.get("options") or {}).get("disableNameSuffixHash")
    }


def test_no_hash_decides_the_order_of_two_config_maps() -> None:
    """Else tenants with both have no profile, for kustomize sorts by name (`assemble._refuse_open_order`)."""
    files = (ROOT / "overlays").glob("*/*/kustomization.yaml")
    names = set().union(*map(generated, files))
    assert "moodle-ai-model" in names
    assert [(one, other) for one, other in permutations(names, 2) if f"{other}-".startswith(f"{one}-")] == []
