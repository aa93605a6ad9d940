"""`quad upgrade --rehearsed-by`: what is read off a clone's cluster, what is recorded with the source, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.diagnostics import ToolError
from generator.kubectl import Kubectl
from generator.pipeline import read
from generator.rehearsing import jobs_of
from tests.api_server import ApiServer
from tests.history import commit, git, replace_in
from tests.running import Done, quad
from tests.test_upgrade_command import application, tenant

OLD = 'release: {version: "5.2.3"}  # not the newest'
GOAL = "5.3.0"
START, UPGRADED, FINISHED = "2026-11-20T09:58:00Z", "2026-11-20T10:07:30Z", "2026-11-20T10:11:01Z"
CLUSTER = "https://other.example.org:6443"


@pytest.fixture
def repository(fleet_repository: Path) -> Path:
    """`cedar` was made a clone of `birch` and is being upgraded."""
    (fleet_repository / "tenants" / "staging" / "demo-staging.yaml").unlink()
    for name in ("ash", "birch", "cedar"):
        tenant(fleet_repository, name, OLD)
    commit(fleet_repository, "one")
    cloned(fleet_repository, "birch")
    done = quad(["upgrade", "--to", GOAL, "--tenant", "cedar", "--despite", "not-rehearsed"], fleet_repository)
    assert done.code == 0, done.stderr
    commit(fleet_repository, "the rehearsal")
    return fleet_repository


def cloned(root: Path, source: str) -> None:
    """Two commits, as of the pull requests that make `cedar` a clone and say that it is one."""
    for arguments in (
        ["restore", source, "--at", "2026-03-01T13:00:00Z", "--into", "cedar"],
        ["restore", "cedar", "--finish"],
    ):
        done = quad(arguments, root)
        assert done.code == 0, done.stderr
        commit(root, arguments[-1])


def job(root: Path, step: str, start: str | None = None, end: str | None = None, failed: str = "") -> dict[str, Any]:
    """A Job of the clone's upgrade, as a cluster shows it."""
    (clone,) = (one for one in read(root).tenants if one.name == "cedar")
    condition = {"type": "Failed" if failed else "Complete", "status": "True", "reason": failed or "CompletionsReached"}
    status: dict[str, Any] = {"startTime": start} if start else {}
    if end:
        status |= {"conditions": [{**condition, "lastTransitionTime": end}]}
        status |= {} if failed else {"completionTime": end}
    metadata = {"name": f"moodle-{step}-{clone.spec['release']['run']}", "namespace": clone.spec["namespace"]}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "status": status}


def healthy(release: str = GOAL) -> dict[str, Any]:
    return application("cedar", "Healthy", release=release)


def rehearsed(root: Path, kubeconfig: Path, *more: str, source: str = "birch", to: str = GOAL) -> Done:
    asked = ["--context", "here", "--kubeconfig", str(kubeconfig)]
    arguments = ["upgrade", "--to", to, "--tenant", source, "--rehearsed-by", "cedar", *asked, *more]
    return quad(arguments, root, {"COLUMNS": "200"})


def release(root: Path) -> dict[str, Any]:
    data = yaml.safe_load((root / "tenants" / "production" / "birch.yaml").read_text())
    found: dict[str, Any] = data["release"]
    return found


def test_what_the_clones_jobs_took_is_recorded_and_the_next_plan_reads_it(
    repository: Path, api_server: ApiServer, kubeconfig: Path
) -> None:
    """From the first Job's start to the last one's end; what else runs there is none of it."""
    of_features = job(repository, "other", "2026-11-19T00:00:00Z", "2026-11-21T00:00:00Z")
    of_features["metadata"]["name"] = "backup-29401200"
    jobs = [job(repository, "finish", UPGRADED, FINISHED), job(repository, "upgrade", START, UPGRADED)]
    api_server.objects = [healthy(), *jobs, of_features]
    dry = rehearsed(repository, kubeconfig, "--plan")
    assert (dry.code, git(repository, "status", "--porcelain")) == (0, ""), dry.stderr
    done = rehearsed(repository, kubeconfig)
    assert (done.code, done.stdout) == (0, dry.stdout), done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert done.stdout.startswith("birch: rehearsed on cedar, from 5.2.3 to 5.3.0.\n")
    assert [line[1].rpartition("-")[0] for line in lines[2:4]] == ["moodle-upgrade", "moodle-finish"]
    assert lines[2][2:] == ["9.5", "min", "complete"]
    assert "It took 14 min; twice that is announced." in done.stdout
    record = {"from": "5.2.3", "to": GOAL, "minutes": 14, "date": "2026-11-20"}
    assert release(repository) == {"version": "5.2.3", "rehearsed": record}
    assert "}  # not the newest\n" in (repository / "tenants" / "production" / "birch.yaml").read_text()
    planned = quad(["upgrade", "--to", GOAL, "--tenant", "birch", "--plan", "--format", "json"], repository)
    assert planned.code == 0, planned.stderr
    assert json.loads(planned.stdout)["tenants"][0]["outageMinutes"] == 28


