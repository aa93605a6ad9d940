"""Findings over many tenants: waived or not, for one version of Kubernetes or several."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from generator.check import Checked, Policy, check, version_problems
from generator.diagnostics import Span
from generator.model import Manifest
from generator.source import Document, Path, parse
from generator.waivers import Waiver, waiver_problems, waivers_of

CLAIM = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "left", "namespace": "moodle-acme"}}
BUDGET = {
    "apiVersion": "policy/v1beta1",
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "web", "namespace": "moodle-acme"},
}
LAST_DAY = date(2026, 12, 31)


def located(manifest: Manifest, path: Path) -> Span:
    return Span(f"{manifest.kind}/{manifest.name}/{'.'.join(str(part) for part in path)}")


def run(manifests: Iterable[Manifest], policy: Policy) -> Checked:
    return check(manifests, None, located, policy)


def of(*tenants: str, body: dict[str, Any] = CLAIM, kubernetes: str = "1.34") -> list[Manifest]:
    return [Manifest(tenant, kubernetes, "moodle-acme", body) for tenant in tenants]


def waiver(*tenants: str, rule: str = "unmounted-claim", object: str = "PersistentVolumeClaim left") -> Waiver:
    return Waiver(rule, object, tenants, "agreed", LAST_DAY, Span("tenants/fleet.yaml", 1))


def codes(checked: Checked) -> list[str]:
    return sorted(problem.code for problem in checked.problems)


def test_a_waiver_accepts_a_finding_for_all() -> None:
    done = run(of("acme", "birch"), Policy([waiver()], LAST_DAY, frozenset({"acme", "birch"})))
    assert codes(done) == []
    assert [each.finding.tenants for each in done.waived] == [("acme", "birch")]


def test_a_waiver_for_some_leaves_the_others() -> None:
    policy = Policy([waiver("birch")], LAST_DAY, frozenset({"acme", "birch", "cedar"}))
    done = run(of("acme", "birch", "cedar"), policy)
    assert [problem.tenants for problem in done.problems] == [("acme", "cedar")]
    assert [each.finding.tenants for each in done.waived] == [("birch",)]


def test_the_last_day_counts() -> None:
    after = run(of("acme"), Policy([waiver()], date(2027, 1, 1), frozenset({"acme"})))
    assert codes(after) == ["unmounted-claim", "waiver-expired"]
    assert after.waived == []
    assert {problem.tenants for problem in after.problems} == {("acme",)}  # publishing goes on for the others
    assert codes(run(of("acme"), Policy([waiver()], None, frozenset({"acme"})))) == []


def test_an_expired_waiver_that_nobody_needs_is_unused() -> None:
    done = run(of("acme", body=BUDGET), Policy([waiver()], date(2027, 1, 1), frozenset({"acme"})))
    assert codes(done) == ["deprecated-api", "waiver-unused"]


def test_the_name_may_end_in_a_star() -> None:
    for object, accepted in (
        ("PersistentVolumeClaim le*", True),
        ("PersistentVolumeClaim *", True),
        ("PersistentVolumeClaim l", False),
    ):
        done = run(of("acme"), Policy([waiver(object=object)], LAST_DAY, frozenset({"acme"})))
        assert bool(done.waived) == accepted, object


def test_a_waiver_is_of_one_rule_and_kind() -> None:
    others = [waiver(rule="probes"), waiver(object="ConfigMap left"), waiver("birch")]
    done = run(of("acme"), Policy(others, LAST_DAY, frozenset({"acme"})))
    assert codes(done) == ["unmounted-claim", "waiver-unused", "waiver-unused", "waiver-unused"]


def test_a_waiver_whose_tenants_were_not_looked_at_is_not_unused() -> None:
    others = [waiver("birch"), waiver("acme", "birch", rule="probes"), waiver(rule="probes")]
    assert codes(run(of("acme"), Policy(others, LAST_DAY, frozenset({"acme", "birch"})))) == ["unmounted-claim"]


@given(st.sets(st.sampled_from("abcde"), min_size=1), st.sets(st.sampled_from("abcde")))
def test_every_tenant_is_either_waived_or_named(found: set[str], accepted: set[str]) -> None:
    done = run(of(*sorted(found)), Policy([waiver(*sorted(accepted))], LAST_DAY, frozenset("abcde")))
    named = {name for problem in done.problems if problem.code == "unmounted-claim" for name in problem.tenants}
    waived = {name for each in done.waived for name in each.finding.tenants}
    assert named | waived == found
    assert named & waived == set()
    assert waived == found & (accepted or found)


def test_versions_take_the_place_of_the_clusters() -> None:
    done = run(of("acme", body=BUDGET, kubernetes="1.20"), Policy(versions=("1.24", "1.25", "1.26")))
    by_severity = {problem.severity: problem for problem in done.problems if problem.code == "deprecated-api"}
    assert "gone from Kubernetes 1.25 on" in by_severity["error"].message
    assert by_severity["error"].notes[-1] == "on Kubernetes 1.25, 1.26"
    assert by_severity["warning"].notes[-1] == "on Kubernetes 1.24"


def test_two_versions_ahead_are_looked_at_by_default_alone() -> None:
    address = {
        "apiVersion": "networking.k8s.io/v1beta1",
        "kind": "IPAddress",
        "metadata": {"name": "a", "namespace": "moodle-acme"},
    }
    ahead = [
        problem.severity
        for problem in run(of("acme", body=address, kubernetes="1.32"), Policy()).problems
        if problem.code == "deprecated-api"
    ]
    asked = codes(run(of("acme", body=address), Policy(versions=("1.32",))))
    assert ahead == ["warning"]
    assert "deprecated-api" not in asked


def test_a_root_is_no_tenant() -> None:
    done = run([*of("acme"), *of("root.production.eu-1")], Policy())
    (problem,) = done.problems
    assert problem.tenants == ()  # the root is everybody's, and so is what is wrong with it
    assert problem.notes == (
        "at metadata.annotations",
        "rendered for 1 tenant: acme",
        "rendered for 1 root: root.production.eu-1",
    )


def test_versions_without_schemas_are_said() -> None:
    problems = version_problems({"1.10": Span("a"), "1.34": Span("b"), "1.999": Span("c")})
    assert [(problem.span.path, problem.severity) for problem in problems] == [("a", "warning"), ("c", "warning")]
    assert "judged by those of 1.25" in problems[0].message


def fleet(text: str) -> Document:
    document, problems = parse("tenants/fleet.yaml", text.encode())
    assert document is not None
    assert not problems
    return document


def test_waivers_are_read_from_the_fleet() -> None:
    text = 'waivers:\n- {rule: probes, object: Pod a, tenants: [acme], reason: why, until: "2026-12-31"}\n'
    (entry,) = waivers_of(fleet(text))
    assert (entry.rule, entry.object, entry.tenants, entry.reason, entry.until) == (
        "probes",
        "Pod a",
        ("acme",),
        "why",
        LAST_DAY,
    )
    assert entry.span.line == 2


def test_what_is_no_waiver_is_left_to_the_schema() -> None:
    for text in ("waivers: 3\n", "waivers: [3]\n", "[]\n"):
        assert waivers_of(fleet(text)) == ()
    assert waivers_of(None) == ()
    (problem,) = waiver_problems(fleet('waivers:\n- {rule: a, object: b, until: "2026-02-30"}\n'))
    assert problem.code == "bad-date"
