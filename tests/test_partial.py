"""A publication of few changed tenant files renders those alone, and makes the very commits that rendering all would make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from generator import publication
from generator.cache import NO_CACHE, Cache
from generator.census import Census, Row, Terms, from_bytes, to_bytes
from generator.drafting import Judge
from generator.page import page
from generator.part import agree, rows_of
from generator.pipeline import read
from generator.provenance import head
from generator.publication import judge, publish
from generator.publish import Published, Request
from generator.readme import readme
from generator.rendering import Tools
from generator.since import Since, begin, day_of
from tests.conftest import ROOT
from tests.publishing import BIRCH, Fleet, copied, make_fleet, permissive, tools

pytestmark = pytest.mark.usefixtures("identity")

PRODUCTION, STAGING = "tenants/production", "tenants/staging"
Files = Mapping[str, str | None]


@dataclass(slots=True)
class Twins:
    """Two repositories with one history: one publishes with a cache, the other renders everything each time."""

    part: Fleet
    whole: Fleet
    cache: Cache
    seconds: int = 1_800_000_000
    whole_runs: list[str] = field(default_factory=list)

    def tools(self) -> Tools:
        known = tools()
        return replace(known, how=replace(known.how, cache=self.cache))

    def tick(self, monkeypatch: pytest.MonkeyPatch, days: int = 0) -> None:
        self.seconds += 60 + days * 24 * 60 * 60
        for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"):
            monkeypatch.setenv(name, f"{self.seconds} +0000")

    def commit(self, files: Files, monkeypatch: pytest.MonkeyPatch, days: int = 0) -> None:
        self.tick(monkeypatch, days)
        assert self.part.commit("A change", files) == self.whole.commit("A change", files)

    def publish(self, *environments: str, judge: Judge = permissive, **options: Any) -> tuple[Published, bool]:
        """What both say, which is the same, and whether the first rendered the whole fleet."""
        other = publish(Request(self.whole.root, environments, **options), tools(), judge)
        self.whole_runs.clear()
        done = publish(Request(self.part.root, environments, **options), self.tools(), judge)
        assert done == other
        for name in ("production", "staging"):
            branch = f"refs/heads/rendered/{name}"
            assert self.part.git("rev-parse", branch, check=False) == self.whole.git("rev-parse", branch, check=False)
        return done, bool(self.whole_runs)


@pytest.fixture
def twins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Twins]:
    """The one that renders everything is a copy; what the other has kept is about its own folder, and made here."""
    part = make_fleet(tmp_path / "part", TENANTS)
    made = Twins(part, Fleet(copied("whole twin", _whole_twin, tmp_path / "whole")), Cache(tmp_path / "cache"))
    real = publication._whole

    def counted(request: Request, *rest: Any) -> Published:
        made.whole_runs.append(str(request.root))
        return real(request, *rest)

    monkeypatch.setattr(publication, "_whole", counted)
    made.tick(monkeypatch)
    assert part.commit("A change", FIRST) == made.whole.tip("HEAD")
    publish(Request(part.root, ()), made.tools(), permissive)
    assert made.whole_runs == [str(part.root)]
    for name in ("production", "staging"):
        assert part.tip(f"rendered/{name}") == made.whole.tip(f"rendered/{name}")
    yield made
    part.fsck()


TENANTS = ("birch", "cedar")
FIRST = {"README.md": "A fleet\n"}


def _whole_twin(folder: Path) -> None:
    fleet = make_fleet(folder, TENANTS)
    with pytest.MonkeyPatch.context() as monkeypatch:
        Twins(fleet, fleet, NO_CACHE).tick(monkeypatch)
        fleet.commit("A change", FIRST)
        publish(Request(folder, ()), tools(), permissive)


def birch(**changes: str) -> str:
    text = BIRCH
    for name, value in changes.items():
        lines = [line for line in text.splitlines() if not line.startswith(f"{name}:")]
        text = "\n".join([*lines, f"{name}: {value}", ""])
    return text


ELM = BIRCH.replace("birch", "elm").replace("Birch", "Elm")
FEW = [
    {f"{PRODUCTION}/birch.yaml": birch(displayName="Beech")},
    {
        f"{PRODUCTION}/birch.yaml": birch(plan="medium"),
        f"{PRODUCTION}/cedar.yaml": birch(name="cedar", host="c.example.org"),
    },
    {
        f"{PRODUCTION}/birch.yaml": birch(host="cedar.example.org"),
        f"{PRODUCTION}/cedar.yaml": birch(name="cedar", host="birch.example.org"),
    },
    {"README.md": "Another word\n"},
]


@pytest.mark.parametrize("files", FEW, ids=["value", "two", "hosts-swapped", "no-input"])
def test_few_files_render_no_whole_fleet(twins: Twins, monkeypatch: pytest.MonkeyPatch, files: Files) -> None:
    twins.commit(files, monkeypatch)
    assert not twins.publish(dry_run=True)[1]
    done, whole = twins.publish()
    assert not whole
    assert not done.failed
    assert {outcome.state for outcome in done.outcomes} == (
        {"unchanged"} if "README.md" in files else {"published", "unchanged"}
    )
    assert not twins.publish()[1]  # again, with nothing new


def test_one_after_the_other(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each publication leaves a census for the next, whoever made it."""
    steps: Sequence[tuple[Files, bool]] = [
        ({f"{PRODUCTION}/birch.yaml": birch(displayName="Beech")}, False),
        ({"overlays/base/README.md": "Nothing that is built\n"}, True),
        ({f"{PRODUCTION}/birch.yaml": birch(displayName="Oak")}, False),
        ({f"{PRODUCTION}/birch.yaml": birch()}, False),
    ]
    for files, expected in steps:
        twins.commit(files, monkeypatch)
        assert twins.publish()[1] is expected, files


