"""The API server takes every object of the sample fleet: built-in kinds and every operator's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from tests.e2e.conftest import CRDS, World
from tests.e2e.kube import APPLY, Kube, KubeError, Object
from tests.e2e.kubernetes import crds
from tests.e2e.processes import wait_for

# The API server would like a path in the name of this finalizer; the name is Argo CD's.
ARGO_CD_FINALIZER = '"resources-finalizer.argocd.argoproj.io": prefer a domain-qualified finalizer name'


@pytest.fixture
def namespaces(empty: World) -> Iterator[None]:
    """The tenants' namespaces as Argo CD makes them: a dry run persists none. Taken away again, so that Argo CD makes its own."""
    made = []
    for tenant in empty.fleet.tenants():
        spec = empty.fleet.application(tenant)["spec"]
        name = spec["destination"]["namespace"]
        if not empty.kube.find("v1", "Namespace", None, name):
            labels = spec["syncPolicy"]["managedNamespaceMetadata"]["labels"]
            empty.kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
            made.append(name)
    yield
    for name in made:
        empty.kube.delete("v1", "Namespace", None, name)
    wait_for("namespaces are gone", lambda: not set(made) & names(empty.kube), seconds=120)


def names(kube: Kube) -> set[str]:
    """Of all namespaces."""
    return {each["metadata"]["name"] for each in kube.all("v1", "Namespace")}


def refusals(kube: Kube, bodies: list[Object]) -> list[str]:
    """What a strict server-side dry run says against objects, warnings included."""
    said = []
    for body in bodies:
        where = f"{body['metadata'].get('namespace', '')} {body['kind']}/{body['metadata']['name']}"
        try:
            warnings = kube.apply(body, dryRun="All", fieldValidation="Strict")
        except KubeError as error:
            warnings = [str(error)]
        said += [f"{where}: {line}" for line in warnings if ARGO_CD_FINALIZER not in line]
    return said


@pytest.mark.usefixtures("namespaces")
def test_every_object_of_the_fleet_is_admitted(empty: World) -> None:
    bodies = [body for tenant in empty.fleet.tenants() for body in empty.fleet.manifests(tenant)]
    for file in sorted(empty.fleet.rendered.glob("*/argocd/**/*.yaml")):
        bodies += list(yaml.load_all(file.read_text(encoding="utf-8"), yaml.CSafeLoader))
    assert len(bodies) > 700
    assert not refusals(empty.kube, bodies)


@pytest.mark.usefixtures("namespaces")
def test_an_unknown_field_and_a_wrong_type_are_refused(empty: World) -> None:
    """The dry run bites: else the test above would show nothing."""
    tenant = next(iter(empty.fleet.tenants()))
    bodies = empty.fleet.manifests(tenant)
    for kind in ("Rollout", "Cluster", "ExternalSecret", "Ingress"):
        body = next(each for each in bodies if each["kind"] == kind)
        assert "field not declared" in str(
            refusals(empty.kube, [{**body, "spec": {**body["spec"], "colour": "blue"}}])
        ), kind
    body = next(each for each in bodies if each["kind"] == "Rollout")
    assert refusals(empty.kube, [{**body, "spec": {**body["spec"], "replicas": "two"}}])


def test_every_crd_the_catalogue_may_use_is_admitted(empty: World) -> None:
    """Each schema that the offline checks use; installed are only those of rendered kinds, for they cost Argo CD time."""
    path = empty.kube.path("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    found = list(crds(CRDS))
    for _, _, name, text in found:
        empty.kube.call("PATCH", f"{path}/{name}?fieldManager=e2e&force=true&dryRun=All", text, APPLY)
    assert len(found) > 60
