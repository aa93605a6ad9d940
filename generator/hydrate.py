"""Stage 5: overlays become manifests. Tenants of one shape are compiled once and stamped; the rest goes to the real kustomize.

The bytes are those of `kubectl kustomize`, always: the first tenant of each new profile is built by it too and compared, and what
is outside of the proven language is refused by name and built plainly (`plain.py`).
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from generator.cache import NO_CACHE, Cache, Kind, default_folder, digest
from generator.compile import catalogue_files, unit_files
from generator.diagnostics import Diagnostic, ToolError
from generator.identity import workshop
from generator.kustomize import Kustomize, find
from generator.model import Catalogue, Tree, Unit
from generator.plain import build_all
from generator.profiles.assemble import files_of
from generator.profiles.cut import RefusedWitnessError, UncuttableError
from generator.profiles.make import make_profile
from generator.profiles.shape import Shape, Value
from generator.profiles.store import from_bytes, to_bytes
from generator.profiles.template import Profile, Stamped, stamp
from generator.profiles.witness import renamed, shape_of
from generator.scalars import RefusedError
from generator.staging import write

_KIND: Kind = "profile"
_TENANT: Kind = "tenant"
_PAYS = 4
"""From how many tenants on a profile costs less than building each of them."""


@dataclass(frozen=True, slots=True)
class Hydration:
    """How to hydrate: `plain` with kustomize alone; `prove` so many tenants of each profile with it too, -1 for all."""

    kustomize: Kustomize
    cache: Cache = NO_CACHE
    plain: bool = False
    prove: int = 0
    pays: int = _PAYS


def usual() -> Hydration:
    """What commands hydrate with: the installed kustomize and the user's cache; ToolError where kustomize is missing."""
    return Hydration(find(), Cache(default_folder()))


@dataclass(frozen=True, slots=True)
class Hydrated:
    """What became of one tenant: its files and how it was made; last, without a unit, the tree's own files and all problems.

    `reason` says why a tenant was built by kustomize although others of its kind are stamped.
    """

    unit: Unit | None
    files: Mapping[str, bytes]
    problems: Sequence[Diagnostic] = ()
    stamped: Stamped | None = None
    reason: str = ""


@dataclass(slots=True)
class _Group:
    """Tenants of one shape."""

    catalogue: Catalogue
    shape: Shape
    key: str = ""
    members: list[tuple[Unit, tuple[Value, ...]]] = field(default_factory=list)
    profile: Profile | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Left:
    """A tenant that is not stamped, and the key by which all its files are kept; without one they are not."""

    made: Hydrated
    key: str


def hydrate(tree: Tree, place: Path, how: Hydration, advance: Callable[[], None] = lambda: None) -> Iterator[Hydrated]:
    """Each tenant as soon as it is made; the tree's own files must lie in `place`."""
    left: list[_Left] = []
    if how.plain:
        left = [_Left(Hydrated(unit, {}), "") for unit in tree.units]
    else:
        groups = _groups(tree.units)
        _compile(groups, place, how)
        for group in groups:
            for made in _stamped(group, place, how):
                if isinstance(made, _Left):
                    left.append(made)
                else:
                    _count(made, advance)
                    yield made
    yield from _plain(tree, left, place, how, advance)


def _count(made: Hydrated, advance: Callable[[], None]) -> None:
    for _ in made.unit.builds if made.unit else ():
        advance()


def _groups(units: Sequence[Unit]) -> list[_Group]:
    fixed: dict[int, frozenset[str]] = {}
    groups: dict[tuple[int, Shape], _Group] = {}
    for unit in units:
        catalogue = unit.catalogue
        if id(catalogue) not in fixed:
            fixed[id(catalogue)] = renamed(catalogue)
        taken = shape_of(unit, fixed[id(catalogue)])
        group = groups.setdefault((id(catalogue), taken.shape), _Group(catalogue, taken.shape))
        group.members.append((unit, taken.values))
    return list(groups.values())


def _compile(groups: Sequence[_Group], place: Path, how: Hydration) -> None:
    """Give every group that is kept or large enough its profile, or the reason why it has none."""
    digests = {id(group.catalogue): _digest_of(catalogue_files(group.catalogue, "")) for group in groups}
    with tempfile.TemporaryDirectory(prefix="quad-profiles-") as folder:

        def one(numbered: tuple[int, _Group]) -> None:
            number, group = numbered
            group.key = _key(digests[id(group.catalogue)], group.shape)
            if not _kept(group, how) and len(group.members) >= how.pays:
                _make(group, place, how, Path(folder) / str(number))

        with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
            list(pool.map(one, enumerate(groups)))


def _digest_of(catalogue: Mapping[str, bytes]) -> str:
    return digest(*(part for path, raw in sorted(catalogue.items()) for part in (path, raw)))


