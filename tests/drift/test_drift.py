"""Cases of drift: tests/drift/<case>/ holds git.yaml, live.yaml and what is said, expected.txt (UPDATE_GOLDEN=1 rewrites it)."""

from __future__ import annotations

import copy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from generator.drift.compare import Comparison, Drifted, compare, quantity
from generator.drift.expected import expected, files_of
from generator.drift.jq import NotUnderstoodError, paths
from generator.report.drift import drift_json, drift_text
from tests.conftest import matches_golden

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/git.yaml"))
ARGOCD = (HERE / "argocd.yaml").read_bytes()


def comparison(git: bytes, live: bytes, argocd: bytes = ARGOCD) -> Comparison:
    tenant = expected("acme", "production", argocd, git)
    bodies = list(yaml.safe_load_all(live))
    # What no case is about is as it should be.
    spare = [
        body for body in (*tenant.argocd, *tenant.objects) if body["kind"] in ("Application", "AppProject", "Namespace")
    ]
    there = {body["kind"] for body in bodies}
    return compare(tenant, [*bodies, *(body for body in spare if body["kind"] not in there)])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Path) -> None:
    own = case / "argocd.yaml"
    argocd = own.read_bytes() if own.exists() else ARGOCD
    found = comparison((case / "git.yaml").read_bytes(), (case / "live.yaml").read_bytes(), argocd)
    notes = "".join(f"note: {note}\n" for note in found.notes)
    matches_golden(case / "expected.txt", drift_text([found]) + notes)
    assert (not found.drifted) == case.name.startswith("clean")


def test_programs_read_the_same() -> None:
    folder = HERE / "changed-by-hand"
    found = comparison((folder / "git.yaml").read_bytes(), (folder / "live.yaml").read_bytes())
    matches_golden(HERE / "changed-by-hand" / "expected.json", drift_json([found]))


def test_nothing_of_a_secret_is_shown() -> None:
    git = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: moodle-acme}\ndata: {DB_PASSWORD: '', url: x}\n"
    live = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "a", "namespace": "moodle-acme"},
        "data": {
            "DB_PASSWORD": "hunter2",
            "url": "mysql://moodle:hunter2@db/moodle",
            "more": "-----BEGIN PRIVATE KEY-----\nhunter2",
        },
    }
    found = comparison(git, yaml.safe_dump(live).encode())
    assert len(found.drifted[0].edits) == 3
    assert "hunter2" not in drift_text([found]) + drift_json([found])


def test_a_terminal_is_not_commanded() -> None:
    git = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: moodle-acme}\ndata: {motd: hello}\n"
    live = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "a", "namespace": "moodle-acme"},
        "data": {"motd": "\x1b[2Jboo\nsecond", "\x1b]0;x": "\u202e"},
    }
    shown = drift_text([comparison(git, yaml.safe_dump(live).encode())])
    assert "\x1b" not in shown
    assert "\u202e" not in shown


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)


def object_of(spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "example.org/v1",
        "kind": "Thing",
        "metadata": {"name": "a", "namespace": "moodle-acme"},
        "spec": spec,
    }


def differences(git: dict[str, Any], live: dict[str, Any]) -> tuple[Drifted, ...]:
    return comparison(yaml.safe_dump(git).encode(), yaml.safe_dump(live).encode()).drifted


@given(VALUES)
def test_what_lives_as_rendered_is_no_drift(spec: Any) -> None:
    assert differences(object_of(spec), object_of(spec)) == ()


@given(
    st.dictionaries(st.text(max_size=6), VALUES, max_size=4),
    st.dictionaries(st.text(min_size=7, max_size=9), VALUES, max_size=3),
)
def test_fields_that_others_add_are_no_drift(spec: dict[str, Any], added: dict[str, Any]) -> None:
    live = object_of({**spec, **added})
    live["status"] = {"ready": True}
    live["metadata"]["uid"] = "1"
    assert differences(object_of(spec), live) == ()


@given(
    st.dictionaries(st.text(min_size=1, max_size=6), st.integers(1) | st.text(min_size=1), min_size=1, max_size=4),
    st.data(),
)
def test_any_field_of_ours_that_changes_is_drift(spec: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(spec)))
    changed = copy.deepcopy(spec)
    changed[name] = data.draw(st.sampled_from([f"{spec[name]}!", None, [], {}]))
    (found,) = differences(object_of(spec), object_of(changed))
    assert [edit.path for edit in found.edits] == [("spec", name)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("500m", "0.5"),
        ("1", "1"),
        (2, "2"),
        (0.1, "0.1"),
        ("1Gi", "1073741824"),
        ("1024Mi", "1073741824"),
        ("1k", "1000"),
        ("1e3", "1000"),
        ("1E3", "1000"),
        ("1E", "1000000000000000000"),
        ("-1", "-1"),
        ("100n", "1E-7"),
    ],
)
def test_quantities(text: object, value: str) -> None:
    assert quantity(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "Gi", "a", "1x", "1 Gi", "NaN", "Infinity", None, True, "1e999999999"])
def test_no_quantities(text: object) -> None:
    assert quantity(text) is None


POD = {"a": [{"n": "x", "v": 1}, {"n": "y", "v": None}], "b": {"c.d": 0, "e": "t"}, "f": False}


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        (".", [()]),
        (".f", [("f",)]),
        (".nothing", []),
        ('.b."c.d"', [("b", "c.d")]),
        ('.b["c.d"]', [("b", "c.d")]),
        (".a[0].v", [("a", 0, "v")]),
        (".a[].v", [("a", 0, "v"), ("a", 1, "v")]),
        (".a[]?.v", [("a", 0, "v"), ("a", 1, "v")]),
        ('.a[] | select(.n == "y") | .v', [("a", 1, "v")]),
        ('.a[] | select(.n != "y" and .v == 1)', [("a", 0)]),
        ('.a[] | select(.n == "z" or .v)', [("a", 0)]),
        ('.b | select("active" == "active" and .["c.d"] != 1) | .e', [("b", "e")]),
        (".b | select(.e == null) | .e", []),
        (".f[]", []),
    ],
)
def test_jq(expression: str, found: list[Any]) -> None:
    assert paths(expression, POD) == found


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "f",
        ".a[] | map(.n)",
        ".a[0",
        "..",
        ".a | length",
        ".a as $x | .b",
        'select(.a | test("x"))',
        ".a[1:2]",
        ".a |",
    ],
)
def test_jq_that_is_beyond_it(expression: str) -> None:
    with pytest.raises(NotUnderstoodError):
        paths(expression, POD)


def test_files_of_a_tree() -> None:
    tree = [
        "README.md",
        "argocd/eu-1/root.yaml",
        "argocd/eu-1/00/acme.yaml",
        "argocd/eu-1/00/birch.yaml",
        "argocd/eu-1/00/gone.yaml",
        "tenants/acme/manifests/manifests.yaml",
        "tenants/birch/manifests/manifests.yaml",
    ]
    assert set(files_of(tree, ())) == {"acme", "birch"}
    assert files_of(tree, ["acme"]) == {"acme": ("argocd/eu-1/00/acme.yaml", "tenants/acme/manifests/manifests.yaml")}
