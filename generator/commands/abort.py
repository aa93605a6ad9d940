"""What `quad upgrade --abort` writes and says."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import rich_click as click

from generator.edit import with_block, with_frozen, with_release, write_all
from generator.model import Fleet, Tenant
from generator.report.printable import printable
from generator.restoring import Wish, written
from generator.rings import rings_of
from generator.soaking import since
from generator.upgrade.abort import Way, edit_of, reason_of, way_back

FLEET = "tenants/fleet.yaml"


def abort_upgrade(root: Path, fleet: Fleet, tenant: Tenant, now: datetime, at: datetime | None, dry: bool) -> int:
    """Prepare the way back of one tenant, and say which it is."""
    way = way_back(fleet.repository.catalogue, tenant.spec)
    if way is None:
        raise click.UsageError(f"no upgrade of `{tenant.name}` is under way: its release has no `from`")
    point = at or since(root, [tenant]).get(tenant.name)
    if way.restores and point is None:
        raise click.UsageError(f"when the upgrade of `{tenant.name}` began is not committed; say --at TIME, before it")
    wish = Wish(point or now, now, way.before)
    edit = edit_of(way, tenant.spec, wish)
    name = tenant.document.path
    path = root / name
    raw = path.read_bytes()
    changes = [(path, raw, with_block(with_release(raw, edit.release, name), edit.field, edit.block, name))]
    ring = next(one for one in rings_of(fleet.repository.fleet) if one.name == tenant.spec["ring"])
    if way.restores and not ring.frozen:
        above = (root / FLEET).read_bytes()
        reason = reason_of(tenant.name, way.after, now.date())
        changes.append((root / FLEET, above, with_frozen(above, ring.index, reason)))
    if not dry:
        write_all(changes)
    for line in _said(tenant, way, wish, ring.name):
        click.echo(printable(line))
    click.echo("nothing was written" if dry else "next: `quad validate`, then `quad diff`", err=True)
    return 0


def _said(tenant: Tenant, way: Way, wish: Wish, ring: str) -> list[str]:
    """The text of the pull request."""
    name, reason = tenant.name, f": {way.found.reasons[0]}" if way.found.reasons else ""
    head = f"{name}: from {way.after} back to {way.before}"
    allowance = "`quad diff` asks for an allowance, because a version falls; it says which."
    if not way.restores:
        return [
            f"{head}, by git alone.",
            f"No migration can have run, for the way is of class {way.found.letter or 'nothing'}{reason}.",
            allowance,
        ]
    return [
        f"{head}, by a restore alone.",
        f"A migration may have run, for the way is of class {way.found.letter}{reason}. Old code never runs on a newer schema,",
        f"so the backup from before comes back with it: the newest point that is not later than {written(wish.at)}.",
        "- Without `--at` that is when the upgrade was committed. The dump that the upgrade itself made before it began is newer",
        "  and loses less: the log of its Job's step `backup` has the time.",
        f"- The ring {ring} is frozen; `quad ring unfreeze {ring}` when the cause is mended.",
        f"- When it is restored, and somebody has logged in: `quad restore {name} --finish`.",
        f"- {allowance}",
    ]
