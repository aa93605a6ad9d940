"""`quad check` over trees of ours, branches, and folders that somebody else made."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from generator.rendered import files_of, manifests_of
from tests.conftest import ROOT, copy_input
from tests.running import Done, quad


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    repository = copy_input(tmp_path_factory.mktemp("check") / "fleet", ROOT / "generator" / "scaffold" / "tenants")
    done = quad(["render"], repository)
    assert done.code == 0, done.stderr
    return repository


@pytest.fixture
def fleet(rendered: Path, tmp_path: Path) -> Path:
    return shutil.copytree(rendered, tmp_path / "fleet")


def check(fleet: Path, *arguments: str) -> Done:
    return quad(["check", *arguments], fleet)


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


def manifests(fleet: Path) -> Path:
    return fleet / "rendered/production/tenants/demo/manifests/manifests.yaml"


def claim_by_hand(fleet: Path, more: str = "") -> None:
    """A claim that nothing mounts and the catalogue does not make."""
    text = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: by-hand\n  namespace: moodle-demo\n"
    with manifests(fleet).open("a") as file:
        file.write(text + more)


def test_what_was_rendered_is_in_order(fleet: Path) -> None:
    done = check(fleet)
    assert done.code == 0, done.stderr
    assert done.stderr.splitlines()[-1].startswith("checked 2 tenants, ")


def test_the_sample_fleet_is_in_order(tmp_path: Path) -> None:
    """Whose clusters have a platform: a root's file holds its Applications before the root's own."""
    repository = copy_input(tmp_path / "sample", ROOT / "tenants")
    assert quad(["render"], repository).code == 0
    assert "platform." in (repository / "rendered/production/argocd/us-1/root.yaml").read_text()
    done = check(repository)
    assert done.code == 0, done.stderr


def test_a_finding_is_shown_in_the_catalogue(fleet: Path) -> None:
    edit(manifests(fleet), "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true")
    done = check(fleet, "--tenant", "demo", "--format", "json")
    found = [each for each in json.loads(done.stdout)["diagnostics"] if each["code"] == "pod-security"]
    assert done.code == 1
    assert {each["path"].split("/")[0] for each in found} == {"overlays"}
    assert all(each["line"] for each in found)


def test_what_the_catalogue_does_not_make_is_shown_in_the_manifest(fleet: Path) -> None:
    claim_by_hand(fleet)
    done = check(fleet)
    line = manifests(fleet).read_text().splitlines().index("  name: by-hand")
    assert done.code == 1
    assert f"--> rendered/production/tenants/demo/manifests/manifests.yaml:{line + 1}:3" in done.stderr
    assert "rendered for 1 tenant: demo" in done.stderr


def test_the_roots_and_applications_are_checked_too(fleet: Path) -> None:
    (root,) = (fleet / "rendered/production").glob("argocd/*/root.yaml")
    edit(root, "  destinations:\n  - namespace: argocd", "  destinations:\n  - namespace: '*'")
    (application,) = (fleet / "rendered/production").glob("argocd/*/*/demo.yaml")
    edit(application, "  - jqPathExpressions:", '  - group: ""\n    jqPathExpressions:')
    done = check(fleet, "--environment", "production")
    assert "error[tenancy]: AppProject `root.production.main`: the destinations are not exactly" in done.stderr
    assert "rendered for 1 root: root.production.main" in done.stderr
    assert "error[empty-group]: Application `demo`" in done.stderr


def test_render_checks_the_roots(fleet: Path) -> None:
    edit(
        fleet / "overlays/argocd-root/project.yaml",
        "clusterResourceWhitelist: []",
        "clusterResourceWhitelist: [{group: '*', kind: '*'}]",
    )
    done = quad(["render"], fleet)
    assert done.code == 1
    for environment in ("production", "staging"):
        assert f"AppProject `root.{environment}.main`: the tenant may have objects of the whole cluster" in done.stderr
    assert "--> overlays/argocd-root/project.yaml:" in done.stderr


def test_a_branch_is_checked_without_a_checkout(fleet: Path) -> None:
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    tree = fleet / "rendered/production"
    edit(manifests(fleet), "apiVersion: policy/v1\n", "apiVersion: policy/v1beta1\n")
    for command in (["init", "-q", "-b", "rendered/production", "."], ["add", "-A"], ["commit", "-qm", "published"]):
        subprocess.run([*git, *command], cwd=tree, check=True)
    subprocess.run([*git, "init", "-q", "-b", "main", "."], cwd=fleet, check=True)
    subprocess.run([*git, "fetch", "-q", str(tree), "rendered/production:rendered/production"], cwd=fleet, check=True)
    shutil.rmtree(fleet / "rendered")
    done = check(fleet, "--branch", "rendered/production")
    assert done.code == 1
    assert "this kind of `policy/v1beta1` is gone from Kubernetes 1.25 on" in done.stderr
    assert "help: use `policy/v1`" in done.stderr
    missing = check(fleet, "--branch", "rendered/nothing")
    assert missing.code == 3
    assert "git knows no commit `rendered/nothing`" in missing.stderr


def test_several_versions_of_kubernetes(fleet: Path) -> None:
    done = check(fleet, "--kubernetes", "1.25,1.34,v1.37.2")
    assert done.code == 0, done.stderr
    edit(manifests(fleet), "apiVersion: autoscaling/v2\n", "apiVersion: autoscaling/v2beta2\n")
    done = check(fleet, "--kubernetes", "1.25,1.26,1.27")
    assert "this kind of `autoscaling/v2beta2` is deprecated from Kubernetes 1.23 on and gone in 1.26" in done.stderr
    assert "note: on Kubernetes 1.26, 1.27" in done.stderr


WAIVER = (
    'waivers:\n- {{rule: unmounted-claim, object: PersistentVolumeClaim b*, reason: "{reason}", until: "{until}"}}\n'
)


def test_waived_findings_are_counted_and_listed(fleet: Path) -> None:
    claim_by_hand(fleet, "spec:\n  accessModes: [ReadWriteOnce]\n")
    settings = (fleet / "tenants/fleet.yaml").read_text()
    (fleet / "tenants/fleet.yaml").write_text(settings + WAIVER.format(reason="It is \\e[31mold", until="2099-12-31"))
    done = check(fleet, "--verbose")
    assert done.code == 0, done.stderr
    assert "1 finding waived by tenants/fleet.yaml" in done.stderr
    assert "waived[unmounted-claim]: PersistentVolumeClaim `by-hand`: no pod mounts the claim" in done.stderr
    assert "(It is \\u{1b}[31mold; until 2099-12-31)" in done.stderr


def test_the_day_is_the_commits(fleet: Path) -> None:
    claim_by_hand(fleet)
    settings = (fleet / "tenants/fleet.yaml").read_text()
    (fleet / "tenants/fleet.yaml").write_text(settings + WAIVER.format(reason="agreed", until="2021-06-30"))
    assert "waiver-expired" in check(fleet).stderr  # outside of git the calendar's day counts
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run([*git, "init", "-q", "."], cwd=fleet, check=True)
    for day, expired in (("2021-06-30T23:59:59Z", False), ("2021-07-01T00:00:00Z", True)):
        when = {"GIT_COMMITTER_DATE": day, "GIT_AUTHOR_DATE": "2020-01-01T00:00:00Z", "PATH": "/usr/bin:/bin"}
        subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", day], cwd=fleet, env=when, check=True)
        done = check(fleet)
        assert ("waiver-expired" in done.stderr) == expired, day
        assert (done.code == 1) == expired


FOREIGN = {
    "apps/tenants/acme/app.yaml": "apiVersion: v1\nkind: List\nitems:\n"
    "- {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}}\n",
    "apps/values.yaml": "replicas: 3\n",
    "apps/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n",
    "apps/overlay/x.yaml": "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: not-read}\n",
    "b.yml": "# y is no text in YAML 1.1\nkind: PersistentVolumeClaim\napiVersion: v1\nmetadata: {name: y, namespace: n}\n",
    "README.md": "apiVersion: v1\n",
}


def test_a_folder_that_quad_did_not_make(fleet: Path) -> None:
    for name, text in FOREIGN.items():
        file = fleet / "other" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    done = check(fleet, "other")
    assert done.code == 1
    assert "--> other/apps/tenants/acme/app.yaml" in done.stderr
    assert "--> other/b.yml:1:1" in done.stderr
    assert "note: in acme" in done.stderr
    assert "note: in n" in done.stderr
    assert "not-read" not in done.stderr
    assert "1 document left out: no Kubernetes object" in done.stderr
    assert "checked 2 subjects, 2 objects" in done.stderr
    assert check(fleet, "other", "--tenant", "acme").stderr.endswith("checked 1 subject, 1 object\n")


def test_schemas_may_be_required(fleet: Path) -> None:
    done = check(fleet, "--require-schemas")
    assert done.code == 1
    assert "error[schemas-missing]" in done.stderr
    assert quad(["render", "demo"], fleet, {"QUAD_REQUIRE_SCHEMAS": "1"}).code == 1
    (fleet / ".build/crds").mkdir(parents=True)
    done = check(fleet)
    assert (
        "error[unknown-kind]: Rollout `moodle`: no schema for kind `Rollout` of `argoproj.io/v1alpha1`" in done.stderr
    )
    assert "error[unknown-kind]: AppProject" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rendered", "--branch", "main"], "TREE and --branch name two trees"),
        (["--kubernetes", "latest"], "`latest` is no version of Kubernetes"),
        (["--kubernetes", ""], "`` is no version of Kubernetes"),
        (["--tenant", "dmeo"], "no tenant `dmeo`. did you mean `demo`?"),
        (["--environment", "live"], "no environment `live`."),
        (["tenants"], "there is no manifest in tenants"),
    ],
)
def test_wrong_command_lines(fleet: Path, arguments: list[str], words: str) -> None:
    done = check(fleet, *arguments)
    assert done.code == 2
    assert words in " ".join(done.stderr.replace("│", "").split())


def test_nothing_is_rendered_yet(fleet: Path) -> None:
    shutil.rmtree(fleet / "rendered")
    assert check(fleet).code == 3
    (fleet / "rendered").mkdir()
    done = check(fleet)
    assert done.code == 2
    assert "`quad render` makes it" in done.stderr


def test_hostile_manifests_are_refused(fleet: Path) -> None:
    hostile = {
        "deep.yaml": "a: " + "[" * 10_000 + "]" * 10_000,
        "bomb.yaml": "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        "tag.yaml": "!!python/object/apply:os.system ['touch hacked']\n",
        "name.yaml": 'apiVersion: v1\nkind: "P\\e[31m"\nmetadata: {name: "x\\n::error::y"}\n',
        "bytes.yaml": "\x00",
    }
    for name, text in hostile.items():
        (fleet / "hostile").mkdir(exist_ok=True)
        (fleet / "hostile" / name).write_text(text)
    (fleet / "hostile" / "link.yaml").symlink_to("/etc/passwd")
    for layout in ("text", "github", "sarif", "json"):
        done = check(fleet, "hostile", "--format", layout)
        assert done.code == 1, done.stderr
        assert "\x1b" not in done.stdout + done.stderr
        assert "\n::error::y" not in done.stdout + done.stderr
        assert "root:" not in done.stdout + done.stderr
        assert "bug" not in done.stderr
    assert not (fleet / "hacked").exists()


def test_a_tree_is_read_as_it_was_rendered(fleet: Path) -> None:
    """The objects, tenants, versions and namespaces are those that `quad render` checks."""
    place = fleet / "rendered/production"
    paths = [path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()]
    files = {path: (place / path).read_bytes() for path in files_of(paths, ())}
    found = manifests_of(files, "", {"main": "1.34"}, "1.0")
    wanted = [body for path in sorted(files) for body in yaml.safe_load_all(files[path])]
    assert [manifest.object for manifest in found.manifests] == wanted
    assert {(manifest.tenant, manifest.kubernetes, manifest.namespace) for manifest in found.manifests} == {
        ("demo", "1.34", "moodle-demo"),
        ("root.production.main", "1.34", "argocd"),
    }
