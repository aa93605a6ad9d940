"""Rendering the sample fleet: the bytes are kustomize's, the same everywhere, and a failure leaves the old tree alone."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import pytest
import yaml
from kubernetes_validate import utils as validate_utils

from generator import kustomize, making
from generator.crds import read_crds
from generator.hydrate import Hydration, usual
from generator.load import load
from generator.model import Progress
from generator.pipeline import read, render
from generator.resolve import resolve
from generator.staging import staged, swap
from generator.validate import validate
from tests.conftest import ROOT, copy_input
from tests.running import quad, quad_alone

CUSTOM = {"gateway.networking.k8s.io", "snapshot.storage.k8s.io"}
"""Groups of that name that come by CustomResourceDefinitions; another test holds them against these."""

CACHED = {"QUAD_CACHE_DIR": os.environ["QUAD_CACHE_DIR"]}
"""For processes that get no other environment: else theirs would be the user's cache."""


def tree_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("rendered")
    done = quad_alone(["render", "--output", str(output)], ROOT)
    assert done.code == 0, done.stderr
    return output


def overlays(rendered: Path) -> Iterator[Path]:
    yield from sorted(path.parent for path in rendered.glob("*/tenants/*/overlay/kustomization.yaml"))


def test_the_sample_fleet_is_what_the_issue_asks_for(rendered: Path) -> None:
    tenants, problems = resolve(validate(load(ROOT)[0])[0])
    assert problems == []
    assert len(tenants) >= 14
    assert len({tenant.environment for tenant in tenants}) == 2
    assert len({tenant.spec["ring"] for tenant in tenants}) == 3
    assert len({tenant.spec["region"] for tenant in tenants}) == 2
    assert len({tenant.spec["plan"] for tenant in tenants}) >= 3
    assert [tenant for tenant in tenants if tenant.spec["state"] == "suspended"]
    assert any(len(tenant.spec["features"].get("white-label", {}).get("hosts", [])) == 3 for tenant in tenants)
    projects = len(list(rendered.glob("*/tenants/*/compose")))
    assert projects == len([tenant for tenant in tenants if tenant.spec["model"] == "container"])
    assert len(list(overlays(rendered))) + projects == len(tenants)


def test_manifests_are_the_bytes_of_kubectl_kustomize(rendered: Path) -> None:
    kubectl = kustomize.find().kubectl

    def differs(overlay: Path) -> str:
        done = subprocess.run([kubectl, "kustomize", overlay], capture_output=True, check=True)
        return (
            "" if done.stdout == (overlay.parent / "manifests" / "manifests.yaml").read_bytes() else overlay.parent.name
        )

    with ThreadPoolExecutor() as pool:
        assert [name for name in pool.map(differs, overlays(rendered)) if name] == []


def test_the_order_of_objects_is_ours_to_choose(rendered: Path) -> None:
    for overlay in overlays(rendered):
        assert yaml.safe_load((overlay / "kustomization.yaml").read_bytes())["sortOptions"] == {"order": "legacy"}


def test_every_object_is_named_once_in_its_tenant(rendered: Path) -> None:
    for path in rendered.glob("*/tenants/*/manifests/manifests.yaml"):
        names = [
            (item["apiVersion"], item["kind"], item["metadata"]["name"])
            for item in yaml.safe_load_all(path.read_bytes())
        ]
        assert len(names) == len(set(names)), path


def test_every_built_in_object_passes_kubernetes_validate(rendered: Path) -> None:
    """The package's own verdict, strict, for the version of the tenant's cluster; its reading of schemas is cached here."""
    validate_utils.schema_contents = lru_cache(maxsize=None)(validate_utils.schema_contents)
    judged = 0
    for path, version in _versions(rendered):
        for item in yaml.safe_load_all(path.read_bytes()):
            group = item["apiVersion"].rpartition("/")[0]
            if "." not in group or (group.endswith(".k8s.io") and group not in CUSTOM):
                validate_utils.validate(item, version, strict=True)
                judged += 1
    assert judged > 500


def _versions(rendered: Path) -> Iterator[tuple[Path, str]]:
    clusters = yaml.safe_load((ROOT / "tenants" / "fleet.yaml").read_bytes())["clusters"]
    for overlay in overlays(rendered):
        tenant = yaml.safe_load((overlay / "tenant.yaml").read_bytes())
        version = clusters[tenant["spec"]["cluster"]]["kubernetes"]
        assert tuple(int(part) for part in version.split(".")) >= (1, 31)
        yield overlay.parent / "manifests" / "manifests.yaml", version


