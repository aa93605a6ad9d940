"""From an empty cluster to a running fleet, and nothing happens there that git does not say."""

from __future__ import annotations

from tests.e2e import argo
from tests.e2e.conftest import World, say
from tests.e2e.kube import Object
from tests.e2e.processes import wait_for


def test_every_application_becomes_synced_and_healthy(world: World) -> None:
    """The roots make the shards, the shards the tenants; a suspended tenant is healthy too, for what git says is there."""
    roots = {each["metadata"]["name"] for each in world.fleet.roots() if each["kind"] == "Application"}
    assert roots <= set(argo.applications(world.kube))
    assert set(argo.tenants(world.kube)) == set(world.fleet.tenants())

    def all_settled() -> bool | str:
        """One look at all of them at once."""
        found = argo.applications(world.kube)
        open_ones = {name: argo.state(each) for name, each in found.items() if not argo.settled(each)}
        return str(open_ones) if open_ones else True

    wait_for("all are Synced and Healthy", all_settled, seconds=180)


def test_sites_run_in_namespaces_that_are_restricted(world: World) -> None:
    for name, body in argo.tenants(world.kube).items():
        namespace = body["spec"]["destination"]["namespace"]
        labels = world.kube.get("v1", "Namespace", None, namespace)["metadata"]["labels"]
        assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
        pods = argo.web_pods(world.kube, namespace, argo.colour(world.kube, namespace))
        assert all(argo.ready(pod) for pod in pods)
        assert bool(pods) == bool(replicas(world, name, "Rollout", "moodle")), name
        claims = world.kube.all("v1", "PersistentVolumeClaim", namespace)
        bound = {claim["metadata"]["name"] for claim in claims if claim["status"]["phase"] == "Bound"}
        if replicas(world, name, "StatefulSet", "moodle-redis"):
            assert "data-moodle-redis-0" in bound, name


def replicas(world: World, tenant: str, kind: str, name: str) -> int:
    """How many pods git asks for; one where it leaves the number open, none where there is no such object."""
    asked = [
        each["spec"]
        for each in world.fleet.manifests(tenant)
        if (each["kind"], each["metadata"]["name"]) == (kind, name)
    ]
    return int(asked[0].get("replicas", 1)) if asked else 0


def test_three_forced_refreshes_change_nothing(world: World) -> None:
    """No self-heal loop: no operation began, no object has a new generation, the Services keep their colour."""
    names = list(argo.applications(world.kube))
    argo.wait_settled(world.kube, names)
    before = footprint(world)
    colours = {name: argo.colour(world.kube, namespace(body)) for name, body in argo.tenants(world.kube).items()}
    for _ in range(3):
        argo.refresh(world.kube, names, "hard", seconds=120)
        argo.wait_settled(world.kube, names, seconds=60)
    assert footprint(world) == before
    after = {name: argo.colour(world.kube, namespace(body)) for name, body in argo.tenants(world.kube).items()}
    assert after == colours
    assert all(colour for name, colour in colours.items() if replicas(world, name, "Rollout", "moodle"))


def namespace(body: Object) -> str:
    """Where a tenant lives."""
    return str(body["spec"]["destination"]["namespace"])


def footprint(world: World) -> dict[str, object]:
    """When each Application was last synced, and the generation of what it made."""
    marks: dict[str, object] = {}
    for name, body in argo.applications(world.kube).items():
        marks[name] = body["status"].get("operationState", {}).get("finishedAt")
    for version, kind in ((argo.VERSION, "Rollout"), ("apps/v1", "Deployment"), ("postgresql.cnpg.io/v1", "Cluster")):
        for body in world.kube.all(version, kind):
            meta = body["metadata"]
            marks[f"{meta['namespace']} {kind}/{meta['name']}"] = meta["generation"]
    return marks


def test_a_change_by_hand_is_healed(world: World) -> None:
    """Changed, added and deleted by hand: all as git says within a minute, and the colour stays."""
    where = namespace(argo.application(world.kube, "montclair"))
    colour = argo.colour(world.kube, where)
    cron = world.kube.get("apps/v1", "Deployment", where, "moodle-cron")
    service = world.kube.get("v1", "Service", where, "moodle")
    wanted = {
        body["metadata"]["name"] for body in world.fleet.manifests("montclair") if body["kind"] == "NetworkPolicy"
    }
    lost = min(wanted)
    world.kube.patch({**cron, "apiVersion": "apps/v1", "kind": "Deployment"}, {"spec": {"replicas": 3}})
    # Not the number of a port, which names the entry: git's would be added beside it and refused, and a person must mend it.
    ports = [{**service["spec"]["ports"][0], "targetPort": 8081}]
    world.kube.patch({**service, "apiVersion": "v1", "kind": "Service"}, {"spec": {"ports": ports}})
    world.kube.delete("networking.k8s.io/v1", "NetworkPolicy", where, lost)

    def healed() -> bool | str:
        replicas = world.kube.get("apps/v1", "Deployment", where, "moodle-cron")["spec"]["replicas"]
        port = world.kube.get("v1", "Service", where, "moodle")["spec"]["ports"][0]["targetPort"]
        policy = world.kube.find("networking.k8s.io/v1", "NetworkPolicy", where, lost)
        return (replicas, port, bool(policy)) == (1, "http", True) or f"{replicas} {port} {bool(policy)}"

    took = wait_for("changes by hand are healed", healed, seconds=90)
    say(f"three changes by hand healed in {took:.0f} s")
    argo.wait_settled(world.kube, ["montclair"])
    assert argo.colour(world.kube, where) == colour


def test_a_sync_killed_half_way_converges(world: World) -> None:
    """The application controller dies in the middle of an upgrade and is started again."""
    tenants = ["summit-charter", "islamorada-diving"]
    for tenant in tenants:
        world.fleet.edit(tenant, release={"version": "5.3.1"}, php={"uploadLimit": 300})
    world.fleet.publish("half-way")
    argo.refresh(world.kube, tenants)

    def under_way() -> bool | str:
        found = [argo.application(world.kube, tenant) for tenant in tenants]
        done = [each["status"].get("operationState", {}).get("syncResult", {}).get("resources", []) for each in found]
        running = [each["status"].get("operationState", {}).get("phase") == "Running" for each in found]
        return (all(running) and all(done)) or f"{running} {[len(each) for each in done]}"

    wait_for("both syncs are under way", under_way, seconds=60, pause=0.05)
    name = "argocd-application-controller"
    server = world.plane.servers.running[name]
    world.plane.servers.kill(name)
    states = {tenant: argo.state(argo.application(world.kube, tenant)) for tenant in tenants}
    assert all("Running" in each for each in states.values()), states
    world.plane.servers.restart(name, server)
    took = argo.wait_settled(world.kube, tenants, seconds=240, revision=world.fleet.heads["rendered/production"])
    say(f"killed half-way, converged {took:.0f} s after the restart")
    for tenant in tenants:
        body = argo.rollout(world.kube, namespace(argo.application(world.kube, tenant)))
        assert ":5.3.1@" in body["spec"]["template"]["spec"]["containers"][0]["image"]
        assert body["status"]["phase"] == "Healthy"
