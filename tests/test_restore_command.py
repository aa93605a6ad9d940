"""`quad restore`: what it writes and takes out again, what it says, and what it refuses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.history import commit, git, replace_in
from tests.running import Done, quad

BACKUP = 'features: {backup: {bucket: backup, endpoint: "https://s3.example.org"}}'
BEFORE, AFTER = "2026-02-01T03:00:00Z", "2026-03-01T13:00:00Z"
"""Before and after the commits of tests/history.py."""


def tenant(root: Path, name: str, release: str = 'release: {version: "5.2.3"}', more: str = BACKUP) -> Path:
    file = root / "tenants" / "production" / f"{name}.yaml"
    file.write_text(
        f"name: {name}  # kept\ndisplayName: {name.title()}\nhost: {name}.example.org\n{release}  # this too\n{more}\n"
    )
    return file


@pytest.fixture
def repository(fleet_repository: Path) -> Path:
    (fleet_repository / "tenants" / "staging" / "demo-staging.yaml").unlink()
    for name in ("ash", "birch"):
        tenant(fleet_repository, name)
    commit(fleet_repository, "one")
    return fleet_repository


def said(root: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((root / "tenants" / "production" / f"{name}.yaml").read_text())
    return found


def restore(root: Path, *arguments: str) -> Done:
    return quad(["restore", *arguments], root, {"COLUMNS": "200"})


def test_it_is_asked_for_and_taken_out_and_comments_stay(repository: Path) -> None:
    file = repository / "tenants" / "production" / "birch.yaml"
    before = file.read_bytes()
    dry = restore(repository, "birch", "--at", AFTER, "--plan")
    assert (dry.code, file.read_bytes()) == (0, before)
    done = restore(repository, "birch", "--at", "2026-03-01T14:00:00+01:00")
    assert done.code == 0, done.stderr
    assert done.stdout.startswith(f"birch: back to {AFTER}, as the restore 20")
    found = said(repository, "birch")
    assert found["restore"]["at"] == AFTER
    assert re.fullmatch(r"20[0-9]{6}t[0-9]{6}", found["restore"]["id"])
    assert found["release"] == {"version": "5.2.3"}
    assert "# kept" in file.read_text()
    assert git(repository, "diff", "--stat").splitlines()[-1].strip() == "1 file changed, 1 insertion(+)"
    assert quad(["validate"], repository).code == 0
    assert restore(repository, "birch", "--finish").code == 0
    assert file.read_bytes() == before


def test_a_point_from_before_an_upgrade_brings_its_release_back(repository: Path) -> None:
    tenant(repository, "ash", 'release: {version: "5.2.3", floor: "5.2.3"}')
    commit(repository, "a floor")
    refused = restore(repository, "ash", "--at", BEFORE)
    assert (refused.code, "error[restore-other-release]" in refused.stderr) == (1, True)
    before = (repository / "tenants" / "production" / "ash.yaml").read_bytes()
    done = restore(repository, "ash", "--at", BEFORE, "--release", "5.2.2")
    assert done.code == 0, done.stderr
    assert "from 5.2.3 to 5.2.2" in done.stdout
    found = said(repository, "ash")
    assert found["release"] == {"version": "5.2.2", "floor": "5.2.2"}
    assert found["restore"]["leaves"] == "5.2.3"
    assert quad(["validate"], repository).code == 0
    assert restore(repository, "ash", "--abort").code == 0
    assert (repository / "tenants" / "production" / "ash.yaml").read_bytes() == before
    assert restore(repository, "ash", "--at", BEFORE, "--release", "5.2.3").code == 0, "no database was touched"
    assert "leaves" not in said(repository, "ash")["restore"]


@pytest.mark.parametrize("floor", ["5.2.2", "5.1.7"])
def test_a_floor_that_did_not_fall_is_not_raised(repository: Path, floor: str) -> None:
    before = tenant(repository, "ash", f'release: {{version: "5.2.3", floor: "{floor}"}}').read_bytes()
    commit(repository, "a floor")
    assert restore(repository, "ash", "--at", BEFORE, "--release", "5.2.2").code == 0
    assert said(repository, "ash")["release"] == {"version": "5.2.2", "floor": floor}
    assert restore(repository, "ash", "--abort").code == 0
    assert (repository / "tenants" / "production" / "ash.yaml").read_bytes() == before


def test_an_older_release_does_not_get_a_newer_schema(repository: Path) -> None:
    done = restore(repository, "ash", "--at", AFTER, "--release", "5.2.2")
    assert (done.code, "that point is no older release's" in done.stderr) == (1, True)
    assert "restore" not in said(repository, "ash")


@pytest.mark.parametrize(
    ("release", "more", "code"),
    [
        ('release: {version: "5.2.3"}', "features: {}", "feature-required"),
        ('release: {version: "5.2.3"}', f"{BACKUP}\nstate: suspended", "restore-not-active"),
        ('release: {version: "5.2.3", from: "5.2.2", floor: "5.2.3"}', BACKUP, "upgrade-under-way"),
        (
            'release: {version: "5.2.3"}',
            f"{BACKUP}\ndatabase: {{server: managed-mariadb, host: db.example.org, version: '11.4', network: 203.0.113.0/24}}",
            "feature-database",
        ),
        (
            'release: {version: "5.2.3"}',
            f'{BACKUP}\nrestore: {{id: "20260301t120000", at: "{AFTER}"}}',
            "restore-pending",
        ),
    ],
)
def test_what_forbids_it(repository: Path, release: str, more: str, code: str) -> None:
    before = tenant(repository, "ash", release, more).read_bytes()
    done = restore(repository, "ash", "--at", AFTER)
    assert (done.code, f"error[{code}]" in done.stderr) == (1, True), done.stderr
    assert (repository / "tenants" / "production" / "ash.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ash"], "say --at TIME, --finish or --abort"),
        (["ash", "--at", AFTER, "--finish"], "say --at TIME, --finish or --abort"),
        (["asch", "--at", AFTER], "did you mean `ash`?"),
        (["ash", "--at", "yesterday"], "`yesterday` is no time with its zone"),
        (["ash", "--at", "2026-03-01T13:00:00"], "is no time with its zone"),
        (["ash", "--at", "2126-03-01T13:00:00Z"], "2126-03-01T13:00:00Z has not come yet"),
        (["ash", "--at", AFTER, "--release", "5.9.9"], "no release `5.9.9`"),
        (["ash", "--at", AFTER, "--release", "5.3.0"], "`quad upgrade` goes forward"),
        (["ash", "--finish", "--release", "5.2.2"], "--release and --into go with --at"),
        (["ash", "--finish"], "no restore of `ash` is asked for"),
    ],
)
def test_a_wrong_command_line(repository: Path, arguments: list[str], words: str) -> None:
    done = restore(repository, *arguments)
    assert (done.code, words in done.stderr) == (2, True), done.stderr


def test_while_it_is_asked_for_nothing_is_upgraded(repository: Path) -> None:
    assert restore(repository, "ash", "--at", AFTER).code == 0
    replace_in(
        repository / "tenants" / "production" / "ash.yaml", 'version: "5.2.3"', 'version: "5.2.3", from: "5.2.2"'
    )
    done = quad(["validate"], repository)
    assert (done.code, "an upgrade is under way" in done.stderr + done.stdout) == (1, True)


def test_a_release_that_is_not_committed_is_nobody_knows_how_old(repository: Path) -> None:
    tenant(repository, "cedar")
    done = restore(repository, "cedar", "--at", BEFORE)
    assert (done.code, "since when it has its release is not known here" in done.stderr) == (0, True)


def test_what_one_lacks_is_found_after_another_of_the_same_features(repository: Path) -> None:
    """Tenants of the same features are judged together, but for what is under way."""
    for name, more in (
        ("ash", "features: {}"),
        ("birch", f'restore: {{id: 20260301t120000, at: "{AFTER}"}}\nfeatures: {{}}'),
    ):
        tenant(repository, name, more=more)
    done = quad(["validate"], repository)
    assert (done.code, "a restore needs feature `backup`" in done.stdout + done.stderr) == (1, True)


def test_another_tenant_becomes_a_clone(repository: Path) -> None:
    """What its file takes over is the source's; its secret may be read by a path of its own."""
    source = (repository / "tenants" / "production" / "ash.yaml").read_bytes()
    done = restore(repository, "ash", "--at", AFTER, "--into", "birch", "--secret", "moodle/production/ash/read")
    assert done.code == 0, done.stderr
    assert "birch: becomes ash as of" in done.stdout
    assert (repository / "tenants" / "production" / "ash.yaml").read_bytes() == source
    found = said(repository, "birch")["clone"]
    assert {name: found[name] for name in ("from", "url", "location", "secretPath", "at")} == {
        "from": "ash",
        "url": "https://ash.example.org",
        "location": "backup/production/ash",
        "secretPath": "moodle/production/ash/read",
        "at": AFTER,
    }
    assert quad(["validate"], repository).code == 0
    again = restore(repository, "ash", "--at", AFTER, "--into", "birch")
    assert (again.code, "error[restore-pending]" in again.stderr) == (1, True)
    assert restore(repository, "birch", "--finish").code == 0
    assert "clone" not in said(repository, "birch")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("features: {}", "feature-required"),
        (f"{BACKUP}\nstate: suspended", "restore-not-active"),
        (f"{BACKUP}\nsecrets: {{store: another}}", "clone-differs"),
        (f"{BACKUP}\nmodel: cloud", ""),
    ],
)
def test_what_forbids_a_clone(repository: Path, more: str, code: str) -> None:
    before = tenant(repository, "birch", more=more).read_bytes()
    done = restore(repository, "ash", "--at", AFTER, "--into", "birch")
    assert (done.code, f"error[{code}" in done.stderr) == (1, True), done.stderr
    assert (repository / "tenants" / "production" / "birch.yaml").read_bytes() == before


