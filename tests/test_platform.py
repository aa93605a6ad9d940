"""What a cluster needs once: which operators, whence, pinned how, and that a tenant's need of one is never overlooked."""

from __future__ import annotations

import copy
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from lupa import lua51  # the Lua of Argo CD

from generator.hydrate import usual
from generator.kustomize import find
from generator.load import load
from generator.model import Manifest, Progress
from generator.objects import is_custom
from generator.pipeline import read, render
from generator.platform import needed, needs_of, served, shown_by
from generator.rules import RULES, Context
from tests.conftest import ROOT, copy_input
from tests.programs import need

CATALOGUE = load(ROOT)[0].catalogue
PLATFORM = CATALOGUE.of("platform")
ELSEWHERE = {"gateway.networking.k8s.io"}
"""Groups of kinds that come with the cluster or its ingress controller."""
NO_VERSION = re.compile(r"^(HEAD|main|master|latest|stable|\*|.*[x*^~><].*)$")


def fleet_with(root: Path, components: list[str] | None, environment: str = "production") -> Path:
    """The scaffold's fleet; its cluster has a platform of these components."""
    copy_input(root, ROOT / "generator" / "scaffold" / "tenants")
    file = root / "tenants" / "fleet.yaml"
    data = yaml.safe_load(file.read_text())
    if components is not None:
        said = {"environment": environment, "components": components, "contact": "platform@example.org"}
        data["clusters"]["main"]["platform"] = said
    file.write_text(yaml.safe_dump(data))
    return root


def roots(repository: Path, output: Path) -> dict[str, list[dict[str, Any]]]:
    """The objects of each environment's root of the cluster."""
    done = render(read(repository), output, usual(), ROOT / ".build" / "crds", (), Progress())
    assert [problem.message for problem in done.problems] == []
    files = {path.parents[2].name: path for path in output.glob("*/argocd/main/root.yaml")}
    return {name: list(yaml.safe_load_all(path.read_bytes())) for name, path in files.items()}


