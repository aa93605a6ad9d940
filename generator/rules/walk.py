"""Ways through an object: by a pattern of keys, or over everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.source import Path


def walk(value: Any, pattern: Sequence[str], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value that the pattern reaches; `*` stands for each item of a list and each value of a map."""
    if not pattern:
        yield path, value
        return
    head, rest = pattern[0], pattern[1:]
    if head == "*":
        for key, child in children(value):
            yield from walk(child, rest, (*path, key))
    elif isinstance(value, Mapping) and head in value:
        yield from walk(value[head], rest, (*path, head))


def at(value: Any, *path: str | int) -> Any:
    """The value at a path, or None where there is none."""
    key: Any
    for key in path:
        held = key in value if isinstance(value, Mapping) else isinstance(value, list) and key in range(len(value))
        if not held:
            return None
        value = value[key]
    return value


def mapping(value: Any) -> Mapping[str, Any]:
    """The value where it is a map, else an empty one: a wrong type is another rule's finding."""
    return value if isinstance(value, Mapping) else {}


def items(value: Any) -> list[Mapping[str, Any]]:
    """The maps of a list, and an empty map for every item that is none, so that indices stay."""
    return [mapping(item) for item in value] if isinstance(value, list) else []


def children(value: Any) -> Iterator[tuple[str | int, Any]]:
    """What a map or list holds, with its key or index."""
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def everything(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The value and all that it holds."""
    yield path, value
    for key, child in children(value):
        yield from everything(child, (*path, key))
