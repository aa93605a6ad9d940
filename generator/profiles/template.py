"""Texts with holes: the compiled form of a profile. How they are filled, fast, is in `stamping.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from generator.compile import slug_of
from generator.name_hash import hash_of, json_inside
from generator.profiles.shape import Shape, Value
from generator.profiles.trees import tree
from generator.scalars import RefusedError, scalar
from generator.source import Path
from generator.units import Unit

Parts = tuple[str | int, ...]
"""Literal texts, and the numbers of the values between them."""

Style = Literal["number", "text", "tree"]


@dataclass(frozen=True, slots=True)
class Slot:
    """One scalar with holes, or a list or map that is one: what it is, and at which column and indentation."""

    parts: Parts
    style: Style
    column: int = 0
    indent: int = 0

    def write(self, values: Sequence[Value]) -> str:
        """What stands there with these values."""
        if self.style == "text":
            return scalar(joined(self.parts, values), self.column, self.indent)
        value = values[self.parts[0]]  # type: ignore[index]  # other slots have one hole and nothing else
        return tree(value, self.column) if isinstance(value, list | dict) else str(value)


@dataclass(frozen=True, slots=True)
class Template:
    """One file: its path, and literal texts between which slots stand (`slots` are numbers in the profile's list)."""

    path: Parts
    literals: tuple[str, ...]
    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """What is known of one object: where values are in it (true: as text), its other texts, and the numbers of its ports.

    `digest` is that of the object with its values numbered in the order in which they occur.
    """

    digest: str
    api_version: str
    kind: str
    values: tuple[tuple[Path, Parts, bool], ...]
    words: frozenset[str]
    ports: frozenset[int]


@dataclass(frozen=True, slots=True)
class Profile:
    """What kustomize makes of every tenant of a shape.

    The values of a tenant are those of its shape's holes, then the name suffixes of the list items at `slugs`, then the hashes
    of the ConfigMaps whose JSON is in `hashes`. `objects` are in the order
    of the files, manifests first. `key` is the digest of all this, once it was stored.
    """

    templates: tuple[Template, ...]
    slots: tuple[Slot, ...]
    slugs: tuple[int, ...]
    hashes: tuple[Parts, ...]
    objects: Sequence[Body]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Stamped:
    """The profile that a tenant's files are stamped from, its values, and the shape that says what these are."""

    profile: Profile
    values: tuple[Value, ...]
    shape: Shape
    unit: Unit

    @property
    def paths(self) -> tuple[str, str]:
        """The files that hold the tenant's objects."""
        return self.unit.outputs


def joined(parts: Parts, values: Sequence[Value]) -> str:
    """The text with its holes filled."""
    return "".join(part if isinstance(part, str) else str(values[part]) for part in parts)


def with_computed(profile: Profile, values: Sequence[Value]) -> list[Value]:
    """The values of a shape's holes, and what follows from them: name suffixes and hashes."""
    every = [*values, *(slug_of(values[hole]) for hole in profile.slugs)]
    if len(profile.slugs) != len(set(every[len(values) :])):
        raise RefusedError("two items of a list have one name")
    hashes = [
        hash_of("".join(part if isinstance(part, str) else json_inside(str(every[part])) for part in parts))
        for parts in profile.hashes
    ]
    return [*every, *hashes]
