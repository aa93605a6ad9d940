"""Rolling back by real git: a new commit with an old tree, and nobody's release falls."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.publish import RequestError
from generator.reversal import falls
from tests.publishing import BIRCH, IDENTITY, Fleet, codes, copied, make_fleet
from tests.running import quad

pytestmark = pytest.mark.usefixtures("identity")


def tenant(name: str, text: str = "") -> dict[str, str | None]:
    return {f"tenants/production/{name}.yaml": BIRCH.replace("birch", name) + text}


def files_of(fleet: Fleet, name: str, commit: str = "rendered/production") -> dict[str, str]:
    return {path: id for path, id in fleet.files(commit).items() if f"/{name}/" in path or f"/{name}.yaml" in path}


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """Published twice: both tenants changed in between, and the passport of a newer release is in the catalogue."""
    return Fleet(copied("published twice", _published_twice, tmp_path / "fleet"))


def _published_twice(root: Path) -> None:
    fleet = make_fleet(root)
    passport = (fleet.root / "overlays/releases/5.3.0.yaml").read_text()
    fleet.commit("A release", {"overlays/releases/5.3.9.yaml": passport.replace("version: 5.3.0", "version: 5.3.9")})
    fleet.production()
    demo = (fleet.root / "tenants/production/demo.yaml").read_text()
    both = {
        "tenants/production/demo.yaml": demo.replace("Demo site", "Other"),
        **tenant("birch", "cron: {replicas: 1}\n"),
    }
    both["tenants/production/birch.yaml"] = BIRCH.replace("displayName: Birch", "displayName: Beech")
    fleet.commit("Two names", both)
    fleet.production()


def test_a_whole_environment_goes_back_by_a_new_commit(fleet: Fleet) -> None:
    now, then = fleet.tip(), fleet.tip("rendered/production~")
    outcome = fleet.rollback(then[:8])
    assert (outcome.state, fleet.tip("rendered/production~")) == ("published", now)
    assert fleet.files() == fleet.files(then)
    assert f"Rolled-Back-To: {then}" in fleet.message()
    assert codes(fleet.verify("production", all=True)) == []
    assert fleet.rollback(then).state == "unchanged"
    fleet.fsck()


def test_the_next_publication_works_and_says_what_it_undoes(fleet: Fleet) -> None:
    now, then = fleet.tip(), fleet.tip("rendered/production~")
    fleet.rollback(then)
    outcome = fleet.production()
    assert outcome.state == "published"
    assert f"This undoes the rollback to {then[:12]}." in outcome.said
    assert fleet.files() == fleet.files(now)
    assert fleet.production().state == "unchanged"


def test_one_tenant_goes_back_alone(fleet: Fleet) -> None:
    now, then = fleet.tip(), fleet.tip("rendered/production~")
    fleet.rollback(then, "birch")
    assert files_of(fleet, "birch") == files_of(fleet, "birch", then)
    assert files_of(fleet, "demo") == files_of(fleet, "demo", now)
    assert f"Held: birch@{then}" in fleet.message()
    assert then[:12] in fleet.show("index.html")
    assert codes(fleet.verify("production", all=True)) == []
    fleet.rollback(now, "birch")
    assert files_of(fleet, "birch") == files_of(fleet, "birch", now)
    assert codes(fleet.verify("production", all=True)) == []
    assert fleet.production().state == "published", "the README says no more that birch is held"
    assert "Held:" not in fleet.message()


def test_a_release_does_not_fall(fleet: Fleet) -> None:
    then = fleet.tip()
    fleet.commit("Upgrade", tenant("birch", "release: {version: 5.3.9}\n"))
    now = fleet.production().commit
    outcome = fleet.rollback(then, "birch")
    assert (outcome.state, fleet.tip()) == ("unchanged", now)
    assert outcome.said == ("birch stays as it is: release 5.3.9 would fall to 5.3.0.",)
    first = fleet.tip("rendered/production~2")
    outcome = fleet.rollback(first)
    assert files_of(fleet, "birch") == files_of(fleet, "birch", now)
    assert files_of(fleet, "demo") == files_of(fleet, "demo", first)
    assert f"Held: birch@{now}" in fleet.message()
    assert codes(fleet.verify("production", all=True)) == []


def test_below_its_floor_nobody_goes_back(fleet: Fleet) -> None:
    """Although the branch is on the old release: its upgrade was published, and taken back by force."""
    then = fleet.tip("rendered/production~")
    fleet.commit("Upgraded on main", tenant("birch", 'release: {version: 5.3.9, from: 5.3.0, floor: "5.3.9"}\n'))
    outcome = fleet.rollback(then, "birch")
    assert outcome.said == ("birch stays as it is: its database was on 5.3.9 once, and 5.3.0 is older.",)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("php: ", "# rebuilt\nphp: ", ""),
        ("version: 2026081200", "version: 2026091200", "its image of 5.3.0 was an older one: tool_objectfs rises"),
    ],
)
def test_a_rebuilt_image_goes_back_unless_a_plugin_in_it_rose(fleet: Fleet, old: str, new: str, words: str) -> None:
    then = fleet.tip()
    path = "overlays/releases/5.3.0.yaml"
    text = (fleet.root / path).read_text().replace(old, new, 1).replace("@sha256:eed6", "@sha256:aaaa")
    fleet.commit("Another image", {path: text})
    fleet.production()
    outcome = fleet.rollback(then, "birch")
    assert outcome.state == ("unchanged" if words else "published")
    assert all(words in said for said in outcome.said)
    assert bool(words) <= bool(outcome.said)


def test_who_was_not_there_yet_stays_and_who_left_comes_back(fleet: Fleet) -> None:
    then = fleet.tip()
    fleet.commit("One goes, one comes", {**tenant("elm"), "tenants/production/birch.yaml": None})
    now = fleet.production().commit
    fleet.rollback(then)
    assert files_of(fleet, "elm") == files_of(fleet, "elm", now)
    assert files_of(fleet, "birch") == files_of(fleet, "birch", then)
    assert "elm stays as it is: was not there yet." in fleet.message()
    assert codes(fleet.verify("production", all=True)) == []


def test_what_would_be_lost_stays(fleet: Fleet) -> None:
    then = fleet.tip()
    fleet.commit("More room", {**tenant("birch", "files: {size: 900Gi}\n"), **tenant("elm")})
    now = fleet.production().commit
    outcome = fleet.rollback(then, "birch")
    assert (outcome.state, fleet.tip()) == ("unchanged", now)
    assert "birch stays as it is: PersistentVolumeClaim `moodledata` of tenant `birch`" in outcome.said[0]
    entry = "object: PersistentVolumeClaim moodledata, field: spec.resources.requests.storage, reason: It is empty"
    allowed = f"allow:\n- {{{entry}, until: '2099-01-01'}}\n"
    fleet.commit("Allow it", tenant("birch", f"files: {{size: 900Gi}}\n{allowed}"))
    assert fleet.rollback(then, "birch").state == "published"
    assert files_of(fleet, "birch") == files_of(fleet, "birch", then)


def test_nobody_comes_back_to_what_another_has(fleet: Fleet) -> None:
    then = fleet.tip()
    elm = tenant("elm")["tenants/production/elm.yaml"]
    assert elm
    takes = {"tenants/production/elm.yaml": elm.replace("elm.example.org", "birch.example.org")}
    fleet.commit("Elm takes the host", {**takes, "tenants/production/birch.yaml": None})
    fleet.production()
    outcome = fleet.rollback(then)
    assert (outcome.state, codes(outcome)) == ("refused", ["still-elsewhere"])
    assert "belongs to `elm`, which is still on `rendered/production`" in outcome.problems[0].message


def test_nobody_comes_back_who_is_elsewhere(fleet: Fleet) -> None:
    then = fleet.tip()
    moved = {"tenants/staging/birch.yaml": BIRCH, "tenants/production/birch.yaml": None}
    fleet.commit("Birch moves", moved)
    fleet.publish()
    for outcome in (fleet.rollback(then), fleet.rollback(then, "birch")):
        assert (outcome.state, codes(outcome)) == ("refused", ["still-elsewhere"])
        assert "tenant `birch` is still on `rendered/staging`" in outcome.problems[0].message


@pytest.mark.parametrize(
    "name", ["tenants/fleet.yaml", "overlays/base/kustomization.yaml", "tenants/production/demo.yaml"]
)
def test_what_is_broken_now_keeps_nobody_from_going_back(fleet: Fleet, name: str) -> None:
    then = fleet.tip("rendered/production~")
    broken = fleet.root / name
    text = broken.read_text()
    fleet.commit("Break it", {name: text.replace("rings:", "rings: 7\nwrong:") if "fleet" in name else "wrong: [1]\n"})
    assert fleet.rollback(then).state == "published"
    assert fleet.files() == fleet.files(then)


def test_roots_list_the_shards_that_neither_tree_had_together(fleet: Fleet) -> None:
    then = fleet.tip()
    fleet.commit("Move", {**tenant("elm"), "tenants/production/birch.yaml": None, "tenants/production/demo.yaml": None})
    fleet.production()
    assert fleet.rollback(then, "birch").state == "published"
    shards = {path.split("/")[2] for path in fleet.files() if path.startswith("argocd/main/") and path.count("/") == 3}
    assert len(shards) == 2, "choose another name for the third tenant"
    assert {shard for shard in shards if f"path: argocd/main/{shard}" in fleet.show("argocd/main/root.yaml")} == shards
    assert codes(fleet.verify("production")) == []


def test_dry_run_moves_nothing(fleet: Fleet) -> None:
    before = fleet.tip()
    assert fleet.rollback(fleet.tip("rendered/production~"), dry_run=True).state == "planned"
    assert fleet.tip() == before


def test_an_edited_branch_is_not_rolled_back(fleet: Fleet) -> None:
    then = fleet.tip("rendered/production~")
    fleet.edit_branch({"notes.txt": "by hand"})
    assert codes(fleet.rollback(then)) == ["branch-edited"]


def test_what_is_not_on_the_branch_is_a_wrong_command_line(fleet: Fleet) -> None:
    for to in (fleet.tip("main"), "0" * 40, "HEAD", "--all"):
        with pytest.raises(RequestError):
            fleet.rollback(to)
    with pytest.raises(RequestError):
        fleet.rollback(fleet.tip("rendered/production~"), "nobody")
    done = quad(["rollback", "-e", "production", "--to", "abc"], fleet.root, IDENTITY)
    assert done.code == 2
    assert "no commit that quad published on rendered/production `abc`" in done.stderr.replace("\n│ ", " ")


def test_the_command_says_how_it_ends(fleet: Fleet) -> None:
    then = fleet.tip("rendered/production~")
    done = quad(["rollback", "-e", "production", "-t", "birch", "--to", then], fleet.root, IDENTITY)
    assert done.code == 0, done.stderr
    assert done.stdout == f"rendered/production {fleet.tip()}\n"
    assert "The next publication undoes this" in done.stderr


@pytest.mark.parametrize(
    ("version", "to", "expected"),
    [("5.3.1", "5.3.0", True), ("5.3.0", "5.3.1", False), ("5.10.0", "5.9.9", True), ("5.3.0", "5.3.0", False)],
)
def test_releases_are_compared_by_their_numbers(version: str, to: str, expected: bool) -> None:
    assert falls(version, to) is expected
