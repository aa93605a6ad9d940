"""
A ring goes in batches: `quad ring advance` writes them, Argo CD carries them out, and the next one waits for what Argo CD says.
Six tenants by default; QUAD_E2E_RING=20 in `.ci/all`.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Collection
from typing import Any

import yaml

from tests.e2e import argo
from tests.e2e.conftest import World, say
from tests.e2e.fleet import MENDED, RINGED, git
from tests.e2e.processes import wait_for
from tests.e2e.stages import ILL
from tests.e2e.test_blue_green import namespace
from tests.running import Done, quad_alone

COUNT = int(os.environ.get("QUAD_E2E_RING", "6"))
BATCH = COUNT // 3
NAMES = [f"wave-{number:02}{ILL if number == 2 * BATCH else ''}" for number in range(1, COUNT + 1)]
SICK = NAMES[2 * BATCH - 1]


def quad(world: World, *arguments: str) -> Done:
    """A verb that asks Argo CD."""
    asked = ["--context", "e2e", "--kubeconfig", str(world.plane.kubeconfig)]
    return quad_alone([*arguments, *asked], world.fleet.source)


def advance(world: World) -> Done:
    """The next batch, if what came before lets it."""
    return quad(world, "ring", "advance", "wave", "--to", RINGED, "--batch", str(BATCH))


def merged(world: World, what: str) -> None:
    """Publish, and let Argo CD see it."""
    world.fleet.publish(what)
    argo.refresh(world.kube, argo.shards(world.kube, "staging"))


def wait_released(world: World, names: Collection[str], release: str) -> float:
    """All of them are Synced and Healthy at the release; the seconds that took."""

    def seen() -> bool | str:
        found = argo.applications(world.kube)
        waiting = [name for name in names if not argo.settled(found[name]) or source(found[name]) != release]
        return not waiting or "; ".join(f"{name}: {argo.state(found[name])}" for name in waiting)

    return wait_for(f"{len(names)} sites are at {release}", seen, seconds=120 + 20 * len(names))


def source(body: dict[str, Any]) -> str:
    """The release that Argo CD has compared an Application with."""
    return str(body["status"]["sync"].get("comparedTo", {}).get("source", {}).get("name"))


def install(world: World) -> None:
    """A ring of its own, the first one, and its tenants, which install from nothing."""
    file = world.fleet.source / "tenants" / "fleet.yaml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    settings["rings"].insert(0, {"name": "wave", "soak": "0h"})
    file.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    for name in NAMES:
        body = {"name": name, "displayName": name, "host": f"{name}.staging.example.org", "ring": "wave"}
        tenant = world.fleet.tenant_file("sandbox").with_name(f"{name}.yaml")
        tenant.write_text(yaml.safe_dump(body, sort_keys=False), encoding="utf-8")
    merged(world, "a ring of its own")
    wait_for("they are there", lambda: argo.tenants(world.kube).keys() >= set(NAMES), seconds=60)
    took = argo.wait_settled(world.kube, NAMES, seconds=120 + 20 * COUNT)
    say(f"{COUNT} tenants installed from nothing in {took:.0f} s")


def test_a_ring_goes_in_batches_and_stops_where_one_is_ill(world: World) -> None:
    install(world)
    began = time.monotonic()
    assert advance(world).code == 0
    merged(world, "the first batch")
    wait_released(world, NAMES[:BATCH], RINGED)
    assert advance(world).code == 0
    world.fleet.publish("the second batch")
    early = advance(world)
    assert early.code == 1, "Argo CD has not seen it yet"
    assert "error[ring-unhealthy]" in early.stderr
    old = argo.colour(world.kube, namespace(world, SICK))
    argo.refresh(world.kube, argo.shards(world.kube, "staging"))
    wait_released(world, set(NAMES[: 2 * BATCH]) - {SICK}, RINGED)
    stops(world, old)
    mends(world)
    assert advance(world).code == 0
    batches = 3
    while git("status", "--porcelain", folder=world.fleet.source):
        merged(world, "the next batch")
        wait_released(world, set(NAMES[: batches * BATCH]) - {SICK}, RINGED)
        batches += 1
        assert advance(world).code == 0
    found = json.loads(quad(world, "ring", "status", "--ring", "wave", "--format", "json").stdout)
    assert {each["release"]: each["health"] for each in found} == {
        RINGED: {"Healthy": COUNT - 1},
        MENDED: {"Healthy": 1},
    }
    took = time.monotonic() - began
    say(f"a ring of {COUNT} in batches of {BATCH}, one of them ill and mended: {took:.0f} s")


def stops(world: World, old: str) -> None:
    """One is Degraded: its users keep the old pods, and no batch follows."""

    def degraded() -> bool | str:
        body = argo.application(world.kube, SICK)
        return body["status"].get("health", {}).get("status") == "Degraded" or argo.state(body)

    wait_for(f"{SICK} is Degraded", degraded, seconds=120)
    assert argo.colour(world.kube, namespace(world, SICK)) == old
    stopped = advance(world)
    assert stopped.code == 1
    assert f"{SICK} is Degraded" in stopped.stderr
    assert not git("status", "--porcelain", folder=world.fleet.source), "nothing is written"


def mends(world: World) -> None:
    """The one gets an image that works there, ahead of the others."""
    done = quad(world, "upgrade", "--to", MENDED, "--tenant", SICK, "--despite", "upgrade-under-way")
    assert done.code == 0, done.stderr
    merged(world, "another image for one")
    wait_released(world, [SICK], MENDED)
