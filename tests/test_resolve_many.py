"""Resolved fast and resolved the plain way, a tenant is the same, down to the order of its keys and the origin of every leaf."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import fleet_checks
from generator import schema as schemas
from generator.expressions import reads
from generator.fleet_checks import fleet_problems
from generator.lazy import Later
from generator.load import load
from generator.model import Repository, TenantFile
from generator.resolve import resolve
from generator.resolve_many import Resolver
from generator.resolve_one import resolve_one
from generator.source import Document, Path
from generator.validate import validate
from tests.conftest import ROOT


def _sample() -> Repository:
    valid, problems = validate(load(ROOT)[0])
    assert problems == []
    return valid


SAMPLE = _sample()
SCHEMA = schemas.resolved(SAMPLE)
LEAVES = {path: leaf for path, leaf in schemas.leaves(SCHEMA) if path[0] not in ("name", "plan", "ring", "cluster")}
FEATURES = sorted(SCHEMA["properties"]["features"]["properties"])
KNOBS = st.sampled_from(sorted(LEAVES, key=str)).flatmap(
    lambda path: st.tuples(
        st.just(path),
        st.sampled_from(
            [*LEAVES[path].get("examples", ["x"]), *LEAVES[path].get("enum", []), LEAVES[path].get("default", 1)] * 4
            + ["256Mi", 3, {}, [], None, True, 1.0]
        ),
    )
)


def _said(knobs: list[tuple[Path, Any]], features: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = copy.deepcopy(more)
    for path, value in [*((("features", name), value) for name, value in features.items()), *knobs]:
        node = data
        for part in path[:-1]:
            inside = node.get(str(part))
            node[str(part)] = node = inside if isinstance(inside, dict) else {}
        node[str(path[-1])] = copy.deepcopy(value)
    return data


def said(most: int, **more: Any) -> st.SearchStrategy[dict[str, Any]]:
    """What one layer says: some knobs, good values and bad, and some features on, empty or off."""
    features: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
        st.sampled_from(FEATURES), st.sampled_from([{}, None]), max_size=2
    )
    return st.builds(_said, st.lists(KNOBS, max_size=most), features, st.just(more))


def document(path: str, data: Any) -> Document:
    return Document(path, data, {})


@st.composite
def repositories(draw: st.DrawFn) -> Repository:
    """The sample fleet with layers made up: any of them may say anything of anything."""
    assert SAMPLE.fleet is not None
    fleet = copy.deepcopy(SAMPLE.fleet.data)
    fleet["defaults"] |= draw(st.one_of(st.just({}), said(3)))
    for plan in fleet["plans"].values():
        plan["values"] |= draw(st.one_of(st.just({}), said(2)))
    defaults = {
        name: document(each.path, {**each.data, **draw(st.one_of(st.just({}), said(2)))})
        for name, each in SAMPLE.defaults.items()
    }
    tenants = []
    for index in range(draw(st.integers(1, 4))):
        more = draw(
            st.fixed_dictionaries(
                {"cluster": st.sampled_from(["eu-1", "us-1", "eu-1", "us-1", "nowhere"])},
                optional={
                    "plan": st.sampled_from(["small", "large", "medium", "large", "none"]),
                    "ring": st.just("early"),
                    "release": st.sampled_from([{"version": "4.5.14"}, {"version": "5.3.0", "from": "9.9.9"}]),
                },
            )
        )
        own = {"name": f"t{index}", "displayName": f"T {index}", "host": f"t{index}.example.org", **more}
        data = draw(st.one_of(st.just(own), said(3, **own)))
        tenants.append(
            TenantFile(draw(st.sampled_from(["staging", "production"])), f"t{index}", document(f"t{index}", data))
        )
    return replace(SAMPLE, fleet=document("fleet.yaml", fleet), defaults=defaults, tenants=tuple(tenants))


@settings(max_examples=150)
@given(repositories())
def test_fast_is_plain_or_leaves_it_alone(repository: Repository) -> None:
    resolver = Resolver(repository, SCHEMA)
    before = repr([file.document.data for file in repository.tenants])
    for file in repository.tenants:
        fast = resolver.resolved(file)
        again = resolver.resolved(file)
        if fast is None:
            continue
        plain, problems = resolve_one(repository, SCHEMA, file)
        assert problems == []
        assert plain is not None
        assert repr(fast.spec) == repr(plain.spec)
        assert isinstance(fast.origins, Later)
        assert list(fast.origins.items()) == list(plain.origins.items())
        assert fast == plain == again
    assert repr([file.document.data for file in repository.tenants]) == before


def test_the_sample_fleet_is_resolved_fast() -> None:
    resolver = Resolver(SAMPLE, SCHEMA)
    assert [file.stem for file in SAMPLE.tenants if resolver.resolved(file) is None] == []


@pytest.mark.parametrize(
    ("said_in", "features"), [("defaults", {"scaling": {}}), ("staging", {"scaling": {"scaleUp": {"pods": 3}}})]
)
def test_a_feature_switched_off_is_resolved_fast(said_in: str, features: dict[str, Any]) -> None:
    assert SAMPLE.fleet is not None
    own = {"name": "t", "displayName": "T", "host": "t.example.org", "cluster": "eu-1", "features": {"scaling": None}}
    fleet, staging = copy.deepcopy(SAMPLE.fleet.data), dict(SAMPLE.defaults["staging"].data)
    (fleet["defaults"] if said_in == "defaults" else staging)["features"] = features
    file = TenantFile("staging", "t", document("t", own))
    defaults = {"staging": document("d", staging)}
    repository = replace(SAMPLE, fleet=document("f", fleet), defaults=defaults, tenants=(file,))
    fast = Resolver(repository, SCHEMA).resolved(file)
    assert fast is not None
    assert fast.spec["features"] == {}
    assert repr(fast.spec) == repr(getattr(resolve_one(repository, SCHEMA, file)[0], "spec", None))


def test_tenants_of_a_group_share_what_is_the_same() -> None:
    own = {"displayName": "T", "cluster": "eu-1", "features": {"scaling": {}}}
    documents = [document(name, {**own, "name": name, "host": f"{name}.example.org"}) for name in ("one", "other")]
    resolver = Resolver(SAMPLE, SCHEMA)
    found = [resolver.resolved(TenantFile("production", each.data["name"], each)) for each in documents]
    one, other = (tenant.spec for tenant in found if tenant)
    assert one["network"] is other["network"]
    assert one["database"] is not other["database"]


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.integers(0, 17), st.integers(0, 17), st.sampled_from(["name", "host", "namespace"])), max_size=3
    )
)
def test_claims_are_found_among_the_few_as_among_all(pairs: list[tuple[int, int, str]]) -> None:
    tenants, _ = resolve(SAMPLE)
    for one, other, field in pairs:
        value = tenants[one].spec[field]
        changed = {**tenants[other].spec, field: value}
        tenants[other] = replace(tenants[other], spec=changed, name=changed["name"])
    found = fleet_problems(SAMPLE, lambda _: SCHEMA, tenants)
    with mock.patch.object(fleet_checks, "_sharing", lambda _, tenants: tenants):
        assert found == fleet_problems(SAMPLE, lambda _: SCHEMA, tenants)
    assert bool(found) == any(one != other for one, other, _ in pairs)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("self.min <= self.max", (("self", ("min",)), ("self", ("max",)))),
        (
            "quantity(self.limits.memory) >= quantity(tenant.a.b)",
            (("self", ("limits", "memory")), ("tenant", ("a", "b"))),
        ),
        ('self.list.all(x, x.self != "a")', (("self", ("list",)),)),
        ("self.map[tenant.name] == 1", (("self", ("map",)), ("tenant", ("name",)))),
        ("size(self) > 0", (("self", ()),)),
        ("1 < 2", ()),
    ],
)
def test_what_an_expression_reads(expression: str, expected: object) -> None:
    assert reads(expression) == expected
