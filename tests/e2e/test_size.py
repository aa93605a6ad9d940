"""How long and how much memory a larger fleet takes; measured, not asserted. Only with QUAD_E2E_TENANTS=100."""

from __future__ import annotations

import os

import pytest
import yaml

from tests.e2e import argo
from tests.e2e.conftest import World, say

COUNT = int(os.environ.get("QUAD_E2E_TENANTS", "0"))


@pytest.mark.slow
@pytest.mark.skipif(not COUNT, reason="set QUAD_E2E_TENANTS to how many tenants shall be added")
def test_many_tenants_converge(world: World) -> None:
    sample = world.fleet.read("sandbox")
    names = [f"many-{number:04}" for number in range(COUNT)]
    for name in names:
        body = {**sample, "name": name, "displayName": name, "host": f"{name}.staging.example.org"}
        file = world.fleet.tenant_file("sandbox").with_name(f"{name}.yaml")
        file.write_text(yaml.safe_dump(body, sort_keys=False), encoding="utf-8")
    world.fleet.publish(f"{COUNT} tenants more")
    argo.refresh(world.kube, argo.shards(world.kube, "staging"))
    took = argo.wait_settled(world.kube, names, seconds=60 + 20 * COUNT)
    memory = {name: server.memory() for name, server in world.plane.servers.running.items()}
    say(f"{COUNT} tenants more: Synced and Healthy in {took:.0f} s; peak memory {sum(memory.values())} MB: {memory}")
