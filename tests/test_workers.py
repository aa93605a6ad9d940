"""Past one machine: with real workers, which may die, the bytes and the words are those of one machine."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from generator import kustomize, worker
from generator.identity import workshop
from generator.kustomize import Overlay
from generator.staging import write
from generator.workers import address, connected
from tests.caching import trees
from tests.cluster import PATIENCE, Cluster, cluster, ended, started
from tests.conftest import ROOT, copy_input
from tests.e2e.processes import free_ports
from tests.publishing import BIRCH
from tests.running import Done, quad, quad_alone
from tests.test_diagnostics import MUSEUM, lay_over

TENANTS = ("birch", "cedar", "elm", "fir", "gum")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy_input(tmp_path_factory.mktemp("workers") / "fleet", ROOT / "generator" / "scaffold" / "tenants")
    for name in TENANTS:
        text = BIRCH.replace("birch", name).replace("Birch", f"The {name}")
        (root / "tenants" / "production" / f"{name}.yaml").write_text(text)
    return root


@pytest.fixture(scope="module")
def alone(fleet: Path) -> dict[str, bytes | None]:
    """What one machine makes of the fleet, with kustomize alone."""
    done = quad_alone(["render", "--plain", "--output", "alone"], fleet)
    assert done.code == 0, done.stderr
    return trees(fleet / "alone")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster"), "one", "two") as found:
        yield found


@pytest.fixture
def own(fleet: Path, tmp_path: Path) -> Path:
    return shutil.copytree(fleet, tmp_path / "fleet", ignore=shutil.ignore_patterns("alone", "rendered"))


def counted(said: str) -> str:
    return re.sub(r"\d+\.\d s", "- s", said)


@pytest.mark.parametrize("options", [["--plain"], ["--no-cache"], ["--no-cache", "--prove", "all"]], ids=" ".join)
def test_the_bytes_are_those_of_one_machine(
    own: Path, two: Cluster, alone: dict[str, bytes | None], options: list[str]
) -> None:
    done = ended(started(own, ["render", *options, "--workers", two.address]))
    assert done.code == 0, done.stderr
    assert trees(own / "rendered") == alone
    assert [*two.batches("one"), *two.batches("two")] == []


def test_what_workers_made_is_kept(own: Path, two: Cluster, alone: dict[str, bytes | None], tmp_path: Path) -> None:
    cache = {"QUAD_CACHE_DIR": str(tmp_path / "cache")}
    assert ended(started(own, ["render"], **cache, QUAD_WORKERS=two.address)).code == 0
    shutil.rmtree(own / "rendered")
    done = ended(started(own, ["render"], **cache))  # there is nobody who could build
    assert done.code == 0, done.stderr
    assert trees(own / "rendered") == alone


def test_what_kustomize_refuses_is_said_in_the_same_words(fleet_repository: Path, two: Cluster) -> None:
    lay_over(fleet_repository, MUSEUM / "kustomize-failed")
    alone = quad(["render", "--plain"], fleet_repository)
    done = ended(started(fleet_repository, ["render", "--plain", "--workers", two.address]))
    assert "kustomize-failed" in alone.stderr
    assert (done.code, counted(done.stderr)) == (alone.code, counted(alone.stderr))


def test_the_answers_are_those_of_this_machine(two: Cluster, tmp_path: Path) -> None:
    """Of overlays of two trees, in any order; what is refused names the place where it lies here."""
    for name in ("a", "b"):
        write(tmp_path / name, {f"catalogue/x/{path}": raw for path, raw in _component(name).items()})
        write(tmp_path / name, {f"good/{path}": raw for path, raw in _overlay("../catalogue/x").items()})
        write(tmp_path / name, {f"bad/{path}": raw for path, raw in _overlay("../catalogue/y").items()})
    overlays = [
        Overlay(tmp_path / tree, path)
        for tree, path in map(str.split, ("a good", "b bad", "b good", "a none", "a bad"))
    ]
    with connected(two.address) as workers:
        assert (workers.width, workers.batch) == (4, 16)
        found = workers.answers(overlays)
    assert found == kustomize.find().answers(overlays)
    assert [bool(complaint) for _, complaint in found] == [False, True, False, True, True]
    assert str(tmp_path / "b") in found[1][1]


def _component(name: str) -> dict[str, bytes]:
    kustomization = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [map.yaml]\n"
    made = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n"
    return {"kustomization.yaml": kustomization.encode(), "map.yaml": made.encode()}


def _overlay(component: str) -> dict[str, bytes]:
    kustomization = f"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\ncomponents: [{component}]\n"
    return {"kustomization.yaml": kustomization.encode()}


def test_a_diff_is_rendered_by_workers_too(
    own: Path, two: Cluster, alone: dict[str, bytes | None], tmp_path: Path
) -> None:
    for path, raw in alone.items():
        target = own / "before" / path
        target.mkdir(parents=True) if raw is None else target.write_bytes(raw)
    cache = {"QUAD_CACHE_DIR": str(tmp_path / "cache")}
    done = ended(started(own, ["diff", "--exit-code", "--against", "before", "--workers", two.address], **cache))
    assert done.code == 0, done.stderr


def test_a_worker_killed_at_work_loses_nothing(own: Path, alone: dict[str, bytes | None], tmp_path: Path) -> None:
    with cluster(tmp_path / "cluster", "one", "two") as found:
        process = started(own, ["render", "--plain", "--workers", found.address])
        found.holds("one")
        found.servers.kill("one")
        done = ended(process)
        assert done.code == 0, done.stderr
        assert trees(own / "rendered") == alone
        assert found.batches("one") != []
        assert found.batches("two") == []


def left_as_it_was(root: Path, done: Done, said: str) -> None:
    assert done.code == 3, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("error:") == 1
    assert trees(root / "rendered") == {"old": b"old"}


@pytest.fixture
def rendered_before(own: Path) -> Path:
    (own / "rendered").mkdir()
    (own / "rendered" / "old").write_text("old")
    return own


@pytest.mark.parametrize(
    ("killed", "said"),
    [("one", "no worker is left at {}"), ("scheduler", "the connection to the scheduler at {} was lost")],
)
def test_nobody_is_left(rendered_before: Path, tmp_path: Path, killed: str, said: str) -> None:
    with cluster(tmp_path / "cluster", "one") as found:
        process = started(rendered_before, ["render", "--plain", "--workers", found.address], **{PATIENCE: "3s"})
        found.holds("one")
        found.servers.kill(killed)
        left_as_it_was(rendered_before, ended(process), said.format(found.address))


def test_a_batch_that_is_given_up(rendered_before: Path, tmp_path: Path) -> None:
    with cluster(tmp_path / "cluster", "one", "two", failures=0) as found:
        process = started(rendered_before, ["render", "--plain", "--workers", found.address])
        found.holds("one")
        found.servers.kill("one")
        left_as_it_was(
            rendered_before, ended(process), f"Dask gave a batch up: the workers at {found.address} that had it died"
        )


def test_an_interrupted_run(rendered_before: Path, two: Cluster) -> None:
    process = started(rendered_before, ["render", "--plain", "--workers", two.address])
    two.holds("one")
    process.send_signal(signal.SIGINT)
    done = ended(process)
    assert (done.code, done.stderr.strip()) == (130, "error: interrupted; every tree is whole, the old one or the new")
    assert trees(rendered_before / "rendered") == {"old": b"old"}


def test_no_scheduler(rendered_before: Path) -> None:
    where = f"dask://127.0.0.1:{free_ports(1)[0]}"
    done = ended(started(rendered_before, ["render", "--plain", "--workers", where], **{PATIENCE: "1s"}))
    left_as_it_was(rendered_before, done, f"no Dask scheduler answers at {where}")


def test_no_worker(rendered_before: Path, tmp_path: Path) -> None:
    with cluster(tmp_path / "cluster") as found:
        process = started(rendered_before, ["render", "--plain", "--workers", found.address], **{PATIENCE: "1s"})
        left_as_it_was(rendered_before, ended(process), f"the scheduler at {found.address} has no worker")


def test_a_worker_of_another_version_is_named(rendered_before: Path, tmp_path: Path) -> None:
    (tmp_path / "more" / "another-1.0.dist-info").mkdir(parents=True)
    with cluster(tmp_path / "cluster", "one") as found:
        found.worker("stranger", {"PYTHONPATH": str(tmp_path / "more")})
        (where,) = set(re.findall(r"Start worker at:\s+(\S+)", found.servers.tail("stranger", 100)))
        process = started(rendered_before, ["render", "--plain", "--workers", found.address])
        left_as_it_was(rendered_before, ended(process), f"Python and other packages: {where}\n")


def test_a_worker_that_comes_later_is_asked_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here = SimpleNamespace(address="tcp://one", local_directory=str(tmp_path))
    monkeypatch.setattr("distributed.get_worker", lambda: here)
    assert worker.build(workshop(), []) == ("tcp://one", "", [])
    name, fault, answers = worker.build("another", [])
    assert (name, fault, answers) == ("tcp://one", "has another Quadrangle, Python or other packages", [])


def test_a_worker_without_kustomize_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here = SimpleNamespace(address="tcp://one", local_directory=str(tmp_path))
    monkeypatch.setattr("distributed.get_worker", lambda: here)
    monkeypatch.setattr("generator.kustomize.DISTRIBUTION", "no-such-package")
    assert worker.build(workshop(), [({}, [])], {}) == ("tcp://one", "cannot build: kustomize is missing", [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no address"),
        ("10.0.0.7:8786", "is no address"),
        ("ssh://10.0.0.7:8786", "is no address"),
        ("tcp://10.0.0.7:8786", "is no address"),
        ("dask://", "names no host and port"),
        ("dask://10.0.0.7", "names no host and port"),
        ("dask://:8786", "names no host and port"),
        ("dask://10.0.0.7:0", "names no host and port"),
        ("dask://10.0.0.7:99999", "ort"),
        ("dask://10.0.0.7:x", "ort"),
        ("dask://[::1:8786", "IPv6"),
        ("dask://me@10.0.0.7:8786", "more than a host and a port"),
        ("dask://10.0.0.7:8786/x", "more than a host and a port"),
        ("dask://10.0.0.7:8786?x", "more than a host and a port"),
    ],
)
def test_a_bad_address(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        address(text)


@pytest.mark.parametrize("text", ["10.0.0.7:8786", "scheduler.example.org:1", "[::1]:8786"])
def test_a_good_address(text: str) -> None:
    assert address(f"dask://{text}") == address(f"dask://{text}/") == f"tcp://{text}"


@pytest.mark.parametrize("command", ["render", "publish", "diff"])
def test_a_bad_address_is_a_wrong_command_line(fleet_repository: Path, command: str) -> None:
    said = "`ssh://x` is no address of a Dask scheduler; it looks like dask://10.0.0.7:8786"
    for done in (
        quad([command, "--workers", "ssh://x"], fleet_repository),
        quad([command], fleet_repository, {"QUAD_WORKERS": "ssh://x"}),
    ):
        assert done.code == 2
        assert said in " ".join(done.stderr.replace("│", " ").split())


def test_without_the_extra(fleet_repository: Path) -> None:
    program = "import sys; sys.modules['distributed'] = None; from generator.cli import main; main()"
    command = [sys.executable, "-c", program, "render", "--workers", "dask://127.0.0.1:1"]
    done = subprocess.run(command, cwd=fleet_repository, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr == "error: --workers needs Dask\n  = help: pip install 'quadrangle[workers]'\n"
