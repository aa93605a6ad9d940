"""Upgrades as Argo CD and Argo Rollouts carry them out: what waits for what, what runs once, and what a failure leaves as it was.

What the Jobs' programs do is shown in tests/test_upgrade_programs.py; here KWOK says how they ended (`stages.py`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from generator.pipeline import read
from generator.upgrade.rehearsal import Rehearsal, shown
from tests.e2e import argo
from tests.e2e.conftest import World, say
from tests.e2e.fleet import BUMP, FAILING, SCHEMA, STATIC, UNSERVED
from tests.e2e.kube import Object, conditions
from tests.e2e.processes import wait_for
from tests.e2e.stages import UNFIT
from tests.e2e.test_blue_green import namespace, switched

NEWEST = "5.3.0"


def begin(world: World, tenant: str, to: str, parents: Sequence[str] = (), **more: object) -> str:
    """Write an upgrade, publish it and let Argo CD see it, `parents` first; the colour before is the answer."""
    where = namespace(world, tenant)
    old = argo.colour(world.kube, where)
    assert old
    before = world.fleet.read(tenant).get("release", {}).get("version", NEWEST)
    world.fleet.edit(tenant, release={"version": to, "from": before}, **more)
    world.fleet.publish(f"{tenant} to {to}")
    argo.refresh(world.kube, parents)
    argo.refresh(world.kube, [tenant])
    return old


def end(world: World, tenant: str, to: str) -> None:
    """Take `from` out when the upgrade is over: its Jobs go, and no pod changes."""
    where = namespace(world, tenant)
    colour, pods = argo.colour(world.kube, where), uids(world, where)
    world.fleet.edit(tenant, release={"version": to})
    world.fleet.publish(f"{tenant} is on {to}")
    argo.refresh(world.kube, [tenant])
    argo.wait_settled(world.kube, [tenant], revision=world.fleet.heads[branch(world, tenant)])
    assert (argo.colour(world.kube, where), uids(world, where)) == (colour, pods)
    assert once(world, where) == {}


def branch(world: World, tenant: str) -> str:
    """Where a tenant is published."""
    return f"rendered/{world.fleet.tenants()[tenant]}"


def uids(world: World, where: str) -> set[str]:
    """The web pods of the active colour, and the workers."""
    pods = argo.web_pods(world.kube, where, argo.colour(world.kube, where))
    for name in ("cron", "adhoc"):
        selector = f"app.kubernetes.io/component={name}"
        pods += [each for each in world.kube.all("v1", "Pod", where, labelSelector=selector) if argo.alive(each)]
    return {each["metadata"]["uid"] for each in pods}


def ready(world: World, where: str, colour: str) -> set[str]:
    """The web pods of a colour that serve."""
    return {pod["metadata"]["name"] for pod in argo.web_pods(world.kube, where, colour) if argo.ready(pod)}


def of_image(world: World, where: str, image: str) -> list[Object]:
    """The web pods of an image; those of earlier changes may still be on their way out."""
    return [pod for pod in argo.web_pods(world.kube, where) if pod["spec"]["containers"][0]["image"] == image]


def once(world: World, where: str) -> dict[str, Object]:
    """The Jobs of an upgrade by their name without the hash."""
    jobs = world.kube.all("batch/v1", "Job", where)
    found = [each for each in jobs if each["metadata"].get("annotations", {}).get("quadrangle.dev/runs") == "once"]
    return {each["metadata"]["name"].rpartition("-")[0]: each for each in found}


def ended(job: Object, how: str = "Complete") -> bool:
    """Whether a Job has ended so."""
    return conditions(job).get(how, {}).get("status") == "True"


def done(world: World, where: str, name: str, how: str = "Complete") -> Object:
    """Wait until a Job of the upgrade has ended."""

    def seen() -> bool | str:
        job = once(world, where).get(name)
        return bool(job and ended(job, how)) or str(job and job.get("status"))

    wait_for(f"{name} is over: {how}", seen, seconds=120)
    return once(world, where)[name]


def revision(world: World, where: str, colour: str) -> Object:
    """The ReplicaSet of a colour."""
    label = f"rollouts-pod-template-hash={colour}"
    (found,) = world.kube.all("apps/v1", "ReplicaSet", where, labelSelector=label)
    return found


def analyses(world: World, where: str) -> list[str]:
    """How the analyses of a site ended."""
    runs = world.kube.all(argo.VERSION, "AnalysisRun", where)
    return sorted(str(each.get("status", {}).get("phase")) for each in runs)


def test_the_old_pods_serve_until_the_analysis_has_looked(world: World) -> None:
    """Class S: no Job before the switch, and one after it."""
    where = namespace(world, "bayview")
    old = begin(world, "bayview", STATIC)
    seen = switched(world, where, old)
    assert len(seen) == 2, f"the active Service went through {seen}"
    assert analyses(world, where) == ["Successful"]
    assert "moodle-upgrade" not in once(world, where)
    done(world, where, "moodle-finish")
    took = argo.wait_settled(world.kube, ["bayview"])
    say(f"class S: settled {took:.0f} s after the switch")
    end(world, "bayview", STATIC)


def test_a_site_that_is_not_served_is_not_shown(world: World) -> None:
    """The analysis fails: the old pods serve on, Argo CD says Degraded, and `quad ring status` and the next ring know."""
    where = namespace(world, "nordlys-staging")
    old = begin(world, "nordlys-staging", UNSERVED)

    def degraded() -> bool | str:
        body = argo.application(world.kube, "nordlys-staging")
        return body["status"].get("health", {}).get("status") == "Degraded" or argo.state(body)

    took = wait_for("the Application is Degraded", degraded, seconds=120)
    assert analyses(world, where) == ["Failed"]
    assert argo.colour(world.kube, where) == old
    assert all(argo.ready(pod) for pod in argo.web_pods(world.kube, where, old))
    say(f"a failed smoke analysis kept the old pods, Degraded after {took:.0f} s")
    begin(world, "nordlys-staging", STATIC)  # the way forward: another image
    switched(world, where, old)
    argo.wait_settled(world.kube, ["nordlys-staging"])


def test_a_bump_upgrades_before_new_pods_come(world: World) -> None:
    """Class B: workers first, then the Job, then the web pods, then what is left."""
    where = namespace(world, "islamorada-diving")
    old = begin(world, "islamorada-diving", BUMP)
    new = switched(world, where, old)[-1]
    finish = done(world, where, "moodle-finish")
    in_order(world, where, new, finish, workers_made(world, where))
    argo.wait_settled(world.kube, ["islamorada-diving"])
    job = once(world, where)["moodle-upgrade"]
    argo.refresh(world.kube, ["islamorada-diving"], "hard")
    argo.wait_settled(world.kube, ["islamorada-diving"])
    after = once(world, where)["moodle-upgrade"]
    assert (after["metadata"]["uid"], after["status"]["succeeded"]) == (job["metadata"]["uid"], 1)
    end(world, "islamorada-diving", BUMP)


def workers_made(world: World, where: str) -> str:
    """When the newest pods of cron were there."""
    worker = world.kube.get("apps/v1", "Deployment", where, "moodle-cron")
    return str(conditions(worker)["Progressing"]["lastUpdateTime"])


def in_order(world: World, where: str, new: str, finish: Object, workers: str) -> None:
    """Workers, the Job, the new web pods, the last Job: each made when the one before was over."""
    upgrade = once(world, where)["moodle-upgrade"]
    moments = [
        workers,
        upgrade["metadata"]["creationTimestamp"],
        upgrade["status"]["completionTime"],
        revision(world, where, new)["metadata"]["creationTimestamp"],
        finish["metadata"]["creationTimestamp"],
    ]
    assert moments == sorted(moments)


def test_a_migration_runs_once_whatever_comes_between(world: World) -> None:
    """Class M: a second commit and the controller's death in the middle; the Job is the same one, and ran once."""
    where = namespace(world, "islamorada-diving")
    old = begin(world, "islamorada-diving", SCHEMA)
    wait_for("the upgrade runs", lambda: "moodle-upgrade" in once(world, where), seconds=120, pause=0.1)
    job = once(world, where)["moodle-upgrade"]
    assert not ended(job)
    workers = workers_made(world, where)
    world.fleet.edit("islamorada-diving", php={"uploadLimit": 301})  # the Job's pod would be another one
    world.fleet.publish("a setting in the middle of an upgrade")
    name = "argocd-application-controller"
    server = world.plane.servers.running[name]
    world.plane.servers.kill(name)
    assert argo.colour(world.kube, where) == old
    world.plane.servers.restart(name, server)
    argo.refresh(world.kube, ["islamorada-diving"], seconds=120)
    took = argo.wait_settled(
        world.kube, ["islamorada-diving"], seconds=240, revision=world.fleet.heads["rendered/production"]
    )
    say(f"class M: a commit and a kill in the middle, settled {took:.0f} s after the restart")
    after = once(world, where)["moodle-upgrade"]
    assert after["metadata"]["uid"] == job["metadata"]["uid"]
    assert after["status"]["succeeded"] == 1
    assert after["spec"]["template"] == job["spec"]["template"]
    new = argo.colour(world.kube, where)
    assert new != old
    in_order(world, where, revision_made(world, where), done(world, where, "moodle-finish"), workers)
    end(world, "islamorada-diving", SCHEMA)