WHOLE: Mapping[str, Files] = {
    "host-taken": {f"{PRODUCTION}/birch.yaml": birch(host="cedar.example.org")},
    "invalid": {f"{PRODUCTION}/birch.yaml": birch(colour="green")},
    "not-its-name": {f"{PRODUCTION}/birch.yaml": birch(name="beech")},
    "new-ring": {
        f"{PRODUCTION}/birch.yaml": birch(ring="broad"),
        f"{PRODUCTION}/cedar.yaml": birch(name="cedar", ring="broad", host="c.example.org"),
    },
    "defaults": {f"{PRODUCTION}/_defaults.yaml": "plan: medium\n"},
    "stray": {f"{PRODUCTION}/notes.txt": "Nobody reads this\n"},
    "outside": {"tenants/oak.yaml": birch(name="oak")},
    "hidden": {f"{PRODUCTION}/.oak.yaml": birch(name="oak", host="oak.example.org")},
    "deeper": {f"{PRODUCTION}/more/oak.yaml": birch(name="oak", host="oak.example.org")},
}


@pytest.mark.parametrize("files", WHOLE.values(), ids=WHOLE)
def test_what_more_depends_on_renders_the_whole_fleet(
    twins: Twins, monkeypatch: pytest.MonkeyPatch, files: Files
) -> None:
    twins.commit(files, monkeypatch)
    assert twins.publish()[1]


