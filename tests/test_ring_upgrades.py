"""`quad ring status|advance|freeze|unfreeze`: a ring of twenty goes in batches, stops where one is ill, and resumes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.api_server import ApiServer, serving
from tests.history import commit
from tests.running import Done, quad
from tests.test_upgrade_command import application, release, tenant

NAMES = [f"t{number:02}" for number in range(20)]
FLEET = "tenants/fleet.yaml"


@pytest.fixture
def repository(fleet_repository: Path) -> Path:
    """A ring of twenty, and one before it that has the release since long."""
    (fleet_repository / "tenants" / "production" / "demo.yaml").unlink()
    for name in NAMES:
        tenant(fleet_repository, name, 'release: {version: "5.2.2"}', "broad")
    commit(fleet_repository, "one")
    return fleet_repository


def ring(root: Path, *arguments: str) -> Done:
    return quad(["ring", *arguments], root, {"COLUMNS": "200"})


def there(root: Path) -> int:
    return sum(release(root, name)["version"] == "5.2.3" for name in NAMES)


def test_twenty_go_in_batches_and_stop_at_the_first_that_is_ill(repository: Path, tmp_path: Path) -> None:
    server = ApiServer([application(name, "Healthy") for name in [*NAMES, "demo-staging"]])
    with serving(server, tmp_path) as config:
        batch = ["advance", "broad", "--to", "5.2.3", "--batch", "8", "--context", "here", "--kubeconfig", str(config)]
        for expected in (8, 16):
            done = ring(repository, *batch)
            assert (done.code, there(repository)) == (0, expected), done.stderr
            commit(repository, "a batch")
        server.objects = [application(name, "Degraded" if name == "t09" else "Healthy") for name in NAMES]
        done = ring(repository, *batch, "--despite", "ring-soaking")
        assert (done.code, there(repository)) == (1, 16)
        assert "t09 is Degraded" in done.stderr
        assert "error[ring-unhealthy]" in done.stderr
        server.objects = [application(name, "Healthy") for name in [*NAMES, "demo-staging"]]
        done = ring(repository, *batch)
        assert (done.code, there(repository)) == (0, 20), done.stderr
        commit(repository, "the last")
        assert "nothing to do" in ring(repository, *batch).stderr


def test_nobody_advances_blindly(repository: Path) -> None:
    arguments = ["advance", "broad", "--to", "5.2.3", "--batch", "2"]
    refused = ring(repository, *arguments)
    assert refused.code == 2
    assert "the batches before are healthy" in refused.stderr
    assert ring(repository, *arguments, "--despite", "ring-unhealthy").code == 0
    assert there(repository) == 2


def test_the_status_says_what_each_ring_has(repository: Path, tmp_path: Path) -> None:
    tenant(repository, "t00", 'release: {version: "5.2.3"}', "broad")
    done = ring(repository, "status", "--date", "2026-03-01T18:00")
    assert done.code == 0
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["ring", "soak", "release", "tenants", "since", "soaked", "health", "frozen"],
        ["canary", "24h", "5.3.0", "1", "2026-03-01", "12:00", "UTC", "no", "not", "asked"],
        ["broad", "0h", "5.2.3", "1", "not", "committed", "no", "not", "asked"],
        ["broad", "0h", "5.2.2", "19", "2026-03-01", "12:00", "UTC", "yes", "not", "asked"],
    ]
    with serving(
        ApiServer([application("t01", "Healthy"), application("t02", "Healthy", "OutOfSync")]), tmp_path
    ) as config:
        chosen = ["--ring", "broad", "--context", "here", "--kubeconfig", str(config), "--format", "json"]
        rows = json.loads(ring(repository, "status", *chosen).stdout)
    assert [row["release"] for row in rows] == ["5.2.3", "5.2.2"]
    assert rows[1]["health"] == {"Healthy": 1, "OutOfSync": 1, "Unknown": 17}


def test_a_ring_is_frozen_for_a_reason_and_thawed(repository: Path) -> None:
    before = (repository / FLEET).read_bytes()
    assert ring(repository, "freeze", "broad", "--reason", "t03 failed: ticket #4711").code == 0
    assert yaml.safe_load((repository / FLEET).read_text())["rings"][1]["frozen"] == "t03 failed: ticket #4711"
    refused = quad(["upgrade", "--to", "5.2.3", "--tenant", "t05"], repository)
    assert refused.code == 1
    assert "error[ring-frozen]: the ring `broad` is frozen: t03 failed: ticket #4711" in refused.stderr
    assert "t03 failed" in ring(repository, "status").stdout
    assert ring(repository, "unfreeze", "broad").code == 0
    assert (repository / FLEET).read_bytes() == before
    assert "not frozen; nothing was written" in ring(repository, "unfreeze", "broad").stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["freeze", "braod", "--reason", "why not"], "did you mean `broad`?"),
        (["freeze", "broad", "--reason", "a\nb\x1b[31m"], "the reason"),
        (["freeze", "broad"], "--reason"),
        (["status", "--ring", "nobody"], "There are: broad, canary"),
        (["advance", "broad", "--to", "1.0.0", "--batch", "1", "--despite", "ring-unhealthy"], "no release `1.0.0`"),
    ],
)
def test_a_wrong_command_line(repository: Path, arguments: list[str], words: str) -> None:
    done = ring(repository, *arguments)
    assert done.code == 2
    assert words in done.stderr
    assert "\x1b" not in done.stderr
