"""The model serverless: its pods are the Rollout's, and what Knative does itself is done by nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_features import OVERLAYS, Objects, manifests

ASKED = yaml.safe_load((OVERLAYS / "models" / "serverless" / "examples" / "minimal.yaml").read_bytes())
REFUSED_IN_POD = {"terminationGracePeriodSeconds", "topologySpreadConstraints"}
REFUSED_IN_CONTAINER = {"lifecycle", "startupProbe", "livenessProbe", "readinessProbe", "ports"}
ONLY_KNATIVE = {"containerConcurrency", "timeoutSeconds"}


@pytest.fixture(scope="module")
def serverless(tmp_path_factory: pytest.TempPathFactory) -> Objects:
    said = {"model": "serverless", **ASKED, "web": {"replicas": {"min": 0, "max": 3}}}
    return manifests(tmp_path_factory.mktemp("serverless"), said)


def without(data: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in names}


def test_the_pods_are_those_of_the_rollout(serverless: Objects, tmp_path: Path) -> None:
    """But for what Knative refuses, which is named here field by field."""
    servers = {"database": "managed-postgresql", "cache": "managed-redis"}
    said = {name: {**ASKED[name], "server": server} for name, server in servers.items()}
    rollout = manifests(tmp_path, said)["Rollout/moodle"]["spec"]["template"]["spec"]
    service = serverless["Service/moodle"]["spec"]["template"]["spec"]
    assert service["securityContext"] == without(rollout["securityContext"], {"fsGroupChangePolicy"})
    kept = REFUSED_IN_POD | ONLY_KNATIVE | {"containers", "securityContext"}
    assert without(service, kept) == without(rollout, kept)
    for one, other in zip(service["containers"], rollout["containers"], strict=True):
        assert without(one, REFUSED_IN_CONTAINER) == without(other, REFUSED_IN_CONTAINER)


def test_knative_may_probe_one_container_only(serverless: Objects) -> None:
    php, nginx = serverless["Service/moodle"]["spec"]["template"]["spec"]["containers"]
    assert REFUSED_IN_CONTAINER & php.keys() == set()
    assert nginx["ports"] == [{"name": "http1", "containerPort": 8080, "protocol": "TCP"}]
    assert nginx["readinessProbe"]["httpGet"]["path"] == "/readyz", "the new revision waits for the database's version"
    assert nginx["livenessProbe"]["httpGet"]["path"] == "/livez"


def test_its_numbers_are_the_tenants(serverless: Objects) -> None:
    template = serverless["Service/moodle"]["spec"]["template"]
    scale = {key.rpartition("/")[2]: value for key, value in template["metadata"]["annotations"].items()}
    assert (scale["min-scale"], scale["max-scale"]) == ("0", "3")
    environment = serverless["ConfigMap/moodle-env"]["data"]
    assert template["spec"]["containerConcurrency"] == int(environment["PHP_WORKERS"])
    ini = serverless["ConfigMap/moodle-fpm"]["data"]["moodle.ini"]
    assert f"max_execution_time = {template['spec']['timeoutSeconds']}\n" in ini, (
        "Knative ends no request before PHP does"
    )


def test_nothing_else_counts_routes_or_guards_the_pods(serverless: Objects) -> None:
    kinds = {name.partition("/")[0] for name in serverless}
    assert kinds & {"Rollout", "HorizontalPodAutoscaler", "PodDisruptionBudget", "Ingress", "Cluster"} == set()
    assert {name for name in serverless if name.startswith("Service/")} == {"Service/moodle"}
    assert {"Deployment/moodle-cron", "Deployment/moodle-adhoc", "Job/moodle-install", "Job/moodle-preflight"} <= set(
        serverless
    ), "what is no web pod stays as it is"


def test_a_suspended_site_has_no_public_name_and_keeps_no_pod(tmp_path: Path) -> None:
    objects = manifests(tmp_path, {"model": "serverless", "state": "suspended", **ASKED})
    assert not [name for name in objects if name.startswith("DomainMapping/")]
    template = objects["Service/moodle"]["spec"]["template"]
    assert template["metadata"]["annotations"]["autoscaling.knative.dev/min-scale"] == "0"
    assert objects["Deployment/moodle-cron"]["spec"]["replicas"] == 0
