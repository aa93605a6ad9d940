"""What holds for every manifest, not only for the cases."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.crds import read_crds
from generator.model import Manifest
from generator.rules import RULES, Context
from generator.rules.custom_resource import json_schema
from generator.rules.structure import structural_validator
from tests.conftest import ROOT

RENDERED = {
    ("argoproj.io", "Application"),
    ("argoproj.io", "AppProject"),
    ("argoproj.io", "Rollout"),
    ("external-secrets.io", "ExternalSecret"),
    ("postgresql.cnpg.io", "Cluster"),
}

CONTAINER = {
    "name": "php",
    "image": "moodle@sha256:" + "0" * 64,
    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    "resources": {"requests": {"cpu": "100m", "memory": "1Gi"}, "limits": {"memory": "1Gi"}},
}
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "moodle", "namespace": "moodle-acme"},
    "spec": {
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "initContainers": [{**copy.deepcopy(CONTAINER), "name": "wait"}],
        "containers": [copy.deepcopy(CONTAINER), {**copy.deepcopy(CONTAINER), "name": "nginx"}],
    },
}
WEAKER: dict[str, Any] = {
    "allowPrivilegeEscalation": True,
    "drop": ["NET_RAW"],
    "runAsNonRoot": False,
    "type": "Unconfined",
}


def found(code: str, body: Any) -> list[str]:
    return [
        violation.message for violation in RULES[code]([Manifest("acme", "1.34", "moodle-acme", body)], Context({}))
    ]


def fields(value: Any, inside: bool = False, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every field of a securityContext or of resources, and of these themselves."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        here = inside or key in ("securityContext", "resources")
        if here:
            yield (*path, key)
        yield from fields(child, here, (*path, key))


def without(path: tuple[Any, ...]) -> Any:
    body: Any = copy.deepcopy(POD)
    parent = body
    for key in path[:-1]:
        parent = parent[key]
    del parent[path[-1]]
    return body


def test_the_pod_is_good() -> None:
    assert [message for code in RULES for message in found(code, POD)] == []


@pytest.mark.parametrize("path", list(fields(POD)), ids=lambda path: ".".join(map(str, path)))
def test_nothing_may_be_left_out(path: tuple[Any, ...]) -> None:
    assert found("resources" if "resources" in path else "pod-security", without(path))


@given(path=st.sampled_from([path for path in fields(POD) if path[-1] in WEAKER]))
def test_nothing_may_be_weaker(path: tuple[Any, ...]) -> None:
    body: Any = copy.deepcopy(POD)
    parent = body
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = WEAKER[str(path[-1])]
    assert found("pod-security", body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    kind=st.sampled_from(
        [
            ("v1", "Pod"),
            ("v1", "Service"),
            ("v1", "ConfigMap"),
            ("argoproj.io/v1alpha1", "Rollout"),
            ("apps/v1", "Deployment"),
        ]
    ),
    spec=st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(("selector", "template", "containers", "ports", "volumes", "securityContext"), JSON),
    ),
)
def test_no_rule_fails_on_a_wrong_shape(kind: tuple[str, str], spec: Any) -> None:
    body = {
        "apiVersion": kind[0],
        "kind": kind[1],
        "metadata": {"name": "odd", "namespace": "moodle-acme"},
        "spec": spec,
    }
    for code in RULES:
        found(code, body)


@pytest.mark.crds
@pytest.mark.slow
def test_every_fetched_schema_converts() -> None:
    schemas = read_crds(ROOT / ".build" / "crds", RENDERED)
    if not schemas and not os.environ.get("CI"):
        pytest.skip("no schemas: `make crds`")
    assert {(group, kind) for group, _, kind in schemas} == RENDERED, "CI fetches the CRDs before the tests"
    for schema in schemas.values():
        structural_validator().check_schema(json_schema(schema))
