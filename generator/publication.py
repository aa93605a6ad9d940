"""What `quad publish` does to each environment's branch: publish, hold back, refuse or leave it; `publish.py` carries it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from generator import git, provenance, refs
from generator.diagnostics import Diagnostic, ToolError, has_errors
from generator.diff import attribute, compare
from generator.holding import argocd_path, blame, builds_itself, catalogue_differs, clashes, tenants_in
from generator.judgement import Case, judged
from generator.ledger import UNEQUAL, Record, Source, catalogues_of, check_of
from generator.model import Fleet
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
from generator.rendering import Rendering, Tools, compose, object_in, opened, render_source, spec_in
from generator.schema import resolved
from generator.snapshot import Snapshot, of_commit
from generator.staging import staged
from generator.summary import summary
from generator.tip import UNSHALLOW, Tip, kept_snapshot, tip_problems

Judge = Callable[[Case, Fleet], Sequence[Diagnostic]]
"""Says what is wrong with going from one tree of an environment to the next."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asks for: `environments` all where empty, `overwrite` the tips that may be published over."""

    root: Path
    environments: tuple[str, ...] = ()
    remote: str = ""
    suffix: str = ""
    keep_going: bool = False
    dry_run: bool = False
    overwrite: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Published:
    """What became of each environment, and all problems; no environment where the source as a whole is at fault."""

    source: Source
    outcomes: tuple[Outcome, ...] = ()
    problems: tuple[Diagnostic, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether anything kept an environment or a tenant back."""
        return has_errors(self.problems) or any(outcome.state == "refused" for outcome in self.outcomes)


@dataclass(frozen=True, slots=True)
class _Job:
    request: Request
    tools: Tools
    judge: Judge
    source: Source
    fleet: Fleet
    folder: Path


def judge(case: Case, fleet: Fleet) -> Sequence[Diagnostic]:
    """What the change destroys that no allowance permits."""
    changes = [
        change
        for before, after in case.pairs
        for change in attribute(compare(before, after), fleet.repository, fleet.tenants, before, after)
    ]
    return judged(case, changes)[1]


def publish(request: Request, tools: Tools, judge: Judge = judge) -> Published:
    """Render the commit that is checked out and publish its environments."""
    source = provenance.head(request.root)
    if not request.dry_run:
        refs.identify(request.root)
    if dirty := provenance.uncommitted(request.root, source):
        return Published(source, problems=tuple(dirty))
    with staged(git.folder(request.root) / "quadrangle") as folder:
        fleet, whose = opened(request.root, source, folder / "source")
        if whose.general or fleet.repository.fleet is None:
            return Published(source, problems=tuple(fleet.problems))
        return _publish(_Job(request, tools, judge, source, fleet, folder / "trees"))


def _publish(job: _Job) -> Published:
    request = job.request
    assert job.fleet.repository.fleet is not None
    branches = branches_of(job.fleet.repository.fleet.data)
    if unknown := [name for name in request.environments if name not in branches]:
        raise RequestError("environment", unknown[0], tuple(branches))
    chosen = {name: branch for name, branch in branches.items() if name in (request.environments or branches)}
    rendering: Rendering | None = None

    def plan(found: Sequence[Place]) -> list[Planned]:
        nonlocal rendering
        _known(request.overwrite, found)
        early = {place.environment: _early(job, place) for place in found}
        if all(early.values()):
            return [outcome for outcome in early.values() if outcome]
        if rendering is None:
            leave = {name for name in branches if name not in chosen or early[name]}
            rendering = _render(job, leave)
        made = rendering
        return [early[place.environment] or _draft(job, made, place) for place in found]

    def look() -> list[Place]:
        return places(request.root, chosen, request.remote, request.suffix)

    outcomes = carry_out(request.root, look, plan, request.remote, request.dry_run)
    problems = rendering.problems if rendering else job.fleet.problems
    here = tuple(f"tenants/{name}/" for name in branches if name not in chosen)
    relevant = [problem for problem in problems if not problem.span.path.startswith(here)]
    own = [problem for outcome in outcomes for problem in outcome.problems]
    return Published(job.source, tuple(outcomes), (*relevant, *own))


def _render(job: _Job, leave: set[str]) -> Rendering:
    """Environments that cannot be published for what is known already are not rendered either."""
    if not job.request.keep_going:
        leave = leave | {environment for environment, _ in blame(job.fleet.problems, {}).own}
    return render_source(job.fleet, job.source, job.fleet.tenants, leave, job.tools, job.folder)


def _known(overwrite: frozenset[str], found: Sequence[Place]) -> None:
    if strange := overwrite - {place.tip.id for place in found}:
        help = "the branch has moved, or it is not chosen: look again at what would be overwritten"
        raise ToolError(f"{min(strange)[:12]} is not the tip of a branch that is to be published", help)


def _early(job: _Job, place: Place) -> Outcome | None:
    """What can be said before anything is rendered: the branch is not ours, or is further than we are."""
    tip = place.tip
    if job.request.suffix and not tip.id:
        help = "publish once without --next: there must be a branch that changes are proposed to"
        raise ToolError(f"there is no {place.branch.removesuffix(job.request.suffix)} yet", help)
    if tip.id in job.request.overwrite:
        return None
    if problems := tip_problems(tip):
        return refused(place, problems)
    if tip.record is None or tip.record.source == job.source.id:
        return None
    return _by_age(job, place, tip.record)


def _by_age(job: _Job, place: Place, record: Record) -> Outcome | None:
    root, ours, theirs = job.request.root, job.source.id, record.source
    known = git.resolve(root, theirs) is not None
    if known and git.is_ancestor(root, theirs, ours):
        return None
    if known and git.is_ancestor(root, ours, theirs):
        said = f"it is at {theirs[:12]} of the source already, which is newer than {ours[:12]}"
        return Outcome(place.environment, place.branch, "older", place.tip.id, (said,))
    if git.is_shallow(root):
        raise ToolError(
            f"this clone cannot tell whether {theirs[:12]}, published last, is older than its own commit", UNSHALLOW
        )
    message = f"`{place.branch}` was published from {theirs[:12]}, which is not in the history of {ours[:12]}"
    help = f"publish from the branch that holds both; or `--overwrite {place.tip.id}`"
    return refused(place, [about(place, "source-diverged", message, help)])


def _draft(job: _Job, rendering: Rendering, place: Place) -> Planned:
    """The commit for one environment, or why there is none; tenants with problems are held where that was asked for."""
    environment = place.environment
    broken = {name for where, name in rendering.blame.own if where == environment}
    rendered = set(rendering.tenants.get(environment, {}))
    if rendering.blame.general or (rendered and rendered <= broken):
        return refused(place, [])  # the catalogue's fault, not the tenants'
    before = kept_snapshot(job.request.root, place.tip, environment)
    said: list[Diagnostic] = []
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


def _case(job: _Job, place: Place, before: Snapshot, after: Snapshot) -> Case:
    day = datetime.fromtimestamp(job.source.commit.committer.seconds, UTC).date()
    sources = {place.environment: place.tip.record.source} if place.tip.record else {}
    return Case(job.request.root, job.fleet.repository, job.source.id, [(before, after)], day, job.tools.crds, sources)


def _claimed(
    job: _Job, rendering: Rendering, environment: str, trees: Mapping[str, Snapshot], broken: set[str]
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
        if new
        and builds_itself(object_in(tree, argocd_path(name)))
        and catalogue_differs(new, tree, spec_in(tree, name))
    ]


def _drafted(
    job: _Job,
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
    entries = entries_of(after)
    overwrites = place.tip.id if place.tip.id in job.request.overwrite else ""
    record = Record(
        job.source.id,
        job.source.commit.tree,
        provenance.generator(),
        check_of(entries),
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
