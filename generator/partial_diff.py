"""What `quad diff` compares where only some tenants' files are new since the last publication: the rest is on the branches.

The working tree is read whole, by bytes. Wherever there is a doubt, the whole fleet is rendered.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator import git, snapshot, trees
from generator.census import Census, WholeFleetError, owner_of
from generator.comparison import NEWER, Pairs
from generator.destruction.allowances import Allowance, from_rows
from generator.diagnostics import ToolError
from generator.gathering import Gathering
from generator.hydrate import Hydration
from generator.identity import INPUT
from generator.ledger import UNEQUAL
from generator.making import hydrated
from generator.model import Fleet, Progress
from generator.part import Part, part_of, read_part
from generator.partial import own_trees, with_part
from generator.readme import readme
from generator.since import kept_census, key_of
from generator.snapshot import Snapshot, blob_id
from generator.trees import Trees
from generator.validity import bytes_of_input


@dataclass(frozen=True, slots=True)
class Compared:
    """The tenants that changed, the trees of all environments, and what the other tenants' files allow."""

    fleet: Fleet
    pairs: Pairs
    allowed: Sequence[Allowance] = ()


def part_pairs(root: Path, crds: Path, how: Hydration, progress: Progress) -> Compared:
    """What is to be compared; WholeFleetError where that may not be all."""
    if not git.is_repository(root):
        raise WholeFleetError
    census = kept_census(how.cache, key_of(root, crds))
    raw = bytes_of_input(root)
    if raw is None:
        raise WholeFleetError
    files = _changed(root, census, raw)
    wanted = {path: text for path, text in raw.items() if path in files or owner_of(path) is None}
    part = part_of(census, read_part(root, wanted, how.cache), files)
    assert part.fleet.repository.fleet is not None
    settings = part.fleet.repository.fleet.data
    branches = census.branches
    if any(trees.branch_commit(root, branch)[1] != census.tips[branch] for branch in branches.values()):
        raise WholeFleetError
    if trees.left_behind(root, settings["git"]["branchPrefix"], settings["environments"]):
        raise WholeFleetError
    before = trees.of_branches(root, settings, list(settings["environments"]))
    made = _made(part, how, progress)
    after = {name: _after(part, tree, made.get(name)) for name, tree in before.items()}
    found = Pairs(tuple((before[name], after[name]) for name in settings["environments"]))
    kept = {owner[1]: row.allows for owner, row in census.rows.items() if row.allows and owner not in part.changed}
    return Compared(part.fleet, found, [entry for name, rows in kept.items() for entry in from_rows(name, rows)])


def _changed(root: Path, census: Census, raw: Mapping[str, bytes]) -> dict[str, bool]:
    """The tenants' files that differ from the census, true where they are there; WholeFleetError where another file does."""
    try:
        there = git.files(root, census.source, git.prefix(root).rstrip("/"))
    except ToolError as error:
        raise WholeFleetError from error  # the clone lacks the commit
    theirs = {path: entry.id for path, entry in there.items() if path.split("/")[0] in INPUT}
    folders = [path for path in raw if path.endswith("/")]
    files = {path: blob_id(text) for path, text in raw.items() if not path.endswith("/")}
    known = {f"{'/'.join(path.split('/')[:depth])}/" for path in files for depth in range(1, path.count("/") + 1)}
    changed = {path: path in files for path in files.keys() | theirs.keys() if files.get(path) != theirs.get(path)}
    if not known.issuperset(folders) or any(owner_of(path) is None for path in changed):
        raise WholeFleetError
    return changed


def _made(part: Part, how: Hydration, progress: Progress) -> Trees:
    own = own_trees(part)
    progress.start(sum(tree.count for tree in own))
    found: Trees = {}
    with tempfile.TemporaryDirectory(prefix="quad-diff-") as folder:
        for tree in own:
            files = Gathering({})
            for made in hydrated(tree, Path(folder) / tree.environment, how, files.add, progress.advance):
                if made.problems:
                    raise WholeFleetError
            found[tree.environment] = files.snapshot(tree.environment, NEWER)
    return found


def _after(part: Part, before: Snapshot, made: Snapshot | None) -> Snapshot:
    """The newer tree; where an environment has no tenant there is none."""
    rows: Sequence[object] = [
        row.shown for (environment, _), row in part.rows.items() if environment == before.environment
    ]
    if not rows:
        return snapshot.nothing(before.environment, NEWER)
    tree = with_part(part, before, made)
    page = snapshot.of_bytes({"README.md": readme(before.environment, rows)}, before.environment, NEWER)  # type: ignore[arg-type]
    whole = snapshot.laid_over(tree, page)
    ids = {path: id for path, id in whole.ids.items() if path not in UNEQUAL}
    return Snapshot(before.environment, NEWER, ids, whole.read)
