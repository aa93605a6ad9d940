"""What a publication changes, in the lines of its commit message and of the terminal. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from generator.holding import tenant_of, tenants_in
from generator.snapshot import Snapshot, differing

_NAMED = 10


def summary(before: Snapshot, after: Snapshot, held: Mapping[str, str], left_out: Collection[str]) -> tuple[str, ...]:
    """Tenants changed, added and removed, catalogues changed, tenants held at a commit and left out: a line each."""
    paths = differing(before, after)
    old, new = tenants_in(before.ids), tenants_in(after.ids)
    touched = {tenant_of(path) for path in paths}
    kinds = {"changed": touched & old & new, "added": new - old, "removed": old - new}
    counts = ", ".join(f"{len(names):,} {kind}" for kind, names in kinds.items())
    lines = [f"{len(new):,} {'tenant' if len(new) == 1 else 'tenants'} in {after.environment}: {counts}."]
    lines += [f"{kind.capitalize()}: {named(names)}." for kind, names in kinds.items() if names]
    rings = {path.split("/")[1] for path in paths if path.startswith("catalogue/")}
    if rings and old:
        lines.append(f"Catalogue changed in: {named(rings)}.")
    if held:
        lines.append(f"Held as they were: {named(f'{name} (at {commit[:12]})' for name, commit in held.items())}.")
    if left_out:
        lines.append(f"Left out, with no earlier tree to hold: {named(left_out)}.")
    return tuple(lines)


def named(names: Iterable[str]) -> str:
    """The first of the names in their order, and how many more there are."""
    listed = sorted(names)
    more = len(listed) - _NAMED
    return ", ".join(listed[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
