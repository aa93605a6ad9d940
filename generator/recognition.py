"""Which profiles a tree was stamped from that was made earlier: guessed by its catalogue, believed where the bytes are the same."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from generator.cache import Cache, Kind, digest
from generator.hydrate import kept_profile
from generator.identity import workshop
from generator.profiles.assemble import files_of
from generator.profiles.shape import Shape
from generator.profiles.stamping import Stamp, stamper
from generator.profiles.template import Profile, Stamped
from generator.scalars import RefusedError
from generator.shapes import digest_of
from generator.snapshot import Snapshot, blob_id


def recognised(before: Snapshot, after: Snapshot, cache: Cache) -> Snapshot:
    """The older tree with the profiles of tenants who are stamped in the newer one and have the same resolved spec."""
    found: dict[str, Stamped] = {}
    profiles = _profiles(before, cache)
    seen = _Seen(cache, before.environment)
    for name, new in after.stamped.items():
        spec = f"tenants/{name}/overlay/tenant.yaml"
        if spec not in before.ids or before.ids[spec] != after.ids.get(spec):
            continue
        kept = profiles(str(new.unit.spec["ring"]), new.shape)
        if kept is not None and seen.made(before, kept, new):
            found[name] = replace(new, profile=kept[0])
    seen.keep()
    return replace(before, stamped=found)


_KIND: Kind = "rows"
_Kept = tuple[Profile, Stamp]


def _profiles(tree: Snapshot, kept: Cache) -> Callable[[str, Shape], _Kept | None]:
    """The profile that is kept for a shape and the tree's own catalogue of a ring, and what stamps from it."""

    @functools.cache
    def catalogue(ring: str) -> str:
        folder = f"catalogue/{ring}/"
        paths = [path for path in tree.ids if path.startswith(folder)]
        return digest_of({f"catalogue//{path.removeprefix(folder)}": raw for path, raw in tree.read(paths).items()})

    known: dict[tuple[str, int], _Kept | None] = {}

    def profile_for(ring: str, shape: Shape) -> _Kept | None:
        key = ring, id(shape)
        if key not in known:
            profile = kept_profile(catalogue(ring), shape, kept)
            known[key] = (profile, stamper(profile)) if profile is not None else None
        return known[key]

    return profile_for


@dataclass(slots=True)
class _Seen:
    """Tenants of an environment that were recognised before: it is known that a profile makes their files of their values."""

    cache: Cache
    environment: str
    before: frozenset[str] = frozenset()
    now: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.before = frozenset((self.cache.get(_KIND, self._key()) or b"").decode().split())

    def made(self, tree: Snapshot, kept: _Kept, new: Stamped) -> bool:
        """Whether the tenant's manifests and Application in the tree are what the profile makes of the values."""
        profile, stamp = kept
        token = digest(profile.key, repr(new.values), new.unit.name, *(tree.ids.get(path, "") for path in new.paths))
        if token not in self.before and not _made(tree, stamp, new):
            return False
        self.now.add(token)
        return True

    def keep(self) -> None:
        if self.now - self.before:
            self.cache.put(_KIND, self._key(), "\n".join(sorted(self.now)).encode())

    def _key(self) -> str:
        return digest(workshop(), "recognised", self.environment)


def _made(tree: Snapshot, stamp: Stamp, new: Stamped) -> bool:
    """Whether the tenant's manifests and Application in the tree are what is stamped with the values."""
    try:
        files = files_of(new.unit, stamp(new.values))
    except RefusedError:
        return False
    return all(tree.ids.get(path) == blob_id(raw) for path, raw in files.items())
