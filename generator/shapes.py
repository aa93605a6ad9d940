"""Tenants by shape: those of one share a profile, and on several machines one machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from generator.cache import digest
from generator.compile import catalogue_files
from generator.profiles.reading import Reading, reading_of
from generator.profiles.shape import Shape, Shaped, Value, holes, values_at
from generator.profiles.template import Profile
from generator.profiles.witness import shape_of
from generator.source import Path
from generator.units import Unit


@dataclass(slots=True)
class Group:
    """Tenants of one shape with their values, and the profile they have, or the reason why they have none.

    `catalogue` is the digest of what they are built from, and `name` says which shape it is, on any machine.
    """

    catalogue: str
    shape: Shape
    name: str
    members: list[tuple[Unit, tuple[Value, ...]]] = field(default_factory=list)
    profile: Profile | None = None
    reason: str = ""

    @property
    def reading(self) -> Reading:
        """What the tenants were taken apart by."""
        return reading_of(self.members[0][0])


def catalogues_of(units: Sequence[Unit]) -> dict[str, str]:
    """The digest of each catalogue of the units by its commit."""
    found = {unit.catalogue.commit: unit.catalogue for unit in units}
    return {commit: digest_of(catalogue_files(catalogue, "")) for commit, catalogue in found.items()}


def groups_of(
    units: Sequence[Unit], catalogues: Mapping[str, str] | None = None, known: Mapping[str, Shape] | None = None
) -> list[Group]:
    """The groups in the order of their first members; `known` are the shapes of tenants by their tokens.

    A tenant that kustomize has nothing to do with is in none.
    """
    digests = catalogues_of(units) if catalogues is None else catalogues
    groups: dict[tuple[str, Shape], Group] = {}
    places: dict[int, Sequence[Path]] = {}
    for unit in (unit for unit in units if unit.builds):
        shape = known.get(unit.token) if known else None
        taken = shape_of(unit, reading_of(unit)) if shape is None else _taken(unit, shape, places)
        commit = unit.catalogue.commit
        group = groups.get((commit, taken.shape))
        if group is None:
            catalogue = digests[commit]
            group = Group(catalogue, taken.shape, name_of(catalogue, taken.shape))
            groups[commit, taken.shape] = group
        group.members.append((unit, taken.values))
    return list(groups.values())


def _taken(unit: Unit, shape: Shape, places: dict[int, Sequence[Path]]) -> Shaped:
    """A tenant of a shape that is known; `places` are where the values of shapes are, which stay the same objects."""
    found = places.get(id(shape))
    if found is None:
        found = places[id(shape)] = [path for path, _ in holes(shape[0])]
    return Shaped(shape, values_at({**unit.spec, "argocd": unit.argocd}, found))


def digest_of(catalogue: Mapping[str, bytes]) -> str:
    """Of the files of a catalogue, as `catalogue_files` lists them."""
    return digest(*(part for path, raw in sorted(catalogue.items()) for part in (path, raw)))


def name_of(catalogue: str, shape: Shape) -> str:
    """Which shape it is, of those with a catalogue of this digest."""
    return digest(catalogue, repr(shape))
