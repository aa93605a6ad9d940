"""Two trees compared: edits turn the older object into the newer, whatever the objects are, and noise is no edit."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from generator.changes import ABSENT, Edit, Item, TenantChange, show_path
from generator.diagnostics import ToolError
from generator.diff import apply, compare, edits
from generator.diff.documents import differing, load, split
from generator.diff.templates import Memory, read, read_lines, values_of
from generator.source import dump
from tests.trees import snapshot, tenant_tree

SCALARS = st.none() | st.booleans() | st.integers(-3, 300) | st.floats(allow_nan=False) | st.text("ab{- é", max_size=4)
KEYS = st.sampled_from(["name", "ports", "env", "initContainers", "data", "spec", "a.b", "key"])
NAMED = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from(["a", "b", "c", 1, 2])}, optional={"value": SCALARS}),
    max_size=4,
    unique_by=lambda item: str(item["name"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4) | NAMED,
    max_leaves=25,
)


def canonical(value: Any) -> Any:
    """The value with every list of maps that all have a name of their own in the order of the names."""
    if isinstance(value, dict):
        return {key: canonical(item) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    items = [canonical(item) for item in value]
    for key in ("containerPort", "port", "mountPath", "secretKey", "key", "name"):
        names = [item.get(key) if isinstance(item, dict) else None for item in items]
        if names and all(type(name) in (str, int) for name in names) and len(set(names)) == len(names):
            return sorted(items, key=lambda item: str(item[key]))
    return items


@given(VALUES, VALUES)
def test_edits_applied_to_before_give_after(before: Any, after: Any) -> None:
    kept = copy.deepcopy(before)
    made = apply(edits(before, after), before)
    assert json.dumps(canonical(made), sort_keys=True) == json.dumps(canonical(after), sort_keys=True)
    assert before == kept
    assert edits(made, after) == []


@given(VALUES, st.randoms(use_true_random=False))
def test_the_order_of_keys_is_no_difference(value: Any, random: Any) -> None:
    def shuffled(node: Any) -> Any:
        if isinstance(node, dict):
            names = list(node)
            random.shuffle(names)
            return {name: shuffled(node[name]) for name in names}
        return [shuffled(item) for item in node] if isinstance(node, list) else node

    assert edits(value, shuffled(value)) == []


def container(**fields: Any) -> dict[str, Any]:
    return {"spec": {"containers": [{"name": "php", **fields}]}}


def test_items_are_matched_by_merge_key() -> None:
    before = container(ports=[{"containerPort": 80, "name": "a"}, {"containerPort": 81, "name": "b"}])
    after = container(ports=[{"containerPort": 81, "name": "b"}, {"containerPort": 80, "name": "c"}])
    php = ("spec", "containers", Item("name", "php"))
    assert edits(before, after) == [Edit((*php, "ports", Item("containerPort", 80), "name"), "a", "c")]


def test_a_variable_in_the_middle_is_one_addition() -> None:
    before = container(env=[{"name": "A", "value": "1"}, {"name": "C", "value": "3"}], args=["-a", "-c"])
    after = container(
        env=[{"name": n, "value": v} for n, v in (("A", "1"), ("B", "2"), ("C", "3"))], args=["-a", "-b", "-c"]
    )
    assert [(show_path(edit.path), edit.before, edit.after) for edit in edits(before, after)] == [
        ("spec.containers[name=php].args[1]", ABSENT, "-b"),
        ("spec.containers[name=php].env[name=B]", ABSENT, {"name": "B", "value": "2"}),
    ]


def test_an_order_that_means_something_is_a_difference() -> None:
    first, second = {"name": "a"}, {"name": "b"}
    assert edits({"volumes": [first, second]}, {"volumes": [second, first]}) == []
    assert edits({"initContainers": [first, second]}, {"initContainers": [second, first]}) != []
    reading = {"name": "c", "value": "$(a)"}
    assert edits({"env": [first, reading]}, {"env": [reading, first]}) != []


def test_types_are_told_apart() -> None:
    assert edits({"a": 1}, {"a": True}) == [Edit(("a",), 1, True)]
    assert edits({"a": "1"}, {"a": 1}) == [Edit(("a",), "1", 1)]
    assert edits({"a": None}, {}) == [Edit(("a",), None, ABSENT)]


def test_documents_are_cut_where_yaml_ends_them() -> None:
    raw = b"---\na: |\n  ---\n  b\n--- # next\nc: 1\n---x: 2\n---\n"
    assert [yaml.safe_load(part) for part in split(raw[:-4])] == list(yaml.safe_load_all(raw[:-4]))
    assert differing([b"a", b"a", b"b"], [b"a", b"c"]) == ([b"a", b"b"], [b"c"])


@pytest.mark.parametrize(
    "raw",
    [
        b"a: &x [1]\nb: *x\n",
        b"a: !!python/object/apply:os.system [id]\n",
        b"a: !!binary aGk=\n",
        b"a: {b: [" + b"[" * 10_000 + b"]" * 10_000 + b"]}\n",
        b"".join(b" " * depth + b"a:\n" for depth in range(3_000)),
        b"- 1\n",
        b"1: 2\n",
        b"\xff\xfe",
        b"a: [",
        b"a: " + b"9" * 5_000,
        b"metadata: []",
    ],
    ids=range(11),
)
def test_what_kustomize_never_prints_is_refused(raw: bytes) -> None:
    tree = snapshot({"tenants/acme/manifests/manifests.yaml": raw}, "the branch")
    with pytest.raises(ToolError, match="the branch: acme cannot be compared"):
        compare(snapshot({}), tree)


def test_scalars_are_what_kubernetes_reads() -> None:
    data = load(b"a: 2026-01-01\nb: .nan\nc: 0.5\nd: '1'\ne: ~\nf: 12:30:45\n", "x")
    assert data == {"a": "2026-01-01", "b": ".nan", "c": 0.5, "d": "1", "e": None, "f": 45045}


WORDS = st.text("abcxe1.-/: *", min_size=1, max_size=12)


@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=3), WORDS | st.lists(WORDS, max_size=3), max_size=5),
    st.recursive(
        WORDS | st.integers(), lambda i: st.lists(i, max_size=3) | st.dictionaries(WORDS, i, max_size=3), max_leaves=12
    ),
    st.sampled_from([None, '"', "'"]),
)
def test_a_template_gives_the_data_that_parsing_gives(spec: dict[str, Any], data: Any, quote: str | None) -> None:
    texts = [text for value in spec.values() for text in (value if isinstance(value, list) else [value])]
    item = {"a": data, "b": [f"x-{text}-y" for text in texts], **{f"{text}\\n": f'\\"{text}\n' for text in texts}}
    raw = yaml.safe_dump(item, default_style=quote, width=30).encode()
    values = values_of(spec, {**spec, "more": "abcabc"})
    assert read(raw, values, Memory(), "x").data == load(raw, "x")


LINES = st.text("ab_ .:-#'\"\\\\é学\u2028\x85\ue000\n", max_size=10) | st.sampled_from(
    ["kubernetes", "0x1F5A77", "22 3 * * *", "null"]
)
SPECS = st.recursive(
    LINES | st.integers() | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "host", "a-b"]) | LINES, inner, max_size=4)
    ),
    max_leaves=15,
)


@given(st.dictionaries(st.sampled_from(["spec", "host"]), SPECS), st.sampled_from([None, '"', "'", "|"]))
def test_a_file_of_lines_gives_the_data_that_parsing_gives(data: Any, quote: str | None) -> None:
    for raw in (dump(data), yaml.safe_dump(data, default_style=quote, allow_unicode=True, width=20).encode()):
        assert read_lines(raw, Memory(), "x") == load(raw, "x")


def test_tenants_of_one_shape_are_parsed_once() -> None:
    memory = Memory()
    for name in ("academy", "brookfield"):
        raw = f"kind: A\nmetadata: {{name: {name}, namespace: moodle-{name}}}\n".encode()
        found = read(raw, values_of({"name": name, "namespace": f"moodle-{name}"}), memory, "x")
        assert found.data == {"kind": "A", "metadata": {"name": name, "namespace": f"moodle-{name}"}}
    assert len(memory.shapes) == 1


ROLLOUT = """\
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: moodle, namespace: moodle-acme}
spec: {replicas: 2, template: {spec: {containers: [{name: php, envFrom: [{configMapRef: {name: moodle-env-b2c4d6f8gh}}]}]}}}
"""
ENVIRONMENT = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: moodle-env-b2c4d6f8gh, namespace: moodle-acme}\ndata: {A: '1'}\n"
)


def changed(before: str, after: str, **spec: str) -> TenantChange:
    [change] = compare(snapshot(tenant_tree(before)), snapshot(tenant_tree(after, **spec)))
    return change


def test_a_hash_in_a_name_is_a_rename() -> None:
    after = (ENVIRONMENT.replace("'1'", "'2'") + "---\n" + ROLLOUT).replace("b2c4d6f8gh", "k2m4t6f8gh")
    change = changed(ROLLOUT + "---\n" + ENVIRONMENT, after)
    assert [(item.action, str(item.id)) for item in change.objects] == [
        ("changed", "ConfigMap moodle-env-k2m4t6f8gh"),
        ("changed", "Rollout moodle"),
    ]
    assert [show_path(edit.path) for edit in change.objects[0].edits] == ["data.A", "metadata.name"]


def test_added_removed_and_moved_objects() -> None:
    other = ENVIRONMENT.replace("ConfigMap", "Service").replace("moodle-env-b2c4d6f8gh", "web")
    change = changed(ROLLOUT, other)
    assert [(item.action, str(item.id)) for item in change.objects] == [
        ("added", "Service web"),
        ("removed", "Rollout moodle"),
    ]
    moved = changed(ROLLOUT, ROLLOUT.replace("v1alpha1", "v1"))
    assert [show_path(edit.path) for edit in moved.objects[0].edits] == ["apiVersion"]


def test_quoting_and_order_are_nothing() -> None:
    lines = yaml.safe_dump(yaml.safe_load(ROLLOUT), default_style='"', sort_keys=True)
    assert re.search("replicas", lines)
    assert compare(snapshot(tenant_tree(ROLLOUT)), snapshot(tenant_tree(lines.replace('!!int "2"', "2")))) == []


def test_a_spec_that_reaches_no_object_is_a_change_too() -> None:
    change = changed(ROLLOUT, ROLLOUT, note="x")
    assert (change.objects, change.ring) == ((), "broad")
    assert change.before is not None
    assert change.after == {**change.before, "note": "x"}


def test_an_application_belongs_to_its_tenant_wherever_it_moves() -> None:
    application = (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: acme, namespace: argocd}\nspec: {a: 1}\n"
    )
    before = {**tenant_tree(ROLLOUT), "argocd/eu-1/00/acme.yaml": application, "argocd/eu-1/root.yaml": application}
    after = {**tenant_tree(ROLLOUT), "argocd/us-1/01/acme.yaml": application.replace("1}", "2}")}
    found = compare(snapshot(before), snapshot(after))
    assert [(item.tenant, [object.action for object in item.objects]) for item in found] == [
        ("acme", ["changed"]),
        ("root.production.eu-1", ["removed"]),
    ]
    assert found[1].cluster == "eu-1"
