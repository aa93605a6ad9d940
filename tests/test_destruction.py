"""Destruction beyond the museum: amounts, many tenants, pins, the real fleet, and allowances that are no part of what is built."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.changes import Danger, TenantChange
from generator.crds import read_crds
from generator.destruction import Allowances, Context, allowances_of, context_of, dangers, judge, ring_backwards
from generator.destruction.judge import entry_for
from generator.destruction.quantities import falls, quantity
from generator.diagnostics import Diagnostic
from generator.diff import attribute, compare
from generator.hydrate import usual
from generator.model import Catalogue, Progress, Repository, TenantFile
from generator.pipeline import read, render
from generator.schema import inline
from generator.schema_errors import schema_problems
from generator.snapshot import Snapshot, of_folder
from generator.source import Document, dump_line, parse
from tests.conftest import ROOT, copy_input
from tests.destruction.museum import CASES, TODAY, found_in, project
from tests.trees import snapshot, tenant_tree

SUFFIXES = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}
SUFFIXES |= {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60, "e3": 10**3, "E6": 10**6}
CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: moodledata, namespace: moodle-{name}}}
spec:
  accessModes: [ReadWriteMany]
  resources: {{requests: {{storage: {size}}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {policy}, namespace: moodle-{name}}}
spec: {{podSelector: {{}}, policyTypes: [Ingress]}}
"""


@given(
    st.integers(0, 10**6), st.sampled_from(sorted(SUFFIXES)), st.integers(0, 10**6), st.sampled_from(sorted(SUFFIXES))
)
def test_quantities_are_compared_by_amount(old: int, unit: str, new: int, other: str) -> None:
    assert falls(f"{old}{unit}", f"{new}{other}") is (old * SUFFIXES[unit] > new * SUFFIXES[other])


@given(st.lists(st.integers(0, 99), min_size=3, max_size=4), st.lists(st.integers(0, 99), min_size=3, max_size=4))
def test_versions_are_compared_by_their_parts(old: list[int], new: list[int]) -> None:
    assert falls(".".join(map(str, old)), ".".join(map(str, new))) is (old > new)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("10Gi", "10G", True),
        ("10737418240", "10Gi", False),
        ("1.5Ti", "1536Gi", False),
        ("1.5Ti", "1535.99Gi", True),
        ("1e9", "1G", False),
        ("0.5", "500m", False),
        (14, 7, True),
        (True, False, False),
        ("5.3.0", "10Gi", False),
        ("large", "small", False),
        ("9" * 65, "1", False),
        (None, 1, False),
    ],
)
def test_falls(old: object, new: object, expected: bool) -> None:
    assert falls(old, new) is expected


def test_what_is_no_quantity() -> None:
    assert [
        text for text in ("", "Gi", "1 Gi", "1gi", "1Gi\n", "0x1", "1e9999", "\u0661Gi") if quantity(text) is not None
    ] == []


def test_a_pin_goes_back() -> None:
    """a - b - d, and c aside of b."""
    ancestors = {("a", "b"), ("a", "c"), ("a", "d"), ("b", "d")}

    def is_ancestor(older: str, newer: str) -> bool:
        return older == newer or (older, newer) in ancestors

    assert [pair for pair in ("ab", "ad", "bd", "aa") if ring_backwards(pair[0], pair[1], is_ancestor)] == []
    assert [pair for pair in ("ba", "da", "bc") if not ring_backwards(pair[0], pair[1], is_ancestor)] == []
    assert ring_backwards(None, "a", is_ancestor)
    assert not ring_backwards("a", None, is_ancestor)
    assert not ring_backwards(None, None, is_ancestor)


def trees(sizes: Mapping[str, str], policy: str, where: str) -> Snapshot:
    files: dict[str, bytes | str] = {}
    for name, size in sizes.items():
        files |= tenant_tree(CLAIM.format(name=name, size=size, policy=policy), name)
    return snapshot(files, where)


