"""The commit that one environment's branch gets, or why it gets none; `publication.py` asks for it, `publish.py` makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from generator import git, identity
from generator.diagnostics import Diagnostic
from generator.holding import blame, catalogue_differs, clashes, tenants_in
from generator.judgement import Case
from generator.ledger import UNEQUAL, Record, Source, catalogues_of, check_of
from generator.model import Fleet
from generator.publish import Draft, Outcome, Place, Planned, Request, about, differing, entries_of, refused
from generator.recognition import recognised
from generator.rendering import Rendering, Tools, compose, reads_catalogue, spec_in
from generator.schema import resolved
from generator.snapshot import Snapshot, of_commit
from generator.summary import summary
from generator.tip import Tip, kept_snapshot, listed

Judge = Callable[[Case, Fleet], Sequence[Diagnostic]]
"""Says what is wrong with going from one tree of an environment to the next."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run of `quad publish`: what was asked for, and the fleet as the source commit has it."""

    request: Request
    tools: Tools
    judge: Judge
    source: Source
    fleet: Fleet
    folder: Path


def draft(job: Job, rendering: Rendering, place: Place, against: Sequence[Diagnostic] = ()) -> Planned:
    """The commit for one environment, or why there is none; tenants with problems are held where that was asked for.

    `against` are problems that only all environments together have.
    """
    environment = place.environment
    broken = {
        name for where, name in (rendering.blame.own.keys() | blame(against, {}).own.keys()) if where == environment
    }
    rendered = set(rendering.tenants.get(environment, {}))
    if rendering.blame.general or (rendered and rendered <= broken):
        return refused(place, against)  # the catalogue's fault, not the tenants'
    before = kept_snapshot(job.request.root, place.tip, environment)
    said = list(against)
    while True:
        if broken and not job.request.keep_going:
            return refused(place, said)
        held = _held(place.tip, before, broken)
        trees = {name: of_commit(job.request.root, commit, environment, commit[:12]) for name, commit in held.items()}
        if stuck := _stuck(place, rendering, trees):
            return refused(place, [*said, *stuck])
        left_out = tuple(sorted(broken - held.keys()))
        after = compose(rendering, environment, trees, held, left_out, job.tools)
        found = [
            *_claimed(job, rendering, environment, trees, broken),
            *job.judge(_case(job, place, before, after), job.fleet),
        ]
        said += [problem for problem in found if problem not in said]
        whose = blame(found, dict.fromkeys(rendered, environment))
        more = {name for where, name in whose.own if where == environment} - broken
        if whose.general or (more and not job.request.keep_going):
            return refused(place, said)
        if not more:
            return _drafted(job, place, before, after, held, left_out, said)
        broken |= more


def _case(job: Job, place: Place, before: Snapshot, after: Snapshot) -> Case:
    day = datetime.fromtimestamp(job.source.commit.committer.seconds, UTC).date()
    sources = {place.environment: place.tip.record.source} if place.tip.record else {}
    trees = recognised(before, after, job.tools.how.cache), after
    return Case(job.request.root, job.fleet.repository, job.source.id, [trees], day, job.tools.crds, sources)


def _claimed(
    job: Job, rendering: Rendering, environment: str, trees: Mapping[str, Snapshot], broken: set[str]
) -> list[Diagnostic]:
    """Tenants that claim what a held one still has: its file may give a host up, its tree does not."""
    if not trees:
        return []
    others = {name: spec for name, spec in rendering.tenants.get(environment, {}).items() if name not in broken}
    found = clashes(resolved(job.fleet.repository), {name: spec_in(tree, name) for name, tree in trees.items()}, others)
    files = {tenant.name: tenant.document for tenant in job.fleet.tenants if tenant.environment == environment}
    help = "mend the tenant that is held, or wait with this claim until it is published"
    return [
        Diagnostic("claimed-by-held", words, files[name].value(("name",)), help=help) for name, words in found.items()
    ]


def _held(tip: Tip, before: Snapshot, broken: set[str]) -> dict[str, str]:
    """At which commit of the branch each broken tenant has its last good tree: this one, or the one it was held at."""
    there = tenants_in(before.ids)
    earlier = tip.record.held if tip.record else {}
    return {name: earlier.get(name, tip.good.id) for name in sorted(broken & there) if tip.good}


def _stuck(place: Place, rendering: Rendering, trees: Mapping[str, Snapshot]) -> list[Diagnostic]:
    """The tenants that cannot be held: Argo CD builds their overlays, from a catalogue that is another now."""
    new = rendering.trees.get(place.environment)
    return [
        about(
            place,
            "cannot-hold",
            f"`{name}` cannot be held: Argo CD builds its overlay with the catalogue of its ring, which has changed",
            "mend the tenant; or set `argocd.source: manifests`, where tenants stand by themselves",
        )
        for name, tree in trees.items()
        if new and reads_catalogue(tree, name) and catalogue_differs(new, tree, spec_in(tree, name))
    ]


def _drafted(
    job: Job,
    place: Place,
    before: Snapshot,
    after: Snapshot,
    held: Mapping[str, str],
    left_out: tuple[str, ...],
    said: Sequence[Diagnostic],
) -> Planned:
    lines = differing(place.tip, after, UNEQUAL)
    if not lines and place.tip.good:
        return Outcome(place.environment, place.branch, "unchanged", place.tip.id, problems=tuple(said))
    if _is_forged(job, place.tip, held, left_out):
        return refused(place, [*said, _forged(place, lines)])
    entries = entries_of(after)
    overwrites = place.tip.id if place.tip.id in job.request.overwrite else ""
    record = Record(
        job.source.id,
        job.source.commit.tree,
        identity.generator(),
        check_of(entries, _unchanged(job, place, lines)),
        catalogues_of(entries),
        held,
        left_out,
        overwrites=overwrites,
    )
    body = summary(before, after, held, left_out)
    if place.tip.record and place.tip.record.rolled_back_to:
        body = (*body, f"This undoes the rollback to {place.tip.record.rolled_back_to[:12]}.")
    subject = f"{job.source.id[:12]}: {job.source.commit.subject}"
    return Draft(place, after, subject, body, record, job.source.commit.committer.date, tuple(said))


def _unchanged(job: Job, place: Place, lines: Sequence[str]) -> dict[str, str]:
    """The folders of tenants in which no file differs from the tip's, with the ids that git gave them."""
    touched = {path.split("/")[1] for path in (line.partition(" ")[2] for line in lines) if path.startswith("tenants/")}
    there = git.folders(job.request.root, place.tip.id, "tenants") if place.tip.id else {}
    return {f"tenants/{name}": id for name, id in there.items() if name not in touched}


def _is_forged(job: Job, tip: Tip, held: Mapping[str, str], left_out: tuple[str, ...]) -> bool:
    """Whether the tip says that this very generator made it of this very source: then it would have the tree that we made."""
    record = tip.record
    return (
        record is not None
        and tip.id not in job.request.overwrite
        and not record.rolled_back_to
        and (record.source, record.generator) == (job.source.id, identity.generator())
        and (record.held.keys(), record.left_out) == (held.keys(), left_out)
    )


def _forged(place: Place, lines: list[str]) -> Diagnostic:
    message = f"`{place.branch}` does not have the tree that its own Source-Commit makes, though its Tree-Check says so"
    help = f"find out who made {place.tip.id[:12]}; `--overwrite {place.tip.id}` publishes over it and keeps it in the history"
    return about(place, "branch-forged", message, help, listed(lines))
