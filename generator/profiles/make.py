"""Makes a profile with the real kustomize: two witnesses are written, built and laid side by side."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from pathlib import Path

from generator.compile import catalogue_files, unit_files
from generator.kustomize import Kustomize
from generator.model import Unit
from generator.profiles.assemble import Made, assemble
from generator.profiles.cut import RefusedWitnessError
from generator.profiles.language import check_language
from generator.profiles.shape import Shape
from generator.profiles.template import Profile
from generator.profiles.witness import ring_of_witness, slug_holes, witness
from generator.staging import write


def make_profile(unit: Unit, shape: Shape, fixed: AbstractSet[str], kustomize: Kustomize, folder: Path) -> Profile:
    """The profile of all units of this one's shape; UncuttableError where there can be none."""
    choices = check_language(unit)
    slugs = slug_holes(unit, shape)
    first, second = (_made(unit, shape, second, kustomize, folder / str(int(second))) for second in (False, True))
    return assemble(first, second, slugs, fixed, choices)


def _made(unit: Unit, shape: Shape, second: bool, kustomize: Kustomize, folder: Path) -> Made:
    found = witness(unit, shape, second)
    files = unit_files(found.unit)
    write(folder, catalogue_files(unit.catalogue, ring_of_witness(second)))
    write(folder, files)
    outputs = {}
    for build in found.unit.builds:
        outputs[build.output], complaint = kustomize.build(folder / build.overlay)
        if complaint:
            said = complaint.replace(str(folder.resolve()), "").replace(str(folder), "")
            raise RefusedWitnessError(f"kustomize refuses the witness: {said[:200]}")
    return Made(found, outputs)
