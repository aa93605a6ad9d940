"""Stage 8: one commit for each environment on its rendered branch, and nothing else: no checkout, no index, no old commit.

The only writer of branches (by way of `refs.py`). A tree is rendered from a commit, never from the working tree; the branch moves
from the very tip that was looked at, or not at all; who loses a race looks again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from generator import git, refs
from generator.diagnostics import Diagnostic, Span, ToolError, has_errors
from generator.ledger import Record, Source, check_of_object, message
from generator.model import Entry
from generator.refs import Move
from generator.snapshot import Snapshot
from generator.tip import Tip, edits, read_tip

TURNS = 5
NEXT = "-next"
"""What the name of a branch ends with whose changes are proposed to the branch without."""
_AT_ONCE = 256
_PLAIN = "100644"

State = Literal["published", "planned", "unchanged", "older", "refused"]


@dataclass(frozen=True, slots=True)
class Place:
    """A rendered branch: `old` is where the ref is now, empty where there is none; `tip` is what a new commit is put on."""

    environment: str
    branch: str
    old: str
    tip: Tip


@dataclass(frozen=True, slots=True)
class Draft:
    """A commit to be: its tree and its words, the dates of both author and committer (now where empty)."""

    place: Place
    tree: Snapshot
    subject: str
    body: tuple[str, ...]
    record: Record
    date: str
    problems: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one environment; `said` is for the user, a line each."""

    environment: str
    branch: str
    state: State
    commit: str = ""
    said: tuple[str, ...] = ()
    problems: tuple[Diagnostic, ...] = field(default=())


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


class RequestError(ToolError):
    """The command line names something that is not there."""

    def __init__(self, what: str, name: str, known: Sequence[str]) -> None:
        super().__init__(f"no {what} `{name}`", f"there are: {', '.join(known)}" if known else "")
        self.what = what
        self.name = name
        self.known = known


Planned = Draft | Outcome
Plan = Callable[[Sequence[Place]], Sequence[Planned]]
"""What is to be done, given where the branches are; asked again when a race was lost."""


def branches_of(fleet: Mapping[str, Any]) -> dict[str, str]:
    """Each environment of the fleet and its branch."""
    return {name: f"{fleet['git']['branchPrefix']}{name}" for name in sorted(fleet["environments"])}


def places(root: Path, branches: Mapping[str, str], remote: str, suffix: str = "") -> list[Place]:
    """Where the branch of each environment is, in the remote repository where one is named, else here.

    A branch with the suffix that is not there yet begins at the one without.
    """
    names = [*branches.values(), *(f"{branch}{suffix}" for branch in branches.values())]
    found = refs.heads(root, remote, names) if remote else _here(root)
    made = []
    for environment, branch in branches.items():
        old = found.get(f"{branch}{suffix}", "")
        start = old or found.get(branch, "")
        if not remote and not start:
            start = _tracked(root, branch)
        made.append(Place(environment, f"{branch}{suffix}", old, read_tip(root, f"{branch}{suffix}", start)))
    return made


def tips(root: Path, branches: Sequence[str], remote: str) -> dict[str, str]:
    """The commits that the branches are at, in the remote repository where one is named, else here; none is fetched."""
    wanted = [f"refs/heads/{branch}" for branch in branches]
    found = refs.listed(root, remote, *wanted) if remote else git.refs(root, "refs/heads/")
    return {name.removeprefix("refs/heads/"): id for name, id in found.items() if name in wanted}


def beside_of(root: Path, fleet: Mapping[str, Any], branches: Sequence[str], remote: str) -> list[Place]:
    """The other branches that we published: of environments not asked for, or that the fleet has no more, or by another prefix."""
    prefix, environments = fleet["git"]["branchPrefix"], sorted(fleet["environments"])
    patterns = [f"refs/heads/{prefix}*", *(f"refs/heads/*{name}" for name in environments)]
    there = refs.listed(root, remote, *patterns) if remote else git.refs(root, "refs/heads/")
    known = {name.removeprefix("refs/heads/") for name in there} | set(branches)
    proposed = {name for name in known if name.endswith(NEXT) and name.removesuffix(NEXT) in known}
    found = sorted(known - proposed - {name for branch in branches for name in (branch, branch.removesuffix(NEXT))})
    others = places(root, {name.removeprefix(prefix): name for name in found if name.startswith(prefix)}, remote)
    for name in (name for name in found if not name.startswith(prefix)):
        if ends := [environment for environment in environments if name.endswith(environment)]:
            others += places(root, {max(ends, key=len): name}, remote)
    return [place for place in others if place.tip.good]


def _here(root: Path) -> dict[str, str]:
    return {name.removeprefix("refs/heads/"): id for name, id in git.refs(root, "refs/heads/").items()}


