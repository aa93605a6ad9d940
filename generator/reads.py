"""What of a tenant the catalogue's components read: the sources of their `replacements`, as paths of the resolved tenant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from generator.model import Component
from generator.replacements import Target, replacements_of

Fields = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """One value that is read: where it is in the resolved tenant, where it is written, and whether an item carries it there."""

    path: Fields
    targets: tuple[Target, ...]
    of_item: bool = False

    @property
    def map_path(self) -> Fields:
        """The path as far as it leads through maps."""
        inside = (number for number, part in enumerate(self.path) if part == "*" or part.isdigit() or "=" in part)
        return self.path[: next(inside, len(self.path))]

    def touches(self, path: Fields) -> bool:
        """Whether it is the value at the path, in it or around it."""
        common = min(len(path), len(self.path))
        return self.path[:common] == path[:common]


@lru_cache(maxsize=512)
def reads_of(component: Component) -> tuple[Read, ...]:
    """All that the component reads of a tenant: of the object `Tenant`, or of what an `Item` carries of it."""
    return tuple(_reads(component))


def _reads(component: Component) -> Iterator[Read]:
    for replacement in replacements_of(component):
        kind, source = replacement.source_kind, unbracketed(replacement.source)
        if kind in ("Tenant", "") and source[:1] == ("spec",):
            yield Read(source[1:], replacement.targets)
        if kind in ("Item", "") and source == ("spec",):
            yield Read((), replacement.targets, of_item=True)
        elif kind in ("Item", "") and source[:2] == ("spec", "tenant"):
            yield Read(source[2:], replacement.targets, of_item=True)


def unbracketed(fields: Fields) -> Fields:
    """The same path with no brackets around keys: `[a.b/c]` is a key with dots in it, `[name=x]` selects an item."""
    return tuple(part[1:-1] if part.startswith("[") and "=" not in part else part for part in fields)