def test_kinds_are_read_off_the_text_as_off_the_objects(rendered: Path) -> None:
    """And a block's last lines are blank, or look like the next one's first."""
    odd = b"apiVersion: v1\ndata:\n  a: |2\n\n    kind: None\n\n\nkind: ConfigMap\n---\napiVersion: a.b/v1\nkind: C\n"
    assert list(making._kinds(odd)) == [("", "ConfigMap"), ("a.b", "C")]
    for path in [*rendered.glob("*/tenants/*/manifests/manifests.yaml"), *rendered.glob("*/argocd/**/*.yaml")]:
        raw = path.read_bytes()
        found = [(item["apiVersion"].rpartition("/")[0], item["kind"]) for item in yaml.safe_load_all(raw)]
        assert list(making._kinds(raw)) == found, path


def test_every_custom_resource_fits_the_schema_of_its_crd(rendered: Path) -> None:
    crds = ROOT / ".build" / "crds"
    if not crds.is_dir() and not os.environ.get("CI"):
        pytest.skip("no CRDs here: `make crds` fetches them")
    kinds = set()
    for path in [*rendered.glob("*/tenants/*/manifests/manifests.yaml"), *rendered.glob("*/argocd/**/*.yaml")]:
        for item in yaml.safe_load_all(path.read_bytes()):
            group, _, version = item["apiVersion"].rpartition("/")
            if "." in group and not group.endswith(".k8s.io"):
                kinds.add((group, version, item["kind"]))
    custom = read_crds(crds, {(group, kind) for group, _, kind in kinds})
    assert kinds - set(custom) == set(), "every kind we render has its CRD in tests/crds; CI fetches them first"
    done = render(read(ROOT), rendered.parent / "checked", usual(), crds, (), Progress())
    assert done.custom_checked
    assert done.problems == []


def test_no_rendered_folder_that_argo_cd_reads_holds_a_kustomization(rendered: Path) -> None:
    folders = [
        *rendered.glob("*/tenants/*/manifests"),
        *rendered.glob("*/argocd/*/[0-9][0-9]"),
        *rendered.glob("*/argocd/[!r]*"),
    ]
    assert len(folders) > 14
    assert [folder for folder in folders if (folder / "kustomization.yaml").exists()] == []


def test_other_machine_same_bytes(rendered: Path, tmp_path: Path) -> None:
    """Another folder, working directory, locale and time zone, another order of files, another number of workers."""
    repository = copy_input(tmp_path / "a" / "very deep" / "place", ROOT / "tenants")
    program = (
        "import os, pathlib, random, sys\n"
        "list_folder = pathlib.Path.iterdir\n"
        "def shuffled(path):\n"
        "    entries = list(list_folder(path)); random.shuffle(entries); return iter(entries)\n"
        "pathlib.Path.iterdir = shuffled\n"
        "os.cpu_count = lambda: 5\n"
        "from generator.cli import main\n"
        "main()\n"
    )
    environment = {
        "TZ": "Pacific/Chatham",
        "LC_ALL": "C",
        "LANG": "tr_TR.UTF-8",
        "PYTHONHASHSEED": str(random.randrange(1, 999)),
    }
    output = tmp_path / "out"
    command = [sys.executable, "-c", program, "-C", str(repository), "render", "--output", str(output)]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**environment, **CACHED, "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert tree_of(output) == tree_of(rendered)


