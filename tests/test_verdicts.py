"""Judging profiles finds what judging every tenant finds. QUAD_FUZZ_VERDICTS says how many tenants, QUAD_FUZZ_SEED which."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from generator import crds, kustomize, making
from generator.cache import Cache
from generator.compile import compile_fleet
from generator.crds import read_crds
from generator.diagnostics import Diagnostic
from generator.hydrate import Hydrated, Hydration, hydrate
from generator.making import Made, make
from generator.model import Fleet, Manifest, Progress
from generator.pipeline import read
from generator.rules import RULES, Context, Violation
from generator.rules.violation import Violation as Found
from tests import planted
from tests.bench.fleet import fleet as random_fleet
from tests.conftest import ROOT, copy_input

COUNT = int(os.environ.get("QUAD_FUZZ_VERDICTS", "0"))
SEED = int(os.environ.get("QUAD_FUZZ_SEED", "6"))
KUSTOMIZE = kustomize.find()
CRDS = ROOT / ".build" / "crds"
TODAY = date(2026, 11, 21)
WAIVERS = """
waivers:
- {rule: tenancy, object: Ingress p-web, tenants: [a58, a59], reason: agreed, until: "2026-12-31"}
- {rule: reference, object: Deployment p-*, reason: agreed, until: "2026-12-31"}
- {rule: pod-security, object: Deployment p-web, reason: agreed once, until: "2026-01-31"}
- {rule: probes, object: Deployment other, reason: nothing, until: "2026-12-31"}
"""
"""For some, for all, expired, and for nothing."""

_READ: dict[Any, dict[tuple[str, str, str], Any]] = {}
Judge = Callable[..., Made]


@pytest.fixture(autouse=True)
def _crds_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are megabytes, and the same in each run."""

    def remembered(folder: Path, kinds: Collection[tuple[str, str]]) -> Any:
        key = folder, frozenset(kinds)
        if folder != CRDS:
            return read_crds(folder, kinds)
        if key not in _READ:
            _READ[key] = read_crds(folder, kinds)
        return _READ[key]

    monkeypatch.setattr(crds, "read_crds", remembered)


@pytest.fixture
def judged(tmp_path: Path) -> Judge:
    """Renders and judges, each time into a folder of its own."""
    numbers = iter(range(99))

    def run(fleet: Fleet, how: Hydration, schemas: Path = CRDS) -> Made:
        trees = compile_fleet(fleet.repository, fleet.tenants)
        return make(fleet, trees, tmp_path / str(next(numbers)), how, schemas, Progress(), lambda *_: None, TODAY)

    return run


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch, judged: Judge) -> Judge:
    """The same bytes, but every tenant judged by itself: as if none had been stamped."""

    def unknown(*arguments: Any) -> Iterator[Hydrated]:
        return (replace(made, stamped=None) for made in hydrate(*arguments))

    def run(fleet: Fleet, how: Hydration) -> Made:
        with monkeypatch.context() as patch:
            patch.setattr(making, "hydrate", unknown)
            return judged(fleet, how)

    return run


def said(made: Made) -> tuple[set[Diagnostic], Counter[Any]]:
    assert len(made.problems) == len(set(made.problems))
    return set(made.problems), Counter((each.finding, each.reason, each.until) for each in made.waived)


def differences(one: Made, other: Made) -> list[tuple[str, ...]]:
    """What only one of both says, with whose it is."""
    return sorted((each.message, *each.notes) for each in set(one.problems) ^ set(other.problems))


def planted_fleet(root: Path, number: int, waivers: str = "") -> Fleet:
    copy_input(root, ROOT / "generator" / "scaffold" / "tenants")
    planted.plant(root)
    planted.tenants(root, number, SEED)
    with (root / "tenants" / "fleet.yaml").open("a") as file:
        file.write(waivers)
    found = read(root)
    assert found.problems == []
    return found


def test_the_sample_fleet(judged: Judge) -> None:
    """Against kustomize and no profile at all."""
    fleet = read(ROOT)
    assert said(judged(fleet, Hydration(KUSTOMIZE, pays=3))) == said(judged(fleet, Hydration(KUSTOMIZE, plain=True)))


def test_faults_that_depend_on_values(tmp_path: Path, judged: Judge, one_by_one: Judge) -> None:
    """Each value of each knob alone, where all other tenants look right, and then many at once; some of it waived."""
    fleet = planted_fleet(tmp_path / "fleet", planted.every() + max(8, COUNT), WAIVERS)
    how = Hydration(KUSTOMIZE, Cache(tmp_path / "cache"), pays=2)
    fast, slow = judged(fleet, how), one_by_one(fleet, how)
    assert fast.by_kustomize == {}
    assert differences(fast, slow) == []
    assert said(fast) == said(slow)
    assert {each.finding.code for each in fast.waived} == {"tenancy", "reference"}
    assert {"waiver-expired", "waiver-unused"} <= {problem.code for problem in fast.problems}
    _every_knob_matters(slow)


