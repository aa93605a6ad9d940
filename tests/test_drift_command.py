"""`quad drift` with the real kubectl, against an API server that answers from data."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.api_server import ApiServer, kubeconfig, serving
from tests.conftest import ROOT, copy_input
from tests.running import Done, quad

SERVER = "https://kubernetes.default.svc"
CRONS = ("apps/v1", "Deployment", "moodle-cron")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rendered fleet of two tenants."""
    repository = copy_input(tmp_path_factory.mktemp("drift") / "fleet", ROOT / "generator" / "scaffold" / "tenants")
    done = quad(["render"], repository)
    assert done.code == 0, done.stderr
    return repository


@pytest.fixture
def fleet(rendered: Path, tmp_path: Path) -> Path:
    return shutil.copytree(rendered, tmp_path / "fleet")


def living(fleet: Path) -> list[dict[str, Any]]:
    """Everything that the tree of production says, as if it had just been applied."""
    files = [
        *(fleet / "rendered/production").glob("tenants/*/manifests/manifests.yaml"),
        *(fleet / "rendered/production").glob("argocd/*/*/*.yaml"),
    ]
    bodies: list[dict[str, Any]] = [body for file in files for body in yaml.safe_load_all(file.read_bytes())]
    labels = next(body for body in bodies if body["kind"] == "Application")["spec"]["syncPolicy"][
        "managedNamespaceMetadata"
    ]
    return [*bodies, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "moodle-demo", **labels}}]


@pytest.fixture
def server(fleet: Path) -> ApiServer:
    return ApiServer(living(fleet))


@pytest.fixture
def config(server: ApiServer, tmp_path: Path) -> Iterator[Path]:
    with serving(server, tmp_path) as file:
        yield file


def drift(fleet: Path, config: Path, *arguments: str) -> Done:
    cache = {"HOME": str(config.parent), "KUBECACHEDIR": str(config.parent / "cache")}
    chosen = ["--kubeconfig", str(config), "--environment", "production", "--exit-code"]
    return quad(["drift", *chosen, *arguments], fleet, cache)


def find(server: ApiServer, version: str, kind: str, name: str) -> Any:
    return next(
        body
        for body in server.objects
        if (body["apiVersion"], body["kind"], body["metadata"]["name"]) == (version, kind, name)
    )


def test_what_was_applied_has_no_drift(fleet: Path, config: Path, server: ApiServer) -> None:
    done = drift(fleet, config, "--context", "here", "--argocd-context", "here")
    assert (done.code, done.stdout) == (0, "")
    assert done.stderr.splitlines()[0] == "git: rendered/production"
    assert done.stderr.splitlines()[-1].startswith("no drift: 1 tenant, ")
    assert not [path for path in server.asked if "secrets" in path.split("/")]


def test_drift_is_shown_and_counted(fleet: Path, config: Path, server: ApiServer) -> None:
    find(server, *CRONS)["spec"]["replicas"] = 7
    server.objects = [body for body in server.objects if body["kind"] != "PodDisruptionBudget"]
    done = drift(fleet, config, "demo", "--context", "here")
    assert done.code == 1
    assert done.stdout.splitlines() == [
        "demo (production, namespace moodle-demo)",
        "  ~ Deployment moodle-cron",
        "      spec.replicas",
        "        git:  1",
        "        live: 7",
        "  - PodDisruptionBudget moodle: not in the cluster",
    ]
    assert "drift: 2 objects of 1 tenant, of 1 tenant," in done.stderr


def test_programs_read_json(fleet: Path, config: Path, server: ApiServer) -> None:
    find(server, *CRONS)["spec"]["replicas"] = 7
    done = drift(fleet, config, "--context", "here", "--format", "json")
    (tenant,) = json.loads(done.stdout)["tenants"]
    assert (tenant["tenant"], tenant["environment"], tenant["server"]) == ("demo", "production", SERVER)
    assert [one["edits"] for one in tenant["objects"]] == [[{"path": "spec.replicas", "git": 1, "live": 7}]]


def test_drift_alone_is_no_failure(fleet: Path, config: Path, server: ApiServer) -> None:
    find(server, *CRONS)["spec"]["replicas"] = 7
    done = quad(
        ["drift", "demo", "--kubeconfig", str(config), "--context", "here"], fleet, {"HOME": str(config.parent)}
    )
    assert done.code == 0
    assert "~ Deployment moodle-cron" in done.stdout


