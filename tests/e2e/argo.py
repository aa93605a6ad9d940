"""What the scenarios ask of Argo CD: refresh, look, wait."""

from __future__ import annotations

import time
from collections.abc import Iterable

from tests.e2e.kube import Kube, Object, conditions
from tests.e2e.kubernetes import ARGOCD
from tests.e2e.processes import wait_for

VERSION = "argoproj.io/v1alpha1"
REFRESH = "argocd.argoproj.io/refresh"
APPROVED = "argocd.argoproj.io/deletion-approved"
SITE = "app.kubernetes.io/component=web"


def application(kube: Kube, name: str) -> Object:
    """An Application as it is now."""
    return kube.get(VERSION, "Application", ARGOCD, name)


def applications(kube: Kube) -> dict[str, Object]:
    """All Applications by name."""
    return {each["metadata"]["name"]: each for each in kube.all(VERSION, "Application", ARGOCD)}


def tenants(kube: Kube) -> dict[str, Object]:
    """The Applications that are tenants, not roots."""
    return {
        name: each
        for name, each in applications(kube).items()
        if "quadrangle.dev/tenant" in each["metadata"].get("labels", {})
    }


def state(body: Object) -> str:
    """Sync, health and operation in one line, and what is said about it."""
    status = body.get("status", {})
    sync, health = status.get("sync", {}).get("status"), status.get("health", {}).get("status")
    operation = status.get("operationState", {})
    said = [f"{kind}: {each['message']}" for kind, each in conditions(body).items()]
    if operation.get("phase") not in {None, "Succeeded"}:
        said.append(str(operation.get("message", "")))
    return " ".join([f"{sync}/{health}/{operation.get('phase')}", *said])[:600]


def differing(body: Object) -> list[str]:
    """The objects of an Application that are not as git has them, or not healthy."""
    return [
        f"{each['kind']}/{each['name']} {each.get('status')} {each.get('health', {}).get('status', '')}"
        for each in body.get("status", {}).get("resources", [])
        if each.get("status") != "Synced" or each.get("health", {}).get("status", "Healthy") != "Healthy"
    ]


def settled(body: Object) -> bool:
    """Synced and Healthy, and no operation under way."""
    status = body.get("status", {})
    return bool(
        status.get("sync", {}).get("status") == "Synced"
        and status.get("health", {}).get("status") == "Healthy"
        and status.get("operationState", {}).get("phase") in {None, "Succeeded"}
        and "operation" not in body
    )


def wait_settled(kube: Kube, names: Iterable[str] | None = None, seconds: float = 180, revision: str = "") -> float:
    """All of them Synced and Healthy, at a commit if one is named; else the story of those that are not."""
    wanted = set(names) if names is not None else None

    def seen() -> bool | str:
        found = applications(kube)
        chosen = wanted if wanted is not None else set(found)
        waiting = [name for name in sorted(chosen) if name not in found or not settled(found[name])]
        behind = [
            name
            for name in sorted(chosen - set(waiting))
            if revision and found[name]["status"]["sync"].get("revision") != revision
        ]
        if not waiting and not behind:
            return bool(chosen)
        story = [f"{name}: {state(found[name])} {differing(found[name])[:6]}" for name in waiting if name in found]
        missing = [name for name in waiting if name not in found]
        return "\n".join(
            [*story, *(f"{name}: missing" for name in missing), *(f"{name}: old commit" for name in behind)]
        )

    return wait_for("Applications are Synced and Healthy", seen, seconds, pause=0.5)


def refresh(kube: Kube, names: Iterable[str], how: str = "normal", seconds: float = 60) -> None:
    """Compare again with git, and wait until it is done."""
    chosen = list(names)
    for name in chosen:
        kube.patch(application(kube, name), {"metadata": {"annotations": {REFRESH: how}}})

    def seen() -> bool | str:
        found = applications(kube)
        waiting = [n for n in chosen if n in found and REFRESH in found[n]["metadata"].get("annotations", {})]
        return not waiting or f"still refreshing: {', '.join(waiting)}"

    wait_for("Applications are refreshed", seen, seconds)


def shards(kube: Kube, environment: str) -> list[str]:
    """The names of an environment's roots and their shards."""
    made = set(tenants(kube))
    branch = f"/{environment}"
    found = applications(kube)
    return sorted(
        n for n, each in found.items() if n not in made and each["spec"]["source"]["targetRevision"].endswith(branch)
    )


def approve(kube: Kube, name: str) -> None:
    """Confirm a deletion, as `argocd app confirm-deletion` does."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    kube.patch(application(kube, name), {"metadata": {"annotations": {APPROVED: stamp}}})


def terminate(kube: Kube, name: str) -> str:
    """
    End a sync that runs, as `argocd app terminate-op` does, and say in which phase it was: one that waits for a Rollout makes a
    newer commit wait too.
    """
    body = application(kube, name)
    phase = str(body["status"]["operationState"]["phase"])
    if phase == "Running":
        kube.patch(body, {"status": {"operationState": {"phase": "Terminating"}}})
    return phase


def rollout(kube: Kube, namespace: str) -> Object:
    """A site's Rollout."""
    return kube.get(VERSION, "Rollout", namespace, "moodle")


def colour(kube: Kube, namespace: str, service: str = "moodle") -> str:
    """Which pods a Service selects: the hash that Argo Rollouts writes, or nothing."""
    body = kube.find("v1", "Service", namespace, service) or {}
    return str(body.get("spec", {}).get("selector", {}).get("rollouts-pod-template-hash", ""))


def web_pods(kube: Kube, namespace: str, of: str = "") -> list[Object]:
    """A site's web pods, of one colour or of all."""
    selector = SITE + (f",rollouts-pod-template-hash={of}" if of else "")
    return [each for each in kube.all("v1", "Pod", namespace, labelSelector=selector) if alive(each)]


def alive(pod: Object) -> bool:
    """Not on its way out."""
    return "deletionTimestamp" not in pod["metadata"]


def ready(pod: Object) -> bool:
    """Ready, as KWOK says."""
    return conditions(pod).get("Ready", {}).get("status") == "True"
