"""A check is told only what it reads, and says the same as if it were told everything; what it said is remembered by just that."""

from __future__ import annotations

from typing import Any

import pytest

from generator.expressions import checks_of, holds

EXPRESSIONS = (
    "self.a <= self.b",
    "!has(self.c) || version(self.c) <= version(self.b)",
    "!has(self.d.e) || self.d.e == 1",
    "has(self.d.e)",
    "quantity(self.a) >= quantity(tenant.deep.x)",
    "self.a == tenant.deep.x",
    "self.list.all(each, each > 1)",
    "size(self.list) == tenant.deep.x",
    "self.d == self.d",
    "has(tenant.deep) && has(self.a)",
    "tenant.deep.x.y == 1",
    "self.b.startsWith('1')",
    "has(self.d) && has(self.d.e)",
    "self.d.e == 1 && has(self.d)",
    "self.d.e == 1 || size(self.d) == 0",
    "size(self.d) == 0 || self.d.e == 1",
    "'x' in tenant.deep && tenant.deep['x'] == 2",
    "tenant.deep.x.y == 1 || tenant.deep.x == 2",
    "self.d == tenant.deep",
)
DATA: tuple[dict[str, Any], ...] = (
    {},
    {"a": 1, "b": 2},
    {"a": 2, "b": 1},
    {"a": 1.0, "b": 2},
    {"a": True, "b": 1},
    {"a": "1", "b": "1.2.3", "c": "1.2.2"},
    {"a": "2Gi", "b": "1.2.3", "c": "1.3.0"},
    {"a": None, "b": None},
    {"d": {}},
    {"d": {"e": 1}},
    {"d": {"e": 2}, "a": 5},
    {"d": {"e": True}},
    {"d": "e"},
    {"d": {"e": 1, "x": 2}},
    {"d": {"x": 2}},
    {"d": {"x": 2.0}},
    {"list": [1, 2]},
    {"list": [2, 3]},
    {"list": []},
)
TENANTS: tuple[dict[str, Any], ...] = (
    {},
    {"deep": {}},
    {"deep": {"x": 2}},
    {"deep": {"x": "1Gi"}},
    {"deep": {"x": {"y": 1}}},
)


def whole(expression: str, this: Any, tenant: dict[str, Any]) -> bool:
    try:
        return holds(expression, this, tenant)
    except ValueError:
        return False


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_check_says_the_same_of_what_it_reads_alone(expression: str) -> None:
    """Of each pair, before it remembers any and when it remembers all."""
    check = {"at": "a", "expression": expression, "message": "no"}
    schema = {"type": "object", "properties": {"part": {"type": "object", "x-check": [check]}}}
    pairs = [(this, tenant) for this in DATA for tenant in TENANTS]
    expected = [whole(expression, this, {**tenant, "part": this}) for this, tenant in pairs]
    judged = checks_of(schema)
    for _ in range(2):
        assert [judged({**tenant, "part": this}) for this, tenant in pairs] == expected
    assert {True, False} >= set(expected)
    assert any(expected), "a check that never holds shows nothing"
