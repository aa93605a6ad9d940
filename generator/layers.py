"""Layering with provenance: later layers win leaf by leaf, and every leaf remembers who spoke.

The order, weakest first: schema, feature, fleet, environment, plan, tenant. Objects merge, lists are replaced whole, and null
for a feature removes what the layers below said of it (JSON merge patch, RFC 7396).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.diagnostics import Span
from generator.model import Origin
from generator.source import Document, Path

Origins = dict[Path, tuple[Origin, ...]]


@dataclass(frozen=True, slots=True)
class Layer:
    """One source of values and where each stands."""

    name: str
    data: Mapping[str, Any]
    locate: Callable[[Path], Span]


def layer_of(name: str, document: Document, prefix: Path = ()) -> Layer:
    """The layer a document, or a part of it, makes."""
    data: Any = document.data
    for part in prefix:
        data = data.get(part, {}) if isinstance(data, Mapping) else {}
    values = data if isinstance(data, Mapping) else {}
    return Layer(name, values, lambda path: document.value((*prefix, *path)))


Spoken = tuple[Layer, Any]
"""A layer and what it says of one place."""


def merge(layers: Sequence[Layer]) -> tuple[dict[str, Any], Origins]:
    """The merged data and, for every leaf, the origins with the winner first."""
    origins: Origins = {}
    return _merge([(layer, layer.data) for layer in layers], (), origins), origins


def merged(layers: Sequence[Layer]) -> dict[str, Any]:
    """The merged data alone, without asking where anything stands."""
    return _merge([(layer, layer.data) for layer in layers], (), None)


def _merge(spoken: Sequence[Spoken], path: Path, origins: Origins | None) -> dict[str, Any]:
    result: dict[str, Any] = {}
    names: dict[str, None] = {}
    for _, data in spoken:
        names.update(dict.fromkeys(data))
    for name in names:
        said = [(layer, data[name]) for layer, data in spoken if name in data]
        here = (*path, name)
        if said[-1][1] is None:
            continue
        said = _above_last(said, lambda value: value is None)
        objects = _above_last(said, lambda value: not isinstance(value, Mapping))
        if isinstance(said[-1][1], Mapping) and any(value for _, value in objects):
            result[name] = _merge(objects, here, origins)
        else:
            result[name] = said[-1][1]
            if origins is not None:
                origins[here] = tuple(Origin(layer.name, value, layer.locate(here)) for layer, value in reversed(said))
    return result


def _above_last(said: list[Spoken], ends: Callable[[Any], bool]) -> list[Spoken]:
    """What was said after the last value that ends all before it."""
    found = [index for index, (_, value) in enumerate(said) if ends(value)]
    return said[found[-1] + 1 :] if found else said


def span_of(document: Document, origins: Mapping[Path, tuple[Origin, ...]], path: Path) -> Span:
    """Where the winning layer says what is at `path`; inside the tenant's own lists, the very item."""
    for length in range(len(path), 0, -1):
        spoken = origins.get(path[:length])
        if spoken:
            return document.value(path) if spoken[0].span.path == document.path else spoken[0].span
    return document.value(path)
