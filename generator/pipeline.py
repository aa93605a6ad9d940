"""The whole program on one page: what `quad validate` and `quad render` do, stage by stage."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from generator.compile import compile_fleet
from generator.diagnostics import has_errors
from generator.hydrate import Hydration
from generator.load import load
from generator.making import make
from generator.model import Fleet, Progress
from generator.pins import History
from generator.placing import place, refuse_foreign, selected
from generator.resolve import resolve
from generator.result import Rendered
from generator.sharding import Shard, Share, share
from generator.snapshot import ids_of
from generator.staging import staged, write
from generator.unchanged import tree_digest
from generator.validate import validate


def read(
    root: Path,
    history: History | None = None,
    wanted: Callable[[str], bool] = lambda path: True,  # noqa: ARG005
) -> Fleet:
    """Load, validate and resolve; all problems of all tenants at once. Sources copied out of a commit name its history.

    Of the files in environments' folders, only paths that are `wanted` are read.
    """
    loaded, problems = load(root, history, wanted)
    valid, found = validate(loaded)
    problems += found
    tenants, found = resolve(valid)
    return Fleet(valid, tenants, problems + found)


def render(
    fleet: Fleet,
    output: Path,
    how: Hydration,
    crds: Path,
    only: Sequence[str],
    progress: Progress,
    today: date | None = None,
    require_schemas: bool = False,
) -> Rendered:
    """Compile, hydrate and check the fleet, then swap the trees into `output`; `only` limits it to some tenants."""
    if has_errors(fleet.problems):
        return Rendered(problems=fleet.problems)
    trees = [selected(tree, only, output) for tree in compile_fleet(fleet.repository, fleet.tenants)]
    trees = [tree for tree in trees if tree.units]
    refuse_foreign(trees, output)
    ids: dict[str, dict[str, str]] = {tree.environment: {} for tree in trees}
    folders: set[str] = set()
    with staged(output) as staging:

        def keep(environment: str, files: Mapping[str, bytes]) -> None:
            write(staging / environment, files, folders)
            ids[environment].update(ids_of(files))

        for tree in trees:
            keep(tree.environment, tree.files)
        made = make(fleet, trees, staging, how, crds, progress, keep, today, require_schemas)
        problems = fleet.problems + made.problems
        if has_errors(problems):
            return Rendered(problems=problems, waived=made.waived)
        vanished = place(trees, staging, output, only)
    return Rendered(
        sum(len(tree.units) for tree in trees),
        made.objects,
        made.custom_checked,
        vanished,
        problems,
        made.waived,
        made.by_kustomize,
        {environment: tree_digest(found) for environment, found in ids.items()},
        today,
        fleet.repository.pins,
    )


def fill(
    fleet: Fleet,
    shard: Shard,
    how: Hydration,
    crds: Path,
    progress: Progress,
    today: date | None = None,
    require_schemas: bool = False,
) -> tuple[Share, Rendered]:
    """Compile, hydrate and check a shard of the fleet for what that leaves in the cache; nothing else is written."""
    if has_errors(fleet.problems):
        return Share([], 0), Rendered(problems=fleet.problems)
    part = share(compile_fleet(fleet.repository, fleet.tenants), shard, how.pays)
    with tempfile.TemporaryDirectory(prefix="quad-shard-") as folder:
        made = make(fleet, part.trees, Path(folder), how, crds, progress, lambda *_: None, today, require_schemas)
    problems = fleet.problems + made.problems
    done = Rendered(
        part.tenants, made.objects, made.custom_checked, [], problems, made.waived, made.by_kustomize, day=today
    )
    return part, done
