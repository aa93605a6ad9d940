"""Makes a profile with the real kustomize: two witnesses are written, built and laid side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from generator.cache import digest
from generator.compile import catalogue_files, unit_files
from generator.kustomize import Builder, Overlay
from generator.model import Catalogue
from generator.profiles.assemble import Made, assemble
from generator.profiles.cut import RefusedWitnessError
from generator.profiles.reading import Reading
from generator.profiles.shape import Shape
from generator.profiles.template import Profile
from generator.profiles.witness import APPLICATION, Witness, ring_of_witness, slug_holes, witness
from generator.staging import write
from generator.units import Unit


@dataclass(frozen=True, slots=True)
class Bench:
    """Where profiles are made. Most shapes' Applications are alike: they are built once, and `proven` once.

    A catalogue lies there once for all first witnesses, and once for all second ones.
    """

    kustomize: Builder
    folder: Path
    printed: dict[str, bytes] = field(default_factory=dict)
    proven: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def catalogue(self, catalogue: Catalogue, key: str, ring: str) -> Path:
        """The folder of this digest's catalogue for a ring."""
        place = self.folder / key / ring
        with self._lock:
            if not place.exists():
                write(place, catalogue_files(catalogue, ring))
        return place / "catalogue"


def make_profile(
    unit: Unit, shape: Shape, reading: Reading, bench: Bench, place: str, catalogue: str
) -> tuple[Profile, str]:
    """The profile of all units of this one's shape, and what its Application is known by; UncuttableError where there is none."""
    slugs = slug_holes(unit, shape)
    found = [witness(unit, shape, reading.shared, second) for second in (False, True)]
    asked = [
        _asked(each, ring_of_witness(bool(second)), bench, bench.folder / place / str(second), catalogue)
        for second, each in enumerate(found)
    ]
    outputs = _printed([one for each in asked for one in each], bench)
    first, second = (
        Made(each, {one.output: outputs[one.overlay] for one in own}) for each, own in zip(found, asked, strict=True)
    )
    application = digest(catalogue, first.outputs[APPLICATION])
    return assemble(first, second, slugs, reading.fixed, reading.choices), application


@dataclass(frozen=True, slots=True)
class _Asked:
    """A build of a witness; with the key of what it reads, where other shapes' may be the same."""

    output: str
    overlay: Overlay
    key: str


def _asked(found: Witness, ring: str, bench: Bench, tree: Path, catalogue: str) -> list[_Asked]:
    """The builds of a witness whose files lie in a tree of its own: the names of both may be the same."""
    files = unit_files(found.unit)
    write(tree, files)
    (tree / "catalogue").symlink_to(bench.catalogue(found.unit.catalogue, catalogue, ring))
    asked = []
    for build in found.unit.builds:
        own = [part for path, raw in files.items() if path.startswith(f"{build.overlay}/") for part in (path, raw)]
        key = digest(catalogue, *own) if build.output == APPLICATION else ""
        asked.append(_Asked(build.output, Overlay(tree, build.overlay), key))
    return asked


def _printed(asked: Sequence[_Asked], bench: Bench) -> dict[Overlay, bytes]:
    """What kustomize prints, asked for all of a shape at once: that is one batch."""
    outputs = {one.overlay: bench.printed[one.key] for one in asked if one.key in bench.printed}
    new = [one for one in asked if one.overlay not in outputs]
    answers = bench.kustomize.answers([one.overlay for one in new])
    for one, (output, complaint) in zip(new, answers, strict=True):
        if complaint:
            said = complaint.replace(str(bench.folder.resolve()), "").replace(str(bench.folder), "")
            raise RefusedWitnessError(f"kustomize refuses the witness: {said[:200]}")
        outputs[one.overlay] = output
        if one.key:
            bench.printed[one.key] = output
    return outputs