def test_another_branch_of_moodle_goes_the_same_way(world: World) -> None:
    """Class X, with a comparison from scratch in the middle: the Job is the same one, and ran once."""
    tenant = "prairie-nursing"
    where = namespace(world, tenant)
    old = begin(world, tenant, NEWEST)
    wait_for("the upgrade is there", lambda: "moodle-upgrade" in once(world, where), seconds=120, pause=0.1)
    job = once(world, where)["moodle-upgrade"]
    argo.refresh(world.kube, [tenant], "hard")
    new = switched(world, where, old)[-1]
    in_order(world, where, new, done(world, where, "moodle-finish"), workers_made(world, where))
    after = once(world, where)["moodle-upgrade"]
    assert (after["metadata"]["uid"], after["status"]["succeeded"]) == (job["metadata"]["uid"], 1)
    took = argo.wait_settled(world.kube, [tenant])
    say(f"class X: settled {took:.0f} s after the switch")
    end(world, tenant, NEWEST)


def revision_made(world: World, where: str) -> str:
    """The first colour that has the image of the upgrade."""
    sets = world.kube.all("apps/v1", "ReplicaSet", where, labelSelector=argo.SITE)
    image = argo.rollout(world.kube, where)["spec"]["template"]["spec"]["containers"][0]["image"]
    ours = [each for each in sets if each["spec"]["template"]["spec"]["containers"][0]["image"] == image]
    first = min(ours, key=lambda each: str(each["metadata"]["creationTimestamp"]))
    return str(first["metadata"]["labels"]["rollouts-pod-template-hash"])


