"""What goes from one environment to another: no tenant and no host may stand on two rendered branches at the same time.

One environment may be kept back while another is published; what the first still has, the second must not take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.census import Owner
from generator.diagnostics import Diagnostic, Span
from generator.holding import Claims, Unique, spec_path, tenants_in, unique
from generator.model import Schema, Spec, Tenant
from generator.publish import Draft, Place, Planned
from generator.rendering import spec_in
from generator.snapshot import Snapshot, differing
from generator.source import Document
from generator.tip import kept_snapshot


@dataclass(frozen=True, slots=True)
class Standing:
    """A branch as it will be, and the tenants there that are not as the fleet's files have them now."""

    branch: str
    tree: Snapshot
    tenants: frozenset[str]


def standing(root: Path, place: Place, item: Planned | None = None) -> Standing:
    """What will stand on a branch: after its commit, or where it gets none (or is not asked for), as it is."""
    if isinstance(item, Draft):
        return Standing(place.branch, item.tree, frozenset(item.record.held))
    tree = kept_snapshot(root, place.tip, place.environment)
    if item is not None and item.state == "unchanged" and place.tip.record:
        return Standing(place.branch, tree, frozenset(place.tip.record.held))
    return Standing(place.branch, tree, frozenset(tenants_in(tree.ids)))


def crossed(
    schema: Schema,
    root: Path,
    found: Sequence[Place],
    planned: Sequence[Planned],
    beside: Callable[[], Sequence[Standing]],
    tenants: Sequence[Tenant],
) -> dict[str, list[Diagnostic]]:
    """By environment, the tenants of a planned commit that take what another branch keeps; `beside` are branches not planned.

    `tenants` are those that the commits were made from.
    """
    problems = {}
    claims = unique(schema)
    files = {tenant.name: tenant.document for tenant in tenants}
    specs = {(tenant.environment, tenant.name): tenant.spec for tenant in tenants}
    for place, item in zip(found, planned, strict=True):
        taken = _taken(claims, root, place, item, specs) if isinstance(item, Draft) else {}
        if taken:
            others = [
                standing(root, *other) for other in zip(found, planned, strict=True) if other[0].branch != place.branch
            ]
            said = list(_problems(claims, taken, place.branch, [*others, *beside()], files))
            if said:
                problems[place.environment] = said
    return problems


def _taken(claims: Claims, root: Path, place: Place, draft: Draft, specs: Mapping[Owner, Spec]) -> dict[Unique, str]:
    """What the commit's tenants claim and did not before, and which of them does; those that are held are as their tree says."""
    before = kept_snapshot(root, place.tip, place.environment)
    changed = set(differing(before, draft.tree))
    known = tenants_in(before.ids)
    taken = {}
    for name in sorted(tenants_in(draft.tree.ids)):
        if spec_path(name) in changed:
            old = {*claims(spec_in(before, name))} if name in known else set()
            spec = specs.get((place.environment, name)) if name not in draft.record.held else None
            new = claims(spec or spec_in(draft.tree, name))
            taken.update(dict.fromkeys((claim for claim in new if claim not in old), name))
    return taken


def _problems(
    claims: Claims, taken: Mapping[Unique, str], branch: str, others: Sequence[Standing], files: Mapping[str, Document]
) -> Iterator[Diagnostic]:
    """One problem for each tenant and branch."""
    said = set()
    for other in others:
        for holder in _holders(other, taken):
            for claim in claims(spec_in(other.tree, holder)):
                name = taken.get(claim)
                if name and (name, other.branch) not in said:
                    said.add((name, other.branch))
                    yield _problem(name, claim, holder, other.branch, other.branch == branch, files)


def _holders(other: Standing, taken: Mapping[Unique, str]) -> list[str]:
    """Who can hold one of the values at all: their texts are looked for before anything is parsed."""
    paths = [spec_path(name) for name in sorted(other.tenants & tenants_in(other.tree.ids))]
    wanted = {value.encode() for _, value in taken}
    raw = other.tree.read(paths)
    return [path.split("/")[1] for path in paths if any(value in raw[path] for value in wanted)]


def _problem(
    name: str, claim: Unique, holder: str, branch: str, own: bool, files: Mapping[str, Document]
) -> Diagnostic:
    space, value = claim
    words = f"tenant `{name}`" if holder == name else f"`{value}` ({space}) belongs to `{holder}`, which"
    twice = "twice on it" if own else "on two branches"
    place = files[name].value(("name",)) if name in files else Span(branch)
    return Diagnostic(
        "still-elsewhere",
        f"{words} is still on `{branch}`, and would be {twice}",
        place,
        help=f"publish both environments together, once what keeps `{branch}` back is mended; "
        "if its environment is gone from fleet.yaml, remove the branch once nothing in a cluster reads it",
    )