def kept_profile(catalogue: Mapping[str, bytes], shape: Shape, cache: Cache) -> Profile | None:
    """The profile that an earlier run has kept for a shape and the files of a catalogue, as `catalogue_files` lists them."""
    raw = cache.get(_KIND, _key(_digest_of(catalogue), shape))
    return None if raw is None or raw.startswith(b'"') else from_bytes(raw)


def _key(catalogue: str, shape: Shape) -> str:
    return digest(workshop(), catalogue, repr(shape))


def _kept(group: _Group, how: Hydration) -> bool:
    raw = how.cache.get(_KIND, group.key)
    if raw is None:
        return False
    if raw.startswith(b'"'):
        group.reason = json.loads(raw)
    else:
        group.profile = from_bytes(raw)
    return True


def _make(group: _Group, place: Path, how: Hydration, folder: Path) -> None:
    try:
        profile = make_profile(group.members[0][0], group.shape, renamed(group.catalogue), how.kustomize, folder)
        proven = _prove(group, profile, place, how, 1)
    except UncuttableError as error:
        group.reason = str(error)
        if not isinstance(error, RefusedWitnessError):
            how.cache.put(_KIND, group.key, json.dumps(group.reason).encode())
        return
    raw = to_bytes(profile)
    group.profile = from_bytes(raw)
    if proven:
        how.cache.put(_KIND, group.key, raw)


def _prove(group: _Group, profile: Profile, place: Path, how: Hydration, number: int) -> bool:
    """Hold the first tenants that can be stamped against the real kustomize; false where there is none.

    UncuttableError on any difference.
    """
    done = 0
    for unit, values in group.members:
        if done == number:
            break
        try:
            stamped = files_of(unit, stamp(profile, values))
        except RefusedError:
            continue
        done += 1
        files = unit_files(unit)
        write(place, files)
        outputs, problems = build_all(unit.builds, place, how.kustomize)
        wrong = [path for path, raw in {**files, **outputs}.items() if stamped.get(path) != raw]
        if problems:
            raise RefusedWitnessError(f"kustomize refuses {unit.name}")
        if wrong:
            raise UncuttableError(f"{wrong[0]} is not what kustomize prints")
    return done > 0


def _stamped(group: _Group, place: Path, how: Hydration) -> Iterator[Hydrated | _Left]:
    profile = group.profile
    if profile is not None and how.prove:
        try:
            _prove(group, profile, place, how, how.prove)
        except UncuttableError as error:
            raise ToolError(f"a profile is wrong: {error}", "render with --plain, and report this as a bug") from error
    few = len(group.members) < how.pays  # a cold run asks for no profile of so few, and has nothing to say of them
    for unit, values in group.members:
        if profile is None:
            yield _Left(Hydrated(unit, {}, reason="" if few else group.reason), _tenant_key(group, unit, values))
            continue
        try:
            yield Hydrated(
                unit, files_of(unit, stamp(profile, values)), stamped=Stamped(profile, values, group.shape, unit)
            )
        except RefusedError as error:
            yield _Left(Hydrated(unit, {}, reason="" if few else str(error)), _tenant_key(group, unit, values))


def _tenant_key(group: _Group, unit: Unit, values: tuple[Value, ...]) -> str:
    return digest(group.key, unit.name, unit.application, repr(values))


def _plain(
    tree: Tree, left: Sequence[_Left], place: Path, how: Hydration, advance: Callable[[], None]
) -> Iterator[Hydrated]:
    """The tenants that are not stamped, and the tree's own builds."""
    new: dict[str, tuple[_Left, dict[str, bytes]]] = {}
    builds = list(tree.builds)
    for one in left:
        assert one.made.unit is not None
        kept = how.cache.get(_TENANT, one.key) if one.key else None
        if kept is not None:
            _count(one.made, advance)
            yield replace(one.made, files={path: text.encode() for path, text in json.loads(kept).items()})
            continue
        files = unit_files(one.made.unit)
        write(place, files)
        new[one.made.unit.name] = one, files
        builds += one.made.unit.builds
    outputs, problems = build_all(builds, place, how.kustomize, how.cache, advance)
    for one, overlay in new.values():
        assert one.made.unit is not None
        own = {build.output: outputs.pop(build.output) for build in one.made.unit.builds if build.output in outputs}
        files = {**overlay, **own}
        if one.key and len(own) == len(one.made.unit.builds):
            kept_files = {path: raw.decode() for path, raw in files.items()}
            how.cache.put(_TENANT, one.key, json.dumps(kept_files, ensure_ascii=False).encode())
        yield replace(one.made, files=files)
    yield Hydrated(None, outputs, problems)
