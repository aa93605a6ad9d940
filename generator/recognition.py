"""Which profiles a tree was stamped from that was made earlier: guessed by its catalogue, believed where the bytes are the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from generator.cache import Cache
from generator.hydrate import kept_profile
from generator.profiles.assemble import files_of
from generator.profiles.shape import Shape
from generator.profiles.template import Profile, Stamped, stamp
from generator.scalars import RefusedError
from generator.snapshot import Snapshot, blob_id


def recognised(before: Snapshot, after: Snapshot, kept: Cache) -> Snapshot:
    """The older tree with the profiles of tenants who are stamped in the newer one and have the same resolved spec."""
    found: dict[str, Stamped] = {}
    profiles = _profiles(before, kept)
    for name, new in after.stamped.items():
        spec = f"tenants/{name}/overlay/tenant.yaml"
        if spec not in before.ids or before.ids[spec] != after.ids.get(spec):
            continue
        profile = profiles(str(new.unit.spec["ring"]), new.shape)
        if profile is not None and _made(before, profile, new):
            found[name] = replace(new, profile=profile)
    return replace(before, stamped=found)


def _profiles(tree: Snapshot, kept: Cache) -> Callable[[str, Shape], Profile | None]:
    """The profile that is kept for a shape and the tree's own catalogue of a ring."""

    @cache
    def catalogue(ring: str) -> dict[str, bytes]:
        folder = f"catalogue/{ring}/"
        paths = [path for path in tree.ids if path.startswith(folder)]
        return {f"catalogue//{path.removeprefix(folder)}": raw for path, raw in tree.read(paths).items()}

    known: dict[tuple[str, int], Profile | None] = {}

    def profile_for(ring: str, shape: Shape) -> Profile | None:
        key = ring, id(shape)
        if key not in known:
            known[key] = kept_profile(catalogue(ring), shape, kept)
        return known[key]

    return profile_for


def _made(tree: Snapshot, profile: Profile, new: Stamped) -> bool:
    """Whether the tenant's manifests and Application in the tree are what the profile makes of the values."""
    try:
        files = files_of(new.unit, stamp(profile, new.values))
    except RefusedError:
        return False
    return all(tree.ids.get(path) == blob_id(raw) for path, raw in files.items())
