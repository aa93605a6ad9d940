"""
A way that needs a rehearsal: another tenant becomes a clone, is upgraded and smoked, and what its Jobs took is recorded with the
tenant that goes next. What moodle-backup does in the Jobs is shown in tests/backup_tool/.
"""

from __future__ import annotations

import json
import time

from tests.e2e import argo
from tests.e2e.conftest import World, say
from tests.e2e.test_blue_green import namespace
from tests.e2e.test_upgrade_rings import quad
from tests.e2e.test_upgrades import NEWEST, analyses, branch, done, end, once
from tests.running import Done, quad_alone

SOURCE, CLONE, OLD = "prairie-nursing", "lakeshore-staging", "5.2.3"
UPGRADE = ("upgrade", "--to", NEWEST)


def written(world: World, *arguments: str) -> None:
    """A verb that edits a tenant and asks nobody."""
    wrote = quad_alone([*arguments], world.fleet.source)
    assert wrote.code == 0, wrote.stderr


def merged(world: World, what: str) -> None:
    """Publish, and let Argo CD see it."""
    world.fleet.publish(what)
    seen(world)


def seen(world: World) -> None:
    """The clone's Application names its release, which comes by its shard."""
    argo.refresh(world.kube, argo.shards(world.kube, world.fleet.tenants()[CLONE]))
    argo.refresh(world.kube, [CLONE])


def settled(world: World) -> None:
    """The clone is Synced and Healthy at what was merged last."""
    argo.wait_settled(world.kube, [CLONE], seconds=240, revision=world.fleet.heads[branch(world, CLONE)])


def recorded(world: World) -> Done:
    """Ask the clone's cluster how its upgrade went."""
    return quad(world, *UPGRADE, "--tenant", SOURCE, "--rehearsed-by", CLONE)


def test_a_rehearsal_on_a_clone_is_recorded_and_opens_the_way(world: World) -> None:
    began = time.monotonic()
    where = namespace(world, CLONE)
    written(world, "restore", SOURCE, "--at", "2026-11-01T03:00:00Z", "--release", OLD, "--into", CLONE)
    for name in ("clone.from", "clone.secretPath"):
        world.fleet.allow(tenant=CLONE, object=f"Tenant {CLONE}", field=name)
    merged(world, "a clone")
    done(world, where, "backup-clone")
    done(world, where, "moodle-finish")
    settled(world)
    written(world, "restore", CLONE, "--finish")
    world.fleet.allow(tenant=CLONE, object="ExternalSecret backup-clone")
    merged(world, "it is there")
    settled(world)
    assert once(world, where) == {}
    written(world, *UPGRADE, "--tenant", CLONE, "--despite", "not-rehearsed", "--despite", "ring-behind")
    world.fleet.publish("the rehearsal")
    early = recorded(world)
    assert (early.code, "error[rehearsal-pending]" in early.stderr) == (1, True), early.stderr
    refused = quad_alone([*UPGRADE, "--tenant", SOURCE, "--plan"], world.fleet.source)
    assert "error[not-rehearsed]" in refused.stderr
    seen(world)
    done(world, where, "moodle-finish")
    settled(world)
    assert analyses(world, where) == ["Successful"]
    late = recorded(world)
    assert late.code == 0, late.stderr
    record = world.fleet.read(SOURCE)["release"]["rehearsed"]
    assert (record["from"], record["to"], "errors" in record) == (OLD, NEWEST, False)
    arguments = [*UPGRADE, "--tenant", SOURCE, "--plan", "--format", "json", "--despite", "ring-behind"]
    planned = quad_alone(arguments, world.fleet.source)
    assert json.loads(planned.stdout)["tenants"][0]["outageMinutes"] == 2 * record["minutes"]
    assert "not-rehearsed" not in planned.stderr
    say(f"a clone, its upgrade and the record of it: {time.monotonic() - began:.0f} s")
    end(world, CLONE, NEWEST)
