"""Groups lose nothing and say a change of hundreds of tenants once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.changes import Danger, Edit, Group, ObjectChange, ObjectId, Review, TenantChange
from generator.diff import compare, edits, group, outliers
from generator.diff.abstraction import names_of
from generator.diff.review import review
from generator.report.changes_markdown import markdown
from generator.report.changes_text import text
from tests.trees import snapshot, tenant_tree

OBJECTS = st.dictionaries(st.sampled_from("abc"), st.integers(0, 2), max_size=3)


@st.composite
def changes(draw: st.DrawFn) -> list[TenantChange]:
    found = []
    for name in draw(st.lists(st.sampled_from(["acme", "birch", "moodle", "uni", "a"]), unique=True, max_size=5)):
        objects = []
        for kind in draw(st.lists(st.sampled_from(["Rollout", "Service", "ConfigMap"]), unique=True, max_size=3)):
            before, after = draw(st.none() | OBJECTS), draw(st.none() | OBJECTS)
            if before == after:
                continue
            id = ObjectId("", kind, f"moodle-{name}", draw(st.sampled_from(["moodle", name])))
            own = tuple(edits(before, after)) if before is not None and after is not None else ()
            objects.append(ObjectChange(id, before, after, own))
        spec = {"name": name, "namespace": f"moodle-{name}"}
        found.append(TenantChange(name, "production", "broad", "eu-1", spec, spec, tuple(objects)))
    return found


@given(changes())
def test_every_edit_of_every_tenant_is_in_one_group(found: list[TenantChange]) -> None:
    wanted: Counter[Any] = Counter()
    for change in found:
        for item in change.objects:
            wanted.update((change.tenant, item.id, edit.path) for edit in item.edits or [Edit((), None, None)])
    got: Counter[Any] = Counter()
    for made in group(found):
        assert len(set(made.members)) == len(made.members)
        for member in made.members:
            got.update((member.tenant, member.object, edit.path) for edit in made.edits or [Edit((), None, None)])
    assert got == wanted


@given(changes())
def test_groups_come_in_one_order(found: list[TenantChange]) -> None:
    assert [as_set(item) for item in group(found)] == [as_set(item) for item in group(found[::-1])]


def as_set(item: Group) -> Any:
    return (item.action, item.object, repr(item.edits), frozenset(item.members))


MANIFESTS = """\
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: moodle, namespace: moodle-acme, labels: {quadrangle.dev/tenant: acme}}
spec:
  replicas: 2
  template:
    spec:
      containers:
      - {name: php, env: [{name: URL, value: "https://acme.example.org"}], resources: {limits: {memory: 1Gi}}}
---
apiVersion: v1
kind: Service
metadata: {name: moodle, namespace: moodle-acme}
spec: {type: ClusterIP}
"""


def fleet(number: int, memory: dict[int, str]) -> dict[str, str]:
    files: dict[str, str] = {}
    for at in range(number):
        name = f"site-{at:04d}"
        own = MANIFESTS.replace("acme", name).replace("1Gi", memory.get(at, memory.get(-1, "1Gi")))
        files |= tenant_tree(own, name, ring=("canary", "early", "broad")[at % 3])
    return files


@pytest.fixture(scope="module")
def wide() -> Review:
    """Three hundred tenants, one change of the base; three get something else."""
    before = snapshot(fleet(300, {}), "rendered/production at 1a2b3c4")
    after = snapshot(fleet(300, {-1: "1536Mi", 7: "2Gi", 8: "2Gi", 9: "1Ti"}), "the working tree")
    return review([(before, after)], compare(before, after), [])


def test_three_hundred_tenants_are_one_group_and_the_outliers(wide: Review) -> None:
    mains, others = outliers(wide.groups)
    assert [len(item.members) for item in mains] == [297]
    assert [len(item.group.members) for item in others] == [2, 1]
    shown = text(wide)
    head = "1 change x 297 tenants (rings broad, canary, early): Rollout moodle, container php: "
    assert shown.count(f"{head}resources.limits.memory 1Gi -> 1536Mi") == 1
    assert shown.count("outlier: ") == 2
    assert "1Gi -> 1Ti" in shown
    assert "site-0009" in shown.rpartition("1Gi -> 1Ti")[2]
    assert len(shown) < 3_000


def test_three_hundred_tenants_fit_a_comment(wide: Review) -> None:
    shown = markdown(wide)
    assert len(shown.encode()) < 20_000
    assert shown.count("\n#### ") == 3
    assert "1 change x 297 tenants" in shown
    assert shown.count("#### outlier") == 2


def test_a_change_of_the_base_stays_one_group_whatever_else_changes() -> None:
    before, after = fleet(30, {}), fleet(30, {})
    for path, raw in after.items():
        after[path] = raw.replace("replicas: 2", "replicas: 3")
    for at in range(0, 30, 2):
        path = f"tenants/site-{at:04d}/manifests/manifests.yaml"
        after[path] = after[path].replace("1Gi", "2Gi")
    found = group(compare(snapshot(before), snapshot(after)))
    assert [(len(item.members), len(item.edits)) for item in found] == [(30, 1), (15, 1)]


def test_a_danger_is_put_to_the_edits_of_its_field() -> None:
    after = {
        path: raw.replace("1Gi", "2Gi").replace("replicas: 2", "replicas: 0") for path, raw in fleet(2, {}).items()
    }
    after["tenants/site-0001/manifests/manifests.yaml"] = fleet(2, {})[
        "tenants/site-0001/manifests/manifests.yaml"
    ].replace("1Gi", "2Gi")
    found = compare(snapshot(fleet(2, {})), snapshot(after))
    id = ObjectId("argoproj.io", "Rollout", "moodle-site-0000", "moodle")
    danger = Danger("replicas-zero", "site-0000", "production", id, "spec.replicas", 2, 0, "why", "proceed")
    first, second = group(found, [danger])
    assert (len(first.members), first.dangers) == (1, (danger,))
    assert (len(second.members), second.dangers) == (2, ())


def own(text: str, **spec: str) -> str:
    return str(
        names_of(TenantChange("x", "p", "r", "c", spec, spec, ()), [("bucket",)], frozenset({"moodle"})).of(text)
    )


@pytest.mark.parametrize(
    ("raw", "spec", "shown"),
    [
        ("https://acme.example.org/x", {"name": "acme", "host": "acme.example.org"}, "https://<host>/x"),
        ("moodle-acme", {"name": "acme"}, "moodle-<name>"),
        ("moodle_two_words", {"name": "two-words"}, "moodle_<name>"),
        ("host-acme-example-org", {"host": "acme.example.org"}, "host-<host>"),
        ("acmes", {"name": "acme"}, "acmes"),
        ("1Gi", {"name": "1Gi"}, "<name>"),
        ("11Gi of uni", {"name": "uni"}, "11Gi of uni"),
        ("uni", {"name": "uni"}, "<name>"),
        ("moodle", {"name": "moodle"}, "moodle"),
        ("a name and a host", {"name": "name", "host": "host"}, "a <name> and a <host>"),
        ("my-bucket/acme", {"name": "acme", "bucket": "my-bucket"}, "<bucket>/<name>"),
        ("acme \ue000", {"name": "acme"}, "acme \ue000"),
        ("moodle-env-b2c4d6f8gh", {}, "moodle-env-<hash>"),
        ("moodle-bcdfghkmbc", {}, "moodle-bcdfghkmbc"),
    ],
)
def test_own_values_are_replaced_as_words(raw: str, spec: dict[str, str], shown: str) -> None:
    assert own(raw, **spec) == shown
