"""Everything that a pull request changes, put together from what was found in each environment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from generator import schema as schemas
from generator.changes import Danger, Review, TenantChange
from generator.diff.grouping import group
from generator.model import Repository
from generator.snapshot import Snapshot, differing
from generator.source import Path


def review(
    trees: Sequence[tuple[Snapshot, Snapshot]],
    changes: Sequence[TenantChange],
    dangers: Sequence[Danger],
    own: Sequence[Path] = (),
) -> Review:
    """The review of all environments; `own` are the paths of a spec that hold a tenant's own values."""
    return Review(
        _said(before for before, _ in trees),
        _said(after for _, after in trees),
        tuple(group(changes, dangers, own)),
        tuple(dangers),
        sum(len({path.split("/", 2)[1] for path in after.ids if path.startswith("tenants/")}) for _, after in trees),
        sum("/" in path for before, after in trees for path in differing(before, after)),
    )


def own_paths(repository: Repository) -> list[Path]:
    """The paths whose values no two tenants share, as the schemas say."""
    return [path for path, node in schemas.leaves(schemas.resolved(repository)) if "x-unique" in node]


def _said(trees: Iterable[Snapshot]) -> str:
    return ", ".join(dict.fromkeys(tree.where for tree in trees))