def test_one_tenant_alone_gives_the_same_tree(rendered: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    shutil.copytree(rendered, output)
    victim = next(output.glob("production/tenants/*/manifests/manifests.yaml"))
    victim.write_text("stale")
    inode = victim.stat().st_ino
    done = quad(["render", "--output", str(output), victim.parent.parent.name], ROOT)
    assert done.code == 0, done.stderr
    assert tree_of(output) == tree_of(rendered)
    assert victim.stat().st_ino != inode


def test_a_new_tenant_alone_reaches_its_root(fleet_repository: Path) -> None:
    """A shard that had no tenant yet must be listed in the root, or Argo CD never hears of the tenant."""
    assert quad(["render"], fleet_repository).code == 0
    for name in ("birch", "cedar", "elm", "fir"):
        assert quad(["tenant", "new", name, "-e", "production"], fleet_repository).code == 0
        assert quad(["render", name], fleet_repository).code == 0
    partly = tree_of(fleet_repository / "rendered")
    assert quad(["render"], fleet_repository).code == 0
    assert tree_of(fleet_repository / "rendered") == partly


def test_a_tenant_that_moves_leaves_nothing_behind(fleet_repository: Path) -> None:
    fleet = fleet_repository / "tenants" / "fleet.yaml"
    body = fleet.read_text().split("  main:\n")[1].split("environments:")[0]
    other = "  other:\n" + body.replace("https://kubernetes.default.svc", "https://other.example.org")
    fleet.write_text(fleet.read_text().replace("environments:", f"{other}environments:", 1))
    assert quad(["render"], fleet_repository).code == 0
    tenant = fleet_repository / "tenants" / "production" / "demo.yaml"
    tenant.write_text(tenant.read_text() + "cluster: other\n")
    assert quad(["render", "demo"], fleet_repository).code == 0
    applications = [
        path.parent.parent.name for path in (fleet_repository / "rendered").glob("production/argocd/*/*/demo.yaml")
    ]
    assert applications == ["other"]


def test_a_changed_catalogue_renders_the_whole_environment(fleet_repository: Path) -> None:
    assert quad(["tenant", "new", "birch", "-e", "production"], fleet_repository).code == 0
    assert quad(["render"], fleet_repository).code == 0
    script = fleet_repository / "overlays" / "base" / "scripts" / "graceful.sh"
    script.write_text(script.read_text() + "# changed\n")
    assert quad(["render", "birch"], fleet_repository).code == 0
    partly = {
        name: raw for name, raw in tree_of(fleet_repository / "rendered").items() if name.startswith("production")
    }
    assert quad(["render"], fleet_repository).code == 0
    whole = {name: raw for name, raw in tree_of(fleet_repository / "rendered").items() if name.startswith("production")}
    assert partly == whole


def test_an_interrupt_between_the_two_renames_puts_the_old_tree_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "production"
    place.mkdir()
    (place / "old").touch()
    rename = Path.rename

    def interrupted(path: Path, target: Path) -> Path:
        if path.name == "new":
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with staged(tmp_path) as staging:
        (staging / "new").mkdir()
        with pytest.raises(KeyboardInterrupt):
            swap(staging / "new", place)
    assert [path.name for path in place.iterdir()] == ["old"]


@pytest.fixture
def small(fleet_repository: Path) -> tuple[Path, dict[str, bytes]]:
    assert quad_alone(["render"], fleet_repository).code == 0
    return fleet_repository, tree_of(fleet_repository / "rendered")


def test_bad_input_leaves_the_tree_as_it_was(small: tuple[Path, dict[str, bytes]]) -> None:
    repository, before = small
    (repository / "tenants" / "production" / "demo.yaml").write_text("name: demo\nplan: smal\n")
    assert quad(["render"], repository).code == 1
    assert tree_of(repository / "rendered") == before


def test_a_feature_that_kustomize_refuses_leaves_the_tree_as_it_was(small: tuple[Path, dict[str, bytes]]) -> None:
    repository, before = small
    base = repository / "overlays" / "base" / "kustomization.yaml"
    base.write_text(base.read_text() + "transformers: [no-such-file.yaml]\n")
    done = quad(["render"], repository)
    assert done.code == 1
    assert "overlays/base/kustomization.yaml" in done.stderr
    assert tree_of(repository / "rendered") == before


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_render_leaves_whole_trees(small: tuple[Path, dict[str, bytes]], seed: int) -> None:
    repository, before = small
    path = repository / "tenants" / "production" / "demo.yaml"
    path.write_text(path.read_text().replace("displayName: Demo site", "displayName: Another name"))
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", "render"], cwd=repository, env={**CACHED, "PYTHONPATH": str(ROOT)}
    )
    time.sleep(random.Random(seed).uniform(0.2, 2.5))
    process.send_signal(signal.SIGKILL)
    process.wait()
    after = {name: raw for name, raw in tree_of(repository / "rendered").items() if not name.startswith(".staging-")}
    done = quad(["render"], repository)
    assert done.code == 0, done.stderr
    complete = tree_of(repository / "rendered")
    for environment in ("staging", "production"):
        part = {name: raw for name, raw in after.items() if name.startswith(environment)}
        options = [
            {name: raw for name, raw in tree.items() if name.startswith(environment)} for tree in (before, complete)
        ]
        assert part in options
    assert [path for path in (repository / "rendered").iterdir() if path.name.startswith(".staging")] == []


@pytest.mark.parametrize("output", ["tenants", "elsewhere"])
def test_what_others_made_is_never_replaced(fleet_repository: Path, output: str) -> None:
    foreign = fleet_repository / "elsewhere" / "production"
    foreign.mkdir(parents=True)
    (foreign / "letter.txt").write_text("keep me")
    (foreign.parent / "notes").mkdir()
    before = tree_of(fleet_repository / "tenants"), tree_of(foreign.parent)
    done = quad(["render", "--output", output], fleet_repository)
    assert done.code == 3
    assert "was not made by `quad render`" in done.stderr
    assert (tree_of(fleet_repository / "tenants"), tree_of(foreign.parent)) == before


def test_an_environment_without_tenants_vanishes(small: tuple[Path, dict[str, bytes]]) -> None:
    repository, _ = small
    shutil.rmtree(repository / "tenants" / "staging")
    assert quad(["render"], repository).code == 0
    assert [path.name for path in (repository / "rendered").iterdir()] == ["production"]


def test_progress_counts_every_build(fleet_repository: Path, tmp_path: Path) -> None:
    totals: list[int] = []
    steps: list[int] = []
    progress = Progress(totals.append, lambda: steps.append(1))
    done = render(
        read(fleet_repository), tmp_path / "out", Hydration(kustomize.find()), tmp_path / "no-crds", (), progress
    )
    assert done.problems == []
    assert done.tenants == 2
    assert totals == [len(steps)]
