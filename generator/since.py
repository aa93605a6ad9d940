"""What has changed since the last publication: often nothing, or a few tenants' files.

The last publication of all environments left a census (`census.py`): its source commit, and where it left the branches. What is
made of a tenant's file depends on nothing but that file and on what all tenants share. So where git says that since then nothing
but tenants' files has changed, and the branches are where they were, the rest of their trees is what a whole rendering would
make. Wherever there is a doubt the whole fleet is rendered.

An unchanged fleet loads this file and little more: what only others need is imported by them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from generator import git, provenance, refs
from generator.cache import Cache, digest
from generator.census import Census, Rows, Terms, WholeFleetError, from_bytes, owner_of, to_bytes
from generator.identity import INPUT, crds_digest, workshop
from generator.ledger import Source
from generator.publish import Outcome, Published, Request, tips
from generator.unchanged import pins_hold

_PLAIN = ("100644", "100755")


@dataclass(frozen=True, slots=True)
class Since:
    """What a publication begins with: its source commit, and the tenants' files that have changed since the census.

    A file is true where it is there now. Without a census the whole fleet has to be rendered; it is kept by `key`, if at all.
    """

    source: Source
    key: str = ""
    census: Census | None = None
    files: Mapping[str, bool] = field(default_factory=dict)


def begin(request: Request, cache: Cache, crds: Path) -> Published | Since:
    """Where nothing has to be rendered, what came of it; else what is to be rendered."""
    source = provenance.head(request.root)
    if not request.dry_run:
        refs.identify(request.root)
    if dirty := provenance.uncommitted(request.root, source):
        return Published(source, problems=tuple(dirty))
    if cache.folder is None or request.environments or request.suffix or request.overwrite:
        return Since(source)
    key = key_of(request.root, crds)
    try:
        census = _census(request, source, cache, key)
        files = _changed_files(request.root, census, source)
        return Since(source, key, census, files) if files else Published(source, _unmoved(request, census))
    except WholeFleetError:
        return Since(source, key)


def key_of(root: Path, crds: Path) -> str:
    """By what the census of a clone is kept, as this very generator has taken it."""
    return digest(workshop(), str(root), str(crds.is_dir()), crds_digest(crds))


def kept_census(cache: Cache, key: str) -> Census:
    """The census of the last publication; WholeFleetError where there is none. The clone may lack its commit."""
    raw = cache.get("census", key)
    if raw is None:
        raise WholeFleetError
    return from_bytes(raw)


def _census(request: Request, source: Source, cache: Cache, key: str) -> Census:
    """The same, where this publication may follow it: a shallow clone cannot tell."""
    census = kept_census(cache, key)
    root = request.root
    if not census.is_of(day_of(source)) or git.is_shallow(root) or not git.follows(root, census.source, source.id):
        raise WholeFleetError
    return census


def _changed_files(root: Path, census: Census, source: Source) -> dict[str, bool]:
    """The tenants' files that differ since the census; WholeFleetError where another file does."""
    folders = [f"{source.prefix}{name}" for name in INPUT]
    found = {}
    for path, entry in git.changed(root, census.source, source.id, folders).items():
        name = path.removeprefix(source.prefix)
        if owner_of(name) is None or (entry is not None and entry.mode not in _PLAIN):
            raise WholeFleetError
        found[name] = entry is not None
    return found


def _unmoved(request: Request, census: Census) -> tuple[Outcome, ...]:
    """What is said of each environment where nothing is new; WholeFleetError where a branch is not where the census saw it."""
    if tips(request.root, list(census.tips), request.remote) != census.tips or not pins_hold(
        request.root, census.terms.pins
    ):
        raise WholeFleetError
    return tuple(
        Outcome(environment, branch, "unchanged", census.tips[branch])
        for environment, branch in census.branches.items()
    )


def keep(
    begun: Since,
    request: Request,
    cache: Cache,
    outcomes: Sequence[Outcome],
    rows: Rows,
    terms: Terms,
) -> None:
    """Remember a publication of all environments in which nothing was held back."""
    if request.dry_run or any(outcome.state not in ("published", "unchanged") for outcome in outcomes):
        return
    branches = {outcome.environment: outcome.branch for outcome in outcomes}
    found = {outcome.branch: outcome.commit for outcome in outcomes}
    census = Census(begun.source.id, day_of(begun.source), branches, found, terms, rows)
    cache.put("census", begun.key, to_bytes(census))


def day_of(source: Source) -> date:
    """The day by which waivers expire."""
    return datetime.fromtimestamp(source.commit.committer.seconds, UTC).date()
