"""What other machines have kept, taken over into one cache: `quad cache merge` puts the shards of a fleet together.

An entry is found by the digest of what it was made from, and holds that of its bytes; whoever writes such a folder could still say
anything of anything, so only folders of those who may publish are merged (docs/scale.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from generator.cache import Cache, Kind
from generator.diagnostics import ToolError

_TAKEN: tuple[Kind, ...] = ("build", "profile", "tenant", "crd", "verdicts")
"""The others tell of whole fleets, of one machine's disk and of one clone's branches."""
_OF_MANY: Kind = "verdicts"
"""Each shard knows of other clean cases for the same key."""


@dataclass(frozen=True, slots=True)
class Merged:
    """How many entries are new, how many were known, how many were damaged and how many could not be written.

    `empty` are folders without any: of shards that had nothing to do, or no caches at all.
    """

    new: int = 0
    known: int = 0
    damaged: int = 0
    failed: int = 0
    empty: int = 0


def merge(into: Cache, others: Sequence[Cache]) -> Merged:
    """Put the entries of other caches into one; of what is in both, ours stays, and verdicts are joined.

    ToolError before anything is taken over where one of them cannot be read.
    """
    counts = dict.fromkeys(("new", "known", "damaged", "failed"), 0)
    found = [(other, _entries(other)) for other in others]
    for other, entries in found:
        for kind, key in entries:
            if kind in _TAKEN:
                counts[_taken(into, other, kind, key)] += 1
    return Merged(**counts, empty=sum(not entries for _, entries in found))


def _entries(other: Cache) -> list[tuple[Kind, str]]:
    try:
        return list(other.listed())
    except OSError as error:
        raise ToolError(f"cannot read {error.filename}: {error.strerror}", "mend its permissions") from error


def _taken(into: Cache, other: Cache, kind: Kind, key: str) -> str:
    theirs = other.get(kind, key)
    if theirs is None:
        return "damaged"
    ours = into.get(kind, key)
    wanted = theirs if ours is None else _joined(ours, theirs) if kind == _OF_MANY else ours
    if wanted == ours:
        return "known"
    into.put(kind, key, wanted)
    return "new" if into.get(kind, key) == wanted else "failed"


def _joined(ours: bytes, theirs: bytes) -> bytes:
    """The lines of both, as `making.py` writes them."""
    return b"\n".join(sorted({*ours.split(), *theirs.split()}))
