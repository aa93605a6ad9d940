"""What goes out of git does not go out of the cluster by itself, and data not at all."""

from __future__ import annotations

import time

import yaml

from tests.e2e import argo
from tests.e2e.conftest import World, say
from tests.e2e.kube import Object
from tests.e2e.kubernetes import ARGOCD
from tests.e2e.processes import wait_for

DATA = (("v1", "PersistentVolumeClaim", "moodledata"), ("postgresql.cnpg.io/v1", "Cluster", "moodle-db"))


def shard(world: World, tenant: str) -> str:
    """The Application that made a tenant's Application."""
    tracked = str(argo.application(world.kube, tenant)["metadata"]["annotations"]["argocd.argoproj.io/tracking-id"])
    return tracked.split(":", maxsplit=1)[0]


def uids(world: World, where: str) -> dict[str, str]:
    """The data of a site: not merely a thing of the same name, but the same thing."""
    return {kind: world.kube.get(version, kind, where, name)["metadata"]["uid"] for version, kind, name in DATA}


def test_removing_a_tenant_needs_confirmation_and_leaves_the_data(world: World) -> None:
    tenant = "riverbend-museum"
    where = argo.application(world.kube, tenant)["spec"]["destination"]["namespace"]
    parent, data = shard(world, tenant), uids(world, where)
    world.fleet.tenant_file(tenant).unlink()
    assert "error[one-step-removal]" in world.fleet.refused("remove a tenant")
    world.fleet.allow(tenant=tenant, object=f"Tenant {tenant}", code="one-step-removal")
    world.fleet.publish("remove a tenant")
    argo.refresh(world.kube, [parent])

    def waits() -> bool | str:
        said = argo.state(argo.application(world.kube, parent))
        return "confirmation" in said or said

    wait_for("the shard asks for confirmation", waits)
    until = time.monotonic() + 15
    while time.monotonic() < until:
        assert "deletionTimestamp" not in argo.application(world.kube, tenant)["metadata"]
        assert argo.rollout(world.kube, where)["status"]["phase"] == "Healthy"
        time.sleep(1)
    argo.approve(world.kube, parent)

    def gone() -> bool | str:
        left = world.kube.find(argo.VERSION, "Application", ARGOCD, tenant)
        project = world.kube.find(argo.VERSION, "AppProject", ARGOCD, tenant)
        return (
            not (left or project)
            or f"{left and argo.state(left)}, project {bool(project)}; {argo.state(argo.application(world.kube, parent))}"
        )

    took = wait_for("the Application and its project are gone", gone, seconds=180)
    say(f"a confirmed removal took {took:.0f} s")
    assert not world.kube.find(argo.VERSION, "Rollout", where, "moodle")
    assert world.kube.find("v1", "Namespace", None, where)
    assert uids(world, where) == data
    argo.wait_settled(world.kube, [parent])


def test_data_that_leave_the_manifests_are_not_pruned(world: World) -> None:
    """By a mistake in the catalogue, say. The rest is synced on; Argo CD shows the two as left over."""
    tenant, branch = "academy-group", "rendered/production"
    where = argo.application(world.kube, tenant)["spec"]["destination"]["namespace"]
    data = uids(world, where)
    tree = world.fleet.rendered / "production"
    file = tree / "tenants" / tenant / "manifests" / "manifests.yaml"
    before = file.read_text(encoding="utf-8")
    names = {(kind, name) for _, kind, name in DATA}
    kept = [each for each in yaml.safe_load_all(before) if (each["kind"], each["metadata"]["name"]) not in names]
    file.write_text(yaml.safe_dump_all(kept), encoding="utf-8")
    published = world.fleet.heads[branch]
    world.fleet.commit(tree, branch, "a mistake")
    argo.refresh(world.kube, [tenant], "hard")
    time.sleep(10)
    assert uids(world, where) == data
    status = argo.application(world.kube, tenant)["status"]
    left = {each["kind"] for each in status["resources"] if each.get("requiresPruning")}
    assert left == {kind for _, kind, _ in DATA}
    file.write_text(before, encoding="utf-8")
    world.fleet.revert(branch, published, "mended")
    argo.refresh(world.kube, [tenant], "hard")
    argo.wait_settled(world.kube, [tenant])
    assert uids(world, where) == data


def test_a_tenant_is_added_by_a_file(world: World) -> None:
    """The steps of a pull request: a file, a render, a commit."""
    sample: Object = world.fleet.read("sandbox")
    body = {**sample, "name": "newcomer", "displayName": "Newcomer", "host": "newcomer.staging.example.org"}
    file = world.fleet.tenant_file("sandbox").with_name("newcomer.yaml")
    file.write_text(yaml.safe_dump(body, sort_keys=False), encoding="utf-8")
    world.fleet.publish("add a tenant")
    parents = argo.shards(world.kube, "staging")
    argo.refresh(world.kube, parents)
    took = argo.wait_settled(world.kube, [*parents, "newcomer"])
    say(f"a new tenant was Synced and Healthy after {took:.0f} s")
