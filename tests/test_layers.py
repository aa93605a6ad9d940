"""Layering: the strongest wins leaf by leaf, every leaf remembers all who spoke, null takes a feature away."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from generator.diagnostics import Span
from generator.layers import Layer, merge

KEYS = st.sampled_from(["a", "b", "c"])
TREES = st.recursive(
    st.dictionaries(KEYS, st.integers(), max_size=3),
    lambda inner: st.dictionaries(KEYS, st.one_of(st.integers(), inner), max_size=3),
)


def layer(name: str, data: dict[str, Any]) -> Layer:
    return Layer(name, data, lambda path: Span(f"{name}:{'.'.join(str(part) for part in path)}"))


def test_the_winner_stands_first_and_the_overruled_behind_it() -> None:
    merged, origins = merge(
        [layer("fleet", {"a": {"x": 1, "y": 2}}), layer("plan", {"a": {"x": 3}}), layer("tenant", {"a": {"x": 4}})]
    )
    assert merged == {"a": {"x": 4, "y": 2}}
    assert [(origin.layer, origin.value) for origin in origins["a", "x"]] == [("tenant", 4), ("plan", 3), ("fleet", 1)]
    assert origins["a", "y"][0].span == Span("fleet:a.y")


def test_lists_are_replaced_whole() -> None:
    merged, _ = merge([layer("fleet", {"a": [1, 2]}), layer("tenant", {"a": [3]})])
    assert merged == {"a": [3]}


def test_null_takes_away_what_the_layers_below_said_and_no_more() -> None:
    low, high = layer("fleet", {"f": {"x": 1}}), layer("environment", {"f": None})
    assert merge([low, high])[0] == {}
    assert merge([low, high, layer("tenant", {"f": {"y": 2}})])[0] == {"f": {"y": 2}}


def _reference(layers: list[dict[str, Any]]) -> dict[str, Any]:
    """JSON merge patch without null, the slow and obvious way."""

    def patch(target: Any, change: Any) -> Any:
        if not isinstance(change, dict):
            return change
        result = dict(target) if isinstance(target, dict) else {}
        return result | {key: patch(result.get(key), value) for key, value in change.items()}

    result: dict[str, Any] = {}
    for data in layers:
        result = patch(result, data)
    return result


def _drop_empty(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: child for key, child in ((key, _drop_empty(child)) for key, child in value.items()) if child != {}}


@given(st.lists(TREES, min_size=1, max_size=4))
def test_merging_is_json_merge_patch_and_every_leaf_has_an_origin(trees: list[dict[str, Any]]) -> None:
    merged, origins = merge([layer(str(index), tree) for index, tree in enumerate(trees)])
    assert _drop_empty(merged) == _drop_empty(_reference(trees))
    for path, spoken in origins.items():
        node: Any = merged
        for part in path:
            node = node[part]
        assert node == spoken[0].value
