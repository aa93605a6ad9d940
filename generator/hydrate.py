"""Stage 5: overlays become manifests. Tenants of one shape are compiled once and stamped; the rest goes to the real kustomize.

The bytes are those of `kubectl kustomize`, always: the first tenant of each new profile is built by it too and compared, and what
is outside of the proven language is refused by name and built plainly (`plain.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from generator.cache import NO_CACHE, Cache, Kind, default_folder, digest
from generator.compile import unit_files
from generator.diagnostics import Diagnostic, ToolError
from generator.ground import Ground
from generator.identity import workshop
from generator.kept_shapes import keep_shapes, kept_shapes
from generator.kustomize import Builder, Installed
from generator.own_files import OwnFiles
from generator.plain import build_all
from generator.profiles.assemble import files_of
from generator.profiles.cut import RefusedWitnessError, UncuttableError
from generator.profiles.make import Bench, make_profile
from generator.profiles.shape import Shape
from generator.profiles.stamping import stamper
from generator.profiles.store import from_bytes, to_bytes
from generator.profiles.template import Profile, Stamped
from generator.scalars import RefusedError
from generator.shapes import Group, catalogues_of, groups_of, name_of
from generator.units import Tree, Unit

_KIND: Kind = "profile"
_TENANT: Kind = "tenant"
_TOGETHER = 256
"""How many tenants are held against kustomize at a time."""
_PAYS = 2
"""From how many tenants on a profile costs less than building each of them."""


@dataclass(frozen=True, slots=True)
class Hydration:
    """How to hydrate: `plain` with kustomize alone; `prove` so many tenants of each profile with it too, -1 for all."""

    kustomize: Builder
    cache: Cache = NO_CACHE
    plain: bool = False
    prove: int = 0
    pays: int = _PAYS


def usual() -> Hydration:
    """What commands hydrate with: the installed kustomize and the user's cache; ToolError where kustomize is needed and missing."""
    return Hydration(Installed(), Cache(default_folder()))


@contextmanager
def using(workers: str) -> Iterator[Hydration]:
    """As usual; where a cluster's address is given, its workers run kustomize."""
    if not workers:
        yield usual()
        return
    from generator.workers import connected  # noqa: PLC0415  # few have a cluster

    with connected(workers) as builder:
        yield replace(usual(), kustomize=builder)


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


@dataclass(frozen=True, slots=True)
class _Left:
    """A tenant that is not stamped, with its overlay's own files; what is made of them is kept by the key, if there is one."""

    made: Hydrated
    key: str


def hydrate(
    tree: Tree, ground: Ground, how: Hydration, advance: Callable[[], None] = lambda: None
) -> Iterator[Hydrated]:
    """Each tenant as soon as it is made; the tree's own files must be on the ground."""
    left: list[_Left] = []
    yield from (Hydrated(unit, unit_files(unit)) for unit in tree.units if not unit.builds)
    if how.plain:
        ground.stand()  # all that follows goes there at once
        left = [_Left(Hydrated(unit, unit_files(unit)), "") for unit in tree.units if unit.builds]
    else:
        groups = _groups(tree, how.cache)
        _compile(groups, ground, how)
        for group in groups:
            for made in _stamped(group, OwnFiles(how.cache, f"{group.name} {tree.environment}"), ground, how):
                if isinstance(made, _Left):
                    left.append(made)
                else:
                    _count(made, advance)
                    yield made
    yield from _plain(tree, left, ground, how, advance)


def _groups(tree: Tree, cache: Cache) -> list[Group]:
    catalogues = catalogues_of(tree.units)
    if not any(unit.token for unit in tree.units):  # what is kept is of whole fleets, and grows with them
        return groups_of(tree.units, catalogues)
    name = " ".join([tree.environment, *sorted(set(catalogues.values()))])
    known = kept_shapes(cache, name)
    groups = groups_of(tree.units, catalogues, known)
    keep_shapes(cache, name, known, groups)
    return groups


def _count(made: Hydrated, advance: Callable[[], None]) -> None:
    for _ in made.unit.builds if made.unit else ():
        advance()


def _compile(groups: Sequence[Group], ground: Ground, how: Hydration) -> None:
    """Give every group that is kept or large enough its profile, or the reason why it has none."""
    new = [group for group in groups if not _known(group, how)]
    if not new:
        return
    import tempfile  # noqa: PLC0415  # as below
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  # slow to import, and needed where something is new

    with tempfile.TemporaryDirectory(prefix="quad-profiles-") as folder:
        bench = Bench(how.kustomize, Path(folder))

        def one(numbered: tuple[int, Group]) -> None:
            number, group = numbered
            _make(group, ground, how, bench, str(number))

        with ThreadPoolExecutor(max_workers=how.kustomize.width) as pool:
            list(pool.map(one, enumerate(new)))


def _known(group: Group, how: Hydration) -> bool:
    """Whether nothing is to be made: its profile is kept, it has too few members to say why not, or it has an objection."""
    if _kept(group, how) or len(group.members) < how.pays:
        return True
    group.reason = group.reading.objection
    return bool(group.reason)


