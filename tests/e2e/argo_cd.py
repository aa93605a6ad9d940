"""Starts Redis, Argo CD and Argo Rollouts, with the settings that an installation brings."""

from __future__ import annotations

import os
import secrets
import shutil

from tests.e2e.kubernetes import ARGOCD, ControlPlane, flags
from tests.e2e.processes import answers


def start(plane: ControlPlane) -> None:
    """Redis, Argo CD's repository server and application controller, and Argo Rollouts."""
    folder, port, servers = plane.folder, plane.ports, plane.servers
    redis = shutil.which("redis-server")
    assert redis, "redis-server is missing: apt-get install redis-server"
    servers.start(
        "redis", [redis, "--port", str(port["redis"]), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    )
    environment = argo_environment(plane)
    common = {"redis": f"127.0.0.1:{port['redis']}", "loglevel": "info"}
    repository = {
        **common,
        "disable-tls": "true",
        "address": "127.0.0.1",
        "port": port["repo"],
        "metrics-address": "127.0.0.1",
        "metrics-port": port["repo-metrics"],
    }
    program = folder / "path" / "argocd-repo-server"
    servers.start("argocd-repo-server", [str(program), *flags(repository)], environment)
    controller = {
        **common,
        "namespace": ARGOCD,
        "repo-server": f"127.0.0.1:{port['repo']}",
        "repo-server-plaintext": "true",
        "metrics-port": port["argocd-metrics"],
        "status-processors": "10",
        "operation-processors": "20",
        "kubectl-parallelism-limit": "20",
        "sync-timeout": "900",
    }
    program = folder / "path" / "argocd-application-controller"
    servers.start("argocd-application-controller", [str(program), *flags(controller)], environment)
    rollouts = {
        "kubeconfig": plane.kubeconfig,
        "namespace": "argo-rollouts",
        "leader-elect": "false",
        "metricsPort": port["rollouts-metrics"],
        "healthzPort": port["rollouts-health"],
        "qps": "200",
        "burst": "400",
    }
    servers.start("argo-rollouts", [str(plane.binaries / "rollouts-controller"), *flags(rollouts)])
    for name, which in (
        ("argocd-repo-server", "repo-metrics"),
        ("argocd-application-controller", "argocd-metrics"),
        ("argo-rollouts", "rollouts-health"),
    ):
        url = f"http://127.0.0.1:{port[which]}/healthz"
        plane.times[name] = servers.wait_until(name, lambda url=url: answers(url))  # type: ignore[misc]


def argo_environment(plane: ControlPlane) -> dict[str, str]:
    """What Argo CD reads from its environment, and its programs by the names it calls them."""
    path, scratch = plane.folder / "path", plane.folder / "argocd"
    for folder in (path, *(scratch / name for name in ("tls", "ssh", "gnupg", "plugins", "tmp"))):
        folder.mkdir(parents=True, exist_ok=True)
    for name in ("argocd-repo-server", "argocd-application-controller", "argocd-git-ask-pass"):
        (path / name).symlink_to(plane.binaries / "argocd")
    (path / "kustomize").symlink_to(plane.binaries / "kustomize")
    return {
        "KUBECONFIG": str(plane.kubeconfig),
        "PATH": f"{path}{os.pathsep}{os.environ['PATH']}",
        "HOSTNAME": "argocd-e2e",
        "TMPDIR": str(scratch / "tmp"),
        "ARGOCD_FAKE_IN_CLUSTER": "true",
        "ARGOCD_GPG_ENABLED": "false",
        "ARGOCD_TLS_DATA_PATH": str(scratch / "tls"),
        "ARGOCD_SSH_DATA_PATH": str(scratch / "ssh"),
        "ARGOCD_GNUPGHOME": str(scratch / "gnupg"),
        "ARGOCD_PLUGINSOCKFILEPATH": str(scratch / "plugins"),
        "ARGOCD_K8S_CLIENT_QPS": "300",
        "ARGOCD_K8S_CLIENT_BURST": "600",
    }


def configure(plane: ControlPlane) -> None:
    """The namespaces and the settings that an installation of Argo CD brings."""
    for name in (ARGOCD, "argo-rollouts"):
        plane.kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    part = {"app.kubernetes.io/part-of": ARGOCD}
    names = ("cm", "cmd-params-cm", "rbac-cm", "ssh-known-hosts-cm", "tls-certs-cm", "gpg-keys-cm")
    for name in names:
        meta = {"name": f"argocd-{name}", "namespace": ARGOCD, "labels": part}
        plane.kube.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta})
    secret = {"apiVersion": "v1", "kind": "Secret", "stringData": {"server.secretkey": secrets.token_hex(16)}}
    plane.kube.create({**secret, "metadata": {"name": "argocd-secret", "namespace": ARGOCD, "labels": part}})
    project = {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "spec": {"sourceRepos": []}}
    plane.kube.create({**project, "metadata": {"name": "default", "namespace": ARGOCD}})