def applications(bodies: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    labelled = (body for body in bodies if "quadrangle.dev/platform" in body["metadata"].get("labels", {}))
    return {body["metadata"]["labels"]["quadrangle.dev/platform"]: body for body in labelled}


def test_every_custom_kind_of_the_catalogue_is_served_once() -> None:
    offers = served(CATALOGUE)
    kinds = [text for one in PLATFORM.values() if one.schema for text in one.schema.data["x-serves"].get("kinds", ())]
    assert len(kinds) == len(set(kinds))
    tenants = [part for part in CATALOGUE.components if part.kind not in ("argocd", "platform")]
    used = {need for part in tenants for need in shown_by(part) if need[0] and is_custom(need[0])}
    assert {need for need in used if need[0] not in ELSEWHERE and need not in offers} == set()
    assert ("argoproj.io", "Rollout") in used


def test_the_sample_fleets_platforms_are_exactly_what_their_tenants_need() -> None:
    fleet = read(ROOT)
    assert fleet.repository.fleet is not None
    clusters = fleet.repository.fleet.data["clusters"]
    said = {name: set(each["platform"]["components"]) for name, each in clusters.items()}
    assert needed(fleet.repository, fleet.tenants) == said


def test_a_certificate_is_seen_by_its_annotation() -> None:
    assert needs_of(CATALOGUE.of("feature")["white-label"], served(CATALOGUE)) == {"cert-manager"}


def test_only_what_is_chosen_is_installed_and_only_in_its_environment(tmp_path: Path) -> None:
    chosen = ["argo-rollouts", "cert-manager", "cloudnative-pg", "external-secrets"]
    found = roots(fleet_with(tmp_path / "fleet", chosen), tmp_path / "out")
    assert sorted(applications(found["production"])) == chosen
    assert applications(found["staging"]) == {}
    (project,) = (each for each in found["production"] if each["metadata"]["name"] == "platform.main")
    assert {each["namespace"] for each in project["spec"]["destinations"]} == {
        *("kube-system", "argo-rollouts", "cert-manager", "cnpg-system", "external-secrets")
    }
    values = applications(found["production"])["cert-manager"]["spec"]["source"]["helm"]["valuesObject"]
    issuer = yaml.safe_load(values["extraObjects"][0])
    assert (issuer["metadata"]["name"], issuer["spec"]["acme"]["email"]) == ("letsencrypt", "platform@example.org")
    assert issuer["spec"]["acme"]["solvers"][0]["http01"]["ingress"] == {"ingressClassName": "nginx"}


def test_a_fleet_without_a_platform_has_what_it_had(tmp_path: Path) -> None:
    found = roots(fleet_with(tmp_path / "fleet", None), tmp_path / "out")
    names = [each["metadata"]["name"] for bodies in found.values() for each in bodies]
    assert [name for name in names if not name.startswith("root.")] == []


def test_a_cluster_gets_its_platform_before_its_first_tenant(tmp_path: Path) -> None:
    repository = fleet_with(tmp_path / "fleet", sorted(PLATFORM))
    file = repository / "tenants" / "fleet.yaml"
    data = yaml.safe_load(file.read_text())
    new = {**data["clusters"]["main"], "server": "https://new.example.org:6443"}
    data["clusters"]["new"] = copy.deepcopy(new)  # no anchors
    file.write_text(yaml.safe_dump(data))
    done = render(read(repository), tmp_path / "out", usual(), ROOT / ".build" / "crds", (), Progress())
    assert done.problems == []
    bodies = list(yaml.safe_load_all((tmp_path / "out/production/argocd/new/root.yaml").read_bytes()))
    assert len(applications(bodies)) >= len(PLATFORM)
    assert {each["spec"]["destination"]["server"] for each in applications(bodies).values()} == {
        "https://new.example.org:6443"
    }
    assert not (tmp_path / "out" / "staging" / "argocd" / "new").exists()


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("platform")
    return roots(fleet_with(folder / "fleet", sorted(PLATFORM)), folder / "out")["production"]


def test_every_source_is_pinned_and_nothing_is_thrown_away(everything: list[dict[str, Any]]) -> None:
    found = applications(everything)
    assert set(PLATFORM) <= set(found)
    (project,) = (each for each in everything if each["metadata"]["name"] == "platform.main")
    for name, body in found.items():
        source = body["spec"]["source"]
        if not source["targetRevision"].startswith("refs/heads/rendered/"):
            assert re.search(r"[0-9]+\.[0-9]+", source["targetRevision"]), name
            assert not NO_VERSION.fullmatch(source["targetRevision"]), name
        assert source["repoURL"] in project["spec"]["sourceRepos"]
        assert source["repoURL"].startswith(("https://", "ghcr.io/"))
        assert body["spec"]["project"] == "platform.main"
        assert body["metadata"]["name"] == f"platform.main.{name}"
        assert "finalizers" not in body["metadata"], "with an operator's CRDs all its objects would go"
        assert body["spec"]["syncPolicy"]["automated"]["prune"] is False
        assert body["metadata"]["annotations"]["argocd.argoproj.io/sync-options"] == "Prune=confirm,Delete=confirm"
        assert int(body["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"]) < 0, "before the tenants' shards"


def test_what_is_needed_comes_first(everything: list[dict[str, Any]]) -> None:
    waves = {
        name: int(body["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"])
        for name, body in applications(everything).items()
    }
    for name, component in PLATFORM.items():
        assert component.schema is not None
        for other in component.schema.data.get("x-needs", ()):
            assert waves[other] < waves[name], f"{name} needs {other}"


def manifests(bodies: list[dict[str, Any]], tenant: str) -> list[Manifest]:
    return [Manifest(tenant, "1.34", "argocd", body) for body in bodies]


def findings(bodies: list[dict[str, Any]], tenant: str) -> list[str]:
    return [each.message for each in RULES["tenancy"](manifests(bodies, tenant), Context(None))]


def changed(body: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return {**body, "spec": {**body["spec"], **spec}}


def test_the_platform_stays_within_its_project(everything: list[dict[str, Any]]) -> None:
    (project,) = (each for each in everything if each["metadata"]["name"] == "platform.main")
    keda = applications(everything)["keda"]
    assert findings([project, keda], "root.production.main") == []
    elsewhere = {**keda["spec"]["destination"], "namespace": "moodle-demo"}
    assert findings([project, changed(keda, destination=elsewhere)], "root.production.main") == [
        "the destination is none of its project's"
    ]
    foreign = {**keda["spec"]["source"], "repoURL": "https://charts.example.com"}
    assert findings([project, changed(keda, source=foreign)], "root.production.main") == [
        "the source is none of its project's"
    ]
    assert findings([keda], "root.production.main") == ["the project is not the platform's AppProject"]
    any_source = changed(project, sourceRepos=["*"])
    assert "any repository may be deployed" in findings([any_source], "root.production.main")


def test_a_tenant_cannot_call_itself_the_platform(everything: list[dict[str, Any]]) -> None:
    (project,) = (each for each in everything if each["metadata"]["name"] == "platform.main")
    keda = applications(everything)["keda"]
    assert "the tenant may have objects of the whole cluster" in findings([project, keda], "demo")
    assert "the destination is not the tenant's namespace" in findings([project, keda], "demo")


HEALTH = yaml.safe_load((ROOT / "overlays" / "argocd-cm" / "argocd-cm.patch.yaml").read_bytes())["data"]
CLUSTER = "resource.customizations.health.postgresql.cnpg.io_Cluster"
APPLICATION = "resource.customizations.health.argoproj.io_Application"
HIBERNATED = {"type": "cnpg.io/hibernation", "status": "True", "message": "Cluster has been hibernated"}
AWAKE = {"type": "cnpg.io/hibernation", "status": "False", "message": "Cluster is waking up"}


@pytest.mark.parametrize(
    ("key", "body", "expected"),
    [
        (APPLICATION, {}, "Progressing"),
        (APPLICATION, {"status": {}}, "Progressing"),
        (APPLICATION, {"status": {"health": {"status": "Degraded", "message": "no"}}}, "Degraded"),
        (APPLICATION, {"status": {"health": {"status": "Healthy"}}}, "Healthy"),
        (CLUSTER, {}, "Progressing"),
        (CLUSTER, {"status": {"phase": "Cluster in healthy state"}}, "Healthy"),
        (CLUSTER, {"status": {"phase": "Applying configuration", "phaseReason": "max_connections"}}, "Progressing"),
        (CLUSTER, {"status": {"phase": "Switchover in progress"}}, "Progressing"),
        (CLUSTER, {"status": {"phase": "Failing over"}}, "Progressing"),
        (CLUSTER, {"status": {"phase": "A phase of next year"}}, "Progressing"),
        (CLUSTER, {"status": {"phase": "Waiting for user action"}}, "Degraded"),
        (CLUSTER, {"status": {"phase": "Cluster is unrecoverable and needs manual intervention"}}, "Degraded"),
        (CLUSTER, {"status": {"phase": "Cluster in healthy state", "conditions": [HIBERNATED]}}, "Suspended"),
        (CLUSTER, {"status": {"phase": "Cluster in healthy state", "conditions": [AWAKE]}}, "Healthy"),
    ],
)
def test_health_as_argo_cd_would_see_it(key: str, body: dict[str, Any], expected: str) -> None:
    lua = lua51.LuaRuntime(unpack_returned_tuples=True)
    whole = {"metadata": {"name": "x"}, **body}
    judge = lua.execute(f"return function(obj) {HEALTH[key]} end")
    found = judge(lua.table_from(whole, recursive=True))
    assert found.status == expected
    assert isinstance(found.message, str)


def test_the_settings_are_laid_over_an_argo_cd(tmp_path: Path) -> None:
    (tmp_path / "cm.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm}\ndata: {url: https://argocd.example.org}\n"
    )
    (tmp_path / "kustomization.yaml").write_text("resources: [cm.yaml]\ncomponents: [component]\n")
    (tmp_path / "component").symlink_to(ROOT / "overlays" / "argocd-cm")
    command = [str(find().kubectl), "kustomize", str(tmp_path), "--load-restrictor", "LoadRestrictionsNone"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert yaml.safe_load(done.stdout)["data"] == {"url": "https://argocd.example.org", **HEALTH}


def built_in() -> Iterator[tuple[str, bool]]:
    """Kinds that a platform serves to tenants, and whether the pinned Argo CD knows their health, where its sources are here."""
    need("go")
    done = subprocess.run(["go", "env", "GOMODCACHE"], capture_output=True, encoding="utf-8", check=True)
    version = next(
        line.split()[1]
        for line in (ROOT / "tests" / "crds" / "modules.txt").read_text().splitlines()
        if line.startswith("github.com/argoproj/argo-cd/")
    )
    folder = (
        Path(done.stdout.strip()) / "github.com" / "argoproj" / "argo-cd" / f"v3@{version}" / "resource_customizations"
    )
    if not folder.is_dir():
        assert not os.environ.get("CI"), "make crds fetches Argo CD's sources"
        pytest.skip("Argo CD's sources are not here: make crds")
    for group, kind in (
        *(("argoproj.io", "Rollout"), ("external-secrets.io", "ExternalSecret"), ("cert-manager.io", "Certificate")),
        *(("serving.kserve.io", "InferenceService"), ("serving.knative.dev", "Service"), ("keda.sh", "ScaledObject")),
    ):
        yield f"{group}/{kind}", (folder / group / kind / "health.lua").exists()
    yield "argoproj.io/Application", not (folder / "argoproj.io" / "Application").exists()


def test_argo_cd_knows_the_rest_by_itself() -> None:
    assert [kind for kind, known in built_in() if not known] == []


def test_needs_follow_the_ring_a_tenant_is_in() -> None:
    """A tenant of a pinned ring needs what its own catalogue brings."""
    fleet = read(ROOT)
    old = replace(CATALOGUE, components=tuple(part for part in CATALOGUE.components if part.name != "base"), commit="c")
    base = replace(CATALOGUE.of("base")["base"], documents={}, files={})
    pinned = {"broad": replace(old, components=(base, *old.components))}
    tenants = [tenant for tenant in fleet.tenants if tenant.spec["ring"] == "broad"]
    found = needed(replace(fleet.repository, pinned=pinned), tenants)
    assert all("argo-rollouts" not in names for names in found.values())
