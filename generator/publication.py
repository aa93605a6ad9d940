"""What `quad publish` does to each environment's branch: publish, hold back, refuse or leave it; `publish.py` carries it out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache

from generator import git
from generator.census import Terms, WholeFleetError
from generator.crossing import Standing, crossed, standing
from generator.diagnostics import Diagnostic, ToolError
from generator.diff import attribute, compare
from generator.drafting import Job, Judge, draft
from generator.holding import blame
from generator.judgement import Case, judged
from generator.ledger import Record
from generator.model import Fleet
from generator.part import rows_of
from generator.partial import open_part, render_part
from generator.publish import (
    Outcome,
    Place,
    Plan,
    Planned,
    Published,
    Request,
    RequestError,
    about,
    beside_of,
    branches_of,
    carry_out,
    places,
    refused,
)
from generator.remembered import keep_valid
from generator.rendering import Rendering, Tools, input_at, opened, render_source
from generator.schema import resolved
from generator.since import Since, begin, keep
from generator.staging import staged
from generator.tip import UNSHALLOW, tip_problems
from generator.trees import is_of_its_name
from generator.waivers import waivers_of


def judge(case: Case, fleet: Fleet) -> Sequence[Diagnostic]:
    """What the change destroys that no allowance permits; where there was no tree, there was nothing to be destroyed."""
    if not any(before.ids for before, _ in case.pairs):
        return judged(case, [])[1]
    changes = [
        change
        for before, after in case.pairs
        for change in attribute(compare(before, after), fleet.repository, fleet.tenants, before, after)
    ]
    return judged(case, changes)[1]


def publish(request: Request, tools: Tools, judge: Judge = judge, since: Since | None = None) -> Published:
    """Render the commit that is checked out and publish its environments; `since` where somebody has looked what changed."""
    begun = since or begin(request, tools.how.cache, tools.crds)
    if isinstance(begun, Published):
        return begun
    try:
        return _part(request, tools, judge, begun)
    except WholeFleetError:
        return _whole(request, tools, judge, begun)


def _part(request: Request, tools: Tools, judge: Judge, begun: Since) -> Published:
    """Publish what differs from the last publication; WholeFleetError where that may not be all, or there is much to say."""
    census, source = begun.census, begun.source
    if census is None:
        raise WholeFleetError
    with staged(git.folder(request.root) / "quadrangle") as folder:
        part = open_part(request.root, source, census, begun.files, tools.how.cache)
        job = Job(request, tools, judge, source, part.fleet, folder / "trees")
        rendering: Rendering | None = None

        def render(found: Sequence[Place]) -> Rendering:
            nonlocal rendering
            rendering = render_part(part, request.root, source, tools, found, job.folder)
            return rendering

        def plan(found: Sequence[Place]) -> Sequence[Planned]:
            planned = _plan(job, found, render, {environment for environment, _ in part.changed})
            if any(item.problems or (isinstance(item, Outcome) and item.state != "unchanged") for item in planned):
                raise WholeFleetError
            return planned

        outcomes = _carried_out(job, census.branches, plan)
    if rendering is not None:
        keep(begun, request, tools.how.cache, outcomes, part.rows, replace(census.terms, waived=rendering.waived))
    return Published(source, tuple(outcomes))


def _whole(request: Request, tools: Tools, judge: Judge, begun: Since) -> Published:
    with staged(git.folder(request.root) / "quadrangle") as folder:
        fleet, whose = opened(request.root, begun.source, folder / "source", tools.how.cache)
        if whose.general or fleet.repository.fleet is None:
            return Published(begun.source, problems=tuple(fleet.problems))
        done, rendering = _publish(Job(request, tools, judge, begun.source, fleet, folder / "trees"))
    if begun.key and rendering is not None and not done.problems:
        until = tuple(waiver.until for waiver in waivers_of(fleet.repository.fleet))
        terms = Terms(until, rendering.waived, tuple(fleet.repository.pins))
        keep(begun, request, tools.how.cache, done.outcomes, rows_of(fleet), terms)
        keep_valid(request.root, input_at(request.root, begun.source), fleet, tools.how.cache)
    return done


def _publish(job: Job) -> tuple[Published, Rendering | None]:
    request = job.request
    assert job.fleet.repository.fleet is not None
    branches = branches_of(job.fleet.repository.fleet.data)
    if unknown := [name for name in request.environments if name not in branches]:
        raise RequestError("environment", unknown[0], tuple(branches))
    chosen = {name: branch for name, branch in branches.items() if name in (request.environments or branches)}
    rendering: Rendering | None = None

    def render(found: Sequence[Place]) -> Rendering:
        nonlocal rendering
        if rendering is None:
            going = {place.environment for place in found if not _early(job, place)}
            rendering = _render(job, branches.keys() - going)
        return rendering

    outcomes = _carried_out(job, chosen, lambda found: _plan(job, found, render))
    problems = rendering.problems if rendering else job.fleet.problems
    here = tuple(f"tenants/{name}/" for name in branches if name not in chosen)
    relevant = [problem for problem in problems if not problem.span.path.startswith(here)]
    own = [problem for outcome in outcomes for problem in outcome.problems]
    return Published(job.source, tuple(outcomes), (*relevant, *own)), rendering


def _carried_out(job: Job, branches: Mapping[str, str], plan: Plan) -> list[Outcome]:
    request = job.request

    def look() -> list[Place]:
        return places(request.root, branches, request.remote, request.suffix)

    return carry_out(request.root, look, plan, request.remote, request.dry_run)


def _plan(
    job: Job,
    found: Sequence[Place],
    render: Callable[[Sequence[Place]], Rendering],
    touched: Collection[str] | None = None,
) -> Sequence[Planned]:
    """What is to be done; `touched` are the environments in which anything is new, where that is known."""
    _known(job.request.overwrite, found)
    early = {place.environment: _early(job, place) or _untouched(place, touched) for place in found}
    if all(early.values()):
        return [outcome for outcome in early.values() if outcome]
    return _uncrossed(job, render(found), early, found)


def _uncrossed(
    job: Job, rendering: Rendering, early: Mapping[str, Outcome | None], found: Sequence[Place]
) -> list[Planned]:
    """What is planned for each branch, until nothing that only one tenant can have would stand on two of them."""
    request, against = job.request, dict[str, list[Diagnostic]]()
    assert job.fleet.repository.fleet is not None
    settings, schema = job.fleet.repository.fleet.data, resolved(job.fleet.repository)

    @cache
    def beside() -> Sequence[Standing]:
        others = beside_of(request.root, settings, [place.branch for place in found], request.remote)
        made = [standing(request.root, place) for place in others]
        return [each for each in made if is_of_its_name(each.tree)]

    planned = [early[place.environment] or draft(job, rendering, place) for place in found]
    while news := crossed(schema, request.root, found, planned, beside, job.fleet.tenants):
        for environment, said in news.items():
            against.setdefault(environment, []).extend(said)
        planned = [
            draft(job, rendering, place, against[place.environment]) if place.environment in news else item
            for place, item in zip(found, planned, strict=True)
        ]
    return planned


def _render(job: Job, leave: set[str]) -> Rendering:
    """Environments that cannot be published for what is known already are not rendered either."""
    if not job.request.keep_going:
        leave = leave | {environment for environment, _ in blame(job.fleet.problems, {}).own}
    return render_source(job.fleet, job.source, job.fleet.tenants, leave, job.tools, job.folder)


def _known(overwrite: frozenset[str], found: Sequence[Place]) -> None:
    if strange := overwrite - {place.tip.id for place in found}:
        help = "the branch has moved, or it is not chosen: look again at what would be overwritten"
        raise ToolError(f"{min(strange)[:12]} is not the tip of a branch that is to be published", help)


def _early(job: Job, place: Place) -> Outcome | None:
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


def _untouched(place: Place, touched: Collection[str] | None) -> Outcome | None:
    if touched is None or place.environment in touched:
        return None
    return Outcome(place.environment, place.branch, "unchanged", place.tip.id)


def _by_age(job: Job, place: Place, record: Record) -> Outcome | None:
    root, ours, theirs = job.request.root, job.source.id, record.source
    if git.follows(root, theirs, ours):
        return None
    known = git.resolve(root, theirs) is not None
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
