"""Tenants by shape: those of one share a profile, and on several machines one machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from generator.cache import digest
from generator.compile import catalogue_files
from generator.model import Unit
from generator.profiles.reading import Reading, reading_of
from generator.profiles.shape import Shape, Value
from generator.profiles.template import Profile
from generator.profiles.witness import shape_of


@dataclass(slots=True)
class Group:
    """Tenants of one shape with their values, and the profile they have, or the reason why they have none.

    `catalogue` is the digest of what they are built from, and `name` says which shape it is, on any machine.
    """

    catalogue: str
    reading: Reading
    shape: Shape
    name: str
    members: list[tuple[Unit, tuple[Value, ...]]] = field(default_factory=list)
    profile: Profile | None = None
    reason: str = ""


def groups_of(units: Sequence[Unit]) -> list[Group]:
    """The groups in the order of their first members."""
    catalogues = {id(unit.catalogue): unit.catalogue for unit in units}
    digests = {known: digest_of(catalogue_files(catalogue, "")) for known, catalogue in catalogues.items()}
    groups: dict[tuple[Reading, Shape], Group] = {}
    for unit in units:
        reading = reading_of(unit)
        taken = shape_of(unit, reading)
        group = groups.get((reading, taken.shape))
        if group is None:
            catalogue = digests[id(unit.catalogue)]
            group = Group(catalogue, reading, taken.shape, name_of(catalogue, taken.shape))
            groups[reading, taken.shape] = group
        group.members.append((unit, taken.values))
    return list(groups.values())


def digest_of(catalogue: Mapping[str, bytes]) -> str:
    """Of the files of a catalogue, as `catalogue_files` lists them."""
    return digest(*(part for path, raw in sorted(catalogue.items()) for part in (path, raw)))


def name_of(catalogue: str, shape: Shape) -> str:
    """Which shape it is, of those with a catalogue of this digest."""
    return digest(catalogue, repr(shape))
