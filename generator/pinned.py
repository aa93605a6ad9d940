"""What is said of problems in rings that are pinned to an older catalogue: which commit, which rings, and what helps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from generator.diagnostics import Diagnostic, Related, Span
from generator.model import SHORT, Catalogue, Repository

_FOLDER = "overlays/"


def at(path: str, commit: str) -> str:
    """`overlays/base/rollout.yaml@1a2b3c4`: no file of the working tree, so that nobody is sent to the wrong line."""
    return f"{path}@{commit[:SHORT]}" if commit else path


def inherited(problem: Diagnostic, rings: Sequence[str], commit: str) -> Diagnostic:
    """A problem of the catalogue itself at a commit: nothing in the working tree can mend it, and it says so.

    `rings` may be empty where it is not known which ones are pinned there.
    """
    one = rings[0] if len(rings) == 1 else "RING"
    help = f"`quad ring pin {one} COMMIT` with a commit that mends it, or `quad ring unpin {one}`"
    if problem.code == "unknown-path":  # the old catalogue is as it was; the schema beside it is not
        help += "; or keep the property in schemas/tenant.core.yaml until no ring's catalogue reads it"
    notes = (*problem.notes, f"{pinned_to(rings, commit)}, and no commit changes")
    if problem.help:
        notes = (*notes, f"what mends it in a newer commit: {problem.help}")
    related = tuple(Related(_placed(item.span, commit), item.label) for item in problem.related)
    return replace(problem, span=_placed(problem.span, commit), help=help, notes=notes, related=related)


def pinned_to(rings: Sequence[str], commit: str) -> str:
    """`the ring `broad` is pinned to the catalogue at 1a2b3c4`."""
    named = " and ".join(f"`{ring}`" for ring in rings)
    subject = f"the ring {named} is" if len(rings) == 1 else f"the rings {named} are" if rings else "its ring is"
    return f"{subject} pinned to the catalogue at {commit[:SHORT]}"


def not_yet(
    problems: Iterable[Diagnostic], otherwise: Iterable[Diagnostic], repository: Repository, ring: str
) -> list[Diagnostic]:
    """A pinned ring's tenant's problems; those that the working tree's catalogue does not see (`otherwise`) say why."""
    everywhere = {(problem.code, problem.span) for problem in otherwise}
    commit = repository.catalogue_of(ring).commit
    return [
        problem if (problem.code, problem.span) in everywhere else _too_new(problem, repository.catalogue, ring, commit)
        for problem in problems
    ]


def _too_new(problem: Diagnostic, newer: Catalogue, ring: str, commit: str) -> Diagnostic:
    named = [component.folder for component in newer.components if f"`{component.name}`" in problem.message]
    where = f" (it is in {named[0]})" if named and problem.code == "unknown-feature" else ""
    note = f"{pinned_to([ring], commit)}; the working tree's would take this{where}"
    help = f"`quad ring pin {ring} COMMIT` with a commit that knows it, or `quad ring unpin {ring}`"
    return replace(problem, label="", help=help, notes=(*problem.notes, note))


def _placed(span: Span, commit: str) -> Span:
    """The span with its commit; places outside the catalogue, as the core schema's, stay as they are."""
    bare = span.path.startswith(_FOLDER) and not span.path.endswith(at("", commit))
    return replace(span, path=at(span.path, commit)) if bare else span