def _tracked(root: Path, branch: str) -> str:
    """Where a fresh clone saw the branch, if one remote alone has it."""
    found = set(git.refs(root, f"refs/remotes/*/{branch}").values())
    return found.pop() if len(found) == 1 else ""


def carry_out(root: Path, look: Callable[[], Sequence[Place]], plan: Plan, remote: str, dry_run: bool) -> list[Outcome]:
    """Look where the branches are, plan, write and move them all at once; after a lost race, again, a few times."""
    lost = ""
    for turn in range(TURNS):
        planned = plan(look())
        drafts = [item for item in planned if isinstance(item, Draft)]
        if dry_run:
            return [item if isinstance(item, Outcome) else _outcome(item, "planned", "") for item in planned]
        if not remote:
            _refuse_checked_out(root, drafts)
        commits = {draft.place.branch: write(root, draft) for draft in drafts}
        moves = [Move(draft.place.branch, draft.place.old, commits[draft.place.branch]) for draft in drafts]
        lost = _move(root, moves, remote) if moves else ""
        if not lost:
            return [
                item if isinstance(item, Outcome) else _outcome(item, "published", commits[item.place.branch])
                for item in planned
            ]
        time.sleep(random.uniform(0.05, 0.2) * (turn + 1))  # noqa: S311  # so that two do not meet again
    raise ToolError(
        f"somebody else moved the branches {TURNS} times while they were being published: {lost}",
        "publish again; where no other git runs, remove the .lock file that git names",
    )


def _outcome(draft: Draft, state: State, commit: str) -> Outcome:
    return Outcome(draft.place.environment, draft.place.branch, state, commit, draft.body, draft.problems)


def _refuse_checked_out(root: Path, drafts: Sequence[Draft]) -> None:
    """Moving a branch below a work tree would make all its files look changed."""
    there = git.checked_out(root)
    for draft in drafts:
        if f"refs/heads/{draft.place.branch}" in there:
            help = "check out another branch there; a rendered branch is read, not worked in"
            raise ToolError(f"{draft.place.branch} is checked out in a work tree", help)


def _move(root: Path, moves: Sequence[Move], remote: str) -> str:
    if not remote:
        return refs.move(root, moves, "quad: publish")
    lost = refs.push(root, remote, moves)
    if not lost:
        _follow(root, moves)
    return lost


def _follow(root: Path, moves: Sequence[Move]) -> None:
    """Take the local branches along that there are. The remote's are what counts: whatever fails here is made good next time."""
    here, there = git.refs(root, "refs/heads/"), git.checked_out(root)
    for move in moves:
        if move.ref in here and move.ref not in there:
            refs.move(root, [Move(move.branch, here[move.ref], move.new)], "quad: as pushed")


def write(root: Path, draft: Draft) -> str:
    """The objects of the commit; no ref names it yet."""
    tip, after = draft.place.tip, entries_of(draft.tree)
    removed = sorted(tip.entries.keys() - after.keys())
    changed = [path for path, entry in after.items() if tip.entries.get(path) != entry]
    tree = refs.store(root, tip.id, removed, _contents(draft.tree, changed))
    if check_of_object(git.blobs(root, [tree])[tree]) != draft.record.check:
        raise ToolError(
            f"git made the tree {tree}, which is another than its Tree-Check", "report this as a bug of quad"
        )
    sign = git.setting(root, "--type=bool", "commit.gpgSign") == "true"
    words = message(draft.subject, draft.body, draft.record)
    return refs.commit(root, tree, tip.id, words, draft.date, sign)


def _contents(tree: Snapshot, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Files of one kind follow each other: git stores each as its difference from the one before."""
    ordered = sorted(paths, key=_kind)
    for at in range(0, len(ordered), _AT_ONCE):
        yield from tree.read(ordered[at : at + _AT_ONCE]).items()


def _kind(path: str) -> str:
    return path.split("/", 2)[2] if path.startswith("tenants/") else path


def entries_of(tree: Snapshot) -> dict[str, Entry]:
    """The files as git will have them: a rendered tree has plain files alone."""
    return {path: Entry(_PLAIN, id) for path, id in tree.ids.items()}


def differing(tip: Tip, tree: Snapshot, without: Sequence[str] = ()) -> list[str]:
    """How the tree differs from the tip, but for the files that are named."""
    return [line for line in edits(tip.entries, entries_of(tree)) if line.partition(" ")[2] not in without]


def refused(place: Place, problems: Sequence[Diagnostic]) -> Outcome:
    """Nothing is done to this branch."""
    return Outcome(place.environment, place.branch, "refused", problems=tuple(problems))


def about(place: Place, code: str, message: str, help: str, notes: Sequence[str] = ()) -> Diagnostic:
    """A problem of the branch as a whole."""
    return Diagnostic(code, message, Span(place.branch), help=help, notes=tuple(notes))
