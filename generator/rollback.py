"""What `quad rollback` puts on a branch: a tree, or some tenants, as at an earlier commit of it. Always a new commit.

A tenant whose release would fall, that would lose something, or that was not there yet, stays as it is: a database is restored,
never stepped down, and to leave a tenant out would delete it. Nobody comes back who would take what another has by now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from generator import git, identity, provenance, refs
from generator.diagnostics import ToolError
from generator.holding import (
    catalogue_differs,
    claims,
    hold,
    listed_claims,
    tenant_of,
    tenants_in,
)
from generator.ledger import METADATA, Record, catalogues_of, check_of
from generator.publish import (
    Draft,
    Outcome,
    Place,
    Planned,
    RequestError,
    about,
    branches_of,
    carry_out,
    differing,
    entries_of,
    places,
    refused,
)
from generator.rendering import Tools, opened, reads_catalogue, spec_in, with_pages, with_roots
from generator.reversal import Judges, judges, kept_back, taken
from generator.snapshot import Snapshot, of_commit
from generator.snapshot import differing as paths_differing
from generator.staging import staged
from generator.summary import named, summary
from generator.tip import UNSHALLOW, Step, kept_snapshot, steps, tip_problems

_BY = ", rolled back by "


@dataclass(frozen=True, slots=True)
class Rollback:
    """What the user asks for; all tenants where none is named."""

    root: Path
    environment: str
    to: str
    tenants: tuple[str, ...] = ()
    remote: str = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class _Trees:
    """The branch as it is and as it was, and which tenants change and which must stay, with the reason."""

    now: Snapshot
    then: Snapshot
    back: frozenset[str]
    stay: Mapping[str, str]


def rollback(request: Rollback, tools: Tools) -> Outcome:
    """Put the environment, or some tenants of it, back to how they were at a commit of its branch."""
    source = provenance.head(request.root)
    branches = branches_of(provenance.fleet_at(request.root, source))
    if request.environment not in branches:
        raise RequestError("environment", request.environment, tuple(branches))
    if not request.dry_run:
        refs.identify(request.root)
    chosen = {request.environment: branches[request.environment]}
    with staged(git.folder(request.root) / "quadrangle") as folder:

        @cache
        def by(published: str) -> Judges:
            return judges(request.root, (source.id, published), tools.crds, folder / "judges" / published)

        def plan(found: Sequence[Place]) -> list[Planned]:
            return [_plan(request, found[0], by, tools, folder)]

        def look() -> list[Place]:
            return places(request.root, chosen, request.remote)

        return carry_out(request.root, look, plan, request.remote, request.dry_run)[0]


def _plan(request: Rollback, place: Place, judge: Callable[[str], Judges], tools: Tools, folder: Path) -> Planned:
    if problems := tip_problems(place.tip):
        return refused(place, problems)
    target, tip = _target(request, place), place.tip.good
    assert tip is not None
    assert tip.record is not None
    by = judge(tip.record.source)
    trees = _trees(request, by, place, target)
    planned = _put_together(request, place, trees, target, tools, folder)
    problems = taken(by, place, planned, trees.back, request.remote) if isinstance(planned, Draft) else []
    return refused(place, problems) if problems else planned


def _put_together(request: Rollback, place: Place, trees: _Trees, target: Step, tools: Tools, folder: Path) -> Planned:
    tip = place.tip.good
    assert tip is not None
    if request.tenants:
        base, others, kept, at = trees.now, trees.back, tip, target
    else:
        base, others, kept, at = trees.then, frozenset(trees.stay), target, tip
    assert kept.record is not None
    assert at.record is not None
    held = {name: at.record.held.get(name, at.id) for name in others}
    sources = {name: of_commit(request.root, commit, base.environment, commit[:12]) for name, commit in held.items()}
    if stuck := [name for name, tree in sorted(sources.items()) if _is_stuck(base, tree, name)]:
        help = "roll the whole environment back; or set `argocd.source: manifests`, where tenants stand by themselves"
        message = (
            f"`{stuck[0]}` cannot stand beside the others: Argo CD builds its overlay, and the catalogue has changed"
        )
        return refused(place, [about(place, "cannot-hold", message, help)])
    tree = base
    if sources:
        tree = hold(base, sources, (), {name: spec_in(source, name) for name, source in sources.items()})
        if claims(tree.ids) != listed_claims(tree.ids):
            tree = _with_roots(request, kept.record, tree, tools, folder)
        tree = _with_pages(tree, {**kept.record.held, **held})
    return _drafted(place, tree, trees, kept.record, held, target)


def _with_roots(request: Rollback, record: Record, tree: Snapshot, tools: Tools, folder: Path) -> Snapshot:
    """Roots for shards that neither tree had together, made from the source of the tree below as verifying would."""
    place = folder / record.source
    fleet, whose = opened(request.root, provenance.source(request.root, record.source), place / "source")
    if whose.general or fleet.repository.fleet is None:
        message = f"this version of quad cannot read {record.source[:12]} to list the shards"
        raise ToolError(message, "use the version that published it")
    return with_roots(fleet, tree, tools, place / "roots")


def _with_pages(tree: Snapshot, held: Mapping[str, str]) -> Snapshot:
    names = sorted(tenants_in(tree.ids))
    at = {name: commit for name, commit in held.items() if name in names}
    return with_pages(tree, [spec_in(tree, name) for name in names], at, tree.read([METADATA])[METADATA])


def _target(request: Rollback, place: Place) -> Step:
    """The commit that is meant; one of the branch's own, that quad published."""
    ours = []
    for step in steps(request.root, place.tip.id) if place.tip.id else ():
        if step.record:
            ours.append(step.id[:12])
            if len(request.to) >= 4 and step.id.startswith(request.to.lower()):  # noqa: PLR2004  # git's own least
                return step
    if git.is_shallow(request.root):
        raise ToolError(f"this clone has no commit {request.to} of {place.branch}, nor all there are", UNSHALLOW)
    raise RequestError(f"commit that quad published on {place.branch}", request.to, ours)


