"""Reads a fleet of which most tenants were read before: their rows are taken from the cache, and only the others are judged.

What is found in a tenant's file depends on that file and on what all tenants share, byte for byte. So where a whole fleet was
read without a problem and nothing shared has changed, a file of the same bytes has the same row (`rows.py`). Wherever there is a
problem, in a new file or between tenants, the whole fleet is read, which has the words.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from generator import schema as schemas
from generator import validity
from generator.cache import Cache, digest
from generator.census import owner_of
from generator.fast_reading import places_of
from generator.fleet_checks import claims, exceeded, quota_of
from generator.identity import workshop
from generator.lazy import Later
from generator.model import Fleet, Origin, Repository, Tenant, TenantFile
from generator.part import rows_of
from generator.pins import History
from generator.pipeline import read
from generator.resolve_one import origins_of
from generator.rings import ring_of
from generator.rows import Row, from_bytes, to_bytes
from generator.snapshot import blob_id
from generator.source import Document
from generator.source import Path as Place
from generator.validity import Valid, bytes_of_input

Raw = Callable[[str], bytes]
"""The bytes of a tenant's file by its path."""


@dataclass(frozen=True, slots=True)
class Input:
    """A digest of what tenants share, and the git blob id of each tenant's file that is a plain one."""

    shared: str
    ids: Mapping[str, str]


def input_of(files: Mapping[str, str]) -> Input:
    """The input that consists of these files, by the path the blob id: empty for a folder, and more than that for no plain file."""
    ids = {path: id for path, id in files.items() if owner_of(path) and len(id) == 40}  # noqa: PLR2004  # sha1 in hex
    above = {path[: at + 1] for path, id in files.items() if id for at, sign in enumerate(path) if sign == "/"}
    rest = sorted(path for path in files.keys() - ids.keys() if path not in above)
    return Input(digest(*(part for path in rest for part in (os.fsencode(path), files[path]))), ids)


def read_tree(root: Path, cache: Cache) -> Fleet:
    """The fleet of a folder as it is now."""
    found = bytes_of_input(root) if cache.folder is not None else None
    if found is None:
        return read(root)
    before = input_of(_ids(found))
    known = rows(before, cache)
    fleet = _with(root, None, known, lambda path: (root / path).read_bytes()) if known else None
    if fleet is None:
        fleet, known = read(root), {}
    if bytes_of_input(root) != found:
        return read(root) if known else fleet
    keep(before, fleet, known, cache)
    if not fleet.problems:
        validity.keep(root, Valid(validity.input_from(found), rows_of(fleet), fleet.repository.pins), cache)
    return with_tokens(fleet, before)


def keep_valid(root: Path, found: Input, fleet: Fleet, cache: Cache) -> None:
    """Remember that a commit's fleet is without a problem, for those who validate its checkout: if it is what lies there."""
    there = bytes_of_input(root)
    if there is not None and not fleet.problems and input_of(_ids(there)) == found:
        validity.keep(root, Valid(validity.input_from(there), rows_of(fleet), fleet.repository.pins), cache)


def _ids(found: Mapping[str, bytes]) -> dict[str, str]:
    return {path: "" if path.endswith("/") else blob_id(raw) for path, raw in found.items()}


def rows(found: Input, cache: Cache) -> dict[str, Row]:
    """The rows that are kept for the tenants' files."""
    raw = cache.get("rows", _key(found))
    return {} if raw is None else from_bytes(raw, found.ids)


def read_rest(folder: Path, history: History, known: Mapping[str, Row], raw: Raw) -> Fleet | None:
    """The fleet, of which the folder holds what has no row; None where there is anything to be said of it."""
    return _with(folder, history, known, raw)


def with_tokens(fleet: Fleet, found: Input) -> Fleet:
    """The fleet with a token for each tenant: a digest of all that was read for it."""
    shared = _key(found)
    tokens = {path: digest(shared, path, id) for path, id in found.ids.items()}
    tenants = [replace(tenant, token=tokens.get(tenant.document.path, "")) for tenant in fleet.tenants]
    return replace(fleet, tenants=tenants)


def _with(root: Path, history: History | None, known: Mapping[str, Row], raw: Raw) -> Fleet | None:
    new = read(root, history, lambda path: path not in known)
    if new.problems or new.repository.fleet is None or not _agree(new, known):
        return None
    files = {path: _file(path, row, raw) for path, row in known.items()}
    every = sorted([*new.repository.tenants, *files.values()], key=lambda file: (file.environment, f"{file.stem}.yaml"))
    repository = replace(new.repository, tenants=tuple(every))
    tenants = [*new.tenants, *(_tenant(repository, file, known[path]) for path, file in files.items())]
    return Fleet(repository, sorted(tenants, key=lambda tenant: (tenant.environment, tenant.name)), [])


def _file(path: str, row: Row, raw: Raw) -> TenantFile:
    _, environment, name = path.split("/")
    places = Later(lambda: places_of(path, raw(path)))
    return TenantFile(environment, name.removesuffix(".yaml"), Document(path, row.data, places))


def _tenant(repository: Repository, file: TenantFile, row: Row) -> Tenant:
    origins = Later(partial(_origins, repository, file))
    return Tenant(row.spec["name"], file.environment, row.spec, origins, file.document)


def _origins(repository: Repository, file: TenantFile) -> Mapping[Place, tuple[Origin, ...]]:
    view = repository.seen_by(ring_of(repository, file))
    return origins_of(view, schemas.resolved(view), file)


def _agree(new: Fleet, known: Mapping[str, Row]) -> bool:
    """Whether nothing that only one tenant may have is claimed twice, and no cluster's capacity is exceeded."""
    assert new.repository.fleet is not None
    own = _claims(new.repository)
    claimed = Counter(claim for row in known.values() for claim in row.claims)
    claimed.update(claim for tenant in new.tenants for claim in own(tenant))
    taken = [(row.spec["cluster"], row.quota) for row in known.values()]
    taken += [(tenant.spec["cluster"], quota_of(new.repository, tenant.spec)) for tenant in new.tenants]
    return max(claimed.values(), default=0) <= 1 and not any(exceeded(new.repository.fleet.data, taken))


def _claims(repository: Repository) -> Callable[[Tenant], Collection[tuple[str, object]]]:
    newest = schemas.resolved(repository)
    pinned = {ring: schemas.resolved(repository.seen_by(ring)) for ring in repository.pinned}
    find = claims(lambda tenant: pinned.get(tenant.spec["ring"], newest))
    return lambda tenant: tuple(find(tenant))


def keep(found: Input, fleet: Fleet, known: Mapping[str, Row], cache: Cache) -> None:
    """Remember the rows of a fleet without a problem, where they are not `known`; those with allowances are read each time."""
    if fleet.problems or fleet.repository.fleet is None or found.ids.keys() == known.keys():
        return
    claims_of = _claims(fleet.repository)
    made = dict(known)
    for tenant in fleet.tenants:
        path, data = tenant.document.path, tenant.document.data
        if path in found.ids and path not in known and "allow" not in data:
            quota = quota_of(fleet.repository, tenant.spec)
            made[path] = Row(found.ids[path], data, tenant.spec, tuple(claims_of(tenant)), quota)
    if made.keys() != known.keys():
        cache.put("rows", _key(found), to_bytes(made))


def _key(found: Input) -> str:
    return digest(workshop(), "rows", found.shared)
