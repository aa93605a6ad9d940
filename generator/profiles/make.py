"""Makes a profile with the real kustomize: two witnesses are written, built and laid side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from generator.cache import digest
from generator.compile import catalogue_files, unit_files
from generator.kustomize import Kustomize
from generator.model import Build, Unit
from generator.profiles.assemble import Made, assemble
from generator.profiles.cut import RefusedWitnessError
from generator.profiles.reading import Reading
from generator.profiles.shape import Shape
from generator.profiles.template import Profile
from generator.profiles.witness import APPLICATION, ring_of_witness, slug_holes, witness
from generator.staging import write


@dataclass(frozen=True, slots=True)
class Bench:
    """Where profiles are made. Most shapes' Applications are alike: they are built once, and `proven` once."""

    kustomize: Kustomize
    folder: Path
    printed: dict[str, bytes] = field(default_factory=dict)
    proven: set[str] = field(default_factory=set)


def make_profile(
    unit: Unit, shape: Shape, reading: Reading, bench: Bench, place: str, catalogue: str
) -> tuple[Profile, str]:
    """The profile of all units of this one's shape, and what its Application is known by; UncuttableError where there is none."""
    slugs = slug_holes(unit, shape)
    first, second = (
        _made(unit, shape, reading, second, bench, f"{place}/{int(second)}", catalogue) for second in (False, True)
    )
    application = digest(catalogue, first.outputs[APPLICATION])
    return assemble(first, second, slugs, reading.fixed, reading.choices), application


def _made(unit: Unit, shape: Shape, reading: Reading, second: bool, bench: Bench, place: str, catalogue: str) -> Made:
    found = witness(unit, shape, reading.shared, second)
    files = unit_files(found.unit)
    folder = bench.folder / place
    write(folder, catalogue_files(unit.catalogue, ring_of_witness(second)))
    write(folder, files)
    outputs = {}
    for build in found.unit.builds:
        own = [part for path, raw in files.items() if path.startswith(f"{build.overlay}/") for part in (path, raw)]
        key = digest(catalogue, *own) if build.output == APPLICATION else ""
        outputs[build.output] = bench.printed.get(key) or _printed(folder, build, bench)
        if key:
            bench.printed[key] = outputs[build.output]
    return Made(found, outputs)


def _printed(folder: Path, build: Build, bench: Bench) -> bytes:
    output, complaint = bench.kustomize.build(folder / build.overlay)
    if complaint:
        said = complaint.replace(str(folder.resolve()), "").replace(str(folder), "")
        raise RefusedWitnessError(f"kustomize refuses the witness: {said[:200]}")
    return output
