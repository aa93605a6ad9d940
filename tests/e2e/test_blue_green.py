"""
A change of image, as Argo Rollouts makes it. KWOK makes pods ready without looking at probes, images or volumes: that the preview
is awaited is shown, that Moodle is up is not. Whether a pod could mount what it names is looked up here, object by object.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from tests.e2e import argo
from tests.e2e.conftest import World, say
from tests.e2e.fleet import BROKEN, NEXT
from tests.e2e.kube import Kube, Object, conditions
from tests.e2e.processes import wait_for

STAMP = "%Y-%m-%dT%H:%M:%SZ"


def namespace(world: World, tenant: str) -> str:
    """Where a tenant lives."""
    return str(argo.application(world.kube, tenant)["spec"]["destination"]["namespace"])


def switched(world: World, where: str, old: str) -> list[str]:
    """Every colour of the active Service from now until it changes."""
    seen = [old]

    def look() -> bool | str:
        now = argo.colour(world.kube, where)
        if now != seen[-1]:
            seen.append(now)
        body = argo.rollout(world.kube, where)
        return now not in {old, ""} or f"{seen} {body['status'].get('phase')} {body['status'].get('message')}"

    wait_for("the active Service has the new colour", look, seconds=180, pause=0.1)
    return seen


def changed_at(service: Object) -> datetime:
    """When Argo Rollouts last wrote a Service: the colour is all that it writes more than once."""
    entries = service["metadata"]["managedFields"]
    times = [each["time"] for each in entries if each["manager"] == "rollouts-controller"]
    return datetime.strptime(max(times), STAMP).replace(tzinfo=UTC)


def test_the_active_service_waits_for_the_preview(world: World) -> None:
    """And an old pod that dies after the switch comes back: what it mounts is still there."""
    where = namespace(world, "nordvik")
    old = argo.colour(world.kube, where)
    before = {each["metadata"]["name"] for each in argo.web_pods(world.kube, where, old)}
    assert before
    world.fleet.edit("nordvik", release={"version": NEXT}, php={"uploadLimit": 300})
    world.fleet.publish("blue-green")
    argo.refresh(world.kube, ["nordvik"])
    seen = switched(world, where, old)
    assert len(seen) == 2, f"the active Service went through {seen}"
    new = seen[1]
    pods = argo.web_pods(world.kube, where, new)
    body = argo.rollout(world.kube, where)
    assert len(pods) >= body["spec"]["replicas"]
    stamps = [conditions(pod)["Ready"]["lastTransitionTime"] for pod in pods]
    last = datetime.strptime(max(stamps), STAMP).replace(tzinfo=UTC)
    waited = (changed_at(world.kube.get("v1", "Service", where, "moodle")) - last).total_seconds()
    assert waited >= body["spec"]["minReadySeconds"] - 1, f"switched {waited} s after the last new pod was ready"
    took = argo.wait_settled(world.kube, ["nordvik"])
    say(f"blue-green: switched {waited:.0f} s after the last pod of the preview was ready, settled {took:.0f} s later")
    comes_back(world, where, old)


def comes_back(world: World, where: str, old: str) -> None:
    """Delete a pod of the earlier colour; its successor is ready and everything it names exists."""
    pods = argo.web_pods(world.kube, where, old)
    assert pods, "the earlier colour is kept for scaleDownDelaySeconds"
    lost = pods[0]["metadata"]["name"]
    world.kube.delete("v1", "Pod", where, lost)

    def successor() -> bool:
        now = [each for each in argo.web_pods(world.kube, where, old) if each["metadata"]["name"] != lost]
        return len(now) == len(pods) and all(argo.ready(each) for each in now)

    wait_for("a pod of the earlier colour comes back", successor)
    for pod in argo.web_pods(world.kube, where):
        missing = [f"{kind}/{name}" for kind, name in named(pod) if not world.kube.find("v1", kind, where, name)]
        assert not missing, f"{pod['metadata']['name']} could not start: {missing} not there"


def named(pod: Object) -> Iterator[tuple[str, str]]:
    """The ConfigMaps, Secrets and claims that a pod needs to start."""
    for volume in pod["spec"]["volumes"]:
        if "configMap" in volume:
            yield "ConfigMap", volume["configMap"]["name"]
        if "secret" in volume:
            yield "Secret", volume["secret"]["secretName"]
        if "persistentVolumeClaim" in volume:
            yield "PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]
    for container in pod["spec"]["containers"]:
        for source in container.get("envFrom", []):
            yield "ConfigMap", source["configMapRef"]["name"]


def test_an_image_that_is_never_ready_leaves_the_site_as_it_was(world: World) -> None:
    """
    The earlier colour serves on, and a revert in git mends it. Whether the sync still waits for the Rollout depends on who is
    faster: Argo CD may see the Healthy of before while the new generation is observed already, and goes on to later waves.
    """
    where = namespace(world, "valdoro")
    old = argo.colour(world.kube, where)
    release = world.fleet.read("valdoro").get("release")
    world.fleet.edit("valdoro", release={"version": BROKEN})
    world.fleet.publish("an image that does not start")
    argo.refresh(world.kube, ["valdoro"])
    wait_for("the preview has pods", lambda: preview(world.kube, where, old), seconds=120)
    until = time.monotonic() + 20
    while time.monotonic() < until:
        assert argo.colour(world.kube, where) == old
        assert all(argo.ready(pod) for pod in argo.web_pods(world.kube, where, old))
        assert not any(argo.ready(pod) for pod in preview(world.kube, where, old))
        time.sleep(0.5)
    assert argo.application(world.kube, "valdoro")["status"]["health"]["status"] == "Progressing"
    world.fleet.edit("valdoro", release=release)
    assert "release-" in world.fleet.refused(
        "revert"
    )  # a release falls, which only this image's failing to start makes harmless
    world.fleet.allow(tenant="valdoro", object="Tenant valdoro", field="release.version")
    world.fleet.publish("revert")
    phase = argo.terminate(world.kube, "valdoro")
    argo.refresh(world.kube, ["valdoro"])
    took = argo.wait_settled(world.kube, ["valdoro"], revision=world.fleet.heads["rendered/production"])
    say(f"a revert healed the site in {took:.0f} s; the sync of the bad image was {phase} then")
    assert argo.colour(world.kube, where) == old


def preview(kube: Kube, where: str, old: str) -> list[Object]:
    """Web pods that are not of the active colour."""
    label = "rollouts-pod-template-hash"
    return [pod for pod in argo.web_pods(kube, where) if pod["metadata"]["labels"][label] != old]