def test_of_a_clone_the_point_s_release_is_its_own(repository: Path) -> None:
    assert "restore-other-release" in restore(repository, "ash", "--at", BEFORE, "--into", "birch").stderr
    assert "clone-differs" in restore(repository, "ash", "--at", BEFORE, "--into", "birch", "--release", "5.2.2").stderr
    tenant(repository, "birch", 'release: {version: "5.2.2"}')
    assert restore(repository, "ash", "--at", BEFORE, "--into", "birch", "--release", "5.2.2").code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--into", "ash"], "a tenant is no clone of itself"),
        (["--into", "oak"], "no tenant `oak`"),
        (["--secret", "x"], "--secret goes with --into"),
    ],
)
def test_a_wrong_command_line_of_a_clone(repository: Path, arguments: list[str], words: str) -> None:
    done = restore(repository, "ash", "--at", AFTER, *arguments)
    assert (done.code, words in done.stderr) == (2, True), done.stderr


def test_a_drill_is_asked_for_and_taken_out(repository: Path) -> None:
    file = tenant(repository, "ash", more=BACKUP.replace("}}", "}, backup-drill: {}}"))
    before = file.read_bytes()
    assert quad(["drill", "ash", "--plan"], repository).code == 0
    assert file.read_bytes() == before
    done = quad(["drill", "ash"], repository)
    assert (done.code, "the Job `backup-drill-20" in done.stdout) == (0, True)
    assert quad(["validate"], repository).code == 0
    assert "error[drill-pending]" in restore(repository, "ash", "--at", AFTER).stderr
    assert quad(["drill", "ash", "--finish"], repository).code == 0
    assert file.read_bytes() == before
    assert quad(["drill", "ash", "--finish"], repository).code == 2
    lacking = quad(["drill", "birch"], repository)
    assert (lacking.code, "a drill needs feature `backup-drill`" in lacking.stderr) == (1, True)


def test_a_ring_whose_catalogue_knows_no_restore_is_unpinned_first(repository: Path) -> None:
    folders = repository / "overlays" / "transactions"
    for name in ("recovery", "cloning", "exercise"):
        (folders / name).rename(repository / name)
    git(repository, "add", "overlays")
    git(repository, "commit", "-qm", "older")
    pinned = quad(["ring", "pin", "broad", "HEAD"], repository)
    assert pinned.code == 0, pinned.stderr
    for name in ("recovery", "cloning", "exercise"):
        (repository / name).rename(folders / name)
    tenant(repository, "ash", 'release: {version: "5.2.3"}\nring: broad')
    commit(repository, "newer, and pinned")
    done = restore(repository, "ash", "--at", AFTER)
    assert (done.code, "`quad ring unpin broad`" in done.stderr) == (1, True), done.stderr
    assert "knows no clone" in restore(repository, "birch", "--at", AFTER, "--into", "ash").stderr
