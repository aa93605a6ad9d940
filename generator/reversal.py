"""What keeps a tenant from going back: a release that would fall, what it would destroy, and what others have taken since."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from generator import provenance
from generator.crossing import Standing, crossed, standing
from generator.diagnostics import Diagnostic, ToolError
from generator.diff import compare
from generator.holding import tenants_in
from generator.judgement import Case, judged
from generator.ledger import Source
from generator.model import Repository
from generator.publish import Draft, Place, beside_of
from generator.rendering import opened, spec_in
from generator.schema import resolved
from generator.snapshot import Snapshot
from generator.soaking import at_commit, revisions
from generator.trees import is_of_its_name, only
from generator.upgrade.classes import class_of
from generator.upgrade.passport import Passport, passport_of
from generator.upgrade.plan import RAISING


@dataclass(frozen=True, slots=True)
class Judges:
    """The fleet whose schemas and allowances judge, and the commit it is read from."""

    root: Path
    repository: Repository
    source: Source
    crds: Path


def judges(root: Path, commits: Sequence[str], crds: Path, folder: Path) -> Judges:
    """By the first of the source commits whose fleet can be read: what is broken now may be why somebody goes back."""
    for commit in commits:
        source = provenance.source(root, commit)
        fleet, whose = opened(root, source, folder / commit)
        if fleet.repository.fleet is not None and not whose.general:
            return Judges(root, fleet.repository, source, crds)
    raise ToolError("neither the fleet of this commit nor the one published can be read", "`quad validate` says why")


def kept_back(by: Judges, now: Snapshot, then: Snapshot, names: Collection[str]) -> dict[str, str]:
    """By tenant, in words, why it cannot be as it was then."""
    old = tenants_in(then.ids)
    found = {}
    for name in sorted(set(names) & tenants_in(now.ids)):
        if name not in old:
            found[name] = "was not there yet"
        elif words := _older_code(by, _release(now, name), _release(then, name), _floor(by, name)):
            found[name] = words
    rest = set(names) & old - found.keys()
    lost: dict[str, str] = {}
    for name, words in _lost(by, only(now, rest), only(then, rest)):
        lost.setdefault(name, words)
    return {**found, **lost}


def _lost(by: Judges, now: Snapshot, then: Snapshot) -> Iterator[tuple[str, str]]:
    day = datetime.fromtimestamp(by.source.commit.committer.seconds, UTC).date()
    case = Case(by.root, by.repository, by.source.id, [(now, then)], day, by.crds)
    for problem in judged(case, compare(now, then))[1]:
        for name in problem.tenants if problem.severity == "error" else ():
            yield name, problem.message


def taken(by: Judges, place: Place, draft: Draft, back: Collection[str], remote: str) -> list[Diagnostic]:
    """What those who come back claim and others have by now, on this branch or on another."""
    assert by.repository.fleet is not None
    settings = by.repository.fleet.data

    def beside() -> list[Standing]:
        others = [standing(by.root, other) for other in beside_of(by.root, settings, [place.branch], remote)]
        here = Standing(place.branch, draft.tree, frozenset(tenants_in(draft.tree.ids) - set(back)))
        return [here, *(other for other in others if is_of_its_name(other.tree))]

    found = crossed(resolved(by.repository), by.root, [place], [draft], beside, ())
    help = "roll others back, by `--tenant`; or whoever has it now gives it up first"
    return [replace(problem, help=help) for problem in found.get(place.environment, ())]


def _release(tree: Snapshot, tenant: str) -> Mapping[str, str]:
    release: Mapping[str, str] = spec_in(tree, tenant)["release"]
    return release


def _floor(by: Judges, tenant: str) -> str:
    """The lowest version that the tenant's database takes, as the fleet says now; empty where it says nothing."""
    said = (file.document.data for file in by.repository.tenants if file.stem == tenant)
    release = next((data.get("release") for data in said if isinstance(data, Mapping)), None)
    return str(release.get("floor", "")) if isinstance(release, Mapping) else ""


def _older_code(by: Judges, now: Mapping[str, str], then: Mapping[str, str], floor: str) -> str:
    """Why the database of now is too new for the code of then, or nothing."""
    version, earlier = now["version"], then["version"]
    if falls(version, earlier):
        return f"release {version} would fall to {earlier}"
    if floor and falls(floor, earlier):
        return f"its database was on {floor} once, and {earlier} is older"
    if version != earlier or now.get("image") == then.get("image"):
        return ""
    images = [_passport(by.root, version, str(release.get("image"))) for release in (then, now)]
    if images[0] is None or images[1] is None:
        return f"its image of {earlier} was another, and no passport says what that does with a database"
    found = class_of(images[0], images[1])
    return f"its image of {earlier} was an older one: {found.reasons[0]}" if found.letter in (*RAISING, "N") else ""


def _passport(root: Path, version: str, image: str) -> Passport | None:
    """The passport that a release had when its image was this one."""
    path = f"overlays/releases/{version}.yaml"
    for commit, _ in revisions(root, path):
        document = at_commit(root, commit, path)
        if document is not None and isinstance(document.data, Mapping) and document.data.get("image") == image:
            return passport_of(document.data)
    return None


def falls(version: str, to: str) -> bool:
    """Whether the second release is older, by its numbers."""
    before, after = ([int(number) for number in re.findall(r"\d+", text)] for text in (version, to))
    return after < before
