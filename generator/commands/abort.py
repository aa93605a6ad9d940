"""What `quad upgrade --abort` writes and says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import rich_click as click

from generator.edit import with_frozen, with_release, write_all
from generator.model import Fleet, Tenant
from generator.report.printable import printable
from generator.rings import rings_of
from generator.upgrade.abort import Abort, abort

_FLEET = "tenants/fleet.yaml"


def abort_upgrade(root: Path, fleet: Fleet, tenant: Tenant, today: date, dry: bool) -> int:
    """Prepare the way back of one tenant, and say which it is."""
    found = abort(fleet.repository.catalogue, tenant.spec, today)
    if found is None:
        raise click.UsageError(f"no upgrade of `{tenant.name}` is under way: its release has no `from`")
    path = root / tenant.document.path
    raw = path.read_bytes()
    changes = [(path, raw, with_release(raw, found.fields, tenant.document.path))]
    ring = next(one for one in rings_of(fleet.repository.fleet) if one.name == tenant.spec["ring"])
    if found.freezes and not ring.frozen:
        above = (root / _FLEET).read_bytes()
        reason = f"the upgrade of {tenant.name} to {found.after} was aborted on {today}"
        changes.append((root / _FLEET, above, with_frozen(above, ring.index, reason)))
    if not dry:
        write_all(changes)
    for line in _said(tenant, found, ring.name):
        click.echo(printable(line))
    click.echo("nothing was written" if dry else "next: `quad validate`, then `quad diff`", err=True)
    return 0


def _said(tenant: Tenant, found: Abort, ring: str) -> list[str]:
    """The text of the pull request."""
    name, reason = tenant.name, f": {found.found.reasons[0]}" if found.found.reasons else ""
    head = f"{name}: from {found.after} back to {found.before}"
    if not found.freezes:
        return [
            f"{head}, by git alone.",
            f"No migration can have run, for the way is of class {found.found.letter or 'nothing'}{reason}.",
            "`quad diff` asks for an allowance, because a version falls; it says which.",
        ]
    return [
        f"{head}, by a restore alone.",
        f"A migration may have run, for the way is of class {found.found.letter}{reason}. Old code never runs on a newer schema:",
        f"`version` stays {found.after}, with `floor`, and the site stays on its maintenance page.",
        f"- The ring {ring} is frozen; `quad ring unfreeze {ring}` when the cause is mended.",
        f"- `release.restore` asks for the backup from before the upgrade, of {found.before}.",
        f"- When it is restored, and somebody has logged in: set `version` to {found.before}, and take the fields",
        "  `from`, `floor` and `restore` out.",
    ]
