"""The API server has the last word on what cannot change: the museum of destruction against it, by server-side dry-run.

Every case of a class that says "the change is refused" is created as it is before and applied as it is after. What the museum
calls a danger the API server must refuse, and what it calls a near miss it must take.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.destruction.museum import CASES, state
from tests.e2e.kube import Kube, KubeError, Object
from tests.e2e.kubernetes import ControlPlane
from tests.e2e.processes import wait_for

CLASSES = ("immutable-field", "storage-shrink", "storage-class", "access-mode", "service-address")
DESTROYS_UNREFUSED = {
    "service-address.external-name": "the API server takes the address away and says nothing",
    "service-address.load-balancer": "as above",
}
LEFT_OUT = {
    "immutable-field.good-hashed": "two objects of different names",
    "immutable-field.good-made-anew": "refused as well; Argo CD deletes it first",
    "immutable-field.good-once": "refused as well; Argo CD leaves it as it is (test_upgrades.py)",
    "immutable-field.hostile": "refused for its key already",
    "immutable-field.good-statefulset": "refused for the rollingUpdate that the API server had filled in",
}
OPERATORS = ("postgresql.cnpg.io/",)
"""Groups whose changes a webhook of the operator's judges; it does not run here."""

CLUSTER_WIDE = {"PersistentVolume", "StorageClass", "PriorityClass", "IngressClass"}
REFUSED = re.compile(r"immutable|[Ff]orbidden|cannot change|may not be changed|may not change|can not be less")


def of_kubernetes(objects: list[Object]) -> list[Object]:
    """The objects without those of operators."""
    return [each for each in objects if not each["apiVersion"].startswith(OPERATORS)]


def is_asked(case: Path) -> bool:
    """Whether the case has something that the API server alone judges."""
    code = case.name.partition(".")[0]
    return code in CLASSES and case.name not in LEFT_OUT and bool(of_kubernetes(state(case, "before.yaml")[1]))


ASKED = [case for case in CASES if is_asked(case)]


def placed(objects: list[Object], namespace: str) -> list[Object]:
    """The objects in a namespace of the test's own; what is cluster-wide is named after it."""
    found = []
    for each in copy.deepcopy(of_kubernetes(objects)):
        if each["kind"] in CLUSTER_WIDE:
            each["metadata"]["name"] = namespace
        else:
            each["metadata"]["namespace"] = namespace
        for subject in each.get("subjects", []):
            subject["namespace"] = namespace
        found.append(each)
    return found


def key(body: Object) -> tuple[str, str]:
    """Kind and name."""
    return body["kind"], body["metadata"]["name"]


def bind(kube: Kube, claim: Object) -> Object:
    """A volume made for the claim, and the claim as it is once bound: an unbound one cannot even grow."""
    spec, meta = claim["spec"], claim["metadata"]
    name = f"{meta['namespace']}-{meta['name']}"
    volume = {
        "capacity": spec["resources"]["requests"],
        "accessModes": spec["accessModes"],
        "storageClassName": spec.get("storageClassName", ""),
        "persistentVolumeReclaimPolicy": "Retain",
        "claimRef": {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "namespace": meta["namespace"],
            "name": meta["name"],
        },
        "nfs": {"server": "192.0.2.1", "path": "/"},
    }
    if "volumeMode" in spec:
        volume["volumeMode"] = spec["volumeMode"]
    kube.create({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name}, "spec": volume})
    return {**claim, "spec": {**spec, "volumeName": name}}


def settle(kube: Kube, claim: Object) -> None:
    """Wait until Kubernetes has bound the claim."""
    meta = claim["metadata"]

    def bound() -> bool | str:
        found = kube.get("v1", "PersistentVolumeClaim", meta["namespace"], meta["name"])
        return found["status"].get("phase") == "Bound" or str(found["status"])

    wait_for(f"claim {meta['name']} is bound", bound)


@pytest.fixture
def namespace(plane: ControlPlane, request: pytest.FixtureRequest) -> Iterator[str]:
    """A namespace for one case; everything cluster-wide of that name goes with it."""
    name = "museum-" + re.sub(r"[^a-z0-9]+", "-", request.node.callspec.id)[:50].strip("-")
    plane.kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    for each in plane.kube.all("v1", "Service", name):  # now, for the next case may want its address
        plane.kube.delete("v1", "Service", name, each["metadata"]["name"])
    plane.kube.delete("v1", "Namespace", None, name)
    for version, kind in (
        ("v1", "PersistentVolume"),
        ("storage.k8s.io/v1", "StorageClass"),
        ("scheduling.k8s.io/v1", "PriorityClass"),
        ("networking.k8s.io/v1", "IngressClass"),
    ):
        for each in plane.kube.all(version, kind):
            if each["metadata"]["name"].startswith(name):
                plane.kube.delete(version, kind, None, each["metadata"]["name"])


def install(kube: Kube, case: Path) -> None:
    """The case's own CustomResourceDefinitions."""
    for path in sorted(case.glob("crds/*.yaml")):
        body = yaml.safe_load(path.read_bytes())
        kube.apply(body)
        names, group = body["spec"]["names"], body["spec"]["group"]
        for version in filter(lambda each: each["served"], body["spec"]["versions"]):

            def served(version: str = f"{group}/{version['name']}", kind: str = names["kind"]) -> bool | str:
                # Its condition says Established a moment before the API server answers for it.
                try:
                    kube.all(version, kind)
                except KubeError as error:
                    return str(error)
                return True

            wait_for(f"{names['kind']} is served", served)


@pytest.mark.parametrize("case", ASKED, ids=lambda case: case.name)
def test_the_api_server_agrees(plane: ControlPlane, namespace: str, case: Path) -> None:
    kube = plane.kube
    install(kube, case)
    made: dict[tuple[str, str], Object] = {}
    for body in placed(state(case, "before.yaml")[1], namespace):
        is_claim = body["kind"] == "PersistentVolumeClaim"
        made[key(body)] = bind(kube, body) if is_claim else body
        kube.apply(made[key(body)])
        if is_claim:
            settle(kube, body)
    refusals = []
    for body in placed(state(case, "after.yaml")[1], namespace):
        if (before := made.get(key(body))) is None:
            continue
        if "volumeName" in before.get("spec", {}):
            body["spec"]["volumeName"] = before["spec"]["volumeName"]
        try:
            kube.apply(body, dryRun="All")
        except KubeError as error:
            refusals.append(error.message)
    assert [message for message in refusals if not REFUSED.search(message)] == []
    is_good = case.name.partition(".")[2].startswith("good")
    assert bool(refusals) is not (is_good or case.name in DESTROYS_UNREFUSED), refusals


def test_the_exceptions_are_cases() -> None:
    names = {case.name for case in CASES}
    assert ({*DESTROYS_UNREFUSED} | {*LEFT_OUT}) - names == set()
    assert len(ASKED) > 40
