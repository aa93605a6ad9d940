"""Publishing by real git: one commit for each environment, nothing else touched, and a branch that refuses hand edits."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from generator import ledger
from generator.diagnostics import Diagnostic, Span, ToolError
from generator.judgement import Case
from generator.publication import judge
from generator.publish import RequestError
from tests.publishing import BIRCH, IDENTITY, RENAMED, Fleet, clone, codes, make_fleet
from tests.running import quad

pytestmark = pytest.mark.usefixtures("identity")


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return make_fleet(tmp_path / "fleet")


MANIFESTS = "tenants/birch/manifests/manifests.yaml"
BROKEN = {"tenants/production/birch.yaml": BIRCH + "colour: green\n"}


def test_the_first_commit_is_an_orphan_with_the_whole_tree(fleet: Fleet, tmp_path: Path) -> None:
    done = fleet.publish()
    assert [(outcome.environment, outcome.state) for outcome in done.outcomes] == [
        ("production", "published"),
        ("staging", "published"),
    ]
    assert fleet.git("rev-list", "rendered/production") == done.outcomes[0].commit
    output = tmp_path / "out"
    assert quad(["render", "--output", str(output)], fleet.root).code == 0
    rendered = {
        p.relative_to(output / "production").as_posix() for p in (output / "production").rglob("*") if p.is_file()
    }
    assert fleet.files().keys() - rendered == {"hydrator.metadata", "index.html"}
    for path in rendered:
        assert fleet.git("cat-file", "-p", f"rendered/production:{path}").encode() == (
            (output / "production" / path).read_bytes().rstrip(b"\n")
        )
    fleet.fsck()


def test_trailers_say_where_it_comes_from(fleet: Fleet) -> None:
    fleet.production()
    record = ledger.parse_record(fleet.message())
    assert record
    assert record.source == fleet.tip("HEAD")
    assert record.source_tree == fleet.tip("HEAD^{tree}")
    assert record.check == ledger.check_of_object(
        subprocess.check_output(["git", "-C", str(fleet.root), "cat-file", "tree", "rendered/production^{tree}"])
    )
    assert record.catalogues == {
        ring: fleet.tip(f"rendered/production:catalogue/{ring}") for ring in ("broad", "canary")
    }
    parsed = fleet.git("log", "-1", "--format=%(trailers:key=Source-Commit,valueonly)", "rendered/production")
    assert parsed.strip() == record.source
    assert fleet.git("log", "-1", "--format=%s", "rendered/production") == f"{record.source[:12]}: The fleet"
    dates = "%ad %cd"
    assert (
        fleet.git("log", "-1", f"--format={dates}", "rendered/production").split(" +")[0]
        == (fleet.git("log", "-1", "--format=%cd", "HEAD").split(" +")[0])
    )


def test_hydrator_metadata_names_the_dry_commit(fleet: Fleet) -> None:
    commit = fleet.commit(
        "Raise <memory>\n\nBecause.\n\nArgocd-reference-commit-sha: abcdef1\n"
        "Argocd-reference-commit-author: Bo <bo@example.org>\nArgocd-reference-commit-date: never\n",
        RENAMED,
    )
    fleet.production()
    found = json.loads(fleet.show("hydrator.metadata"))
    assert found == {
        "repoURL": "https://git.example.org/platform/moodle-fleet.git",
        "drySha": commit,
        "author": "Ann <ann@example.org>",
        "date": fleet.git("log", "-1", "--format=%aI", commit),
        "subject": "Raise <memory>",
        "body": "Because.\n\nArgocd-reference-commit-date: never\n",
        "references": [{"commit": {"author": "Bo <bo@example.org>", "sha": "abcdef1"}}],
    }


def test_nothing_new_makes_no_commit(fleet: Fleet) -> None:
    first = fleet.production().commit
    fleet.commit("Words only", {"README.md": "Hello.\n"})
    again = fleet.production()
    assert (again.state, again.commit, fleet.tip()) == ("unchanged", first, first)


def test_what_is_checked_out_is_not_touched(fleet: Fleet) -> None:
    (fleet.root / "notes.txt").write_text("mine")
    (fleet.root / "README.md").write_text("mine")
    fleet.git("add", "README.md")
    (fleet.root / "README.md").write_text("mine, later")
    index = (fleet.root / ".git" / "index").read_bytes()
    status = fleet.git("status", "--porcelain")
    head = (fleet.root / ".git" / "HEAD").read_bytes()
    assert fleet.production().state == "published"
    assert (fleet.root / ".git" / "index").read_bytes() == index
    assert (fleet.root / ".git" / "HEAD").read_bytes() == head
    assert fleet.git("status", "--porcelain") == status
    assert (fleet.root / "README.md").read_text() == "mine, later"
    assert list((fleet.root / ".git" / "quadrangle").iterdir()) == []


@pytest.mark.parametrize("name", ["tenants/production/new.yaml", "overlays/base/README.md", "schemas/fleet.yaml"])
def test_an_uncommitted_change_is_refused(fleet: Fleet, name: str) -> None:
    with (fleet.root / name).open("a") as file:
        file.write("# changed\n")
    done = fleet.publish()
    assert [(problem.code, problem.span.path) for problem in done.problems] == [("uncommitted-change", name)]
    assert done.failed
    assert fleet.git("for-each-ref", "refs/heads/rendered") == ""


def test_the_same_source_gives_the_same_commit_elsewhere(fleet: Fleet, tmp_path: Path) -> None:
    other = clone(fleet, tmp_path / "elsewhere" / "deep")
    other.git("checkout", "-q", "--detach")
    assert fleet.production().commit == other.production().commit


def test_a_vanished_tenant_is_pruned(fleet: Fleet) -> None:
    fleet.production()
    fleet.commit("Goodbye", {"tenants/production/birch.yaml": None})
    outcome = fleet.production()
    assert not [path for path in fleet.files() if "birch" in path]
    assert "Removed: birch." in outcome.said
    fleet.commit("Goodbye all", {"tenants/production/demo.yaml": None})
    assert fleet.production().state == "published"
    assert fleet.files().keys() == {"README.md", "hydrator.metadata", "index.html"}


EDITS: dict[str, tuple[dict[str, str | None], str]] = {
    "changed": ({MANIFESTS: "kind: Other\n"}, f"changed {MANIFESTS}"),
    "deleted": ({MANIFESTS: None}, f"deleted {MANIFESTS}"),
    "extra": ({"tenants/birch/extra.yaml": "kind: Extra\n"}, "added tenants/birch/extra.yaml"),
    "metadata": ({"hydrator.metadata": "{}"}, "changed hydrator.metadata"),
    "hostile": ({"a\x1b[31m\n.yaml": ""}, "added a\x1b[31m\n.yaml"),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_hand_edit_is_refused_with_the_file_named(fleet: Fleet, name: str) -> None:
    fleet.production()
    changes, words = EDITS[name]
    edited = fleet.edit_branch(changes)
    fleet.commit("Next", RENAMED)
    done = fleet.publish("production")
    assert codes(done) == ["branch-edited"]
    assert words in done.problems[0].notes
    assert fleet.tip() == edited
    assert codes(fleet.verify("production")) == ["branch-edited"]


def test_trailers_copied_onto_a_hand_edit_do_not_help(fleet: Fleet) -> None:
    fleet.production()
    fleet.edit_branch({MANIFESTS: "kind: Other\n"}, fleet.message())
    fleet.commit("Next", RENAMED)
    done = fleet.publish("production")
    assert codes(done) == ["branch-edited"]
    assert f"changed {MANIFESTS}" in done.problems[0].notes


def test_an_executable_bit_is_an_edit(fleet: Fleet, tmp_path: Path) -> None:
    fleet.production()
    fleet.git("worktree", "add", "-q", str(tmp_path / "edit"), "rendered/production")
    hand = Fleet(tmp_path / "edit")
    hand.git("update-index", "--chmod=+x", "README.md")
    hand.git("commit", "-qm", "By hand")
    assert fleet.publish("production").problems[0].notes[1:] == ("changed README.md",)


def test_a_revert_by_hand_is_accepted(fleet: Fleet) -> None:
    fleet.production()
    before = fleet.show(MANIFESTS)
    fleet.edit_branch({MANIFESTS: "kind: Other\n"})
    reverted = fleet.edit_branch({MANIFESTS: before + "\n"})
    assert fleet.production().state == "unchanged"
    fleet.commit("Next", RENAMED)
    outcome = fleet.production()
    assert outcome.state == "published"
    assert fleet.tip("rendered/production~") == reverted


def test_an_edit_is_overwritten_only_by_name(fleet: Fleet) -> None:
    fleet.production()
    edited = fleet.edit_branch({MANIFESTS: "kind: Other\n"})
    with pytest.raises(ToolError, match="is not the tip"):
        fleet.publish("production", overwrite=frozenset({fleet.tip("HEAD")}))
    assert fleet.production(overwrite=frozenset({edited})).state == "published"
    assert fleet.tip("rendered/production~") == edited
    assert f"Overwrites: {edited}" in fleet.message()
    assert fleet.production().state == "unchanged"


def test_a_branch_of_others_is_refused(fleet: Fleet) -> None:
    fleet.git("branch", "rendered/production", "main")
    done = fleet.publish()
    assert codes(done) == ["branch-foreign"]
    assert [outcome.state for outcome in done.outcomes] == ["refused", "published"]
    assert fleet.tip() == fleet.tip("main")
    assert fleet.production(overwrite=frozenset({fleet.tip("main")})).state == "published"
    assert fleet.production().state == "unchanged"


def test_an_older_source_does_nothing(fleet: Fleet) -> None:
    fleet.commit("Newer", RENAMED)
    first = fleet.production().commit
    fleet.git("checkout", "-q", "HEAD~")
    outcome = fleet.production()
    assert (outcome.state, fleet.tip()) == ("older", first)
    assert not fleet.publish("production").failed


def test_a_diverged_source_is_refused(fleet: Fleet) -> None:
    fleet.git("checkout", "-q", "-b", "side")
    fleet.commit("Aside", RENAMED)
    fleet.production()
    fleet.git("checkout", "-q", "main")
    fleet.commit("Ahead", {"README.md": "x"})
    assert codes(fleet.publish("production")) == ["source-diverged"]
    assert fleet.production(overwrite=frozenset({fleet.tip()})).state == "published"


def test_a_shallow_clone_says_what_it_lacks(fleet: Fleet, tmp_path: Path) -> None:
    fleet.production()
    fleet.commit("Next", RENAMED)
    shallow = clone(fleet, tmp_path / "shallow", "--depth=1")
    with pytest.raises(ToolError) as caught:
        shallow.publish("production", remote="origin")
    assert "fetch-depth: 0" in caught.value.help
    shallow.git("fetch", "-q", "--unshallow")
    assert shallow.production(remote="origin").state == "published"


HOSTILE = [
    "Tree-Check: 0000000000000000000000000000000000000000",
    "one\nHeld: birch@0000000000000000000000000000000000000000\n\nSource-Commit: 1111111111111111111111111111111111111111",
    "\x1b[31mred\x07 \u202e$(touch pwned) `id` <script>alert(1)</script> " + "long " * 100,
    "x\n\n\nGenerator: 9 sha256:" + "0" * 64 + "\nLeft-Out: birch",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_a_hostile_message_says_nothing_for_us(fleet: Fleet, words: str) -> None:
    commit = fleet.commit(words, RENAMED)
    fleet.production()
    record = ledger.parse_record(fleet.message())
    assert record
    assert (record.source, record.held, record.left_out) == (commit, {}, ())
    subject = fleet.git("log", "-1", "--format=%s", "rendered/production")
    assert "\x1b" not in fleet.message()
    assert len(subject) <= 120
    assert "<script>" not in fleet.show("index.html")
    assert "\x1b" not in fleet.show("index.html")
    assert fleet.production().state == "unchanged"
    assert codes(fleet.verify("production")) == []
    assert not (fleet.root / "pwned").exists()


def test_a_broken_tenant_stops_its_environment_alone(fleet: Fleet) -> None:
    before = fleet.production().commit
    fleet.commit("Broken", BROKEN)
    done = fleet.publish()
    assert [outcome.state for outcome in done.outcomes] == ["refused", "published"]
    assert codes(done) == ["unknown-field"]
    assert done.failed
    assert fleet.tip() == before


def test_keep_going_holds_a_broken_tenant_at_its_last_good_tree(fleet: Fleet) -> None:
    first = fleet.production().commit
    held = {path: id for path, id in fleet.files().items() if "birch" in path}
    demo = (fleet.root / "tenants/production/demo.yaml").read_text()
    fleet.commit("Broken", {**BROKEN, "tenants/production/demo.yaml": demo.replace("Demo site", "Other")})
    done = fleet.publish("production", keep_going=True)
    assert done.failed
    assert done.outcomes[0].state == "published"
    assert {path: id for path, id in fleet.files().items() if "birch" in path} == held
    assert "Other" in fleet.show("tenants/demo/overlay/tenant.yaml")
    assert f"Held: birch@{first}" in fleet.message()
    assert first[:12] in fleet.show("README.md")
    assert first[:12] in fleet.show("index.html")
    assert codes(fleet.verify("production", all=True)) == []
    fleet.commit("Still broken", {"tenants/production/demo.yaml": demo})
    fleet.publish("production", keep_going=True)
    assert f"Held: birch@{first}" in fleet.message()
    fleet.commit("Mended", RENAMED)
    assert fleet.production(keep_going=True).state == "published"
    assert "Held:" not in fleet.message()
    assert codes(fleet.verify("production", all=True)) == []
    fleet.fsck()


def test_what_only_one_tenant_renders_wrong_holds_that_one(fleet: Fleet) -> None:
    fleet.production()
    component = {
        "overlays/states/suspended/kustomization.yaml": (
            fleet.root / "overlays/states/suspended/kustomization.yaml"
        ).read_text()
        + "transformers: [no-such-file.yaml]\n"
    }
    fleet.commit("Broken state", {**component, "tenants/production/birch.yaml": BIRCH + "state: suspended\n"})
    done = fleet.publish("production")
    assert (codes(done), done.outcomes[0].state) == (["kustomize-failed"], "refused")
    done = fleet.publish("production", keep_going=True)
    assert done.outcomes[0].state == "published"
    assert "Held: birch@" in fleet.message()
    assert codes(fleet.verify("production")) == []


def test_a_held_tenant_alone_in_its_shard_keeps_its_root(fleet: Fleet) -> None:
    fleet.production()
    shard = {path.split("/")[2] for path in fleet.files() if path.startswith("argocd/main/") and "birch" in path}
    other = {path.split("/")[2] for path in fleet.files() if path.startswith("argocd/main/") and "demo" in path}
    assert shard != other, "choose another name for the second tenant"
    fleet.commit(
        "Broken",
        {**BROKEN, "tenants/production/demo.yaml": None, "tenants/production/elm.yaml": BIRCH.replace("birch", "elm")},
    )
    assert fleet.publish("production", keep_going=True).outcomes[0].state == "published"
    assert f"path: argocd/main/{shard.pop()}" in fleet.show("argocd/main/root.yaml")
    assert codes(fleet.verify("production")) == []


def test_a_broken_tenant_without_a_tree_is_left_out(fleet: Fleet) -> None:
    fleet.commit("Broken", BROKEN)
    done = fleet.publish("production", keep_going=True)
    assert done.outcomes[0].said[-1] == "Left out, with no earlier tree to hold: birch."
    assert not [path for path in fleet.files() if "birch" in path]
    assert "Left-Out: birch" in fleet.message()
    assert codes(fleet.verify("production")) == []


def test_who_claims_a_host_twice_are_both_held(fleet: Fleet) -> None:
    first = fleet.production().commit
    before = fleet.files()
    demo = (fleet.root / "tenants/production/demo.yaml").read_text()
    fleet.commit(
        "Stolen", {"tenants/production/demo.yaml": demo.replace("host: learn.example.org", "host: birch.example.org")}
    )
    assert codes(fleet.publish("production", keep_going=True)) == ["host-taken"]
    after = fleet.files()
    assert {path for path in before if before[path] != after[path]} == {"README.md", "hydrator.metadata", "index.html"}
    assert f"Held: birch@{first}\nHeld: demo@{first}" in fleet.message()


@pytest.mark.parametrize(
    "name", ["tenants/fleet.yaml", "tenants/production/_defaults.yaml", "schemas/tenant.core.yaml"]
)
def test_a_broken_layer_stops_everything(fleet: Fleet, name: str) -> None:
    fleet.publish()
    before = fleet.git("for-each-ref")
    fleet.commit("Broken", {name: "colour: green\n"})
    done = fleet.publish(keep_going=True)
    assert done.failed
    assert done.outcomes == ()
    assert fleet.git("for-each-ref", "refs/heads/rendered") in before


def test_with_overlays_as_source_nothing_is_held_on_another_catalogue(fleet: Fleet) -> None:
    text = (fleet.root / "tenants/fleet.yaml").read_text().replace("source: manifests", "source: overlay")
    fleet.commit("Overlays", {"tenants/fleet.yaml": text})
    fleet.production()
    fleet.commit("Broken", BROKEN)
    assert fleet.production(keep_going=True).state == "published", "the README says who is held"
    script = fleet.root / "overlays/base/scripts/graceful.sh"
    fleet.commit("Catalogue", {"overlays/base/scripts/graceful.sh": script.read_text() + "# changed\n"})
    before = fleet.tip()
    assert codes(fleet.production(keep_going=True)) == ["cannot-hold"]
    assert fleet.tip() == before


def test_a_vanished_tenant_is_refused_until_it_is_allowed(fleet: Fleet) -> None:
    fleet.production(judge=judge)
    fleet.commit("Goodbye", {"tenants/production/birch.yaml": None})
    before = fleet.tip()
    done = fleet.publish("production", judge=judge)
    assert (done.outcomes[0].state, codes(done), fleet.tip()) == ("refused", ["one-step-removal"], before)
    path = fleet.root / "tenants" / "fleet.yaml"
    entry = {
        "tenant": "birch",
        "object": "Tenant birch",
        "code": "one-step-removal",
        "reason": "The contract ended",
        "until": "2099-12-31",
    }
    settings = {**yaml.safe_load(path.read_text(encoding="utf-8")), "allow": [entry]}
    fleet.commit("Agreed", {"tenants/fleet.yaml": yaml.safe_dump(settings)})
    assert fleet.production(judge=judge).state == "published"


def test_a_ring_does_not_go_back_unseen(fleet: Fleet) -> None:
    fleet.production(judge=judge)
    older = fleet.git("rev-parse", "HEAD").strip()
    fleet.commit("A new script", {"overlays/base/README.md": "x\n", "overlays/base/rollout.yaml": _slower(fleet)})
    assert fleet.production(judge=judge).state == "published"
    path = fleet.root / "tenants" / "fleet.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    for ring in settings["rings"]:
        ring["catalogue"] = older
    fleet.commit("Go back", {"tenants/fleet.yaml": yaml.safe_dump(settings)})
    done = fleet.publish("production", judge=judge)
    assert (done.outcomes[0].state, set(codes(done))) == ("refused", {"ring-backwards"})


def _slower(fleet: Fleet) -> str:
    text = (fleet.root / "overlays" / "base" / "rollout.yaml").read_text(encoding="utf-8")
    assert "minReadySeconds: 5" in text
    return text.replace("minReadySeconds: 5", "minReadySeconds: 6")


def test_the_judge_sees_both_trees_and_may_refuse(fleet: Fleet) -> None:
    fleet.production()
    fleet.commit("Goodbye", {"tenants/production/birch.yaml": None})
    seen: list[tuple[int, int]] = []

    def judge(case: Case, _fleet: object) -> Iterator[Diagnostic]:
        [(before, after)] = case.pairs
        seen.append((len(before.ids), len(after.ids)))
        yield Diagnostic("tenant-removed", "no", Span("tenants/production/birch.yaml"))

    done = fleet.publish("production", judge=lambda *arguments: list(judge(*arguments)))
    assert done.outcomes[0].state == "refused"
    assert codes(done) == ["tenant-removed"]
    assert seen[0][0] > seen[0][1]


def test_what_the_judge_has_against_one_tenant_holds_that_one(fleet: Fleet) -> None:
    fleet.production()
    demo = (fleet.root / "tenants/production/demo.yaml").read_text()
    fleet.commit("Two", {**RENAMED, "tenants/production/demo.yaml": demo.replace("Demo site", "Other")})
    danger = Diagnostic("host-changed", "no", Span("tenants/production/birch.yaml"))

    def judge(case: Case, _fleet: object) -> list[Diagnostic]:
        [(before, after)] = case.pairs
        path = "tenants/birch/overlay/tenant.yaml"
        return [danger] if before.ids[path] != after.ids[path] else []

    outcome = fleet.production(judge=judge, keep_going=True)
    assert (outcome.state, outcome.problems) == ("published", (danger,))
    assert "Held: birch@" in fleet.message()
    assert "Other" in fleet.show("tenants/demo/overlay/tenant.yaml")
    assert codes(fleet.verify("production")) == []


def test_what_a_held_tenant_has_nobody_takes(fleet: Fleet) -> None:
    fleet.production()
    elm = BIRCH.replace("name: birch", "name: elm")
    broken = BIRCH.replace("birch.example.org", "other.example.org") + "colour: green\n"
    fleet.commit("Two", {"tenants/production/birch.yaml": broken, "tenants/production/elm.yaml": elm})
    done = fleet.publish("production", keep_going=True)
    assert sorted(codes(done)) == ["claimed-by-held", "unknown-field"]
    assert done.outcomes[0].state == "published"
    assert not [path for path in fleet.files() if "elm" in path]
    assert codes(fleet.verify("production")) == []


def test_dry_run_writes_nothing(fleet: Fleet) -> None:
    objects = fleet.git("count-objects", "-v")
    assert fleet.production(dry_run=True).state == "planned"
    assert fleet.git("count-objects", "-v") == objects
    assert fleet.git("for-each-ref", "refs/heads/rendered") == ""


def test_next_begins_at_the_branch_and_leaves_it_alone(fleet: Fleet) -> None:
    with pytest.raises(ToolError, match="there is no rendered/production yet"):
        fleet.publish("production", suffix="-next")
    first = fleet.production().commit
    fleet.commit("Next", RENAMED)
    outcome = fleet.production(suffix="-next")
    assert (outcome.branch, outcome.state) == ("rendered/production-next", "published")
    assert fleet.tip("rendered/production-next~") == first
    assert fleet.tip() == first
    assert json.loads(fleet.show("hydrator.metadata", "rendered/production-next"))["drySha"] == fleet.tip("HEAD")
    assert codes(fleet.verify("production", suffix="-next", all=True)) == []


def test_a_branch_that_is_checked_out_is_not_moved(fleet: Fleet, tmp_path: Path) -> None:
    fleet.production()
    fleet.git("worktree", "add", "-q", str(tmp_path / "look"), "rendered/production")
    fleet.commit("Next", RENAMED)
    with pytest.raises(ToolError, match="is checked out"):
        fleet.publish("production")


def test_a_fleet_in_a_folder_of_a_bigger_repository(tmp_path: Path) -> None:
    fleet = make_fleet(tmp_path / "mono" / "sites")
    subprocess.run(["rm", "-rf", str(fleet.root / ".git")], check=True)
    top = Fleet(tmp_path / "mono")
    top.git("init", "-q", "-b", "main")
    top.commit("All", {"other/tenants/fleet.yaml": "not ours"})
    assert fleet.production().state == "published"
    (fleet.root / "tenants" / "production" / "birch.yaml").write_text("")
    assert [problem.span.path for problem in fleet.publish().problems] == ["tenants/production/birch.yaml"]


def test_without_an_identity_nothing_is_tried(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in IDENTITY:
        if not name.startswith("GIT_CONFIG"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("EMAIL", "")
    fleet.git("config", "user.useConfigOnly", "true")
    with pytest.raises(ToolError, match="git does not know who publishes"):
        fleet.publish()


def test_what_is_not_there_is_a_wrong_command_line(fleet: Fleet) -> None:
    with pytest.raises(RequestError):
        fleet.publish("prod")
    done = quad(["publish", "-e", "prodction"], fleet.root, IDENTITY)
    assert done.code == 2
    assert "did you mean `production`?" in done.stderr.replace("\n", " ")


def test_an_empty_name_is_not_none(fleet: Fleet) -> None:
    for words in (["publish", "--push", ""], ["rollback", "-e", "production", "--to", "1234", "--push", ""]):
        done = quad(words, fleet.root, IDENTITY)
        assert (done.code, "it is empty" in done.stderr) == (2, True)
    for option in ("--remote", "--since"):
        assert quad(["verify-branch", option, ""], fleet.root, IDENTITY).code == 2
    assert "rendered" not in fleet.git("for-each-ref")


def test_outside_git_it_says_so(fleet: Fleet) -> None:
    subprocess.run(["rm", "-rf", str(fleet.root / ".git")], check=True)
    done = quad(["publish"], fleet.root, {**IDENTITY, "GIT_CEILING_DIRECTORIES": str(fleet.root.parent)})
    assert done.code == 3
    assert "is in no git repository" in done.stderr


def test_the_command_prints_branches_and_commits(fleet: Fleet) -> None:
    done = quad(["publish"], fleet.root, IDENTITY)
    assert done.code == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"rendered/{name} {fleet.tip(f'rendered/{name}')}" for name in ("production", "staging")
    ]
    assert "Added: birch, demo." in done.stderr


def test_what_a_hook_of_git_sets_sends_us_nowhere_else(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_fleet(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    monkeypatch.setenv("GIT_NAMESPACE", "elsewhere")
    assert fleet.production().state == "published"
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_NAMESPACE"):
        monkeypatch.delenv(name)
    assert "rendered" not in other.git("for-each-ref")
    assert "rendered/production" in fleet.git("for-each-ref", "refs/heads")


def test_a_setting_that_says_nothing_does_not_mean_no(fleet: Fleet) -> None:
    fleet.git("config", "commit.gpgSign", "perhaps")
    with pytest.raises(ToolError, match="bad boolean config value"):
        fleet.production()
