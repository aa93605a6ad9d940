"""`quad check --cluster`: with the real kubectl, against an API server that answers from data, and the words for what is found.

tests/clusters/<code>[.variant]/live.yaml says how a cluster differs from one that has everything: another `version`, kinds that are
`unserved` or `served` in another version, objects that are `gone`, another `status`. `output.txt` is what the user sees.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.kubectl import Kind
from generator.pipeline import read
from generator.prerequisites import Live, lacks, wanted
from generator.report import FORMATS
from tests.api_server import ApiServer, serving
from tests.conftest import ROOT, copy_input, matches_golden
from tests.running import Done, quad

READY = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
PLATFORM = "    platform: {environment: production, components: [%s], contact: platform@example.org}\n"
ALL = "argo-rollouts, cert-manager, cloudnative-pg, external-secrets"
Body = dict[str, Any]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scaffold's fleet, whose one cluster has a platform of ours."""
    root = copy_input(tmp_path_factory.mktemp("cluster") / "fleet", ROOT / "generator" / "scaffold" / "tenants")
    file = root / "tenants" / "fleet.yaml"
    text = file.read_text()
    assert "    secretStore: vault\n" in text
    file.write_text(text.replace("    secretStore: vault\n", "    secretStore: vault\n" + PLATFORM % ALL))
    for name in ("production/demo", "staging/demo-staging"):
        with (root / "tenants" / f"{name}.yaml").open("a") as tenant:
            tenant.write("features:\n  noisy-neighbour: {priorityClass: moodle-standard}\n")
    return root


def whole(root: Path) -> list[Body]:
    """A cluster that has all that its tenants need: an object of each kind, and those that are asked for by name."""
    fleet = read(root)
    assert fleet.problems == []
    want = wanted(fleet.repository, fleet.tenants, "main")
    bodies: list[Body] = []
    for kind in want.kinds:
        version = f"{kind.group}/{kind.version}".strip("/")
        bodies.append({"apiVersion": version, "kind": kind.kind, "metadata": {"name": "some", "namespace": "some"}})
    for kind, namespace, name in want.objects:
        version = f"{kind.group}/{kind.version}".strip("/")
        metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
        status = {"status": {"availableReplicas": 1}} if kind.kind == "Deployment" else READY
        bodies.append({"apiVersion": version, "kind": kind.kind, "metadata": metadata, **copy.deepcopy(status)})
    return bodies


@pytest.fixture
def server(original: Path) -> ApiServer:
    return ApiServer(whole(original))


@pytest.fixture
def check(original: Path, server: ApiServer, tmp_path: Path) -> Iterator[Callable[..., Done]]:
    with serving(
        server, tmp_path, {"main": "https://gone.example.org", "stranger": "https://else.example.org"}
    ) as file:
        # The fleet's only cluster is Argo CD's own, whose address no kubeconfig has: its name leads to it.
        config = yaml.safe_load(file.read_text())
        places = {each["name"]: each["cluster"] for each in config["clusters"]}
        names = {each["name"]: each["context"]["cluster"] for each in config["contexts"]}
        places[names["main"]]["server"] = places[names["here"]]["server"]
        file.write_text(yaml.safe_dump(config))
        yield lambda *arguments: quad(["check", *arguments, "--kubeconfig", str(file)], original)


@pytest.mark.parametrize("case", sorted((ROOT / "tests" / "clusters").iterdir()), ids=lambda path: path.name)
def test_the_user_sees_these_words(case: Path, original: Path) -> None:
    fleet = read(original)
    want = wanted(fleet.repository, fleet.tenants, "main")
    says = yaml.safe_load((case / "live.yaml").read_bytes())
    other = says.get("served", {})
    kinds = {Kind(kind.group, other.get(kind.kind, kind.version), kind.kind) for kind in want.kinds}
    left = frozenset(kind for kind in kinds if kind.kind not in says.get("unserved", ()))
    objects = {}
    for thing in want.objects:
        name = f"{thing[0].kind} {thing[2]}"
        ready = {"availableReplicas": 1} if thing[0].kind == "Deployment" else READY["status"]
        if name not in says.get("gone", ()):
            objects[thing] = {"kind": thing[0].kind, "status": says.get("status", {}).get(name, ready)}
    problems = lacks(want, Live(says.get("version", want.version[0]), left, objects))
    assert {problem.code for problem in problems} == {case.name.partition(".")[0]}
    matches_golden(case / "output.txt", FORMATS["text"](problems))


def without(server: ApiServer, kind: str, name: str = "") -> None:
    left = [each for each in server.objects if each["kind"] != kind or (name and each["metadata"]["name"] != name)]
    assert len(left) < len(server.objects)
    server.objects = left


def named(server: ApiServer, kind: str, name: str) -> Body:
    (found,) = (each for each in server.objects if each["kind"] == kind and each["metadata"]["name"] == name)
    return found  # type: ignore[return-value]


def test_a_cluster_that_has_everything(check: Callable[..., Done], server: ApiServer) -> None:
    done = check("--cluster", "main")
    assert done.code == 0, done.stderr
    assert "cluster `main` has what its tenants need: " in done.stderr
    assert not [path for path in server.asked if path.startswith("/api/v1/") and "/secrets" in path]


def test_a_kind_that_is_not_served(check: Callable[..., Done], server: ApiServer) -> None:
    without(server, "Rollout")
    done = check("--cluster", "main")
    assert done.code == 1
    assert "error[cluster-lacks-kind]: cluster `main` does not serve Rollout of argoproj.io/v1alpha1" in done.stderr
    assert "--> overlays/base/rollout.yaml:" in done.stderr


