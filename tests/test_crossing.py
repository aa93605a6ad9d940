"""Publishing several environments: what one keeps, no other takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.publication import judge
from tests.publishing import BIRCH, IDENTITY, Fleet, clone, codes, make_fleet
from tests.running import quad

pytestmark = pytest.mark.usefixtures("identity")


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return make_fleet(tmp_path / "fleet")


def test_a_tenant_that_moves_is_never_on_two_branches(fleet: Fleet) -> None:
    fleet.publish()
    fleet.git("mv", "tenants/production/birch.yaml", "tenants/staging/birch.yaml")
    fleet.commit("Birch moves")
    before = fleet.tip("rendered/staging")

    alone = fleet.publish("staging")

    assert codes(alone) == ["still-elsewhere"]
    assert "tenant `birch` is still on `rendered/production`" in alone.problems[0].message
    kept_back = fleet.publish(judge=judge)  # nothing allows the move, which is production's loss
    assert sorted(codes(kept_back)) == ["still-elsewhere", "tenant-moved"]
    assert fleet.tip("rendered/staging") == before
    assert {outcome.state for outcome in fleet.publish().outcomes} == {"published"}
    assert "tenants/birch/overlay/tenant.yaml" in fleet.files("rendered/staging")
    assert "tenants/birch/overlay/tenant.yaml" not in fleet.files()


def test_a_host_that_another_environment_keeps_is_not_taken(fleet: Fleet) -> None:
    fleet.publish()
    fleet.commit(
        "The host moves to a new tenant elsewhere",
        {
            "tenants/production/birch.yaml": BIRCH.replace("birch.example.org", "old.example.org") + "plann: small\n",
            "tenants/staging/cedar.yaml": BIRCH.replace("birch", "cedar").replace("cedar.example", "birch.example"),
        },
    )

    done = fleet.publish()

    assert [outcome.state for outcome in done.outcomes] == ["refused", "refused"]
    assert "`birch.example.org` (hosts) belongs to `birch`, which is still on" in done.problems[-1].message
    kept = {outcome.environment: outcome for outcome in fleet.publish(keep_going=True).outcomes}
    assert (kept["production"].state, kept["staging"].state) == ("published", "unchanged")
    assert not any("cedar" in path for path in fleet.files("rendered/staging"))


def test_a_branch_whose_environment_is_gone_keeps_its_tenants(fleet: Fleet) -> None:
    fleet.publish()
    fleet.git("mv", "tenants/staging", "tenants/acceptance")
    text = (fleet.root / "tenants" / "fleet.yaml").read_text()
    fleet.commit("Staging is renamed", {"tenants/fleet.yaml": text.replace("  staging:\n", "  acceptance:\n")})

    done = fleet.publish()

    assert codes(done) == ["still-elsewhere"]
    assert "rendered/acceptance" not in fleet.git("branch", "--format=%(refname:short)").split()
    fleet.git("branch", "-D", "rendered/staging")
    assert not codes(fleet.publish())


@pytest.mark.parametrize("remote", ["", "origin"])
def test_branches_by_another_name_keep_their_tenants(fleet: Fleet, tmp_path: Path, remote: str) -> None:
    there = clone(fleet, tmp_path / "remote.git", "--bare") if remote else fleet
    fleet.git("remote", "add", "origin", str(there.root))
    fleet.publish(remote=remote)
    there.git("branch", "hotfix-production", "main")  # no work of ours
    text = (fleet.root / "tenants" / "fleet.yaml").read_text()
    assert "branchPrefix: rendered/" in text
    fleet.commit(
        "Another prefix", {"tenants/fleet.yaml": text.replace("branchPrefix: rendered/", "branchPrefix: live/")}
    )
    done = fleet.publish(remote=remote)
    assert set(codes(done)) == {"still-elsewhere"}
    assert "is still on `rendered/production`" in " ".join(problem.message for problem in done.problems)
    for name in ("production", "staging"):
        there.git("branch", "-m", f"rendered/{name}", f"live/{name}")
    done = fleet.publish(remote=remote)
    assert (codes(done), {outcome.state for outcome in done.outcomes}) == ([], {"published"})


def test_an_environment_that_goes_is_seen_before_the_merge(fleet: Fleet) -> None:
    fleet.publish("staging")
    fleet.git(
        "branch", "rendered/copy", "rendered/staging"
    )  # nobody reads it: its tenants say that they are of staging
    fleet.git("rm", "-rq", "tenants/staging")
    text = (fleet.root / "tenants" / "fleet.yaml").read_text()
    without = text.replace("  staging:\n    description: Where changes are tried\n", "")
    assert without != text
    fleet.commit("No staging", {"tenants/fleet.yaml": without})

    for arguments in ((), ("--against", "HEAD~")):
        done = quad(["diff", *arguments, "--tenant", "demo-staging"], fleet.root, IDENTITY)
        assert done.code == 1
        assert "danger[one-step-removal]: Tenant demo-staging" in done.stdout
        assert "copy" not in done.stdout


def test_a_folder_without_a_rendered_tree_is_nothing_to_compare_with(fleet: Fleet) -> None:
    done = quad(["diff", "--against", "schemas"], fleet.root, IDENTITY)
    assert (done.code, done.stdout) == (2, "")
    assert "`schemas` holds no rendered tree" in done.stderr
