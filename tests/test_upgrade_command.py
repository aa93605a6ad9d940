"""`quad upgrade`: what it writes and what it leaves alone, what it says, and what it refuses because of the rings."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.edit import write_all
from generator.pipeline import read
from generator.soaking import since
from generator.upgrade.gates import Seen
from generator.upgrade.plan import Wish, plan
from tests.api_server import ApiServer
from tests.history import commit, git, replace_in
from tests.running import Done, quad

LATER = "2026-11-22"
COMMITTED = "2026-03-01T12:00:00Z"
FORMER = "2026-03-01T13:00"
"""An hour after the commits of tests/history.py."""
NOW = datetime(2026, 11, 22, tzinfo=UTC)
BACKUP = 'features: {backup: {bucket: backup, endpoint: "https://s3.example.org"}}'
"""What an upgrade of class M or X needs."""


def tenant(root: Path, name: str, release: str, ring: str = "canary") -> Path:
    file = root / "tenants" / "production" / f"{name}.yaml"
    file.write_text(
        f"name: {name}  # kept\ndisplayName: {name.title()}\nhost: {name}.example.org\nring: {ring}\n{release}\n{BACKUP}\n"
    )
    return file


@pytest.fixture
def repository(fleet_repository: Path) -> Path:
    """Three tenants of the first ring, one of the second."""
    (fleet_repository / "tenants" / "staging" / "demo-staging.yaml").unlink()
    for name in ("ash", "birch", "cedar"):
        tenant(fleet_repository, name, 'release: {version: "4.5.13"}  # kept as well')
    tenant(fleet_repository, "oak", 'release:\n  version: "5.2.2"  # kept as well', "broad")
    commit(fleet_repository, "one")
    return fleet_repository


def release(root: Path, name: str) -> dict[str, Any]:
    data = yaml.safe_load((root / "tenants" / "production" / f"{name}.yaml").read_text())
    found: dict[str, Any] = data["release"]
    return found


def upgrade(root: Path, *arguments: str) -> Done:
    date = () if "--date" in arguments else ("--date", LATER)
    return quad(["upgrade", *arguments, *date], root, {"COLUMNS": "200"})


def test_a_ring_is_moved_and_its_comments_stay(repository: Path) -> None:
    done = upgrade(repository, "--to", "4.5.14", "--ring", "canary")
    assert done.code == 0, done.stderr
    assert "wrote 3 files; next: `quad validate`" in done.stderr
    for name in ("ash", "birch", "cedar"):
        text = (repository / "tenants" / "production" / f"{name}.yaml").read_text()
        assert 'release: {version: "4.5.14", from: "4.5.13", floor: "4.5.14"}  # kept as well\n' in text
        assert f"name: {name}  # kept\n" in text
    assert (
        git(repository, "diff", "--stat").splitlines()[-1].strip() == "3 files changed, 3 insertions(+), 3 deletions(-)"
    )
    assert quad(["validate"], repository).code == 0


def test_the_plan_is_printed_and_nothing_written(repository: Path) -> None:
    done = upgrade(repository, "--to", "4.5.14", "--tenant", "birch", "--plan")
    assert done.code == 0
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["tenant", "environment", "ring", "from", "to", "class", "outage", "why"]
    assert lines[1].split()[:7] == ["birch", "production", "canary", "4.5.13", "4.5.14", "B", "none"]
    assert lines[3] == "B: versions rise and no schema changes: one Job without maintenance, no outage"
    assert git(repository, "status", "--porcelain") == ""


def test_an_outage_is_planned_twice_as_long_as_its_rehearsal(repository: Path) -> None:
    done = upgrade(repository, "--to", "5.3.0", "--tenant", "birch", "--rehearsed", "14")
    assert done.code == 0, done.stderr
    assert release(repository, "birch") == {
        "version": "4.5.13", "rehearsed": {"to": "5.3.0", "minutes": 14, "date": LATER},
    }  # fmt: skip
    done = upgrade(repository, "--to", "5.3.0", "--tenant", "birch", "--format", "json")
    assert done.code == 0, done.stderr
    (row,) = json.loads(done.stdout)["tenants"]
    assert (row["class"], row["outageMinutes"], row["reasons"]) == ("X", 28, ["branch 405 becomes 503"])
    assert release(repository, "birch")["floor"] == "5.3.0"


def test_markdown_is_for_the_pull_request(repository: Path) -> None:
    replace_in(repository / "overlays" / "releases" / "4.5.14.yaml", "core: 7e91", "core: 0e91")
    arguments = ["--to", "4.5.14", "--environment", "production", "--leave-blocked", "--format", "markdown", "--plan"]
    done = upgrade(repository, *arguments)
    assert done.code == 0, done.stderr
    assert "| birch | production | canary | 4.5.13 | 4.5.14 | M | not rehearsed | db/ of core differs |" in done.stdout
    assert "- **M**: the schema changes" in done.stdout


def test_what_is_forbidden_writes_nothing_and_those_who_cannot_go_may_stay(repository: Path) -> None:
    upgrade(repository, "--to", "5.3.0", "--tenant", "birch", "--rehearsed", "14")
    commit(repository, "rehearsed")
    refused = upgrade(repository, "--to", "5.3.0", "--ring", "canary")
    assert refused.code == 1
    assert refused.stderr.count("error[not-rehearsed]") == 2
    assert git(repository, "status", "--porcelain") == ""
    done = upgrade(repository, "--to", "5.3.0", "--ring", "canary", "--leave-blocked")
    assert done.code == 0, done.stderr
    assert "left as they are: ash, cedar" in done.stderr
    assert release(repository, "birch")["version"] == "5.3.0"
    assert release(repository, "ash") == {"version": "4.5.13"}


def test_the_clone_that_is_the_rehearsal_goes_without_one(repository: Path) -> None:
    done = upgrade(repository, "--to", "5.3.0", "--tenant", "ash", "--despite", "not-rehearsed")
    assert done.code == 0, done.stderr
    assert "warning[not-rehearsed]" in done.stderr
    assert release(repository, "ash")["version"] == "5.3.0"


def test_batches_go_by_name_and_wait_for_those_before(repository: Path) -> None:
    batch = ["--to", "4.5.14", "--ring", "canary", "--batch", "1"]
    assert upgrade(repository, *batch).code == 0
    assert [release(repository, name)["version"] for name in ("ash", "birch")] == ["4.5.14", "4.5.13"]
    early = upgrade(repository, *batch)
    assert early.code == 1
    assert "ash is not committed" in early.stderr
    commit(repository, "the first")
    early = upgrade(repository, *batch, "--date", FORMER)
    assert early.code == 1
    assert "ash since 2026-03-01 12:00 UTC" in early.stderr
    assert upgrade(repository, *batch, "--date", FORMER, "--despite", "ring-soaking").code == 0
    assert release(repository, "birch")["version"] == "4.5.14"
    git(repository, "checkout", "-q", "tenants")
    assert upgrade(repository, *batch).code == 0
    assert [release(repository, name)["version"] for name in ("birch", "cedar")] == ["4.5.14", "4.5.13"]


def application(
    name: str, health: str, sync: str = "Synced", phase: str = "Succeeded", release: str = ""
) -> dict[str, Any]:
    seen = {"comparedTo": {"source": {"name": release}}} if release else {}
    status = {"health": {"status": health}, "sync": {"status": sync, **seen}, "operationState": {"phase": phase}}
    metadata = {"name": name, "namespace": "argocd"}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "status": status}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (("Healthy",), ""),
        (("Healthy", "Synced", "Failed"), ""),
        (("Healthy", "Synced", "Succeeded", "4.5.14"), ""),
        (("Healthy", "Synced", "Succeeded", "4.5.13"), "ash is still at 4.5.13"),
        (("Degraded",), "ash is Degraded"),
        (("Healthy", "OutOfSync"), "ash is OutOfSync"),
        (("Healthy", "OutOfSync", "Failed"), "ash is SyncFailed"),
        ((), "ash is unknown to Argo CD"),
    ],
)
def test_argo_cd_is_asked_how_those_before_are(
    repository: Path, api_server: ApiServer, kubeconfig: Path, said: tuple[str, ...], words: str
) -> None:
    tenant(repository, "ash", 'release: {version: "4.5.14"}')
    commit(repository, "the first")
    api_server.objects = [application("ash", *said)] if said else [application("oak", "Healthy")]
    arguments = [
        "--to",
        "4.5.14",
        "--ring",
        "canary",
        "--batch",
        "1",
        "--context",
        "here",
        "--kubeconfig",
        str(kubeconfig),
    ]
    done = upgrade(repository, *arguments)
    assert done.code == int(bool(words)), done.stderr
    assert words in done.stderr
    assert release(repository, "birch")["version"] == ("4.5.13" if words else "4.5.14")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "say --to VERSION, or --abort TENANT"),
        (["--to", "5.9.9", "--ring", "canary"], "no release `5.9.9`"),
        (["--to", "5.3.0"], "name tenants with --tenant"),
        (["--to", "5.3.0", "--abort", "ash"], "say --to VERSION, or --abort TENANT"),
        (["--abort", "asch"], "did you mean `ash`?"),
        (["--abort", "ash"], "no upgrade of `ash` is under way"),
        (["--to", "5.3.0", "--ring", "canary", "--tenant", "ash"], "name tenants with --tenant"),
        (["--to", "5.3.0", "--ring", "canarry"], "did you mean `canary`?"),
        (["--to", "5.3.0", "--tenant", "asch"], "did you mean `ash`?"),
        (
            ["--to", "5.3.0", "--ring", "canary", "--rehearsed", "4"],
            "--rehearsed is about the tenants that --tenant names",
        ),
        (["--to", "5.3.0", "--ring", "canary", "--despite", "upgrade-floor"], "'upgrade-floor' is not one of"),
    ],
)
def test_a_wrong_command_line(repository: Path, arguments: list[str], words: str) -> None:
    done = upgrade(repository, *arguments)
    assert done.code == 2
    assert words in done.stderr


def test_a_tenant_has_its_release_since_the_commit_that_gave_it(repository: Path) -> None:
    """Wherever it is said: in its own file, or for all in fleet.yaml."""
    fleet = repository / "tenants" / "fleet.yaml"
    replace_in(repository / "tenants" / "production" / "ash.yaml", "# kept as well", "# another word")
    replace_in(fleet, "version: 5.3.0", 'version: "5.2.3"')
    commit(repository, "two")
    found = since(repository, read(repository).tenants)
    assert set(found) == {"ash", "birch", "cedar", "demo", "oak"}
    assert found["demo"] == datetime(2026, 3, 1, 12, tzinfo=UTC)
    replace_in(fleet, '"5.2.3"', '"5.2.2"')
    tenant(repository, "oak", 'release: {version: "5.2.3"}', "broad")
    assert set(since(repository, read(repository).tenants)) == {"ash", "birch", "cedar"}


def test_whatever_forbids_more_never_allows_what_less_forbade(repository: Path) -> None:
    """A plan is judged the same with others or alone, and being overruled is the only way out."""
    fleet = read(repository)
    everyone = [one.name for one in fleet.tenants]
    seen = Seen(NOW, {}, dict.fromkeys(everyone, "Healthy"))
    for goal in fleet.repository.catalogue.releases:
        for name in everyone:
            alone = plan(fleet, Wish(goal, [name]), seen)
            errors = {problem.code for problem in alone.problems}
            together = plan(fleet, Wish(goal, everyone), seen)
            assert errors <= {problem.code for problem in together.problems}
            overruled = plan(fleet, Wish(goal, [name], despite=("ring-behind", "ring-soaking")), seen)
            left = {problem.code for problem in overruled.problems if problem.severity == "error"}
            assert left == errors - {"ring-behind", "ring-soaking"}


def test_an_aborted_migration_freezes_the_ring_and_asks_for_the_backup(repository: Path) -> None:
    assert upgrade(repository, "--to", "4.5.14", "--tenant", "birch").code == 0
    commit(repository, "the first")
    files = [repository / "tenants" / name for name in ("fleet.yaml", "production/birch.yaml")]
    before = [yaml.safe_load(file.read_text()) for file in files]
    dry = upgrade(repository, "--abort", "birch", "--plan")
    assert dry.code == 0
    assert git(repository, "status", "--porcelain") == ""
    done = upgrade(repository, "--abort", "birch")
    assert (done.code, done.stdout) == (0, dry.stdout)
    assert done.stdout.startswith("birch: from 4.5.14 back to 4.5.13, by a restore alone.\n")
    assert release(repository, "birch") == {"version": "4.5.13", "floor": "4.5.13"}
    text = (repository / "tenants" / "production" / "birch.yaml").read_text()
    restore = yaml.safe_load(text)["restore"]
    left = {"leaves": "4.5.14", "leavesFrom": "4.5.13", "leavesFloor": "4.5.14"}
    assert restore == {"id": "20261122t000000", "at": COMMITTED, **left}
    rings = yaml.safe_load((repository / "tenants" / "fleet.yaml").read_text())["rings"]
    assert rings[0]["frozen"] == f"the upgrade of birch to 4.5.14 was aborted on {LATER}"
    refused = upgrade(repository, "--to", "4.5.14", "--ring", "canary", "--despite", "ring-soaking")
    assert "error[ring-frozen]" in refused.stderr
    assert quad(["validate"], repository).code == 0
    done = quad(["restore", "birch", "--abort"], repository)
    assert done.code == 0, done.stderr
    assert "Its upgrade from 4.5.13 to 4.5.14 is under way again" in done.stdout
    assert "The ring canary is not frozen any more." in done.stdout
    assert [yaml.safe_load(file.read_text()) for file in files] == before
    assert files[0].read_text() == git(repository, "show", "HEAD:tenants/fleet.yaml") + "\n"
    replace_in(files[1], 'version: "4.5.14"', 'version: "4.5.13"')
    replace_in(files[1], ', from: "4.5.13"', "")
    assert quad(["validate"], repository).code == 1, (
        "old code below the floor, and nothing that brings its database back"
    )


@pytest.mark.parametrize(
    ("frozen", "aborted", "reason"),
    [
        ("", ["birch", "ash"], f"the upgrade of birch to 4.5.14 was aborted on {LATER}"),
        ("", ["ash", "birch"], f"the upgrade of ash to 4.5.14 was aborted on {LATER}"),
        ("examinations", ["ash"], "examinations"),
    ],
)
def test_a_ring_that_is_frozen_for_another_reason_stays_so(
    repository: Path, frozen: str, aborted: list[str], reason: str
) -> None:
    assert upgrade(repository, "--to", "4.5.14", "--ring", "canary").code == 0
    if frozen:
        assert quad(["ring", "freeze", "canary", "--reason", frozen], repository).code == 0
    commit(repository, "the first")
    for name in aborted:
        assert upgrade(repository, "--abort", name).code == 0
    done = quad(["restore", "ash", "--abort"], repository)
    assert (done.code, "is not frozen any more" in done.stdout) == (0, False), done.stderr
    ring = yaml.safe_load((repository / "tenants" / "fleet.yaml").read_text())["rings"][0]
    assert ring["frozen"] == reason
    assert release(repository, "ash") == {"version": "4.5.14", "from": "4.5.13", "floor": "4.5.14"}


def test_what_somebody_has_added_to_the_reason_keeps_the_ring_frozen(repository: Path) -> None:
    assert upgrade(repository, "--to", "4.5.14", "--ring", "canary").code == 0
    commit(repository, "the first")
    assert upgrade(repository, "--abort", "ash").code == 0
    fleet = repository / "tenants" / "fleet.yaml"
    replace_in(fleet, f"was aborted on {LATER}", f"was aborted on {LATER}, and examinations")
    before = fleet.read_bytes()
    done = quad(["restore", "ash", "--abort"], repository)
    assert (done.code, "is not frozen any more" in done.stdout) == (0, False), done.stderr
    assert fleet.read_bytes() == before


def test_an_aborted_migration_goes_back_to_the_time_that_is_named(repository: Path) -> None:
    assert upgrade(repository, "--to", "4.5.14", "--tenant", "birch").code == 0
    unknown = upgrade(repository, "--abort", "birch")
    assert (unknown.code, "is not committed; say --at TIME" in unknown.stderr) == (2, True)
    assert upgrade(repository, "--abort", "birch", "--at", "2026-11-21T03:00:00Z").code == 0
    text = (repository / "tenants" / "production" / "birch.yaml").read_text()
    assert yaml.safe_load(text)["restore"]["at"] == "2026-11-21T03:00:00Z"


def test_what_touched_no_database_goes_back_by_git(repository: Path) -> None:
    """Two images of one build, as with a newer PHP below."""
    releases = repository / "overlays" / "releases"
    text = (releases / "4.5.13.yaml").read_text()
    (releases / "4.5.131.yaml").write_text(
        text.replace("version: 4.5.13", "version: 4.5.131").replace("@sha256:77", "@sha256:88")
    )
    before = (repository / "tenants" / "production" / "birch.yaml").read_bytes()
    done = upgrade(repository, "--to", "4.5.131", "--tenant", "birch")
    assert done.code == 0, done.stderr
    assert release(repository, "birch") == {"version": "4.5.131", "from": "4.5.13"}
    done = upgrade(repository, "--abort", "birch")
    assert done.code == 0, done.stderr
    assert "by git alone" in done.stdout
    assert "class R: the image is another" in done.stdout
    assert (repository / "tenants" / "production" / "birch.yaml").read_bytes() == before


def test_files_written_together_are_written_all_or_none(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"1")
    two.write_bytes(b"somebody else's")
    with pytest.raises(Exception, match="changed meanwhile"):
        write_all([(one, b"1", b"new"), (two, b"2", b"new")])
    assert (one.read_bytes(), two.read_bytes()) == (b"1", b"somebody else's")


@pytest.mark.parametrize("state", ["active", "suspended"])
def test_what_the_class_needs_is_asked_before_anything_is_written(repository: Path, state: str) -> None:
    """Or the next `quad validate` would refuse the files; of a suspended site, when it is to run again."""
    file = tenant(repository, "oak", 'release: {version: "5.2.2"}')
    file.write_text(file.read_text().replace(BACKUP, f"state: {state}"))
    commit(repository, "no backup")
    done = upgrade(repository, "--to", "5.2.3", "--tenant", "oak")
    assert done.code == 1
    assert "error[feature-required]: the upgrade needs feature `backup`" in done.stderr
    assert release(repository, "oak") == {"version": "5.2.2"}