FIELDS = [
    "spec",
    "template",
    "selector",
    "matchLabels",
    "containers",
    "env",
    "envFrom",
    "valueFrom",
    "secretKeyRef",
    "secretRef",
    "name",
    "volumes",
    "secret",
    "secretName",
    "resources",
    "requests",
    "storage",
    "size",
    "storageClass",
    "storageClassName",
    "accessModes",
    "volumeClaimTemplates",
    "tablespaces",
    "walStorage",
    "data",
    "secretKey",
    "target",
    "replicas",
    "minReplicas",
    "suspend",
    "plugins",
    "backup",
    "isWALArchiver",
    "podSelector",
    "policyTypes",
    "ingress",
    "egress",
    "type",
    "clusterIP",
    "maxUnavailable",
    "minAvailable",
    "scaleTargetRef",
    "roleRef",
    "immutable",
    "imagePullSecrets",
    "projected",
    "sources",
    "annotations",
    "destination",
    "server",
    "finalizers",
]
KINDS = [
    ("v1", "PersistentVolumeClaim"),
    ("v1", "PersistentVolume"),
    ("v1", "Secret"),
    ("v1", "Service"),
    ("v1", "ServiceAccount"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "Deployment"),
    ("argoproj.io/v1alpha1", "Application"),
    ("argoproj.io/v1alpha1", "Rollout"),
    ("batch/v1", "CronJob"),
    ("batch/v1", "Job"),
    ("external-secrets.io/v1", "ExternalSecret"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("policy/v1", "PodDisruptionBudget"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("postgresql.cnpg.io/v1", "Cluster"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 3) | st.sampled_from(["1Gi", "a", "", "0%", "Delete"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=20,
)


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    version, kind = draw(st.sampled_from(KINDS))
    metadata = {"name": draw(st.sampled_from(["a", "b"])), "namespace": "moodle-acme", "annotations": draw(ANYTHING)}
    body = {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": draw(ANYTHING), "data": draw(ANYTHING)}
    return {**draw(st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=2)), **body}


def as_tree(bodies: list[dict[str, Any]]) -> Snapshot:
    return snapshot(tenant_tree(yaml.safe_dump_all(bodies), "acme"), "a tree")


@settings(max_examples=400)
@given(st.lists(objects(), max_size=4), st.lists(objects(), max_size=4))
def test_objects_of_any_shape_are_judged(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
    """What kustomize lets through need not be what Kubernetes would take; another rule says so, and this one does not fall over."""
    before, after = as_tree(old), as_tree(new)
    context = context_of(project(), {}, {"production": after})
    found = dangers(compare(before, after), context)
    judged, problems = judge(found, Allowances(), TODAY)
    assert len(judged) == len(found) >= len(problems)
    assert dangers(compare(after, after), context) == []


def test_what_many_tenants_lose_is_said_once() -> None:
    names = [f"t{number:03d}" for number in range(300)]
    before = trees(dict.fromkeys(names, "20Gi"), "default-deny", "before")
    after = trees({name: "10Gi" if name in names[:3] else "20Gi" for name in names}, "default-denial", "after")
    found = dangers(compare(before, after), Context())
    assert len(found) == 303
    judged, problems = judge(found, Allowances(), TODAY)
    assert len(judged) == 303
    assert [problem.code for problem in problems].count("storage-shrink") == 3
    entry = '- {object: NetworkPolicy default-deny, reason: "say why, and who agreed", until: "2026-12-05"}'
    assert {danger.proceed.splitlines()[-1] for danger in judged if danger.code == "network-policy"} == {entry}
    said = [problem for problem in problems if problem.code == "network-policy"]
    assert len(said) == 1
    assert said[0].message == "NetworkPolicy `default-deny` of many tenants is removed"
    assert said[0].notes[1] == "for 300 tenants: t000, t001, t002, t003, t004 …"
    assert "in tenants/fleet.yaml: - {object: NetworkPolicy default-deny, reason:" in said[0].help


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_entry_that_is_offered_is_taken(case: Path) -> None:
    """Pasted where the error says, each entry fits the schema and allows its own danger, until the day after it ends."""
    found, known = found_in(case)
    own = "acme" in known.documents
    entries = [entry_for(danger, TODAY, shared=not own) for danger in found if not danger.allowed]
    if not entries:
        return
    text = "".join(f"- {dump_line(entry)}\n" for entry in entries)
    document, problems = parse(
        "tenants/production/acme.yaml" if own else "tenants/fleet.yaml", f"allow:\n{text}".encode()
    )
    assert document is not None, problems
    schemas = project().schemas
    whole = inline(schemas["tenant.core.yaml" if own else "fleet.yaml"].data)
    assert (
        schema_problems(document.data, {"properties": whole["properties"]}, lambda *_: document.value(()), "it") == []
    )
    allowances = _allowances(document, own)
    last = TODAY + timedelta(days=14)
    assert [problem for problem in judge(found, allowances, last)[1] if problem.severity == "error"] == []
    late = judge(found, allowances, last + timedelta(days=1))[1]
    assert {problem.code for problem in late} >= {"allow-expired"}


def _allowances(document: Document, own: bool) -> Allowances:
    tenants = (TenantFile("production", "acme", document),) if own else ()
    return allowances_of(Repository(None if own else document, {}, tenants, Catalogue(), {}))


class Fleet:
    """A copy of four tenants of the sample fleet, rendered, changed and rendered again."""

    def __init__(self, folder: Path) -> None:
        self.root = copy_input(folder / "fleet", ROOT / "tenants")
        self.folder = folder
        kept = {"fleet", "_defaults", "nordvik", "riverbend-museum", "oldbridge", "harbourview"}
        for path in (self.root / "tenants").rglob("*.yaml"):
            if path.stem not in kept:
                path.unlink()
        self.before = self.render("before")

    def render(self, name: str) -> Snapshot:
        output = self.folder / name
        done = render(read(self.root), output, usual(), self.folder / "no-crds", (), Progress())
        assert [problem.message for problem in done.problems] == []
        return of_folder(output / "production", "production", name)

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.root / path
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")

    def judged(self) -> tuple[list[Danger], list[Diagnostic], list[TenantChange]]:
        after = self.render("after")
        read_again = read(self.root)
        repository = read_again.repository
        changes = attribute(compare(self.before, after), repository, read_again.tenants, self.before, after)
        kinds = {(each.id.group, each.id.kind) for change in changes for each in change.objects}
        context = context_of(repository, read_crds(ROOT / ".build" / "crds", kinds), {"production": after})
        return *judge(dangers(changes, context), allowances_of(repository), date(2026, 11, 21)), changes


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    return Fleet(tmp_path_factory.mktemp("original"))


@pytest.fixture
def fleet(original: Fleet, tmp_path: Path) -> Fleet:
    """The same, to be changed at will; it is rendered once for all."""
    shutil.copytree(original.folder, tmp_path / "copy")
    copied = Fleet.__new__(Fleet)
    copied.root, copied.folder, copied.before = tmp_path / "copy" / "fleet", tmp_path / "copy", original.before
    return copied


def said(found: list[Danger]) -> list[tuple[str, str, str, str, str]]:
    return [(each.code, each.tenant, str(each.object), each.field, each.allowed) for each in found]


FLEET = "tenants/fleet.yaml"
NORDVIK = "tenants/production/nordvik.yaml"


def test_a_smaller_volume_of_the_real_fleet_is_found(fleet: Fleet) -> None:
    fleet.edit(NORDVIK, "cluster: eu-1", "cluster: eu-1\nfiles: {size: 10Gi}")
    found, problems, _ = fleet.judged()
    claim = ("storage-shrink", "nordvik", "PersistentVolumeClaim moodledata", "spec.resources.requests.storage", "")
    assert said(found) == [claim]
    assert (found[0].before, found[0].after) == ("20Gi", "10Gi")
    assert [problem.code for problem in problems] == ["storage-shrink"]
    assert (problems[0].span.path, problems[0].span.text) == (NORDVIK, "files: {size: 10Gi}")
    assert problems[0].label == "before, it was `20Gi`"


def test_an_ordinary_day_destroys_nothing(fleet: Fleet) -> None:
    """More pods, a new release, another feature, more room, another tenant: nothing to be allowed."""
    larger = (
        "web: {replicas: {min: 3, max: 5}}\nphp: {uploadLimit: 512}\nfiles: {size: 40Gi}\ndatabase: {storage: 20Gi}"
    )
    fleet.edit(NORDVIK, "cluster: eu-1", f"cluster: eu-1\n{larger}")
    fleet.edit(NORDVIK, "features:\n", "features:\n  white-label: {hosts: [kurs.nordvik.example.org]}\n")
    fleet.edit("tenants/production/riverbend-museum.yaml", "5.2.3", "5.3.0")
    text = (fleet.root / NORDVIK).read_text("utf-8").replace("nordvik", "sudvik")
    (fleet.root / "tenants" / "production" / "sudvik.yaml").write_text(text, "utf-8")
    found, problems, changes = fleet.judged()
    assert {change.tenant for change in changes} >= {"nordvik", "riverbend-museum", "sudvik"}
    assert (said(found), problems) == ([], [])


def test_a_suspended_site_is_its_own_wish(fleet: Fleet) -> None:
    fleet.edit(NORDVIK, "cluster: eu-1", "cluster: eu-1\nstate: suspended")
    found, problems, _ = fleet.judged()
    reason = "the tenant's own file changes its state from active to suspended"
    assert {(code, allowed) for code, _, _, _, allowed in said(found)} == {("replicas-zero", reason)}
    assert [problem for problem in problems if problem.severity == "error"] == []


def test_a_feature_that_is_switched_off_is_said_by_its_objects(fleet: Fleet) -> None:
    fleet.edit(NORDVIK, '  backup: {bucket: moodle-backup-eu, endpoint: "https://s3.eu-central-1.example.org"}\n', "")
    found, _, _ = fleet.judged()
    assert {(code, name) for code, _, name, _, _ in said(found)} == {
        ("backup-removed", "CronJob backup-database"),
        ("backup-removed", "CronJob backup-files"),
        ("secret-removed", "ExternalSecret backup"),
    }


def test_a_tenant_that_goes_is_said_once(fleet: Fleet) -> None:
    (fleet.root / "tenants" / "production" / "oldbridge.yaml").unlink()
    found, problems, _ = fleet.judged()
    assert said(found) == [("one-step-removal", "oldbridge", "Tenant oldbridge", "", "")]
    assert "Cluster moodle-db, PersistentVolumeClaim moodledata" in problems[0].notes[0]
    assert problems[0].span.path == "tenants/production/oldbridge.yaml"


def test_an_archived_tenant_goes_with_an_entry_that_names_it(fleet: Fleet) -> None:
    (fleet.root / "tenants" / "production" / "harbourview.yaml").unlink()
    found, problems, _ = fleet.judged()
    assert said(found) == [("tenant-removed", "harbourview", "Tenant harbourview", "", "")]
    assert "PersistentVolumeClaim moodledata" in problems[0].notes[0]
    assert "Cluster" not in problems[0].notes[0]


def test_archiving_asks_for_the_data_and_the_backups_by_name(fleet: Fleet) -> None:
    """What stops is the tenant's own word; what is lost is not."""
    record = 'rest: {lastBackup: {database: 0a1b2c3d, files: 4e5f6071, verified: "2026-11-20"}}'
    fleet.edit("tenants/production/oldbridge.yaml", "state: suspended", f"state: archived\n{record}")
    found, problems, _ = fleet.judged()
    refused = {(danger.code, str(danger.object)) for danger in found if not danger.allowed}
    assert refused == {
        ("data-removed", "Cluster moodle-db"),
        ("backup-removed", "CronJob backup-database"),
        ("backup-removed", "CronJob backup-files"),
    }
    assert {problem.code for problem in problems} == {"data-removed", "backup-removed"}
    allowed = {danger.code for danger in found if danger.allowed}
    assert allowed == {"replicas-zero", "network-policy"}


def test_a_site_that_opens_again_loses_nothing(fleet: Fleet) -> None:
    """Also where the tenant's file no longer says any state: the page only stood in for the site."""
    fleet.edit("tenants/production/oldbridge.yaml", "state: suspended\n", "")
    found, problems, _ = fleet.judged()
    assert (said(found), problems) == ([], [])


def test_a_change_of_the_catalogue_meets_all(fleet: Fleet) -> None:
    """No tenant's file says anything of it."""
    policy = "podManagementPolicy: Parallel"
    fleet.edit(
        "overlays/caches/redis/redis.yaml", "serviceName: moodle-redis", f"serviceName: moodle-redis\n  {policy}"
    )
    found, _, _ = fleet.judged()
    field = ("StatefulSet moodle-redis", "spec.podManagementPolicy", "")
    assert said(found) == [("immutable-field", name, *field) for name in ("nordvik", "oldbridge", "riverbend-museum")]


def test_an_allowance_changes_no_byte(fleet: Fleet) -> None:
    """It is said in the tenant's file and in fleet.yaml, and nothing that is rendered knows of it."""
    entry = '- {object: PersistentVolumeClaim moodledata, reason: An example, until: "2026-12-01"}\n'
    for path in (NORDVIK, "tenants/fleet.yaml"):
        with (fleet.root / path).open("a", encoding="utf-8") as file:
            file.write(f"allow:\n{entry}")
    after = fleet.render("after")
    assert after.ids == fleet.before.ids
    spec = yaml.safe_load(after.read(["tenants/nordvik/overlay/tenant.yaml"])["tenants/nordvik/overlay/tenant.yaml"])
    assert "allow" not in spec["spec"]
    _, problems, _ = fleet.judged()
    assert [problem.code for problem in problems] == ["allow-unused", "allow-unused"]


def test_a_partial_comparison_calls_no_entry_unused() -> None:
    document, _ = parse(
        "tenants/fleet.yaml", b'allow:\n- {object: Tenant *, field: host, reason: All, until: "2026-12-01"}\n'
    )
    assert document is not None
    repository = Repository(document, {}, (), Catalogue(), {})
    assert [problem.code for problem in judge([], allowances_of(repository), TODAY)[1]] == ["allow-unused"]
    assert judge([], allowances_of(repository, complete=False), TODAY)[1] == []


def test_a_site_that_moves_to_another_cluster_is_said_once(fleet: Fleet) -> None:
    fleet.edit(NORDVIK, "cluster: eu-1", "cluster: us-1")
    fleet.edit(NORDVIK, '{bucket: moodle-backup-eu, endpoint: "https://s3.eu-central-1.example.org"}', BACKUP_US)
    found, _, _ = fleet.judged()
    fields = ("cluster", "features.backup.endpoint", "features.backup.location")
    assert sorted(field for _, _, _, field, _ in said(found)) == list(fields)


BACKUP_US = '{bucket: moodle-backup-us, endpoint: "https://s3.us-east-1.example.org"}'


def test_a_cluster_that_becomes_another_one_is_a_move(fleet: Fleet) -> None:
    fleet.edit(FLEET, "server: https://eu-1.k8s.example.edu:6443", "server: https://other.example.org")
    found, problems, _ = fleet.judged()
    assert {(each.code, each.field, each.after) for each in found} == {
        ("tenant-moved", "cluster", "https://other.example.org")
    }
    assert "nordvik" in {each.tenant for each in found}
    assert {problem.code for problem in problems} == {"tenant-moved"}


def test_another_argo_cd_is_a_move(fleet: Fleet) -> None:
    fleet.edit(FLEET, "  namespace: argocd", "  namespace: argo-two")
    found, _, _ = fleet.judged()
    moved = ("tenant-moved", "nordvik", "Tenant nordvik", "Application", "")
    assert moved in said(found)
    assert {each.field for each in found} == {"Application"}