def test_a_kind_that_the_cluster_does_not_serve_is_missing(fleet: Path, config: Path, server: ApiServer) -> None:
    server.objects = [body for body in server.objects if body["kind"] not in ("Rollout", "ExternalSecret", "CronJob")]
    done = drift(fleet, config, "demo", "--context", "here")
    gone = {line.split()[1] for line in done.stdout.splitlines() if line.startswith("  - ")}
    assert done.code == 1
    assert "Rollout" in gone
    assert gone <= {"Rollout", "ExternalSecret", "CronJob"}


def test_what_is_forbidden_is_said(fleet: Path, config: Path, server: ApiServer) -> None:
    server.forbidden = frozenset({"configmaps"})
    done = drift(fleet, config, "demo", "--context", "here")
    assert (done.code, done.stdout) == (3, "")
    assert 'User "reader" cannot list resource "configmaps"' in done.stderr
    assert "help: `get` and `list` of the kinds in the tree" in done.stderr


def test_a_cluster_that_does_not_answer(fleet: Path, tmp_path: Path) -> None:
    file = kubeconfig(tmp_path, {"here": "http://127.0.0.1:9"})
    done = drift(fleet, file, "demo", "--context", "here")
    assert done.code == 3
    assert "is the cluster reachable from here?" in done.stderr
    assert "memcache.go" not in done.stderr


def test_the_context_is_found_by_the_server(fleet: Path, server: ApiServer, tmp_path: Path) -> None:
    with serving(server, tmp_path, {"there": "http://127.0.0.1:9"}) as file:
        several = drift(fleet, file, "demo")
        assert several.code == 3
        assert f"no context of the kubeconfig is for the server {SERVER}" in several.stderr
        ours = json.loads(file.read_text())["clusters"][0]["cluster"]["server"]
        for path in (fleet / "rendered").glob("*/argocd/*/*/*.yaml"):
            path.write_text(path.read_text().replace(SERVER, ours))
        done = drift(fleet, file, "demo")
    assert (done.code, done.stdout) == (0, "")


def test_the_only_context_is_that_of_argo_cd(fleet: Path, config: Path) -> None:
    done = drift(fleet, config, "demo")
    assert (done.code, done.stdout) == (0, "")


def test_what_is_published_comes_before_the_folder(fleet: Path, config: Path) -> None:
    git = ["git", "-c", "user.name=e2e", "-c", "user.email=e2e@example.org"]
    tree = fleet / "rendered/production"
    for command in (["init", "-q", "-b", "rendered/production", "."], ["add", "-A"], ["commit", "-qm", "published"]):
        subprocess.run([*git, *command], cwd=tree, check=True)
    subprocess.run([*git, "init", "-q", "-b", "main", "."], cwd=fleet, check=True)
    subprocess.run([*git, "fetch", "-q", str(tree), "rendered/production:rendered/production"], cwd=fleet, check=True)
    shutil.rmtree(tree)
    done = drift(fleet, config, "demo")
    assert (done.code, done.stdout) == (0, "")
    assert done.stderr.startswith("git: rendered/production at ")


def test_no_kubeconfig_is_said(fleet: Path, tmp_path: Path) -> None:
    file = tmp_path / "empty"
    file.write_text("")
    done = drift(fleet, file, "demo")
    assert done.code == 3
    assert "no context of the kubeconfig" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody"], "no tenant `nobody`. There are: demo"),
        (["--tree", "rendered", "--branch", "main"], "--tree and --branch name two trees"),
        (["--environment", "prod"], "there is no rendered tree"),
    ],
)
def test_wrong_command_lines(fleet: Path, config: Path, arguments: list[str], words: str) -> None:
    done = quad(["drift", "--kubeconfig", str(config), *arguments], fleet, {"HOME": str(config.parent)})
    assert done.code == 2
    assert words in " ".join(done.stderr.replace("│", "").split())


def test_a_tree_that_is_not_ours_is_said(fleet: Path, config: Path) -> None:
    file = fleet / "rendered/production/tenants/demo/manifests/manifests.yaml"
    file.write_text("kind: ConfigMap\n")
    done = drift(fleet, config, "demo", "--context", "here")
    assert done.code == 3
    assert "the tree of `demo` is not as `quad render` writes it" in done.stderr
