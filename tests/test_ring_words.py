"""What is said where a ring's pin, or the catalogue at its commit, is wrong: `tests/pins/` has the words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from generator.hydrate import usual
from generator.model import Progress
from generator.pipeline import read, render
from generator.report import FORMATS
from generator.result import Rendered
from tests.conftest import ROOT, matches_golden
from tests.history import add_sample, commit, git, old_catalogue, pin, replace_in

WORDS = ROOT / "tests" / "pins"
DEMO = "tenants/production/demo.yaml"
"""In the ring `broad`, by its environment's defaults; demo-staging is in `canary`."""


@pytest.fixture
def repository(fleet_repository: Path) -> Path:
    """One commit, with the catalogue as it is."""
    commit(fleet_repository, "one")
    return fleet_repository


def rendered(root: Path, output: Path) -> Rendered:
    return render(read(root), output, usual(), root / "no-crds", (), Progress())


# A case changes the repository and gives the clone to look at.


def _unknown(root: Path) -> Path:
    pin(root, "0" * 39 + "1")
    return root


def _shallow(root: Path) -> Path:
    old = git(root, "rev-parse", "HEAD")
    pin(root, old)
    commit(root, "two")
    git(root.parent, "clone", "-q", "--depth", "1", root.as_uri(), "shallow")
    return root.parent / "shallow"


def _partial(root: Path) -> Path:
    old = git(root, "rev-parse", "HEAD")
    pin(root, old)
    (root / "overlays" / "base" / "README.md").write_text("# Base\n")
    commit(root, "two")
    git(root, "config", "uploadpack.allowFilter", "true")
    git(root.parent, "clone", "-q", "--filter=blob:none", root.as_uri(), "partial")
    return root.parent / "partial"


def _empty(root: Path) -> Path:
    git(root, "rm", "-rq", "overlays")
    (root / "overlays").write_text("a file\n")
    none = commit(root, "no catalogue")
    (root / "overlays").unlink()
    git(root, "checkout", "-q", "HEAD~1", "--", "overlays")
    commit(root, "a catalogue")
    pin(root, none)
    return root


def _unmerged(root: Path) -> Path:
    git(root, "checkout", "-q", "-b", "aside")
    aside = commit(root, "nobody has merged this")
    git(root, "checkout", "-q", "main")
    pin(root, aside)
    return root


def _unmerged_shallow(root: Path) -> Path:
    clone = _shallow(root)
    git(clone, "fetch", "-q", "--depth", "1", "origin", git(root, "rev-parse", "HEAD~1"))
    return clone


def _tag(root: Path) -> Path:
    git(root, "tag", "-a", "v1", "-m", "one")
    pin(root, git(root, "rev-parse", "v1"))
    return root


def _feature(root: Path) -> Path:
    pin(root, git(root, "rev-parse", "HEAD"))
    add_sample(root)
    for name in (DEMO, "tenants/staging/demo-staging.yaml"):
        with (root / name).open("a") as file:
            file.write("features:\n  sample: {size: 2}\n  smple: {}\n")
    return root


def _feature_of_the_fleet(root: Path) -> Path:
    pin(root, git(root, "rev-parse", "HEAD"))
    add_sample(root)
    copy = (root / DEMO).read_text().replace("demo", "birch").replace("learn.", "birch.")
    (root / "tenants" / "production" / "birch.yaml").write_text(copy)
    replace_in(root / "tenants" / "fleet.yaml", "defaults:\n", "defaults:\n  features: {sample: {}}\n")
    return root


def _submodule(root: Path) -> None:
    git(
        root, "update-index", "--add", "--cacheinfo", f"160000,{git(root, 'rev-parse', 'HEAD')},overlays/features/other"
    )
    (root / "overlays" / "features" / "other").mkdir()


def _core_moved_on(root: Path) -> Path:
    """The catalogue of the commit reads a field that the tenant's core schema has no longer."""
    manifest = root / "overlays" / "base" / "replacements" / "platform.yaml"
    core = root / "schemas" / "tenant.core.yaml"
    text, schema = manifest.read_text(), core.read_text()
    field = "  motto:\n    title: Motto\n    description: A saying.\n    type: string\n    default: ora\n"
    core.write_text(schema.replace("properties:\n", f"properties:\n{field}", 1))
    source = "- source: {kind: Tenant, fieldPath: spec.motto}\n  targets:\n"
    target = "  - select: {kind: PersistentVolumeClaim, name: moodledata}\n    fieldPaths: [spec.storageClassName]\n"
    manifest.write_text(f"{text}{source}{target}")
    pin(root, commit(root, "a motto"))
    manifest.write_text(text)
    core.write_text(schema)
    return root


def _deaf(root: Path) -> Path:
    """The catalogue of the commit reads the project's description alone, as it did before there were sync windows."""
    project = root / "overlays" / "argocd" / "project" / "kustomization.yaml"
    text = project.read_text()
    replace_in(project, "fieldPath: spec.project}", "fieldPath: spec.project.description}")
    replace_in(project, "fieldPaths: [spec]", "fieldPaths: [spec.description]")
    pin(root, commit(root, "before sync windows"))
    project.write_text(text)
    return root


WINDOW = '{kind: deny, schedule: "0 8 12-16 1 *", duration: 10h, timeZone: Europe/Paris, manualSync: true, applications: ["*"]}'


