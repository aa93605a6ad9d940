"""`quad drift`: nothing where Argo CD has synced, and every change by hand where it is kept from healing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import argo
from tests.e2e.conftest import World, say
from tests.e2e.kube import Object
from tests.e2e.processes import wait_for
from tests.running import Done, quad_alone

TENANT = "valdoro"
SKIP = "argocd.argoproj.io/skip-reconcile"
TRACKING = "argocd.argoproj.io/tracking-id"
RBAC = "rbac.authorization.k8s.io/v1"


def drift(world: World, *arguments: str, kubeconfig: Path | None = None) -> Done:
    """`quad drift`, as a person types it; the rendered tree is what was published last."""
    chosen = ["--tree", str(world.fleet.rendered), "--context", "e2e", "--exit-code"]
    chosen += ["--kubeconfig", str(kubeconfig or world.plane.kubeconfig)]
    done = quad_alone(["drift", *arguments, *chosen], world.fleet.source)
    assert done.code in {0, 1}, done.stderr
    return done


def test_a_synced_fleet_has_no_drift(world: World) -> None:
    """All objects of all tenants, their Applications and AppProjects, whatever controllers and the API server added."""
    argo.wait_settled(world.kube)
    seen: list[Done] = []

    def clean() -> bool | str:
        """An autoscaler or an operator may be in the middle of something."""
        seen.append(drift(world))
        return seen[-1].code == 0 or seen[-1].stdout

    took = wait_for("there is no drift", clean, seconds=60, pause=2)
    say(f"{seen[-1].stderr.splitlines()[-1]}, seen after {took:.0f} s")
    assert seen[-1].stdout == ""


def test_who_may_read_the_kinds_and_no_secret_sees_it(world: World) -> None:
    kinds = {(body["apiVersion"], body["kind"]) for body in world.fleet.manifests(TENANT)}
    kinds |= {("v1", "Namespace"), (argo.VERSION, "Application"), (argo.VERSION, "AppProject")}
    rules = [
        {
            "apiGroups": [version.rpartition("/")[0]],
            "resources": [world.kube.path(version, kind).rpartition("/")[2]],
            "verbs": ["get", "list"],
        }
        for version, kind in sorted(kinds)
    ]
    meta = {"name": "drift-reader"}
    world.kube.apply({"apiVersion": RBAC, "kind": "ClusterRole", "metadata": meta, "rules": rules})
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "drift-reader"}
    user = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "drift-reader"}
    world.kube.apply(
        {"apiVersion": RBAC, "kind": "ClusterRoleBinding", "metadata": meta, "roleRef": role, "subjects": [user]}
    )
    config = json.loads(world.plane.kubeconfig.read_text(encoding="utf-8"))
    config["users"][0]["user"]["as"] = "drift-reader"
    file = world.plane.folder / "drift-reader.kubeconfig"
    file.write_text(json.dumps(config), encoding="utf-8")
    wait_for("the role is in force", lambda: drift(world, TENANT, kubeconfig=file).code == 0, seconds=30, pause=1)


@pytest.fixture
def unhealed(world: World) -> Iterator[str]:
    """The tenant's namespace, with Argo CD told to look away; healed again at the end."""
    application = argo.application(world.kube, TENANT)
    world.kube.patch(application, {"metadata": {"annotations": {SKIP: "true"}}})
    yield str(application["spec"]["destination"]["namespace"])
    world.kube.patch(application, {"metadata": {"annotations": {SKIP: None}}})
    argo.refresh(world.kube, [TENANT])

    def healed() -> bool | str:
        done = drift(world, TENANT)
        return done.code == 0 or done.stdout

    wait_for("Argo CD heals it, and there is no drift", healed, seconds=120, pause=1)
    argo.wait_settled(world.kube, [TENANT])


def change_by_hand(world: World, where: str, lost: str, settings: str) -> None:
    """One change of each sort: a field, an entry, a label of the namespace, an object that is gone and one too many."""
    kube = world.kube
    cron = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"namespace": where, "name": "moodle-cron"}}
    kube.patch(cron, {"spec": {"replicas": 3}})
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": where, "name": settings}}
    kube.patch(config, {"data": {"BY_HAND": "yes", "DB_PASSWORD": "correct-horse"}})
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": where}}
    kube.patch(namespace, {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}})
    kube.delete("networking.k8s.io/v1", "NetworkPolicy", where, lost)
    left = {"name": "left", "namespace": where, "annotations": {TRACKING: f"{TENANT}:/ConfigMap:{where}/left"}}
    kube.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": left, "data": {}})


def test_changes_by_hand_are_shown(world: World, unhealed: str) -> None:
    manifests = world.fleet.manifests(TENANT)
    lost = min(body["metadata"]["name"] for body in manifests if body["kind"] == "NetworkPolicy")
    settings = min(body["metadata"]["name"] for body in manifests if body["kind"] == "ConfigMap")
    wanted = {
        ("changed", "Deployment", "moodle-cron"),
        ("changed", "ConfigMap", settings),
        ("changed", "Namespace", unhealed),
        ("missing", "NetworkPolicy", lost),
        ("extra", "ConfigMap", "left"),
    }
    found: dict[tuple[str, str, str], Object] = {}

    def shown() -> bool | str:
        """Changed again at each look: a sync that was under way may have healed it before Argo CD looked away."""
        change_by_hand(world, unhealed, lost, settings)
        done = drift(world, TENANT, "--format", "json")
        (tenant,) = json.loads(done.stdout)["tenants"]
        found.clear()
        found.update({(one["state"], one["kind"], one["name"]): one for one in tenant["objects"]})
        return (done.code == 1 and wanted <= set(found)) or f"{done.code} {sorted(found)}"

    took = wait_for("changes by hand are shown", shown, seconds=60, pause=1)
    assert set(found) == wanted
    edits = {one["path"]: (one.get("git"), one.get("live")) for each in found.values() for one in each["edits"]}
    assert edits["spec.replicas"] == (1, 3)
    assert edits['metadata.labels["pod-security.kubernetes.io/enforce"]'] == ("restricted", "privileged")
    assert edits["data.BY_HAND"] == (None, "yes")
    said = drift(world, TENANT)
    assert "correct-horse" not in said.stdout + json.dumps(list(found.values()))
    assert f"  - NetworkPolicy {lost}: not in the cluster" in said.stdout.splitlines()
    say(f"five changes by hand shown after {took:.0f} s")
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": unhealed, "name": settings}}
    # Argo CD neither sees nor heals an entry that git does not have: it must be taken away by hand.
    world.kube.patch(config, {"data": {"BY_HAND": None, "DB_PASSWORD": None}})
