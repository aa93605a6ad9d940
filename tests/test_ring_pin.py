"""Rings pinned to an older catalogue: what they are judged and compiled by, and what is said where that cannot be."""

from __future__ import annotations

import dataclasses
import subprocess
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from generator import git as plumbing
from generator import kustomize
from generator.compile import compile_fleet
from generator.hydrate import Hydration
from generator.load import load
from generator.model import Component, Fleet, Progress, Repository
from generator.pins import CommitReader
from generator.pipeline import read, render
from generator.reader import Reader, read_components
from generator.resolve import resolve
from generator.result import Rendered
from generator.rings import ring_of
from generator.units import Tree
from generator.validate import validate
from tests.conftest import ROOT, copy_input
from tests.history import add_sample, commit, git, old_catalogue, pin, replace_in
from tests.running import quad

DEMO = "tenants/production/demo.yaml"
"""In the ring `broad`, by its environment's defaults; demo-staging is in `canary`."""


@pytest.fixture
def repository(fleet_repository: Path) -> Path:
    """One commit, with the catalogue as it is."""
    commit(fleet_repository, "one")
    return fleet_repository


def rendered(root: Path, output: Path) -> Rendered:
    return render(read(root), output, Hydration(kustomize.find()), root / "no-crds", (), Progress())


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def codes(root: Path) -> set[str]:
    return {problem.code for problem in read(root).problems}


# What a pinned ring is compiled by.


def test_a_pinned_ring_gets_the_bytes_of_that_commits_checkout(repository: Path, tmp_path: Path) -> None:
    """New tenants and passports, the old overlays/: once by a pin, once by a checkout."""
    old = git(repository, "rev-parse", "HEAD")
    add_sample(repository)
    replace_in(repository / "overlays/base/moodledata.yaml", "  annotations:\n", '  annotations:\n    new: "yes"\n')
    (repository / "overlays/base/quota.yaml").rename(repository / "overlays/base/limits-of-all.yaml")
    replace_in(repository / "overlays/base/kustomization.yaml", "quota.yaml", "limits-of-all.yaml")
    commit(repository, "a change of the platform")
    replace_in(repository / DEMO, "Demo site", "Another name")
    pin(repository, old)
    checkout = copy_input(tmp_path / "checkout", repository / "tenants")
    subprocess.run(["rm", "-r", str(checkout / "overlays")], check=True)
    git(repository, "worktree", "add", "-q", str(tmp_path / "old"), old)
    (tmp_path / "old" / "overlays").rename(checkout / "overlays")
    replace_in(checkout / "tenants" / "fleet.yaml", f', catalogue: "{old}"', "")
    assert rendered(repository, tmp_path / "pinned").problems == []
    assert rendered(checkout, tmp_path / "whole").problems == []

    def of_the_ring(output: Path) -> dict[str, bytes]:
        files = files_of(output / "production")
        mine = ("tenants/demo/", "catalogue/broad/", "argocd/main/")
        return {name: raw for name, raw in files.items() if name.startswith(mine) and not name.endswith("root.yaml")}

    assert of_the_ring(tmp_path / "pinned") == of_the_ring(tmp_path / "whole")
    assert len(of_the_ring(tmp_path / "pinned")) > 50
    manifests = {
        name: (tmp_path / "pinned" / name / "manifests/manifests.yaml").read_bytes()
        for name in ("production/tenants/demo", "staging/tenants/demo-staging")
    }
    assert [b'new: "yes"' in raw for raw in manifests.values()] == [False, True]
    assert b"Another name" in manifests["production/tenants/demo"]


@lru_cache(maxsize=1)
def _sample_fleet(folder: Path) -> Fleet:
    root = copy_input(folder / "sample", ROOT / "tenants")
    commit(root, "one")
    return read(root)


