"""A site is suspended and resumed by one key of its file."""

from __future__ import annotations

import time

from tests.e2e import argo, metrics
from tests.e2e.conftest import World, say
from tests.e2e.kube import Object
from tests.e2e.processes import wait_for
from tests.e2e.test_removal import shard, uids

TENANT = "steinbach-staging"
PODS = "app.kubernetes.io/name=moodle"


def publish(world: World, state: str | None) -> None:
    """The shard first: it brings the Application's rule for replicas."""
    world.fleet.edit(TENANT, state=state)
    world.fleet.publish(f"state {state}")
    argo.refresh(world.kube, [shard(world, TENANT)])
    argo.wait_settled(world.kube, [shard(world, TENANT)], revision=world.fleet.heads["rendered/staging"])
    argo.refresh(world.kube, [TENANT])


def pods(world: World, where: str) -> list[Object]:
    """Moodle's own pods that are there to run on."""
    found = world.kube.all("v1", "Pod", where, labelSelector=PODS)
    return [pod for pod in found if argo.alive(pod) and pod["status"]["phase"] == "Running"]


def test_suspended_runs_no_pod_and_resumes(world: World) -> None:
    where = argo.application(world.kube, TENANT)["spec"]["destination"]["namespace"]
    replicas, data = argo.rollout(world.kube, where)["spec"]["replicas"], uids(world, where)
    publish(world, "suspended")
    took = wait_for("no pod of Moodle runs", lambda: not pods(world, where), seconds=120)
    argo.wait_settled(world.kube, [TENANT])
    assert argo.rollout(world.kube, where)["spec"]["replicas"] == 0
    assert not world.kube.find("autoscaling/v2", "HorizontalPodAutoscaler", where, "moodle")
    assert uids(world, where) == data
    publish(world, None)
    again = argo.wait_settled(world.kube, [TENANT], revision=world.fleet.heads["rendered/staging"])
    assert argo.rollout(world.kube, where)["spec"]["replicas"] >= max(1, replicas)
    assert argo.web_pods(world.kube, where)
    assert uids(world, where) == data
    say(f"suspended in {took:.0f} s, resumed in {again:.0f} s")


def test_the_autoscaler_keeps_what_it_chose(world: World) -> None:
    """Argo CD does not set the count back, and the site stays Synced."""
    where = argo.application(world.kube, "lakeshore")["spec"]["destination"]["namespace"]
    low = argo.rollout(world.kube, where)["spec"]["replicas"]
    metrics.BUSY.add(where)
    try:
        wait_for(
            "the autoscaler adds pods", lambda: argo.rollout(world.kube, where)["spec"]["replicas"] > low, seconds=60
        )
        argo.refresh(world.kube, ["lakeshore"], "hard")
        argo.wait_settled(world.kube, ["lakeshore"])
        assert argo.rollout(world.kube, where)["spec"]["replicas"] > low
    finally:
        metrics.BUSY.discard(where)
    wait_for("the autoscaler has come to rest", lambda: at_rest(world, where), seconds=120)
    argo.wait_settled(world.kube, ["lakeshore"])


def at_rest(world: World, where: str) -> bool:
    """Whether the count stays what it is for longer than the autoscaler's own interval, and all pods are ready."""
    before = argo.rollout(world.kube, where)["spec"]["replicas"]
    time.sleep(20)
    now = argo.rollout(world.kube, where)
    return bool(now["spec"]["replicas"] == before == now["status"].get("readyReplicas"))
