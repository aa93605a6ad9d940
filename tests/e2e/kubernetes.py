"""Starts Kubernetes and KWOK on loopback and free ports."""

from __future__ import annotations

import csv
import itertools
import json
import re
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.kube import APPLY, Kube, KubeError, conditions
from tests.e2e.processes import Servers, free_ports, wait_for
from tests.e2e.stages import stages

HERE = Path(__file__).resolve().parent / "control_plane"
ARGOCD = "argocd"
REGIONS = ("eu-central-1", "us-east-1")
"""Of the sample fleet's clusters, which are one here."""
PORTS = (
    *("etcd", "peer", "api", "controllers", "scheduler", "redis", "repo", "repo-metrics", "argocd-metrics"),
    *("rollouts-metrics", "rollouts-health", "metrics", "argocd-health"),
)


@dataclass
class ControlPlane:
    """The running cluster."""

    folder: Path
    binaries: Path
    servers: Servers
    ports: dict[str, int]
    kube: Kube
    times: dict[str, float] = field(default_factory=dict)

    @property
    def kubeconfig(self) -> Path:
        """For controllers, and for a person who looks into a kept folder."""
        return self.folder / "kubeconfig"


def build() -> Path:
    """The folder of the programs, built if need be."""
    done = subprocess.run([HERE / "build"], stdout=subprocess.PIPE, encoding="utf-8", check=True)
    return Path(done.stdout.strip())


def prepare(folder: Path, binaries: Path) -> ControlPlane:
    """Ports, tokens and keys; nothing runs yet."""
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    token = secrets.token_hex(16)
    plane = ControlPlane(folder, binaries, Servers(folder), ports, Kube(ports["api"], token))
    with (folder / "tokens.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow([token, "e2e", "1", "system:masters"])
    for arguments in (["genrsa", "-out", "sa.key", "2048"], ["rsa", "-in", "sa.key", "-pubout", "-out", "sa.pub"]):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
    server = {"server": f"https://127.0.0.1:{ports['api']}", "insecure-skip-tls-verify": True}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "e2e", "cluster": server}],
        "users": [{"name": "e2e", "user": {"token": token}}],
        "contexts": [{"name": "e2e", "context": {"cluster": "e2e", "user": "e2e", "namespace": ARGOCD}}],
        "current-context": "e2e",
    }
    plane.kubeconfig.write_text(json.dumps(config), encoding="utf-8")
    return plane


def start_kubernetes(plane: ControlPlane) -> None:
    """Etcd, kube-apiserver, kube-controller-manager and kube-scheduler."""
    box, folder, port, servers = str(plane.binaries / "kubebox"), plane.folder, plane.ports, plane.servers
    client, peer = f"http://127.0.0.1:{port['etcd']}", f"http://127.0.0.1:{port['peer']}"
    etcd = {
        "data-dir": folder / "etcd",
        "listen-client-urls": client,
        "advertise-client-urls": client,
        "listen-peer-urls": peer,
        "initial-advertise-peer-urls": peer,
        "initial-cluster": f"default={peer}",
        "unsafe-no-fsync": "true",
        "log-level": "warn",
    }
    servers.start("etcd", [box, "etcd", *flags(etcd)])
    apiserver = {
        "etcd-servers": client,
        "bind-address": "127.0.0.1",
        "advertise-address": "127.0.0.1",
        "secure-port": port["api"],
        "cert-dir": folder / "apiserver",
        "token-auth-file": folder / "tokens.csv",
        "service-account-key-file": folder / "sa.pub",
        "service-account-signing-key-file": folder / "sa.key",
        "service-account-issuer": "https://kubernetes.default.svc",
        "service-cluster-ip-range": "10.96.0.0/16",
        "authorization-mode": "RBAC",
        "endpoint-reconciler-type": "none",
        "enable-priority-and-fairness": "false",
    }
    servers.start("kube-apiserver", [box, "kube-apiserver", *flags(apiserver)])
    plane.times["kube-apiserver"] = servers.wait_until("kube-apiserver", lambda: is_ready(plane.kube))
    common = {
        "kubeconfig": plane.kubeconfig,
        "leader-elect": "false",
        "bind-address": "127.0.0.1",
        "authentication-skip-lookup": "true",
        "kube-api-qps": "300",
        "kube-api-burst": "600",
    }
    controllers = {
        **common,
        "secure-port": port["controllers"],
        "cert-dir": folder / "controllers",
        "service-account-private-key-file": folder / "sa.key",
        # Pods are ready at once here, so the autoscaler need not wait for them to warm up.
        "horizontal-pod-autoscaler-sync-period": "5s",
        "horizontal-pod-autoscaler-cpu-initialization-period": "1s",
        "horizontal-pod-autoscaler-initial-readiness-delay": "1s",
    }
    scheduler = {**common, "secure-port": port["scheduler"], "cert-dir": folder / "scheduler"}
    servers.start("kube-controller-manager", [box, "kube-controller-manager", *flags(controllers)])
    servers.start("kube-scheduler", [box, "kube-scheduler", *flags(scheduler)])
    wait_for("the default service account", lambda: plane.kube.find("v1", "ServiceAccount", "default", "default"))