def _trees(request: Rollback, by: Judges, place: Place, target: Step) -> _Trees:
    now = kept_snapshot(request.root, place.tip, place.environment)
    then = of_commit(request.root, target.id, place.environment, target.id[:12])
    new, old = tenants_in(now.ids), tenants_in(then.ids)
    if unknown := [name for name in request.tenants if name not in new | old]:
        raise RequestError(f"tenant in {place.branch}", unknown[0], sorted(new | old))
    touched = {tenant_of(path) for path in paths_differing(now, then)} - {""}
    chosen = touched & (set(request.tenants) or touched)
    stay = kept_back(by, now, then, chosen)
    return _Trees(now, then, frozenset(chosen - stay.keys()), stay)


def _is_stuck(base: Snapshot, tree: Snapshot, name: str) -> bool:
    return reads_catalogue(tree, name) and catalogue_differs(base, tree, spec_in(tree, name))


def _drafted(
    place: Place, tree: Snapshot, trees: _Trees, record: Record, held: Mapping[str, str], target: Step
) -> Planned:
    said = tuple(f"{name} stays as it is: {reason}." for name, reason in trees.stay.items())
    if not differing(place.tip, tree):
        return Outcome(place.environment, place.branch, "unchanged", place.tip.id, said)
    entries = entries_of(tree)
    ours = identity.generator()
    made_by = record.generator if not held or record.generator == ours else record.generator.split(_BY)[0] + _BY + ours
    new = Record(
        record.source,
        record.source_tree,
        made_by,
        check_of(entries),
        catalogues_of(entries),
        {name: at for name, at in {**record.held, **held}.items() if name in tenants_in(tree.ids)},
        tuple(name for name in record.left_out if name not in held),
        target.id,
    )
    what = place.environment if len(trees.back) != 1 else min(trees.back)
    body = (
        *summary(trees.now, tree, {}, ()),
        *([f"Rolled back: {named(trees.back)}."] if trees.back else []),
        *said,
        "The next publication undoes this, unless the change is reverted on the source branch as well.",
    )
    return Draft(place, tree, f"Roll back {what} to {target.id[:12]}", body, new, "")
