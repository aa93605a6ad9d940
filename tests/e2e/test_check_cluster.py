"""`quad check --cluster` against a real API server: what it has is not asked for, what it lacks is named until it is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import World
from tests.running import Done, quad_alone


@pytest.fixture
def kubeconfig(empty: World, tmp_path: Path) -> Path:
    """With a context named like the fleet's cluster, as people name theirs."""
    config = json.loads(empty.plane.kubeconfig.read_text(encoding="utf-8"))
    for each in config["contexts"]:
        each["name"] = "eu-1"
    config["current-context"] = "eu-1"
    file = tmp_path / "kubeconfig"
    file.write_text(json.dumps(config), encoding="utf-8")
    return file


@pytest.fixture
def nginx(empty: World) -> Iterator[None]:
    """The namespace of the ingress controller."""
    empty.kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ingress-nginx"}})
    yield
    empty.kube.delete("v1", "Namespace", None, "ingress-nginx")


def check(world: World, kubeconfig: Path) -> Done:
    return quad_alone(["check", "--cluster", "eu-1", "--kubeconfig", str(kubeconfig)], world.fleet.source)


def missing(done: Done) -> set[str]:
    return {line.partition(": ")[2] for line in done.stderr.splitlines() if line.startswith("error[cluster-")}


def test_what_is_missing_is_named(empty: World, kubeconfig: Path) -> None:
    """The classes are there and every kind is served; operators, issuer and store are not, for they are played."""
    done = check(empty, kubeconfig)
    found = missing(done)
    assert done.code == 1, done.stderr
    assert not [line for line in found if "does not serve" in line and "ClusterIssuer" not in line], done.stderr
    assert not [line for line in found if "StorageClass" in line or "IngressClass" in line]
    assert "cluster `eu-1` has no Namespace `ingress-nginx`" in found
    assert "cluster `eu-1` has no Deployment `argo-rollouts` in namespace `argo-rollouts`" in found
    assert "cluster `eu-1` has no ClusterSecretStore `vault`" in found


@pytest.mark.usefixtures("nginx")
def test_what_has_come_is_missed_no_more(empty: World, kubeconfig: Path) -> None:
    assert "cluster `eu-1` has no Namespace `ingress-nginx`" not in missing(check(empty, kubeconfig))
