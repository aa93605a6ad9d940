"""Reads a rendered branch, and says whether its tip is as we left it or was changed by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from generator import git, snapshot
from generator.diagnostics import Diagnostic, Span, ToolError
from generator.ledger import METADATA, Commit, Record, check_of_object, parse_commit, parse_record
from generator.model import Entry
from generator.snapshot import Snapshot

_AT_ONCE = 200
_NAMED = 20
UNSHALLOW = "fetch the whole history: `git fetch --unshallow`, in CI `fetch-depth: 0`"


@dataclass(frozen=True, slots=True)
class Step:
    """One commit of a branch; its record is None where it has none or its Tree-Check names another tree.

    `made` is the commit that we made: itself, or the one that a merge took the whole tree of.
    """

    id: str
    commit: Commit
    claimed: Record | None
    record: Record | None
    made: str = ""


@dataclass(frozen=True, slots=True)
class Tip:
    """The end of a branch, empty where there is no such branch.

    `good` is the newest commit on it that we published; `entries` are the files of the tip, `kept` those of the good commit.
    """

    branch: str
    id: str = ""
    step: Step | None = None
    good: Step | None = None
    entries: Mapping[str, Entry] = field(default_factory=dict)
    kept: Mapping[str, Entry] = field(default_factory=dict)

    @property
    def record(self) -> Record | None:
        """What the good commit says of itself."""
        return self.good.record if self.good else None

    @property
    def edits(self) -> list[str]:
        """What was changed by hand since the good commit: `added PATH`, `changed PATH`, `deleted PATH`."""
        metadata = [f"changed {METADATA}"] if self.kept.get(METADATA) != self.entries.get(METADATA) else []
        return [*edits(self.kept, self.entries), *metadata]


def read_tip(root: Path, branch: str, commit: str) -> Tip:
    """The tip at the commit, and the newest commit before it that is ours."""
    if not commit:
        return Tip(branch)
    first, good = _newest(root, branch, commit)
    entries = git.files(root, commit)
    kept = {} if good is None else entries if good.id == commit else git.files(root, good.id)
    return Tip(branch, commit, first, good, entries, kept)


def record_at(root: Path, branch: str, commit: str) -> Record | None:
    """The record of the tip at the commit, for less: no file of it is listed."""
    good = _newest(root, branch, commit)[1] if commit else None
    return good.record if good else None


def _newest(root: Path, branch: str, commit: str) -> tuple[Step | None, Step | None]:
    """The commit, and of it and those before it the newest that is ours."""
    first = None
    for step in steps(root, commit):
        first = first or step
        if step.record:
            return first, step
    if git.is_shallow(root):
        raise ToolError(f"this clone does not reach back to what quad published on {branch}", UNSHALLOW)
    return first, None


def steps(root: Path, commit: str) -> Iterator[Step]:
    """The commit and its first parents, newest first."""
    for some in _in_turn(root, commit):
        raw = git.blobs(root, [name for id in some for name in (id, f"{id}^{{tree}}")])
        for id in some:
            parsed = parse_commit(raw[id])
            claimed = parse_record(parsed.message)
            check = check_of_object(raw[f"{id}^{{tree}}"])
            if claimed is not None and claimed.check == check:
                yield Step(id, parsed, claimed, claimed, id)
            else:
                yield _merged(root, Step(id, parsed, claimed, None), check)


def _in_turn(root: Path, commit: str) -> Iterator[Sequence[str]]:
    """The commit alone, for it is nearly always ours, then those before it, many at a time."""
    yield [commit]
    ids = git.chain(root, commit)[1:]
    for at in range(0, len(ids), _AT_ONCE):
        yield ids[at : at + _AT_ONCE]


def _merged(root: Path, step: Step, check: str) -> Step:
    """A merge that has the whole tree of a commit of ours, as when what `--next` proposed is accepted, is as good as that.

    It must bring that commit: a merge of what the branch had already goes back by hand, past what `quad rollback` holds.
    """
    first, others = step.commit.parents[:1], step.commit.parents[1:]
    raw = git.blobs(root, others) if others else {}
    for other in others:
        parsed = parse_commit(raw[other])
        record = parse_record(parsed.message)
        if record is None or parsed.tree != step.commit.tree or record.check != check:
            continue
        if not git.is_ancestor(root, other, first[0]):
            return replace(step, record=record, made=other)
    return step


def edits(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> list[str]:
    """How the files of two trees differ, but for the metadata."""
    said = []
    for path in sorted({path for path, _ in before.items() ^ after.items()} - {METADATA}):
        word = "added" if path not in before else "deleted" if path not in after else "changed"
        said.append(f"{word} {path}")
    return said


def tip_problems(tip: Tip) -> list[Diagnostic]:
    """Why nothing may be put on this tip: it is not ours, or it was edited. A revert by hand, or a merge of ours, is as good."""
    if tip.step is None:
        return []
    who = f"the tip {tip.id[:12]} is by {tip.step.commit.committer.who}: {tip.step.commit.subject}"
    over = f"`--overwrite {tip.id}` publishes over it and keeps it in the history"
    if tip.good is None:
        message = f"no commit of `{tip.branch}` was published by quad"
        help = f"choose another git.branchPrefix in tenants/fleet.yaml; or {over}"
        return [Diagnostic("branch-foreign", message, Span(tip.branch), help=help, notes=(who,))]
    found = tip.edits
    if not found:
        return []
    message = f"`{tip.branch}` was edited by hand after {tip.good.id[:12]}, the last commit that quad published"
    help = f"bring the edit to the source and `git revert` it here; or {over}"
    return [Diagnostic("branch-edited", message, Span(tip.branch), help=help, notes=(who, *listed(found)))]


def listed(lines: list[str]) -> list[str]:
    """The first of them, and how many more there are."""
    more = len(lines) - _NAMED
    return [*lines[:_NAMED], f"and {more:,} more"] if more > 0 else lines


def kept_snapshot(root: Path, tip: Tip, environment: str) -> Snapshot:
    """The tree of the newest commit that is ours; without a file where there is none."""
    if tip.good is None:
        return snapshot.nothing(environment, f"{tip.branch}, which is not there yet")
    return snapshot.of_entries(root, tip.kept, environment, f"{tip.branch} at {tip.good.id[:12]}")
