"""What `quad verify-branch` finds: whether the commits of a rendered branch are what their trailers say.

Tree-Check shows an edit by hand, recomputing the tree from Source-Commit shows forged trailers, and a signature who did it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from generator import git, identity, provenance, snapshot
from generator.diagnostics import Diagnostic, ToolError, has_errors
from generator.ledger import METADATA, Record, Source
from generator.model import Entry
from generator.publish import Place, RequestError, about, branches_of, entries_of, places
from generator.rendering import Rendering, Tools, compose, opened, render_source
from generator.staging import staged
from generator.tip import UNSHALLOW, Step, edits, listed, steps, tip_problems


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asks for: the tips alone, everything (`all`), or what came after a commit (`since`)."""

    root: Path
    environments: tuple[str, ...] = ()
    remote: str = ""
    suffix: str = ""
    main: str = "HEAD"
    all: bool = False
    since: str = ""
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Verified:
    """Commits looked at and recomputed, what could not be, and all problems."""

    looked_at: int
    recomputed: int
    notes: tuple[str, ...]
    problems: tuple[Diagnostic, ...]


@dataclass(slots=True)
class _Job:
    """What is known so far; renderings are kept by source commit, for the branches share them."""

    request: Request
    tools: Tools
    folder: Path
    main: str
    renderings: dict[str, Rendering | None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    recomputed: int = 0
    others: int = 0


def verify(request: Request, tools: Tools) -> Verified:
    """Hold every commit that was asked for to its trailers."""
    root = request.root
    main = git.resolve(root, request.main)
    if main is None:
        raise RequestError("commit", request.main, ())
    branches = branches_of(provenance.fleet_at(root, provenance.source(root, main)))
    if unknown := [name for name in request.environments if name not in branches]:
        raise RequestError("environment", unknown[0], tuple(branches))
    chosen = {name: branch for name, branch in branches.items() if name in (request.environments or branches)}
    problems: list[Diagnostic] = []
    looked_at = 0
    with staged(git.folder(root) / "quadrangle") as folder:
        job = _Job(request, tools, folder, main)
        for place in places(root, chosen, request.remote, request.suffix):
            if not place.tip.id:
                job.notes.append(f"{place.branch} is not there yet")
                continue
            problems += tip_problems(place.tip)
            found = _chosen(job, place)
            looked_at += len(found)
            for step in found:
                problems += _verified(job, place, step)
    if job.others:
        job.notes.append(
            f"{job.others:,} of {looked_at:,} were made by other versions of quad, which alone can render them again: "
            "of these, Tree-Check and ancestry were verified"
        )
    return Verified(looked_at, job.recomputed, tuple(job.notes), tuple(problems))


def _chosen(job: _Job, place: Place) -> list[Step]:
    """The commits to look at, newest first; where the tip is no commit of ours, the newest that is."""
    since = git.resolve(job.request.root, job.request.since) if job.request.since else None
    if job.request.since and since is None:
        raise RequestError("commit", job.request.since, ())
    found = []
    for step in steps(job.request.root, place.tip.id):
        if step.id == since:
            break
        found.append(step)
        if not (job.request.all or since) and place.tip.good and step.id == place.tip.good.id:
            break
    return found


def _verified(job: _Job, place: Place, step: Step) -> list[Diagnostic]:
    """The problems of one commit. Edits by hand are said of the tip alone: what was put right later is history."""
    found = list(_signature(job, place, step)) if _signatures_wanted(job.request) else []
    if step.record is None:
        job.notes.append(
            f"{place.branch}: {step.id[:12]} was not published by quad, but by {step.commit.committer.who}"
        )
        return found
    found += _ancestry(job, place, step, step.record)
    return found or _recomputed(job, place, step, step.record)


def _signatures_wanted(request: Request) -> bool:
    return request.signed or bool(git.setting(request.root, "gpg.ssh.allowedSignersFile"))


def _signature(job: _Job, place: Place, step: Step) -> Iterator[Diagnostic]:
    code, _, error = git.attempt(job.request.root, ["verify-commit", step.made or step.id])
    if code:
        message = f"{step.id[:12]} is not signed by anyone who may publish"
        help = "find out who made it; whoever may publish is listed in the file gpg.ssh.allowedSignersFile names"
        said = git.last_words(error)
        yield about(place, "bad-signature", message, help, [f"git says: {said}"] if said else [])


def _ancestry(job: _Job, place: Place, step: Step, record: Record) -> Iterator[Diagnostic]:
    root = job.request.root
    if git.resolve(root, record.source) is None:
        if git.is_shallow(root):
            raise ToolError(f"this clone lacks the source commit {record.source[:12]} of {step.id[:12]}", UNSHALLOW)
        message = f"{step.id[:12]} says it was made from {record.source[:12]}, a commit that is not here"
        yield about(
            place, "source-unknown", message, "find out who made it; `quad publish --overwrite` mends the branch"
        )
        return
    if not git.is_ancestor(root, record.source, job.main):
        message = (
            f"{step.id[:12]} was made from {record.source[:12]}, which is not in the history of {job.request.main}"
        )
        yield about(
            place, "source-unknown", message, "only what was merged is to be published; or name the branch: --main"
        )
    source = provenance.source(root, record.source)
    if source.commit.tree != record.source_tree:
        message = f"the Source-Tree of {step.id[:12]} is not the tree of its Source-Commit"
        yield about(
            place, "branch-forged", message, "find out who made it; `quad publish --overwrite` mends the branch"
        )
    for name, at in record.held.items():
        if git.resolve(root, at) is None or not git.is_ancestor(root, at, step.id):
            message = f"{step.id[:12]} holds `{name}` at {at[:12]}, which is not on the branch before it"
            yield about(
                place, "branch-forged", message, "find out who made it; `quad publish --overwrite` mends the branch"
            )


def _recomputed(job: _Job, place: Place, step: Step, record: Record) -> list[Diagnostic]:
    if record.generator != identity.generator():
        job.others += 1
        return []
    rendering = _rendering(job, record.source)
    if rendering is None:
        message = f"{record.source[:12]}, the source of {step.id[:12]}, cannot be rendered at all"
        return [about(place, "branch-forged", message, "see `quad validate` at that commit")]
    job.recomputed += 1
    held = {
        name: snapshot.of_commit(job.request.root, commit, place.environment, commit[:12])
        for name, commit in record.held.items()
    }
    tree = compose(rendering, place.environment, held, record.held, record.left_out, job.tools)
    wanted, there = entries_of(tree), git.files(job.request.root, step.id)
    found = [*edits(wanted, there), *_metadata(wanted, there)]
    if not found:
        return []
    message = f"the tree of {step.id[:12]} is not what {record.source[:12]} makes, though its Tree-Check says so"
    help = "find out who made it; `quad publish --overwrite` puts the branch right and keeps the commit"
    return [about(place, "branch-forged", message, help, listed(found))]


def _metadata(wanted: dict[str, Entry], there: dict[str, Entry]) -> list[str]:
    return [f"changed {METADATA}"] if wanted[METADATA] != there.get(METADATA) else []


def _rendering(job: _Job, commit: str) -> Rendering | None:
    if commit not in job.renderings:
        source = provenance.source(job.request.root, commit)
        job.renderings[commit] = _rendered(job, source)
    return job.renderings[commit]


def _rendered(job: _Job, source: Source) -> Rendering | None:
    folder = job.folder / source.id
    fleet, whose = opened(job.request.root, source, folder / "source")
    if whose.general or fleet.repository.fleet is None:
        return None
    leave = {tenant.environment for tenant in fleet.tenants} - set(job.request.environments)
    leave = leave if job.request.environments else set()
    rendering = render_source(fleet, source, fleet.tenants, leave, job.tools, folder / "trees")
    return None if has_errors(rendering.blame.general) else rendering
