"""
One control plane for all scenarios of a session. Only with QUAD_E2E=1 (`make e2e`): it takes minutes and needs Go and Redis.
KWOK stands for the nodes: it ignores probes, images and volumes, so these tests prove order and reconciliation, not that Moodle
starts.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from generator.rules.walk import everything
from tests.conftest import ROOT
from tests.e2e import argo, argo_cd, fleet, kubernetes
from tests.e2e.fleet import Fleet
from tests.e2e.kube import Kube
from tests.e2e.kubernetes import ControlPlane
from tests.e2e.metrics import Metrics
from tests.e2e.stand_in import StandIn

collect_ignore_glob = [] if os.environ.get("QUAD_E2E") == "1" else ["test_*.py"]
CAPTURE: list[Any] = []
CRDS = ROOT / ".build" / "crds"
ARGO = (
    "Application",
    "AppProject",
    "ApplicationSet",
    "Rollout",
    "AnalysisTemplate",
    "ClusterAnalysisTemplate",
    "AnalysisRun",
    "Experiment",
)
BUILT_IN = {"apps", "autoscaling", "batch", "policy", "networking.k8s.io", "rbac.authorization.k8s.io"}


@dataclass
class World:
    """What a scenario sees: the cluster and the fleet's repository."""

    plane: ControlPlane
    fleet: Fleet

    @property
    def kube(self) -> Kube:
        """The cluster's API."""
        return self.plane.kube


def missing() -> str:
    """What this machine lacks, in words."""
    if not shutil.which("redis-server") and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        for command in (["apt-get", "update"], ["apt-get", "install", "--yes", "redis-server"]):
            subprocess.run(command, env=quiet, check=False, stdout=subprocess.DEVNULL)
    lacks = [name for name in ("go", "git", "openssl", "redis-server") if not shutil.which(name)]
    if not CRDS.is_dir():
        lacks.append("the CRDs (run `make crds`)")
    return ", ".join(lacks)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Remember whom to ask for the terminal as it is outside of pytest's capture."""
    CAPTURE.append(session.config.pluginmanager.getplugin("capturemanager"))


def say(line: str) -> None:
    """What takes minutes shows that it lives, and what was measured is shown."""
    for capture in CAPTURE[-1:]:
        with capture.global_and_fixture_disabled():
            print(f"\ne2e: {line}", flush=True)  # noqa: T201


@pytest.fixture(scope="session")
def plane() -> Iterator[ControlPlane]:
    """The servers, ended at the end; their folder is kept where a scenario failed."""
    lacks = missing()
    if lacks:
        line = f"NO CONTROL PLANE: this machine lacks {lacks}; NOTHING OF tests/e2e HAS RUN"
        say(line)
        if os.environ.get("CI") == "true":
            pytest.fail(line)
        pytest.skip(line)
    began = time.monotonic()
    binaries = kubernetes.build()
    say(f"control plane built in {time.monotonic() - began:.0f} s")
    folder = Path(tempfile.mkdtemp(prefix="quad-e2e-"))
    plane = kubernetes.prepare(folder, binaries)
    metrics = Metrics(plane.kube, plane.ports["metrics"], folder)
    operators = StandIn(plane.kube)
    try:
        kubernetes.start_kubernetes(plane)
        kubernetes.install_crds(plane, CRDS, {("argoproj.io", kind) for kind in ARGO})
        argo_cd.configure(plane)
        metrics.start()
        kubernetes.start_nodes(plane)
        operators.start()
        argo_cd.start(plane)
        say(f"control plane up in {time.monotonic() - began:.0f} s: logs and kubeconfig in {folder}")
        yield plane
        memory = {name: server.memory() for name, server in plane.servers.running.items()}
        say(f"peak memory {sum(memory.values())} MB: " + ", ".join(f"{name} {size}" for name, size in memory.items()))
        assert not operators.errors, "\n".join(operators.errors[:3])
    finally:
        operators.stop()
        plane.kube.close()
        plane.servers.stop()
        metrics.stop()


@pytest.fixture(scope="session", autouse=True)
def _folder_is_kept_on_failure(request: pytest.FixtureRequest, plane: ControlPlane) -> Iterator[None]:
    """Remove the scratch folder after a session without a failure."""
    yield
    if request.session.testsfailed:
        say(f"kept for a look: {plane.folder}")
        return
    request.config.add_cleanup(lambda: shutil.rmtree(plane.folder, ignore_errors=True))


@pytest.fixture(scope="session")
def empty(plane: ControlPlane) -> World:
    """The cluster with nothing applied, and the sample fleet published to a bare repository."""
    sample = fleet.make(plane.folder / "fleet")
    began = time.monotonic()
    sample.publish()
    say(f"{len(sample.tenants())} tenants rendered and published in {time.monotonic() - began:.0f} s")
    bodies = [body for tenant in sample.tenants() for body in sample.manifests(tenant)]
    used = {(body["apiVersion"].rpartition("/")[0], body["kind"]) for body in bodies}
    here = {*BUILT_IN, "", "argoproj.io"}
    kubernetes.install_crds(plane, CRDS, {(group, kind) for group, kind in used if group not in here})
    priorities = {text for body in bodies for path, text in everything(body) if path[-1:] == ("priorityClassName",)}
    for name in sorted(priorities):  # the platform makes them
        made = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name}}
        plane.kube.apply({**made, "value": -100, "description": "e2e"})
    return World(plane, sample)


@pytest.fixture(scope="session")
def world(empty: World) -> World:
    """The sample fleet running: the roots applied by hand, everything else by Argo CD."""
    for body in empty.fleet.roots():
        empty.kube.apply(body)
    names = [*(each["metadata"]["name"] for each in empty.fleet.roots() if each["kind"] == "Application")]
    took = argo.wait_settled(empty.kube, [*names, *empty.fleet.tenants()], seconds=300)
    say(f"{len(empty.fleet.tenants())} tenants Synced and Healthy in {took:.0f} s")
    return empty