def _sync_windows(root: Path) -> Path:
    """Two tenants say one, in a ring with a pin and in one without; a third is in the pinned ring and says none."""
    _deaf(root)
    copy = (root / DEMO).read_text().replace("demo", "birch").replace("learn.", "birch.")
    (root / "tenants" / "production" / "birch.yaml").write_text(copy)
    for name in (DEMO, "tenants/staging/demo-staging.yaml"):
        with (root / name).open("a") as file:
            file.write(f"project:\n  syncWindows:\n  - {WINDOW}\n")
    return root


def _sync_windows_of_the_fleet(root: Path) -> Path:
    _deaf(root)
    copy = (root / DEMO).read_text().replace("demo", "birch").replace("learn.", "birch.")
    (root / "tenants" / "production" / "birch.yaml").write_text(copy)
    said = f"defaults:\n  project: {{syncWindows: [{WINDOW}]}}\n"
    replace_in(root / "tenants" / "fleet.yaml", "defaults:\n", said)
    return root


CASES: dict[str, Callable[[Path], Path]] = {
    "catalogue-commit-missing": _unknown,
    "catalogue-commit-missing.shallow": _shallow,
    "catalogue-commit-missing.partial": _partial,
    "catalogue-commit-missing.tag": _tag,
    "catalogue-commit-empty": _empty,
    "catalogue-commit-unmerged": _unmerged,
    "catalogue-commit-unmerged.shallow": _unmerged_shallow,
    "unknown-feature": _feature,
    "unknown-feature.of-the-fleet": _feature_of_the_fleet,
    "unknown-path": _core_moved_on,
    "unread-value": _sync_windows,
    "unread-value.of-the-fleet": _sync_windows_of_the_fleet,
    "yaml-syntax": old_catalogue(lambda root: (root / "overlays/base/quota.yaml").write_text("a: [\n")),
    "symbolic-link": old_catalogue(lambda root: (root / "overlays/features/away").symlink_to("/etc")),
    "symbolic-link.file": old_catalogue(lambda root: (root / "overlays/base/away.yaml").symlink_to("/etc/passwd")),
    "unexpected-file": old_catalogue(_submodule),
    "file-too-large": old_catalogue(lambda root: (root / "overlays/base/big.txt").write_bytes(b"x" * 1_000_001)),
    "broken-schema": old_catalogue(lambda root: (root / "overlays/features/backup/schema.yaml").write_text("")),
    "component-incomplete": old_catalogue(lambda root: (root / "overlays/argocd/kustomization.yaml").unlink()),
}


@pytest.mark.parametrize("name", CASES)
def test_the_user_sees_these_words(name: str, repository: Path) -> None:
    root = CASES[name](repository)
    output = FORMATS["text"](read(root).problems)
    names = [
        *git(repository, "rev-list", "--all", "HEAD").split(),
        *git(repository, "for-each-ref", "--format=%(objectname)").split(),
    ]
    for full in names:
        output = output.replace(full, "1" * 40).replace(full[:7], "COMMIT-")
    assert f"[{name.partition('.')[0]}]" in output
    matches_golden(WORDS / f"{name}.txt", output)


def test_words_have_no_orphan() -> None:
    assert {path.stem for path in WORDS.glob("*.txt")} == set(CASES)


@pytest.mark.parametrize("layout", ["github", "sarif", "json"])
def test_no_layout_sends_anyone_to_a_line_of_the_working_tree(layout: str, repository: Path) -> None:
    root = old_catalogue(lambda root: (root / "overlays/base/quota.yaml").write_text("a: [\n"))(repository)
    full = git(root, "rev-parse", "HEAD~1")
    assert f"overlays/base/quota.yaml@{full[:7]}" in FORMATS[layout](read(root).problems)


def test_what_kustomize_refuses_is_at_the_commit(repository: Path, tmp_path: Path) -> None:
    break_it = "resources:\n- nowhere-at-all.yaml\n"
    faulty = old_catalogue(
        lambda root: replace_in(
            root / "overlays/states/active/kustomization.yaml", "kind: Component\n", f"kind: Component\n{break_it}"
        )
    )
    problems = rendered(faulty(repository), tmp_path / "out").problems
    full = git(repository, "rev-parse", "HEAD~1")
    assert {problem.span.path for problem in problems} == {f"overlays/states/active/kustomization.yaml@{full[:7]}"}
    assert all("quad ring unpin" in problem.help for problem in problems)


def test_what_a_rule_finds_is_at_the_commit(repository: Path, tmp_path: Path) -> None:
    def allow(root: Path) -> None:
        replace_in(
            root / "overlays/base/rollout.yaml", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"
        )

    allow(repository)
    pin(repository, commit(repository, "a hole"))
    git(repository, "checkout", "-q", "HEAD~1", "--", "overlays")
    problems = rendered(repository, tmp_path / "out").problems
    full = git(repository, "rev-parse", "HEAD")
    assert {problem.span.path for problem in problems} == {f"overlays/base/rollout.yaml@{full[:7]}"}
    assert all("rendered for 1 tenant: demo" in problem.notes for problem in problems)
    assert any(f"pinned to the catalogue at {full[:7]}" in note for note in problems[0].notes)
