"""What a change destroys, and whether it is allowed: asked by `quad diff` before the merge and by `quad publish` after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from generator import git, provenance
from generator.changes import Danger, ObjectId, TenantChange
from generator.crds import read_crds
from generator.destruction import Allowance, allowances_of, context_of, dangers, judge, ring_backwards
from generator.destruction.loss import GROUP
from generator.diagnostics import Diagnostic
from generator.model import SHORT, Repository
from generator.rings import Ring, rings_of
from generator.snapshot import Snapshot, differing

Pair = tuple[Snapshot, Snapshot]
"""An environment's older tree and its newer one."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is judged: the newer input, its repository's folder and commit, and of each environment the trees.

    `sources` are the commits the older trees were made from, by environment, as far as that is known; `today` is the day of the
    newer commit; `complete` says whether every environment and tenant is compared, so that an unused allowance is one.
    `others` are the allowances of tenants that were not read.
    """

    root: Path
    repository: Repository
    commit: str
    pairs: Sequence[Pair]
    today: date
    crds: Path
    sources: Mapping[str, str] = field(default_factory=dict)
    complete: bool = False
    others: Sequence[Allowance] = ()


def judged(case: Case, changes: Sequence[TenantChange]) -> tuple[list[Danger], list[Diagnostic]]:
    """The dangers with what allows each, and a diagnostic for each that nothing allows and each allowance out of place."""
    kinds = {(change.id.group, change.id.kind) for tenant in changes for change in tenant.objects}
    custom = read_crds(case.crds, kinds) if case.crds.is_dir() else {}
    context = context_of(case.repository, custom, {after.environment: after for _, after in case.pairs})
    found = [*_of_rings(case), *dangers(changes, context)]
    return judge(found, allowances_of(case.repository, case.complete, case.others), case.today)


def _of_rings(case: Case) -> Iterator[Danger]:
    """Rings whose catalogue is another now, and an older one."""
    for before, after in case.pairs:
        source = case.sources.get(before.environment, "")
        paths = differing(before, after)
        known = {path.split("/")[1] for path in before.ids if path.startswith("catalogue/")}
        touched = {path.split("/")[1] for path in paths if path.startswith("catalogue/")} & known
        if not touched or not source or git.resolve(case.root, source) is None:
            continue
        older = _pins(provenance.fleet_at(case.root, provenance.source(case.root, source)))
        for ring in rings_of(case.repository.fleet):
            was, now = older.get(ring.name, "") or source, ring.commit or case.commit
            if ring.name in touched and ring_backwards(was, now, lambda a, b: git.is_ancestor(case.root, a, b)):
                yield _danger(before.environment, ring, was, now)


def _pins(fleet: Mapping[str, object]) -> dict[str, str]:
    rings = fleet.get("rings")
    entries = [each for each in rings if isinstance(each, Mapping)] if isinstance(rings, list) else []
    return {str(each.get("name")): str(each.get("catalogue", "")) for each in entries}


def _danger(environment: str, ring: Ring, was: str, now: str) -> Danger:
    return Danger(
        "ring-backwards",
        f"ring.{ring.name}",  # a dot: no tenant
        environment,
        ObjectId(GROUP, "Ring", "", ring.name),
        "catalogue",
        was[:SHORT],
        now[:SHORT],
        "every tenant of the ring gets an older platform, and what the newer one mended is broken again",
        "pin the ring to the commit it has or a newer one",
        ring.span,
    )
