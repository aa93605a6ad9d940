"""Ways through an object: by a pattern of keys, or over everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeGuard

from generator.source import Path


def is_map(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """Asking an abstract class takes ten times as long as looking at the type, which is this one almost always."""
    return type(value) is dict or isinstance(value, Mapping)


def walk(value: Any, pattern: Sequence[str], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value that the pattern reaches; `*` stands for each item of a list and each value of a map."""
    if not pattern:
        yield path, value
        return
    head, rest = pattern[0], pattern[1:]
    if head == "*":
        for key, child in children(value):
            yield from walk(child, rest, (*path, key))
    elif is_map(value) and head in value:
        yield from walk(value[head], rest, (*path, head))


def at(value: Any, *path: str | int) -> Any:
    """The value at a path, or None where there is none."""
    key: Any
    for key in path:
        held = key in value if is_map(value) else isinstance(value, list) and key in range(len(value))
        if not held:
            return None
        value = value[key]
    return value


def mapping(value: Any) -> Mapping[str, Any]:
    """The value where it is a map, else an empty one: a wrong type is another rule's finding."""
    return value if is_map(value) else {}


def items(value: Any) -> list[Mapping[str, Any]]:
    """The maps of a list, and an empty map for every item that is none, so that indices stay."""
    return [mapping(item) for item in value] if isinstance(value, list) else []


def children(value: Any) -> Iterable[tuple[str | int, Any]]:
    """What a map or list holds, with its key or index."""
    if is_map(value):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def everything(value: Any, path: Path = ()) -> list[tuple[Path, Any]]:
    """The value and all that it holds."""
    found: list[tuple[Path, Any]] = []
    _gather(value, path, found)
    return found


def _gather(value: Any, path: Path, found: list[tuple[Path, Any]]) -> None:
    found.append((path, value))
    if type(value) is not str:
        for key, child in children(value):
            _gather(child, (*path, key), found)