def _key(name: str) -> str:
    return digest(workshop(), name)


def kept_profile(catalogue: str, shape: Shape, cache: Cache) -> Profile | None:
    """The profile that an earlier run has kept for a shape and a catalogue of this digest."""
    raw = cache.get(_KIND, _key(name_of(catalogue, shape)))
    return None if raw is None or raw.startswith(b'"') else from_bytes(raw)


def _kept(group: Group, how: Hydration) -> bool:
    raw = how.cache.get(_KIND, _key(group.name))
    if raw is None:
        return False
    if raw.startswith(b'"'):
        group.reason = json.loads(raw)
    else:
        group.profile = from_bytes(raw)
    return True


def _make(group: Group, ground: Ground, how: Hydration, bench: Bench, name: str) -> None:
    unit = group.members[0][0]
    try:
        profile, application = make_profile(unit, group.shape, group.reading, bench, name, group.catalogue)
        proven = _prove(group, profile, ground, how, 1, both=application not in bench.proven)
    except UncuttableError as error:
        group.reason = str(error)
        if not isinstance(error, RefusedWitnessError):
            how.cache.put(_KIND, _key(group.name), json.dumps(group.reason).encode())
        return
    raw = to_bytes(profile)
    group.profile = from_bytes(raw)
    if proven:
        bench.proven.add(application)
        how.cache.put(_KIND, _key(group.name), raw)


def _prove(group: Group, profile: Profile, ground: Ground, how: Hydration, number: int, both: bool = True) -> bool:
    """Hold the first tenants that can be stamped (-1: all) against the real kustomize, without their Applications unless `both`.

    False where there is none; UncuttableError on any difference.
    """
    able = _stampable(group, profile)
    chosen = able if number < 0 else islice(able, number)
    proven = False
    while together := list(islice(chosen, _TOGETHER)):
        for unit, _ in together:
            ground.add(unit_files(unit))
        builds = [build for unit, _ in together for build in unit.builds[: 1 + both]]
        outputs, problems = build_all(builds, ground, how.kustomize)
        if problems:
            raise RefusedWitnessError(f"kustomize refuses {problems[0].tenants[0]}")
        stamped = {path: raw for _, files in together for path, raw in files.items()}
        wrong = [path for path, raw in outputs.items() if stamped.get(path) != raw]
        if wrong:
            raise UncuttableError(f"{wrong[0]} is not what kustomize prints")
        proven = True
    return proven


def _stampable(group: Group, profile: Profile) -> Iterator[tuple[Unit, dict[str, bytes]]]:
    stamped = stamper(profile)
    for unit, values in group.members:
        with suppress(RefusedError):
            yield unit, files_of(unit, stamped(values))


def _stamped(group: Group, own: OwnFiles, ground: Ground, how: Hydration) -> Iterator[Hydrated | _Left]:
    profile = group.profile
    if profile is not None and how.prove:
        try:
            _prove(group, profile, ground, how, how.prove)
        except UncuttableError as error:
            raise ToolError(f"a profile is wrong: {error}", "render with --plain, and report this as a bug") from error
    stamp = stamper(profile) if profile is not None else None
    few = len(group.members) < how.pays  # a cold run asks for no profile of so few, and has nothing to say of them
    for unit, values in group.members:
        files, reason = own.of(unit), group.reason
        if profile is not None and stamp is not None:
            try:
                printed = files_of(unit, stamp(values))
            except RefusedError as error:
                reason = str(error)
            else:
                yield Hydrated(unit, {**files, **printed}, stamped=Stamped(profile, values, group.shape, unit))
                continue
        key = digest(_key(group.name), unit.application, *(part for path, raw in files.items() for part in (path, raw)))
        yield _Left(Hydrated(unit, files, reason="" if few else reason), key)
    own.keep()


def _plain(
    tree: Tree, left: Sequence[_Left], ground: Ground, how: Hydration, advance: Callable[[], None]
) -> Iterator[Hydrated]:
    """The tenants that are not stamped, and the tree's own builds."""
    new: dict[str, _Left] = {}
    builds = list(tree.builds)
    for one in left:
        assert one.made.unit is not None
        kept = how.cache.get(_TENANT, one.key) if one.key else None
        if kept is not None:
            _count(one.made, advance)
            printed = {path: text.encode() for path, text in json.loads(kept).items()}
            yield replace(one.made, files={**one.made.files, **printed})
            continue
        ground.add(one.made.files)
        new[one.made.unit.name] = one
        builds += one.made.unit.builds
    outputs, problems = build_all(builds, ground, how.kustomize, how.cache, advance)
    for one in new.values():
        assert one.made.unit is not None
        own = {build.output: outputs.pop(build.output) for build in one.made.unit.builds if build.output in outputs}
        if one.key and len(own) == len(one.made.unit.builds):
            texts = {path: raw.decode() for path, raw in own.items()}
            how.cache.put(_TENANT, one.key, json.dumps(texts, ensure_ascii=False).encode())
        yield replace(one.made, files={**one.made.files, **own})
    yield Hydrated(None, outputs, problems)