def test_a_migration_that_breaks_off_leaves_the_web_pods_alone(world: World) -> None:
    """
    Class M: Argo CD tries the sync again and goes past the failed Job, but it is not run again and users keep the old pods; a
    revert starts no pod. Here KWOK keeps the new pods waiting; what they wait for is shown in tests/test_upgrade_programs.py.
    """
    tenant = "summit-charter"
    where = namespace(world, tenant)
    release = world.fleet.read(tenant).get("release")
    old = begin(
        world, tenant, FAILING, parents=argo.shards(world.kube, "production")
    )  # the sync is of that release by name
    served = ready(world, where, old)
    job = done(world, where, "moodle-upgrade", "Failed")
    (clone,) = (one for one in read(world.fleet.source).tenants if one.name == tenant)
    found = shown(clone, "Progressing", [job], None)
    assert isinstance(found, Rehearsal), "a failure is one that a rehearsal records"
    assert found.errors == f"{job['metadata']['name']}: BackoffLimitExceeded"
    wait_for("Argo CD goes past the failed Job", lambda: of_image(world, where, UNFIT), seconds=120)
    until = time.monotonic() + 15
    while time.monotonic() < until:
        assert argo.colour(world.kube, where) == old
        assert ready(world, where, old) == served
        assert not any(argo.ready(pod) for pod in of_image(world, where, UNFIT))
        assert not ended(once(world, where).get("moodle-finish", {}))
        time.sleep(1)
    assert not argo.settled(argo.application(world.kube, tenant))
    assert once(world, where)["moodle-upgrade"]["metadata"]["uid"] == job["metadata"]["uid"]
    assert job["status"]["failed"] == 1
    world.fleet.edit(tenant, release=release)
    assert "error[release-falls]" in world.fleet.refused("a revert that nobody has agreed to")
    world.fleet.allow(tenant=tenant, object=f"Tenant {tenant}", field="release.version")
    world.fleet.publish("revert")
    argo.terminate(world.kube, tenant)
    argo.refresh(world.kube, [*argo.shards(world.kube, "production"), tenant])
    took = argo.wait_settled(world.kube, [tenant], seconds=240, revision=world.fleet.heads["rendered/production"])
    assert ready(world, where, old) == served
    say(f"a failed migration left the web pods alone; a revert settled in {took:.0f} s")
    assert (argo.colour(world.kube, where), once(world, where)) == (old, {})