def flags(values: dict[str, Any]) -> list[str]:
    """Command-line flags."""
    return [f"--{name}={value}" for name, value in values.items()]


def is_ready(kube: Kube) -> bool:
    """Does the API server take requests?"""
    try:
        kube.call("GET", "/readyz")
    except (OSError, KubeError):
        return False
    return True


def install_crds(plane: ControlPlane, folder: Path, wanted: set[tuple[str, str]]) -> None:
    """
    Apply the CRDs of `make crds` for some groups and kinds, and wait until they are served. Not all of them: Argo CD reads the
    schemas of the whole cluster for each object that it applies, and with seventy large CRDs a fleet takes minutes.
    """
    path = plane.kube.path("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    names = set()
    for group, kind, name, text in crds(folder):
        if (group, kind) in wanted:
            plane.kube.call("PATCH", f"{path}/{name}?fieldManager=e2e&force=true", text, APPLY)
            names.add(name)
            wanted = wanted - {(group, kind)}
    assert not wanted, f"no CRD for {sorted(wanted)}: add its module to tests/crds/modules.txt"

    def established() -> bool | str:
        found = plane.kube.all("apiextensions.k8s.io/v1", "CustomResourceDefinition")
        ready = {
            each["metadata"]["name"]
            for each in found
            if conditions(each).get("Established", {}).get("status") == "True"
        }
        waiting = sorted(names - ready)
        return not waiting or ", ".join(waiting)

    wait_for("CRDs are established", established)


def crds(folder: Path) -> Iterator[tuple[str, str, str, bytes]]:
    """Group, kind, name and text of each CRD: not parsed, for reading a hundred thousand lines takes long."""
    patterns = (r"^  group: (\S+)$", r"^    kind: (\S+)$", r"^  name: (\S+)$")
    for file in sorted(folder.rglob("*.yaml")):
        for text in re.split(r"^---$", file.read_text(encoding="utf-8"), flags=re.MULTILINE):
            found = [re.search(pattern, text, re.MULTILINE) for pattern in patterns]
            if re.search(r"^kind: CustomResourceDefinition$", text, re.MULTILINE):
                group, kind, name = (each[1] if each else "" for each in found)
                yield group, kind, name, text.encode()


def start_nodes(plane: ControlPlane) -> None:
    """KWOK and three nodes in each region; what their pods do is said in `stages`."""
    config = plane.folder / "stages.yaml"
    config.write_text(yaml.safe_dump_all(stages(HERE / "kwok")), encoding="utf-8")
    room = {"cpu": "4000", "memory": "16Ti", "ephemeral-storage": "100Ti", "pods": "5000"}
    for region, zone in itertools.product(REGIONS, "abc"):
        name, topology = f"node-{region}{zone}", "topology.kubernetes.io"
        labels = {"kubernetes.io/hostname": name, f"{topology}/region": region, f"{topology}/zone": f"{region}{zone}"}
        labels["kubernetes.io/os"] = "linux"
        notes = {"kwok.x-k8s.io/node": "fake", "node.alpha.kubernetes.io/ttl": "0"}
        meta = {"name": name, "labels": labels, "annotations": notes}
        status = {"allocatable": room, "capacity": room}
        plane.kube.create({"apiVersion": "v1", "kind": "Node", "metadata": meta, "status": status})
    options = {
        "kubeconfig": plane.kubeconfig,
        "manage-all-nodes": "true",
        "node-ip": "127.0.0.1",
        "cidr": "10.0.0.1/16",
        "node-lease-duration-seconds": "40",
        "config": config,
    }
    plane.servers.start("kwok", [str(plane.binaries / "kwok"), *flags(options)])

    def ready() -> bool:
        return all(conditions(node).get("Ready", {}).get("status") == "True" for node in plane.kube.all("v1", "Node"))

    plane.times["kwok"] = plane.servers.wait_until("kwok", ready)