def _every_knob_matters(made: Made) -> None:
    """Or it would not be there: nothing is found at the first tenant, and for each knob its rule speaks of a tenant of its own."""
    tenants = defaultdict(set)
    for problem in [*made.problems, *(each.finding for each in made.waived)]:
        for name in problem.tenants:
            tenants[name].add(problem.code)
    names = {(name, str(value)): f"a{at}" for at, (name, value) in enumerate(planted.single(), 1)}
    assert "a0" not in tenants
    knobs = {**planted.KNOBS, **planted.DECLARING}
    loud = {knob for (knob, _), name in names.items() if knob in knobs and knobs[knob].code in tenants[name]}
    looked_for = {knob for knob, each in knobs.items() if CRDS.is_dir() or each.code != "custom-resource"}
    silent = looked_for - loud
    assert silent == set()


PLANTS = [
    # in what all tenants have
    ("base/cron.yaml", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"),
    ("base/services.yaml", "targetPort: ", "targetPort: x"),
    ("base/rollout.yaml", "  selector:", "  unknownField: 1\n  selector:"),
    ("base/disruption.yaml", "apiVersion: policy/v1", "apiVersion: policy/v1beta1"),
    ("argocd/project.patch.yaml", 'group: "", kind: Namespace', 'group: "", kind: Node'),
    # only with a feature, for each item of a list, or in a state
    ("features/backup/files.yaml", "claimName: moodledata", "claimName: nowhere"),
    ("features/white-label/each/hosts/ingress.yaml", "name: http", "name: https"),
    ("features/white-label/each/hosts/ingress.yaml", "pathType: Prefix", "pathType: Prefix\n        odd: 1"),
    ("features/oauth/job.yaml", "runAsNonRoot: true", "runAsNonRoot: false"),
    ("states/suspended/claims.patch.yaml", 'value: "true"', 'value: "false"'),
]


def test_faults_of_the_catalogue(tmp_path: Path, judged: Judge, one_by_one: Judge) -> None:
    """In a random fleet, whose tenants differ in shape, most of which have several members."""
    random_fleet(tmp_path / "fleet", 120, SEED)
    for path, before, after in PLANTS:
        file = tmp_path / "fleet" / "overlays" / path
        assert before in file.read_text(), path
        file.write_text(file.read_text().replace(before, after))
    fleet = few(read(tmp_path / "fleet"), max(4, COUNT // 20))
    how = Hydration(KUSTOMIZE, Cache(tmp_path / "cache"), pays=2)
    fast, slow = judged(fleet, how), one_by_one(fleet, how)
    assert differences(fast, slow) == []
    assert said(fast) == said(slow)
    assert len({problem.code for problem in slow.problems}) > 5


def few(fleet: Fleet, shapes: int) -> Fleet:
    """Some tenants of the commonest shapes, and of those some that are suspended."""
    found = defaultdict(list)
    for tenant in fleet.tenants:
        hosts = len(tenant.spec["features"].get("white-label", {}).get("hosts", ()))
        found[tenant.environment, tenant.spec["state"], frozenset(tenant.spec["features"]), hosts].append(tenant)
    common = sorted(found.items(), key=lambda item: -len(item[1]))
    still = [group for group in common if group[0][1] != "active"]
    tenants = [tenant for _, members in [*common[:shapes], *still[:1]] for tenant in members[:5]]
    return replace(fleet, tenants=tenants, problems=[])


def test_what_is_remembered(tmp_path: Path, judged: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second run says the same and judges less; another rule, other CRDs or none, and another catalogue are judged anew."""
    fleet = planted_fleet(tmp_path / "fleet", 6)
    how = Hydration(KUSTOMIZE, Cache(tmp_path / "cache"), pays=2)
    asked: list[int] = []

    def finds_all(manifests: Sequence[Manifest], _: Context) -> Iterator[Violation]:
        asked.append(len(manifests))
        return (Found(manifest, (), "found", "none") for manifest in manifests if manifest.kind == "Role")

    def counting(manifests: Sequence[Manifest], _: Context) -> Iterator[Violation]:
        asked.append(len(manifests))
        return iter(())

    monkeypatch.setitem(RULES, "hook-name", counting)
    first, number = judged(fleet, how), len(asked)
    assert first.by_kustomize == {}
    assert said(judged(fleet, how)) == said(first)
    assert len(asked) - number < number / 2
    _judged_by_other_crds(fleet, how, judged, tmp_path / "crds")
    objects = tmp_path / "fleet" / "overlays" / "features" / "planted" / "objects.yaml"
    objects.write_text(objects.read_text().replace("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"))
    assert "pod-security" in _codes(judged(read(tmp_path / "fleet"), how), "a0")
    assert "pod-security" not in _codes(judged(fleet, how), "a0")
    with monkeypatch.context() as patch:
        patch.setitem(RULES, "hook-name", finds_all)
        patch.setattr(making, "workshop", lambda: "another")
        other = judged(fleet, how)
    names = {name for problem in other.problems if problem.code == "hook-name" for name in problem.tenants}
    assert names == {tenant.name for tenant in fleet.tenants if "planted" in tenant.spec["features"]}


def _judged_by_other_crds(fleet: Fleet, how: Hydration, judged: Judge, folder: Path) -> None:
    """No folder means that custom resources are not looked at, an empty one that none is known."""
    assert "unknown-kind" not in _codes(judged(fleet, how, folder), "a0")
    folder.mkdir()
    assert "unknown-kind" in _codes(judged(fleet, how, folder), "a0")


def _codes(made: Made, tenant: str) -> set[str]:
    return {problem.code for problem in made.problems if tenant in problem.tenants}
