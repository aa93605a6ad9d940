"""Profiles as bytes for the cache, and back. What is known of their objects is read when somebody asks: most runs only stamp."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, overload

from generator.cache import digest
from generator.profiles.template import Body, Parts, Profile, Slot, Template


class _Bodies(Sequence[Body]):
    """The objects of a profile, made at the first question that is not how many there are."""

    __slots__ = ("_found", "_length", "_raw")

    def __init__(self, length: int, raw: bytes) -> None:
        self._length = length
        self._raw = raw
        self._found: tuple[Body, ...] | None = None

    def _all(self) -> tuple[Body, ...]:
        if self._found is None:
            self._found = tuple(_body(*one) for one in json.loads(self._raw))
        return self._found

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, at: int) -> Body: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Body]: ...
    def __getitem__(self, at: int | slice) -> Body | Sequence[Body]:
        return self._all()[at]

    def __iter__(self) -> Iterator[Body]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._all())


def to_bytes(profile: Profile) -> bytes:
    """The profile as two lines of JSON, the second one of its objects."""
    head = {
        "templates": [[one.path, one.literals, one.slots] for one in profile.templates],
        "slots": [[one.parts, one.style, one.column, one.indent] for one in profile.slots],
        "slugs": profile.slugs,
        "hashes": profile.hashes,
        "objects": len(profile.objects),
    }
    bodies = [
        [one.digest, one.api_version, one.kind, one.values, sorted(one.words), sorted(one.ports)]
        for one in profile.objects
    ]
    return f"{json.dumps(head)}\n{json.dumps(bodies)}".encode()


def from_bytes(raw: bytes) -> Profile:
    """The profile that `to_bytes` wrote."""
    head, _, bodies = raw.partition(b"\n")
    found: dict[str, Any] = json.loads(head)
    return Profile(
        tuple(Template(_parts(path), tuple(texts), tuple(slots)) for path, texts, slots in found["templates"]),
        tuple(Slot(_parts(parts), style, column, indent) for parts, style, column, indent in found["slots"]),
        tuple(found["slugs"]),
        tuple(_parts(parts) for parts in found["hashes"]),
        _Bodies(found["objects"], bodies),
        digest(raw),
    )


def _body(name: str, version: str, kind: str, values: Any, words: list[str], ports: list[int]) -> Body:
    places = tuple((tuple(path), _parts(parts), is_text) for path, parts, is_text in values)
    return Body(name, version, kind, places, frozenset(words), frozenset(ports))


def _parts(found: list[str | int]) -> Parts:
    return tuple(found)