def test_what_destroys_is_refused_in_the_same_words(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    twins.commit({f"{PRODUCTION}/birch.yaml": None}, monkeypatch)
    done, whole = twins.publish(judge=judge)
    assert whole
    assert [problem.code for problem in done.problems] == ["one-step-removal"]


def test_tenants_that_come_go_and_move(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where their Argo CD shards have other tenants, the whole fleet need not be rendered."""
    names = [f"tree{number}" for number in range(8)]
    files = {f"{PRODUCTION}/{name}.yaml": BIRCH.replace("birch", name) for name in names}
    twins.commit(files, monkeypatch)
    assert twins.publish()[1]
    twins.commit({f"{PRODUCTION}/elm.yaml": ELM}, monkeypatch)
    assert not twins.publish()[1]
    twins.commit({f"{PRODUCTION}/elm.yaml": None}, monkeypatch)
    assert not twins.publish()[1]


def test_a_link_in_place_of_a_file(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    for fleet in (twins.part, twins.whole):
        path = fleet.root / PRODUCTION / "birch.yaml"
        path.unlink()
        path.symlink_to("cedar.yaml")
    twins.commit({}, monkeypatch)
    done, whole = twins.publish()
    assert whole
    assert done.failed


def test_a_branch_that_moved(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    first = twins.part.tip()
    twins.commit({f"{PRODUCTION}/birch.yaml": birch(displayName="Beech")}, monkeypatch)
    twins.publish()
    for fleet in (twins.part, twins.whole):
        fleet.git("update-ref", "refs/heads/rendered/production", first)
    assert twins.publish()[1]
    twins.commit({f"{PRODUCTION}/birch.yaml": birch(displayName="Oak")}, monkeypatch)
    for fleet in (twins.part, twins.whole):
        fleet.edit_branch({"README.md": "By hand\n"})
    done, whole = twins.publish()
    assert whole
    assert [problem.code for problem in done.problems] == ["branch-edited"]


def test_some_environments_or_an_older_commit(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    twins.commit({f"{PRODUCTION}/birch.yaml": birch(displayName="Beech")}, monkeypatch)
    assert twins.publish("production")[1]
    twins.publish()
    for fleet in (twins.part, twins.whole):
        fleet.git("checkout", "-q", "HEAD~1")
    done, whole = twins.publish()
    assert whole
    assert {outcome.state for outcome in done.outcomes} == {"older", "unchanged"}


@pytest.mark.parametrize("days", [0, 30])
def test_a_waiver_that_expires_meanwhile(twins: Twins, monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    twins.commit({f"{PRODUCTION}/birch.yaml": birch(displayName="Beech")}, monkeypatch, days)
    begun = begin(Request(twins.part.root), twins.cache, twins.tools().crds)
    assert isinstance(begun, Since)
    assert begun.census
    soon = replace(begun.census, terms=Terms((begun.census.day,)))
    twins.cache.put("census", begun.key, to_bytes(soon))
    assert twins.publish()[1] is bool(days)


@pytest.mark.parametrize(("waived", "whole"), [({"birch"}, True), ({"cedar"}, False), ({""}, True)])
def test_a_waiver_that_may_have_lost_its_last_finding(
    twins: Twins, monkeypatch: pytest.MonkeyPatch, waived: set[str], whole: bool
) -> None:
    """Whether it is still met is asked of the whole fleet; else nobody would ever be told that it is not."""
    twins.commit({f"{PRODUCTION}/birch.yaml": birch(displayName="Beech")}, monkeypatch)
    begun = begin(Request(twins.part.root), twins.cache, twins.tools().crds)
    assert isinstance(begun, Since)
    assert begun.census
    terms = Terms(waived=frozenset(waived))
    twins.cache.put("census", begun.key, to_bytes(replace(begun.census, terms=terms)))
    assert twins.publish()[1] is whole


def test_a_clone_that_cannot_tell_is_not_trusted(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    request, crds = Request(twins.part.root), twins.tools().crds
    assert isinstance(begin(request, twins.cache, crds), Published)
    (twins.part.root / ".git" / "shallow").write_text(f"{twins.part.tip('HEAD')}\n")
    assert isinstance(begin(request, twins.cache, crds), Since)
    (twins.part.root / ".git" / "shallow").unlink()
    monkeypatch.setattr("generator.since.pins_hold", lambda _root, _pins: False)
    assert isinstance(begin(request, twins.cache, crds), Since)


def test_rows_say_on_pages_what_tenants_say() -> None:
    fleet = read(ROOT)
    rows = rows_of(fleet)
    assert list(rows) == [(tenant.environment, tenant.name) for tenant in fleet.tenants]
    specs = [tenant.spec for tenant in fleet.tenants]
    shown = [row.shown for row in rows.values()]
    assert readme("all", shown) == readme("all", specs)
    assert page("all", shown, {}, {}) == page("all", specs, {}, {})


def test_a_census_comes_back_as_it_was() -> None:
    fleet = read(ROOT)
    census = Census(
        "a" * 40,
        day_of(head(ROOT)),
        {"production": "rendered/production"},
        {"rendered/production": "b" * 40},
        Terms((day_of(head(ROOT)),), frozenset({"a", ""}), ("c" * 40,)),
        rows_of(fleet),
    )
    assert from_bytes(to_bytes(census)) == census


def test_rows_agree_as_tenants_do() -> None:
    def row(name: str, host: str, cpu: float) -> Row:
        return Row({"cluster": "a"}, (("", name), ("hosts", host)), (cpu, 1.0), "argocd/a/00/x.yaml")

    fleet = {"clusters": {"a": {"capacity": {"cpu": "3"}}, "b": {}}}
    assert agree({("p", "a"): row("a", "h", 1), ("p", "b"): row("b", "i", 2)}, fleet)
    assert not agree({("p", "a"): row("a", "h", 1), ("p", "b"): row("b", "i", 2.1)}, fleet)
    assert not agree({("p", "a"): row("a", "h", 1), ("p", "b"): row("b", "h", 1)}, fleet)
    assert not agree({("p", "a"): row("a", "h", 1), ("s", "a"): row("a", "i", 1)}, fleet)
