"""A tenant's AppProject lets its Application into one namespace, from one repository, and nothing cluster-wide."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.e2e import argo
from tests.e2e.conftest import World
from tests.e2e.kube import Object
from tests.e2e.kubernetes import ARGOCD
from tests.e2e.processes import wait_for

TENANT = "steinbach"
RBAC = "rbac.authorization.k8s.io/v1"
BODIES: dict[str, Object] = {
    "cluster-role": {"apiVersion": RBAC, "kind": "ClusterRole", "metadata": {"name": "attack"}, "rules": []},
    "namespace": {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "attack"}},
    "role": {"apiVersion": RBAC, "kind": "Role", "metadata": {"name": "attack"}, "rules": []},
    "secret": {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "attack"}},
    "neighbour": {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "attack", "namespace": "moodle-nordvik"},
    },
    "argocd": {
        "apiVersion": argo.VERSION,
        "kind": "AppProject",
        "metadata": {"name": "attack", "namespace": ARGOCD},
        "spec": {"sourceRepos": ["*"]},
    },
}


@pytest.fixture(scope="module")
def branch(world: World, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A branch of the same repository with what a tenant must not have."""
    tree: Path = tmp_path_factory.mktemp("attack")
    for name, body in BODIES.items():
        (tree / name).mkdir()
        (tree / name / "body.yaml").write_text(yaml.safe_dump(body), encoding="utf-8")
    world.fleet.commit(tree, "attack", "attack")
    return "refs/heads/attack"


def attack(world: World, name: str, **changes: Object) -> str:
    """An Application in the tenant's project with something changed; what Argo CD says to it."""
    spec = argo.application(world.kube, TENANT)["spec"]
    spec = {key: spec[key] for key in ("project", "source", "destination")}
    for key, value in changes.items():
        spec[key] = {**spec[key], **value}
    spec["syncPolicy"] = {"automated": {}, "retry": {"limit": 0}}
    body = {
        "apiVersion": argo.VERSION,
        "kind": "Application",
        "metadata": {"name": f"attack-{name}", "namespace": ARGOCD},
    }
    world.kube.create({**body, "spec": spec})

    def refused() -> list[str]:
        status = argo.application(world.kube, f"attack-{name}").get("status", {})
        said = [f"{each['type']}: {each['message']}" for each in status.get("conditions") or []]
        operation = status.get("operationState", {})
        if operation.get("phase") in {"Failed", "Error", "Succeeded"}:
            results = operation.get("syncResult", {}).get("resources") or []
            said.append(f"{operation['phase']}: {operation.get('message')} {[each.get('message') for each in results]}")
        return said

    try:
        wait_for("Argo CD has an opinion", refused, seconds=60)
        return "\n".join(refused())
    finally:
        world.kube.delete(argo.VERSION, "Application", ARGOCD, f"attack-{name}")


def test_another_namespace_is_refused(world: World) -> None:
    said = attack(world, "destination", destination={"namespace": "moodle-nordvik"})
    assert "InvalidSpecError" in said
    assert "do not match any of the allowed destinations" in said


def test_another_repository_is_refused(world: World) -> None:
    said = attack(world, "repository", source={"repoURL": f"{world.fleet.url}-of-somebody-else"})
    assert "InvalidSpecError" in said
    assert "is not permitted in project" in said


@pytest.mark.parametrize("name", [name for name in BODIES if name != "namespace"])
def test_a_resource_outside_the_tenants_reach_is_refused(world: World, branch: str, name: str) -> None:
    said = attack(world, name, source={"targetRevision": branch, "path": name})
    body = BODIES[name]
    assert "Succeeded" not in said, said
    assert "not permitted in project" in said or "not managed" in said, said
    meta = body["metadata"]
    where = meta.get("namespace") or argo.application(world.kube, TENANT)["spec"]["destination"]["namespace"]
    assert not world.kube.find(body["apiVersion"], body["kind"], where, meta["name"])


def test_a_namespace_is_kept_out_by_our_own_rule_alone(world: World, branch: str) -> None:
    """CreateNamespace=true needs the kind in the project's list, and Argo CD 3.2 lists kinds, not names.

    A Namespace in a tenant's manifests is refused by the rule `tenancy`; this fails the day that Argo CD refuses it too, and the
    project can then name the one namespace.
    """
    said = attack(world, "namespace", source={"targetRevision": branch, "path": "namespace"})
    try:
        assert said.startswith("Succeeded"), said
        assert world.kube.find("v1", "Namespace", "", "attack")
    finally:
        world.kube.delete("v1", "Namespace", "", "attack")