def test_a_job_that_failed_is_recorded_and_forbids_the_next_plan(
    repository: Path, api_server: ApiServer, kubeconfig: Path
) -> None:
    upgrade = job(repository, "upgrade", START, UPGRADED, "BackoffLimitExceeded")
    api_server.objects = [application("cedar", "Degraded"), upgrade, job(repository, "finish", UPGRADED)]
    done = rehearsed(repository, kubeconfig)
    assert done.code == 0, done.stderr
    errors = f"{upgrade['metadata']['name']}: BackoffLimitExceeded"
    assert f"It failed, and counts for none: {errors}." in done.stdout
    record = {"from": "5.2.3", "to": GOAL, "minutes": 10, "date": "2026-11-20", "errors": errors}
    assert release(repository)["rehearsed"] == record
    assert quad(["validate"], repository).code == 0
    planned = quad(["upgrade", "--to", GOAL, "--tenant", "birch"], repository)
    assert planned.code == 1
    assert f"failed in the rehearsal of 2026-11-20 ({errors})" in planned.stderr
    assert release(repository)["version"] == "5.2.3"


@pytest.mark.parametrize(
    ("says", "steps", "words"),
    [
        (
            ("Healthy", "Synced", "Succeeded", GOAL),
            [("upgrade", START, UPGRADED), ("finish", UPGRADED, None)],
            "nothing yet: moodle-finish-",
        ),
        (("Healthy", "Synced", "Succeeded", GOAL), [("upgrade", None, None)], "is not over"),
        (("Healthy", "Synced", "Succeeded", GOAL), [], "its Jobs are not in the cluster"),
        (("Healthy", "Synced", "Succeeded", "5.2.3"), [("upgrade", START, UPGRADED)], "still at 5.2.3"),
        (("Progressing",), [("upgrade", START, UPGRADED)], "Argo CD says Progressing"),
        (("Degraded",), [("finish", UPGRADED, None)], " is not over; Argo CD says Degraded"),
        (("Healthy", "OutOfSync"), [("upgrade", START, UPGRADED)], "Argo CD says OutOfSync"),
        ((), [("upgrade", START, UPGRADED)], "Argo CD says Unknown"),
    ],
)
def test_what_is_not_over_or_not_well_is_not_recorded(
    repository: Path,
    api_server: ApiServer,
    kubeconfig: Path,
    says: tuple[str, ...],
    steps: list[tuple[str, str | None, str | None]],
    words: str,
) -> None:
    said = [application("cedar", *says)] if says else []
    api_server.objects = [application("ash", "Healthy"), *said, *(job(repository, *step) for step in steps)]
    done = rehearsed(repository, kubeconfig)
    assert done.code == 1
    assert "error[rehearsal-pending]" in done.stderr
    assert words in done.stderr
    assert git(repository, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (UPGRADED, START),
        ("1999-11-20T09:58:00Z", "1999-11-20T10:58:00Z"),
        ("yesterday", "today"),
        ("2026-11-20T09:58:00", UPGRADED),
    ],
)
def test_times_that_no_job_has_are_not_recorded(
    repository: Path, api_server: ApiServer, kubeconfig: Path, start: str, end: str
) -> None:
    api_server.objects = [healthy(), job(repository, "upgrade", start, end)]
    done = rehearsed(repository, kubeconfig)
    assert (done.code, "says no times that a Job can have" in done.stderr) == (1, True), done.stderr
    assert git(repository, "status", "--porcelain") == ""


def test_a_job_that_failed_before_it_began_counts(repository: Path, api_server: ApiServer, kubeconfig: Path) -> None:
    upgrade = job(repository, "upgrade", None, UPGRADED, "FailedCreate")
    api_server.objects = [healthy(), upgrade]
    assert rehearsed(repository, kubeconfig).code == 0
    assert release(repository)["rehearsed"]["errors"] == f"{upgrade['metadata']['name']}: FailedCreate"


def test_a_job_of_an_earlier_attempt_says_nothing_of_this_one(
    repository: Path, api_server: ApiServer, kubeconfig: Path
) -> None:
    api_server.objects = [
        healthy(),
        job(repository, "upgrade", "2026-02-01T00:00:00Z", "2026-02-01T00:09:00Z", "Failed"),
    ]
    done = rehearsed(repository, kubeconfig)
    assert (done.code, "its Jobs are not in the cluster" in done.stderr) == (1, True), done.stderr