def test_a_kind_in_another_version(check: Callable[..., Done], server: ApiServer) -> None:
    for each in server.objects:
        if each["kind"] == "ExternalSecret":
            each["apiVersion"] = "external-secrets.io/v1beta1"  # type: ignore[index]
    done = check("--cluster", "main")
    assert (done.code, done.stderr.count("error[")) == (1, 1)
    assert "does not serve ExternalSecret of external-secrets.io/v1" in done.stderr
    assert "it serves v1beta1" in done.stderr


@pytest.mark.parametrize(
    ("kind", "name", "place"),
    [
        ("StorageClass", "shared", "tenants/fleet.yaml:"),
        ("IngressClass", "nginx", "tenants/fleet.yaml:"),
        ("ClusterIssuer", "letsencrypt", "tenants/fleet.yaml:"),
        ("ClusterSecretStore", "vault", "tenants/fleet.yaml:"),
        ("Namespace", "ingress-nginx", "tenants/fleet.yaml:"),
        ("Deployment", "argo-rollouts", "overlays/platform/argo-rollouts/schema.yaml:"),
        ("PriorityClass", "moodle-standard", "tenants/production/demo.yaml:"),
    ],
)
def test_an_object_that_is_not_there(
    check: Callable[..., Done], server: ApiServer, original: Path, kind: str, name: str, place: str
) -> None:
    if kind == "StorageClass":
        name = yaml.safe_load((original / "tenants/fleet.yaml").read_text())["clusters"]["main"]["storageClasses"][name]
    without(server, kind, name)
    server.objects = [*server.objects, {**named_like(kind, name), "metadata": {"name": "other", "namespace": "x"}}]
    done = check("--cluster", "main")
    assert (done.code, done.stderr.count("error[")) == (1, 1), done.stderr
    assert f"error[cluster-lacks-object]: cluster `main` has no {kind} `{name}`" in done.stderr
    assert f"--> {place}" in done.stderr


def named_like(kind: str, name: str) -> Body:
    """Another object of the kind, so that the kind is served."""
    groups = {
        "StorageClass": "storage.k8s.io/v1",
        "IngressClass": "networking.k8s.io/v1",
        "ClusterIssuer": "cert-manager.io/v1",
        "ClusterSecretStore": "external-secrets.io/v1",
        "Namespace": "v1",
        "Deployment": "apps/v1",
        "PriorityClass": "scheduling.k8s.io/v1",
    }
    return {"apiVersion": groups[kind], "kind": kind, "metadata": {"name": name}}


def test_what_is_there_and_not_ready(check: Callable[..., Done], server: ApiServer) -> None:
    store = {"type": "Ready", "status": "False", "message": "permission denied"}
    named(server, "ClusterSecretStore", "vault")["status"]["conditions"] = [store]
    named(server, "Deployment", "cnpg-controller-manager")["status"] = {"availableReplicas": 0}
    done = check("--cluster", "main")
    assert (done.code, done.stderr.count("error[cluster-not-ready]")) == (1, 2), done.stderr
    assert "ClusterSecretStore `vault` of cluster `main` is not ready: permission denied" in done.stderr
    assert "`cnpg-controller-manager` in namespace `cnpg-system` of cluster `main` is not ready: no pod" in done.stderr


def test_ranks_are_asked_for_where_pods_name_them(original: Path, tmp_path: Path) -> None:
    root = copy_input(tmp_path / "fleet", original / "tenants")
    patch = root / "overlays" / "features" / "noisy-neighbour" / "priority.patch.yaml"
    plain = root / "tenants" / "staging" / "demo-staging.yaml"
    plain.write_text(plain.read_text().partition("features:")[0] + "features: {maintenance-page: {}}\n")
    kept = wanted((fleet := read(root)).repository, fleet.tenants, "main")
    assert {name: askers for (_, _, name), askers in kept.askers.items()} == {"moodle-standard": ["demo"]}

    (file,) = (root / "overlays" / "features" / "maintenance-page").glob("kustomization.yaml")
    (file.parent / patch.name).write_text(patch.read_text().replace("placeholder", "of-the-catalogue"))
    target = "{group: argoproj.io, kind: Rollout, name: moodle}"
    file.write_text(file.read_text() + f"patches:\n- path: {patch.name}\n  target: {target}\n")
    found = wanted((fleet := read(root)).repository, fleet.tenants, "main")
    assert {name: askers for (_, _, name), askers in found.askers.items()} == {
        "moodle-standard": ["demo"],
        "of-the-catalogue": ["demo-staging"],
    }
    (span,) = (span for (kind, _, name), span in found.objects.items() if name == "of-the-catalogue")
    assert span.path == "overlays/features/maintenance-page/priority.patch.yaml"


def test_another_version_of_kubernetes(check: Callable[..., Done], server: ApiServer) -> None:
    server.minor = "33+"
    done = check("--cluster", "main")
    assert done.code == 1
    assert (
        "error[cluster-version]: cluster `main` runs Kubernetes 1.33, but its manifests are checked for" in done.stderr
    )


def test_what_may_not_be_read_is_said(check: Callable[..., Done], server: ApiServer) -> None:
    server.forbidden = frozenset({"clusterissuers"})
    done = check("--cluster", "main")
    assert (done.code, "clusterissuers is forbidden" in done.stderr) == (3, True), done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--cluster", "nowhere"), "no context `nowhere`"),
        (("--cluster", "stranger"), "has the server https://else.example.org"),
        (("--cluster", "main", "--tenant", "demo"), "leave the rest out"),
    ],
)
def test_a_wrong_command_line(check: Callable[..., Done], arguments: tuple[str, ...], words: str) -> None:
    done = check(*arguments)
    assert (done.code, words in " ".join(done.stderr.split())) == (2, True), done.stderr