@settings(max_examples=12)
@given(rings=some.sets(some.sampled_from(["canary", "early", "broad"]), min_size=1))
def test_a_pin_to_head_changes_no_byte(rings: set[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    fleet = _sample_fleet(tmp_path_factory.getbasetemp())
    root = tmp_path_factory.getbasetemp() / "sample"
    full = git(root, "rev-parse", "HEAD")
    try:
        for ring in rings:
            pin(root, full, ring)
        pinned = read(root)
    finally:
        git(root, "checkout", "-q", "--", "tenants")
    assert set(pinned.repository.pinned) == rings
    assert pinned.problems == fleet.problems == []
    assert [_bytes(tree) for tree in _trees(pinned)] == [_bytes(tree) for tree in _trees(fleet)]


def _trees(fleet: Fleet) -> list[Tree]:
    return compile_fleet(fleet.repository, fleet.tenants)


def _bytes(tree: Tree) -> tuple[str, object, object]:
    return tree.environment, tree.files, [dataclasses.replace(build, commit="") for build in tree.builds]


def test_a_pin_to_head_renders_the_same_bytes(repository: Path, tmp_path: Path) -> None:
    assert rendered(repository, tmp_path / "before").problems == []
    pin(repository, git(repository, "rev-parse", "HEAD"))
    assert rendered(repository, tmp_path / "after").problems == []
    assert files_of(tmp_path / "before") == files_of(tmp_path / "after")


def test_two_rings_on_one_commit_read_it_once(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = git(repository, "rev-parse", "HEAD")
    for ring in ("canary", "broad"):
        pin(repository, full, ring)
    asked: list[str] = []
    blobs = plumbing.blobs

    def counted(root: Path, ids: Iterable[str]) -> dict[str, bytes]:
        asked.append("once")
        return blobs(root, ids)

    monkeypatch.setattr(plumbing, "blobs", counted)
    first, second = (load(repository)[0].pinned for _ in range(2))
    assert first["canary"].components is first["broad"].components is second["broad"].components
    assert asked == ["once"]


def test_a_catalogue_without_pins_asks_nothing_of_git(fleet_repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plumbing, "attempt", lambda *_: pytest.fail("git was started"))
    assert read(fleet_repository).problems == []


def test_passports_come_from_the_working_tree(repository: Path) -> None:
    """A security release must reach a pinned ring, and the core schema's rules read passports."""
    pin(repository, git(repository, "rev-parse", "HEAD"))
    newest = (repository / "overlays/releases/5.3.0.yaml").read_text().replace("5.3.0", "5.3.1")
    (repository / "overlays/releases/5.3.1.yaml").write_text(newest)
    with (repository / DEMO).open("a") as file:
        file.write("release: {version: 5.3.1}\n")
    fleet = read(repository)
    assert fleet.problems == []
    assert {tenant.name: tenant.spec["release"]["image"] for tenant in fleet.tenants}["demo"].startswith(
        "registry.example.edu/moodle:5.3.1@"
    )


def test_a_knob_of_the_pinned_catalogue_alone_may_be_used(repository: Path) -> None:
    add_sample(repository)
    pin(repository, commit(repository, "with a sample"))
    git(repository, "rm", "-rqf", "overlays/features/sample")
    for name in (DEMO, "tenants/staging/demo-staging.yaml"):
        with (repository / name).open("a") as file:
            file.write("features:\n  sample: {size: 2}\n")
    fleet = read(repository)
    assert [(problem.code, problem.span.path) for problem in fleet.problems] == [
        ("unknown-feature", "tenants/staging/demo-staging.yaml")
    ]


def test_a_host_is_claimed_once_whatever_the_catalogues(repository: Path) -> None:
    pin(repository, git(repository, "rev-parse", "HEAD"))
    replace_in(repository / DEMO, "learn.example.org", "staging.learn.example.org")
    assert codes(repository) == {"host-taken"}


def test_tenants_of_other_rings_are_judged_beside_a_pin_that_is_missing(repository: Path) -> None:
    pin(repository, "0" * 39 + "1")
    replace_in(repository / "tenants/staging/demo-staging.yaml", "host:", "hots:")
    replace_in(repository / DEMO, "host:", "hots:")
    found = {(problem.code, problem.span.path) for problem in read(repository).problems}
    assert found == {
        ("catalogue-commit-missing", "tenants/fleet.yaml"),
        ("unknown-field", "tenants/staging/demo-staging.yaml"),
        ("missing-field", "tenants/staging/demo-staging.yaml"),
    }


def test_a_broken_catalogue_of_a_ring_leaves_the_others_to_be_judged(repository: Path) -> None:
    root = old_catalogue(lambda root: (root / "overlays/features/backup/schema.yaml").write_text(""))(repository)
    replace_in(root / "tenants" / "fleet.yaml", f', catalogue: "{git(root, "rev-parse", "HEAD~1")}"', "")  # canary's
    fleet = read(root)
    assert [tenant.name for tenant in fleet.tenants] == ["demo-staging"]
    assert all("@" in problem.span.path for problem in fleet.problems)


# How a commit is read.


def _plain(component: Component) -> object:
    parsed = {name: [document.data for document in found] for name, found in component.documents.items()}
    return component.kind, component.name, component.folder, component.files, parsed


def test_a_commit_is_read_as_its_checkout_is(repository: Path) -> None:
    base = repository / "overlays" / "base"
    (base / 'ü ñ\t"x".txt').write_bytes(b"\xff\x00\r\n")
    (base / ".hidden").write_text("not read")
    (base / ".folder").mkdir()
    (base / ".folder" / "seen.txt").write_text("read, as in any folder")
    (base / "empty.txt").write_bytes(b"")
    (base / "run.sh").write_text("#!/bin/sh\n")
    (base / "run.sh").chmod(0o755)
    (repository / "overlays" / "features" / ".off").mkdir()
    (repository / "overlays" / "features" / ".off" / "x").write_text("not read")
    full = commit(repository, "odd names")
    there, here = CommitReader(repository, full), Reader(repository)
    assert [_plain(component) for component in read_components(there)] == [
        _plain(component) for component in read_components(here)
    ]
    assert there.problems == here.problems == []


def test_a_fleet_below_the_root_of_its_repository(fleet_repository: Path) -> None:
    root = fleet_repository.parent
    full = commit(root, "all of it")
    add_sample(fleet_repository)
    pin(fleet_repository, full)
    assert read(fleet_repository).problems == []
    done = quad(["ring", "list"], fleet_repository)
    assert full[:7] in done.stdout


def test_a_repository_whose_ids_are_sha_256(fleet_repository: Path) -> None:
    git(fleet_repository, "init", "-q", "-b", "main", "--object-format=sha256")
    full = commit(fleet_repository, "one")
    assert len(full) == 64
    add_sample(fleet_repository)
    pin(fleet_repository, full)
    fleet = read(fleet_repository)
    assert fleet.problems == []
    assert not fleet.repository.pinned["broad"].of("feature").keys() & {"sample"}


def test_a_new_tenant_is_offered_what_its_ring_has(repository: Path) -> None:
    pin(repository, git(repository, "rev-parse", "HEAD"))
    add_sample(repository)
    assert quad(["tenant", "new", "birch"], repository).code == 0
    text = (repository / "tenants/staging/birch.yaml").read_text()
    assert "#   backup:" in text
    assert "sample:" not in text


def test_a_tree_made_by_hand_cannot_write_elsewhere(repository: Path) -> None:
    blob = git(repository, "hash-object", "-w", "--stdin", stdin=b"out\n")
    raw = b"100644 ..\0" + bytes.fromhex(blob)
    evil = git(repository, "hash-object", "-t", "tree", "-w", "--stdin", "--literally", stdin=raw)
    listed = git(repository, "ls-tree", "HEAD:overlays").replace("\tbase", "\tkept") + f"\n040000 tree {evil}\tbase\n"
    overlays = git(repository, "mktree", stdin=listed.encode())
    top = git(repository, "ls-tree", "HEAD").splitlines()
    lines = [f"040000 tree {overlays}\toverlays" if line.endswith("\toverlays") else line for line in top]
    tree = git(repository, "mktree", stdin="\n".join(lines).encode() + b"\n")
    full = git(repository, "commit-tree", tree, "-p", "HEAD", "-m", "evil")
    git(repository, "update-ref", "refs/heads/main", full)
    pin(repository, full)
    fleet = read(repository)
    assert "a path that leads elsewhere is not read" in {problem.message for problem in fleet.problems}
    assert not [
        name for component in fleet.repository.pinned["broad"].components for name in component.files if ".." in name
    ]


def test_a_replaced_object_does_not_change_what_a_sha_means(repository: Path) -> None:
    old = git(repository, "rev-parse", "HEAD")
    add_sample(repository)
    git(repository, "replace", old, commit(repository, "two"))
    reader = CommitReader(repository, old)
    assert "sample" not in {component.name for component in read_components(reader)}


@pytest.mark.parametrize("text", ["rings: 7\n", "rings: [7, {}, {name: 1}]\n", "rings: [{name: x, catalogue: [1]}]\n"])
def test_a_fleet_whose_rings_are_none_is_a_problem_and_no_bug(fleet_repository: Path, text: str) -> None:
    path = fleet_repository / "tenants" / "fleet.yaml"
    before, _, after = path.read_text().partition("rings:\n")
    path.write_text(before + text + after.partition("0h}\n")[2])
    assert read(fleet_repository).problems
    assert quad(["ring", "list"], fleet_repository).code == 0


# Which ring a tenant is in, before and after it is resolved.

_RINGS = some.one_of(some.none(), some.sampled_from(["canary", "early", "broad"]))


@given(fleet=_RINGS, environment=_RINGS, plan=_RINGS, mapped=_RINGS, own=_RINGS)
def test_the_ring_is_known_before_the_tenant_is_resolved(
    fleet: str | None, environment: str | None, plan: str | None, mapped: str | None, own: str | None
) -> None:
    repository = _with_rings(
        _base(), {"fleet": fleet, "environment": environment, "small": plan, "large": mapped, "own": own}
    )
    said = ring_of(repository, repository.tenants[0])
    tenants, _ = resolve(repository)
    assert [tenant.spec["ring"] for tenant in tenants] == ([said] if said else [])


@lru_cache(maxsize=1)
def _base() -> Repository:
    return validate(load(ROOT)[0])[0]


def _with_rings(repository: Repository, rings: dict[str, str | None]) -> Repository:
    """One staging tenant of the plan `large`, which staging maps to `small`, and a ring where each layer says one."""

    def said(layer: str) -> dict[str, str]:
        ring = rings[layer]
        return {"ring": ring} if ring else {}

    assert repository.fleet is not None
    file = next(file for file in repository.tenants if file.environment == "staging")
    data = {**repository.fleet.data, "defaults": {**repository.fleet.data["defaults"], **said("fleet")}}
    data["plans"] = {
        name: {**values, "values": {**values["values"], **(said(name) if name in rings else {})}}
        for name, values in data["plans"].items()
    }
    own = {name: value for name, value in file.document.data.items() if name != "ring"}
    defaults = repository.defaults["staging"]
    shared = {name: value for name, value in defaults.data.items() if name != "ring"}
    return dataclasses.replace(
        repository,
        fleet=dataclasses.replace(repository.fleet, data=data),
        defaults={"staging": dataclasses.replace(defaults, data={**shared, **said("environment")})},
        tenants=(
            dataclasses.replace(
                file, document=dataclasses.replace(file.document, data={**own, "plan": "large", **said("own")})
            ),
        ),
    )


def test_the_sample_fleets_rings_are_those_of_its_resolved_tenants() -> None:
    repository = _base()
    tenants, _ = resolve(repository)
    early = {file.stem: ring_of(repository, file) for file in repository.tenants}
    assert early == {tenant.name: tenant.spec["ring"] for tenant in tenants}


# The commands that look at one tenant.


def test_why_show_and_catalogue_see_the_rings_catalogue(repository: Path) -> None:
    old = git(repository, "rev-parse", "HEAD")
    replace_in(repository / "overlays/features/backup/schema.yaml", "default: 0.0.0.0/0", "default: 203.0.113.0/24")
    pin(repository, old)
    for name in ("production/demo", "staging/demo-staging"):
        with (repository / "tenants" / f"{name}.yaml").open("a") as file:
            file.write('features:\n  backup: {bucket: backups, endpoint: "https://s3.example.org"}\n')
    for arguments in (["show", "{}"], ["why", "{}", "features.backup.egress"], ["catalogue", "backup", "--ring", "{}"]):
        names = ("broad", "canary") if arguments[0] == "catalogue" else ("demo", "demo-staging")
        texts = [quad([part.format(name) for part in arguments], repository).stdout for name in names]
        assert ["203.0.113.0/24" in text for text in texts] == [False, True]
        assert all(texts)
    why = quad(["why", "demo", "features.backup.egress"], repository).stdout
    assert f"overlays/features/backup/schema.yaml@{old[:7]}:" in why
    assert "did you mean `broad`" in quad(["catalogue", "--ring", "braod"], repository).stderr


def test_a_tenant_hidden_by_a_missing_pin_is_not_called_unknown(repository: Path) -> None:
    pin(repository, "0" * 39 + "1")
    done = quad(["show", "demo"], repository)
    assert done.code == 1
    assert "catalogue-commit-missing" in done.stderr
    assert quad(["catalogue", "--ring", "broad"], repository).code == 1
    assert quad(["catalogue"], repository).code == 0


# What a pinned ring's catalogue does not read.


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("", set()),
        ("database: {resources: {limits: {memory: 2Gi}}}\n", set()),  # sharedBuffers are made of it, and are read
        ("database: {resources: {requests: {cpu: 500m}}}\n", {"unread-value"}),
        ("plan: medium\n", {"unread-value"}),
    ],
    ids=["nothing", "derived", "own", "plan"],
)
def test_a_value_that_the_commit_does_not_read_is_no_secret(repository: Path, said: str, wanted: set[str]) -> None:
    server = repository / "overlays" / "databases" / "cloudnative-pg" / "kustomization.yaml"
    text = server.read_text()
    server.write_text(text[: text.index("- source: {kind: Tenant, fieldPath: spec.database.resources}")])
    old = commit(repository, "before resources")
    server.write_text(text)
    commit(repository, "resources")
    pin(repository, old)
    replace_in(
        repository / "tenants" / "fleet.yaml", "        instances: 2\n", "        resources: {requests: {cpu: 500m}}\n"
    )
    replace_in(repository / DEMO, "plan: medium\n", said)
    assert codes(repository) == wanted