def test_what_is_named_otherwise_is_none_of_its_jobs(repository: Path, api_server: ApiServer, kubeconfig: Path) -> None:
    odd = job(repository, "upgrade", START, UPGRADED, "Failed")
    odd["metadata"]["name"] = f"moodle\x1b[31m\n-{odd['metadata']['name'].rpartition('-')[2]}"
    api_server.objects = [healthy(), odd, job(repository, "upgrade", START, UPGRADED)]
    assert rehearsed(repository, kubeconfig).code == 0
    assert "errors" not in release(repository)["rehearsed"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"source": "ash"}, "error[not-a-clone]: `cedar` is a clone of `birch`"),
        ({"to": "5.2.3"}, "error[rehearsal-differs]: `cedar` is on 5.3.0, and the rehearsal is to be of 5.2.3"),
        ({"cedar": ', from: "5.2.3"'}, "error[rehearsal-differs]: no upgrade of `cedar` is under way"),
        ({"birch": ("5.2.3", "5.2.2")}, "error[rehearsal-differs]: `cedar` went from 5.2.3 to 5.3.0, and `birch` has 5.2.2"),
    ],
)  # fmt: skip
def test_what_is_no_rehearsal_of_that_tenants_way_asks_no_cluster(
    repository: Path, api_server: ApiServer, kubeconfig: Path, change: dict[str, Any], words: str
) -> None:
    files = repository / "tenants" / "production"
    if "cedar" in change:
        replace_in(files / "cedar.yaml", change.pop("cedar"), "")
    if "birch" in change:
        replace_in(files / "birch.yaml", *change.pop("birch"))
    before = (files / "birch.yaml").read_bytes()
    done = rehearsed(repository, kubeconfig, **change)
    assert (done.code, words in done.stderr) == (1, True), done.stderr
    assert (api_server.asked, (files / "birch.yaml").read_bytes()) == ([], before)


def test_the_last_clone_is_the_one_that_counts(repository: Path, api_server: ApiServer, kubeconfig: Path) -> None:
    replace_in(
        repository / "tenants" / "production" / "cedar.yaml", f'"{GOAL}", from: "5.2.3", floor: "{GOAL}"', '"5.2.3"'
    )
    commit(repository, "a new copy of another site")
    cloned(repository, "ash")
    done = rehearsed(repository, kubeconfig)
    assert (done.code, "`cedar` is a clone of `ash`" in done.stderr) == (1, True)
    assert api_server.asked == []


def test_what_waited_for_days_is_no_outage_to_announce(
    repository: Path, api_server: ApiServer, kubeconfig: Path
) -> None:
    api_server.objects = [
        healthy(),
        job(repository, "upgrade", START, UPGRADED),
        job(repository, "finish", UPGRADED, "2026-11-23T09:58:00Z"),
    ]
    done = rehearsed(repository, kubeconfig)
    assert (done.code, "took 4320 minutes, and 2880 is the most" in done.stderr) == (1, True)


def test_the_clones_own_cluster_is_asked_for_its_jobs(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by its server in the kubeconfig, where it is not Argo CD's."""
    replace_in(repository / "tenants" / "fleet.yaml", "https://kubernetes.default.svc", CLUSTER)
    fleet = read(repository)
    (clone,) = (one for one in fleet.tenants if one.name == "cedar")
    asked: list[tuple[str, str]] = []
    servers = {"hub": "https://hub.example.org", "member": f"{CLUSTER}/", "again": CLUSTER}
    monkeypatch.setattr(Kubectl, "contexts", lambda _self: servers)
    monkeypatch.setattr(Kubectl, "listed", lambda _self, context, namespace, _kinds: asked.append((context, namespace)))
    reader = Kubectl(Path("kubectl"))
    jobs_of(reader, "hub", fleet, clone)
    jobs_of(reader, "again", fleet, clone)
    assert asked == [("member", clone.spec["namespace"]), ("again", clone.spec["namespace"])]
    servers.clear()
    with pytest.raises(ToolError, match=f"no context of the kubeconfig is for the server {CLUSTER}"):
        jobs_of(reader, "hub", fleet, clone)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--tenant", "birch"], "--context names Argo CD's"),
        (["--ring", "canary", "--context", "here"], "--rehearsed-by is about the one tenant that --tenant names"),
        (["--tenant", "ash", "--tenant", "birch", "--context", "here"], "about the one tenant that --tenant names"),
        (["--tenant", "birch", "--rehearsed", "4", "--context", "here"], "go one at a time"),
        (["--tenant", "cedar", "--context", "here"], "a clone is another tenant"),
        (["--tenant", "birch", "--context", "here", "--format", "json"], "with --rehearsed-by go --to"),
        (["--tenant", "birch", "--context", "here", "--at", "2026-11-22T03:00:00Z"], "with --rehearsed-by go --to"),
        (["--tenant", "birch", "--to", GOAL, "--abort", "birch"], "say --to VERSION, or --abort TENANT"),
    ],
)
def test_a_wrong_command_line(fleet_repository: Path, arguments: list[str], words: str) -> None:
    for name in ("ash", "birch", "cedar"):
        tenant(fleet_repository, name, OLD)
    done = quad(["upgrade", "--to", GOAL, "--rehearsed-by", "cedar", *arguments], fleet_repository, {"COLUMNS": "200"})
    assert (done.code, words in done.stderr) == (2, True), done.stderr


def test_it_is_not_recorded_of_what_goes_back(repository: Path) -> None:
    done = quad(["upgrade", "--abort", "cedar", "--rehearsed-by", "cedar"], repository)
    assert (done.code, "go one at a time" in done.stderr) == (2, True), done.stderr


def test_a_plan_records_nothing(repository: Path) -> None:
    done = quad(["upgrade", "--to", GOAL, "--tenant", "birch", "--rehearsed", "14", "--plan"], repository)
    assert (done.code, "nothing was written" in done.stderr) == (0, True)
    assert git(repository, "status", "--porcelain") == ""
