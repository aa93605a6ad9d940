"""What the render alone needs: the profiles that a rendering has left in the cache, and the values of each tenant that has one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import cycle, islice
from pathlib import Path

from generator.cache import Cache
from generator.compile import compile_fleet
from generator.hydrate import kept_profile
from generator.profiles.store import to_bytes
from generator.profiles.template import Profile
from generator.remembered import read_tree
from generator.shapes import groups_of
from tests.bench.measure import CommandError

PROFILES, LINES, OUTPUT = "profiles", "tenants.jsonl", "output"


def ready(root: Path, cache: Cache, folder: Path, number: int) -> None:
    """Write it into the folder, of a fleet that was rendered with this cache: profiles, and a line for so many tenants.

    Tenants without a profile, which kustomize builds, are not among them; some of the others are there twice instead.
    """
    for name in (PROFILES, OUTPUT):
        (folder / name).mkdir(parents=True)
    found = [(profile, members) for profile, members in _groups(root, cache) if profile]
    if not found:
        raise CommandError("no tenant has a profile")
    for at, (profile, _) in enumerate(found):
        (folder / PROFILES / str(at)).write_bytes(to_bytes(profile))
    lines = (
        (str(at), str(folder / OUTPUT / f"{name}.yaml"), values)
        for at, (_, members) in enumerate(found)
        for name, values in members.items()
    )
    with (folder / LINES).open("w", encoding="utf-8") as file:
        for line in islice(cycle(lines), number):
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _groups(root: Path, cache: Cache) -> Iterator[tuple[Profile | None, Mapping[str, object]]]:
    """The profile of each group, and its tenants' values by name."""
    fleet = read_tree(root, cache)
    for tree in compile_fleet(fleet.repository, fleet.tenants):
        for group in groups_of(tree.units):
            yield kept_profile(group.catalogue, group.shape, cache), {unit.name: taken for unit, taken in group.members}
