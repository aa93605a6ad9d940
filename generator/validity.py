"""A fleet that was found without a problem, and of which only some tenants' files are new since, is judged by those (`census.py`).

All input is read, whole: what tenants share must be what it was, byte for byte. Wherever there is a doubt or a problem, the
answer is None, and the whole fleet is judged.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from generator.cache import Cache, digest
from generator.census import Rows, WholeFleetError, owner_of, rows_from_json, rows_to_json
from generator.identity import INPUT, workshop
from generator.snapshot import blob_id
from generator.unchanged import content, files_below, pins_hold


@dataclass(frozen=True, slots=True)
class Input:
    """The files of a repository that a run reads: a digest of what tenants share, and the id of each tenant's file by its path.

    `raw` are the bytes of them all, those of a folder empty.
    """

    shared: str
    files: Mapping[str, str]
    raw: Mapping[str, bytes] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Valid:
    """An input without a problem, its tenants' rows, and the commits that its rings are pinned to."""

    input: Input
    rows: Rows
    pins: Sequence[str]


def bytes_of_input(root: Path) -> dict[str, bytes] | None:
    """The bytes of each file by its path, none for each folder, whose path ends in a slash; None where something is neither."""
    try:
        return {
            f"{name}/{path}": content(entry) if entry else b""
            for name in INPUT
            for path, entry in files_below(root / name)
        }
    except OSError:
        return None


def input_of(root: Path) -> Input | None:
    """None where something is no plain file or folder."""
    raw = bytes_of_input(root)
    return None if raw is None else input_from(raw)


def input_from(raw: Mapping[str, bytes]) -> Input:
    """The input of these bytes, as `bytes_of_input` gives them."""
    files: dict[str, str] = {}
    shared: list[bytes] = []
    for path, text in raw.items():
        if owner_of(path):
            files[path] = blob_id(text)
        else:
            shared += [os.fsencode(path), text]
    return Input(digest(*shared), files, raw)


def look(root: Path, found: Input | None, cache: Cache) -> int | None:
    """How many tenants there are, if there is no problem in any of them."""
    known = _kept(root, cache) if found else None
    if found is None or known is None or known.input.shared != found.shared:
        return None
    before, after = known.input.files, found.files
    changed = {path: path in after for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    try:
        rows = _with(root, known.rows, found, changed, cache) if changed else known.rows
    except WholeFleetError:
        return None
    if not pins_hold(root, known.pins):
        return None
    if changed:
        keep(root, Valid(found, rows, known.pins), cache)
    return len(rows)


def keep(root: Path, valid: Valid, cache: Cache) -> None:
    """Remember an input in which the whole fleet was judged and there was no problem."""
    body = [valid.input.shared, dict(valid.input.files), rows_to_json(valid.rows), list(valid.pins)]
    cache.put("valid", _key(root), json.dumps(body).encode())


def _kept(root: Path, cache: Cache) -> Valid | None:
    raw = cache.get("valid", _key(root))
    if raw is None:
        return None
    shared, files, rows, pins = json.loads(raw)
    return Valid(Input(shared, files), rows_from_json(rows), pins)


def _key(root: Path) -> str:
    return digest(workshop(), os.fsencode(root))


def _with(root: Path, rows: Rows, found: Input, changed: Mapping[str, bool], cache: Cache) -> Rows:
    from generator.part import read_part, rows_with

    files = {path: raw for path, raw in found.raw.items() if path in changed or owner_of(path) is None}
    return rows_with(rows, read_part(root, files, cache), changed)
