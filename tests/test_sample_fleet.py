"""The sample fleet shows the whole catalogue, so that what is looked at there is looked at everywhere."""

from __future__ import annotations

from generator.pipeline import read
from tests.conftest import ROOT


def test_the_sample_fleet_uses_every_model_state_and_feature() -> None:
    fleet = read(ROOT)
    used = {part for tenant in fleet.tenants for part in tenant.components}
    every = {
        (one.kind, one.name)
        for one in fleet.repository.catalogue.components
        if one.kind not in ("base", "argocd", "platform", "transaction")  # an upgrade is over some day
    }
    assert every - used == set(), "add them to a fitting tenant of tenants/"
