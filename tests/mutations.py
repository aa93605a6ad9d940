"""Data with one place changed, for what must say of any data the same in two ways."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

HOSTILE: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    1.0,
    1.5,
    10**20,
    "",
    " ",
    "a",
    "a\n",
    "\n",
    "é",
    "٣",
    "\u200b",
    "A" * 400,
    [],
    [1],
    [True, 1],
    ["a", "a"],
    {},
    {"a": 1},
    {"": None},
    {"x": {"y": []}},
    "2026-02-30",
    "1Gi",
    "1.0",
    "true",
    "http://x",
    "a.b",
    "10.0.0.0/8\n",
]


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for part, child in children:
        yield from places(child, (*path, part))


def changed(data: Any, path: tuple[Any, ...], value: Any, how: str) -> Any:
    """A copy with the value at the path replaced or removed, or a key or item put beside it."""
    if not path:
        return value
    result = copy.deepcopy(data)
    node = result
    for part in path[:-1]:
        node = node[part]
    if how == "remove":
        del node[path[-1]]
    elif how == "beside" and isinstance(node, dict):
        node["beside"] = value
    elif how == "beside":
        node.append(value)
    elif how == "break" and isinstance(node[path[-1]], str):
        node[path[-1]] += "\n"
    else:
        node[path[-1]] = value
    return result


@st.composite
def mutated(draw: st.DrawFn, data: Any) -> Any:
    """The data with one to three places changed."""
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(places(data))))
        how = draw(st.sampled_from(["replace", "remove", "beside", "break"]))
        data = changed(data, path, draw(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=4))), how)
    return data
