"""`quad restore`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import rich_click as click

from generator import cloning
from generator.commands.abort import FLEET
from generator.commands.upgrade import known, point, readable
from generator.diagnostics import Diagnostic, has_errors
from generator.edit import Change, with_block, with_frozen, with_release, write_all
from generator.model import Fleet, Tenant
from generator.report.printable import printable
from generator.restoring import Edit, Wish, asked, edit_for, finished, problems_of, taken_back, written
from generator.rings import rings_of
from generator.soaking import since
from generator.terminal import print_diagnostics, print_state, repository
from generator.upgrade.abort import is_aborted, is_frozen_by
from generator.upgrade.passport import version_of

_SECRET = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{0,199}")


@click.command("restore")
@click.argument("tenant")
@click.option("--at", "text", metavar="TIME", help="The newest whole point that is not later: 2026-11-22T03:00:00Z.")
@click.option("--release", metavar="VERSION", help="What the site had then, where it has another release by now.")
@click.option("--into", metavar="TENANT", help="Another tenant becomes a clone; this one is only read.")
@click.option("--secret", metavar="PATH", help="With --into: a path with a key that reads alone.")
@click.option("--finish", is_flag=True, help="It is over: take the field out.")
@click.option("--abort", is_flag=True, help="It was never merged: take the field out, and put back what went with it.")
@click.option("--plan", "dry", is_flag=True, help="Say what would happen; write nothing.")
@click.pass_context
def command(
    context: click.Context,
    tenant: str,
    text: str | None,
    release: str | None,
    into: str | None,
    secret: str | None,
    finish: bool,
    abort: bool,
    dry: bool,
) -> int:
    """Send a tenant back to a point in time: `restore` in its file, comments kept; the next sync does it, once.

    Nothing in a cluster is touched. The site closes, files and database are replaced for good, and it opens.

    \b
    Examples:
      quad restore acme --at 2026-11-22T03:00:00Z --plan
      quad restore acme --at 2026-11-22T03:00:00+01:00
      quad restore acme --at 2026-11-01T03:00:00Z --release 5.2.3      from before an upgrade: its release comes back too
      quad restore acme --at 2026-11-22T03:00:00Z --into acme-copy      another tenant gets it; its own address, no mail, no cron
      quad restore acme --finish      when somebody has looked at it
    """
    if [text is not None, finish, abort].count(True) != 1:
        raise click.UsageError("say --at TIME, --finish or --abort")
    if "" in (release, into, secret):
        raise click.UsageError("--release, --into and --secret have a value where they are given")
    if (release or into) and text is None:
        raise click.UsageError("--release and --into go with --at")
    if secret and not into:
        raise click.UsageError("--secret goes with --into")
    if secret and not _SECRET.fullmatch(secret):
        raise click.UsageError("--secret is a path of letters, digits and /_.-, of 200 characters at most")
    root = repository(context)
    fleet = readable(root)
    found = of_name(fleet, tenant)
    if text is None:
        return _ended(root, fleet, found, finish, dry)
    if release:
        _lower(fleet, found, release)
    wish = _wish(root, found, text, release or "")
    if into:
        return _cloned(root, fleet, found, of_name(fleet, into), wish, secret or "", dry)
    return _asked(root, fleet, found, wish, dry)


def of_name(fleet: Fleet, name: str) -> Tenant:
    """The tenant of a name that the fleet has."""
    known(fleet, "tenant", name)
    return next(one for one in fleet.tenants if one.name == name)


def _lower(fleet: Fleet, tenant: Tenant, release: str) -> None:
    known(fleet, "release", release)
    version = tenant.spec["release"]["version"]
    if version_of(release) > version_of(version):
        raise click.UsageError(f"a restore goes back, and `{tenant.name}` has {version}; `quad upgrade` goes forward")


def _wish(root: Path, tenant: Tenant, text: str, release: str) -> Wish:
    now = datetime.now(UTC)
    return Wish(point(text, now), now, release, since(root, [tenant]).get(tenant.name))


def refused(problems: list[Diagnostic]) -> bool:
    """Whether anything forbids it, which is then said."""
    if not has_errors(problems):
        return False
    print_diagnostics(problems, "text")
    print_state(problems, "nothing was written")
    return True


def _asked(root: Path, fleet: Fleet, tenant: Tenant, wish: Wish, dry: bool) -> int:
    if refused(problems_of(fleet, tenant, wish)):
        return 1
    edit = edit_for(tenant.spec, wish)
    for line in _said(tenant, wish, edit):
        click.echo(printable(line))
    return _noted(root, tenant, edit, wish, dry)


def _cloned(root: Path, fleet: Fleet, source: Tenant, clone: Tenant, wish: Wish, secret: str, dry: bool) -> int:
    if source.name == clone.name:
        raise click.UsageError("a tenant is no clone of itself; leave --into out")
    if refused(cloning.problems_of(fleet, source, clone, wish)):
        return 1
    edit = cloning.edit_for(fleet, source, clone, wish, secret)
    assert edit.block is not None
    click.echo(f"{clone.name}: becomes {source.name} as of {written(wish.at)}, as the clone {edit.block['id']}.")
    click.echo(
        f"What {clone.name} has now is lost. It keeps its address, {clone.spec['site']['url']}; mail and cron are off."
    )
    click.echo(f"Its pod reads the other's repository by the secret {edit.block['secretPath']}.")
    click.echo("`quad diff` asks for allowances: its data is replaced, and it gets keys of another's backups.")
    click.echo(f"When it is over: `quad restore {clone.name} --finish`.")
    return _noted(root, clone, edit, wish, dry)


def _noted(root: Path, tenant: Tenant, edit: Edit, wish: Wish, dry: bool) -> int:
    if wish.since is None:
        click.echo("since when it has its release is not known here: see that the point is of the same one", err=True)
    return write(root, tenant, edit, dry)


def _ended(root: Path, fleet: Fleet, tenant: Tenant, finish: bool, dry: bool) -> int:
    """Taken out, because it is over or because it was never to be."""
    field = asked(tenant.spec)
    if not field:
        raise click.UsageError(f"no restore of `{tenant.name}` is asked for")
    block = tenant.spec[field]
    if finish:
        click.echo(
            f"{tenant.name}: it is there, as of {block['at']}; the Jobs of {block['id']} go, and the workers begin anew"
        )
        return write(root, tenant, finished(tenant.spec), dry)
    click.echo(
        f"{tenant.name}: not to {block['at']} after all; where a sync has seen it, look at `backup-{field}-{block['id']}`"
    )
    if "leavesFrom" in block:
        click.echo(
            f"Its upgrade from {block['leavesFrom']} to {block['leaves']} is under way again, as before `quad upgrade --abort`."
        )
    return write(root, tenant, taken_back(tenant.spec), dry, _thawed(root, fleet, tenant))


def _thawed(root: Path, fleet: Fleet, tenant: Tenant) -> list[Change]:
    """The ring is not frozen any more where it was because of the upgrade that goes on, and no other of it was aborted."""
    ring = next(one for one in rings_of(fleet.repository.fleet) if one.name == tenant.spec["ring"])
    aborted = [one.name for one in fleet.tenants if one.spec["ring"] == ring.name and is_aborted(one.spec)]
    leaves = str(tenant.spec[asked(tenant.spec)].get("leaves"))
    if aborted != [tenant.name] or not is_frozen_by(ring.frozen, tenant.name, leaves):
        return []
    click.echo(f"The ring {ring.name} is not frozen any more.")
    raw = (root / FLEET).read_bytes()
    return [(root / FLEET, raw, with_frozen(raw, ring.index, ""))]


def write(root: Path, tenant: Tenant, edit: Edit, dry: bool, more: Sequence[Change] = ()) -> int:
    """Write the edit into the tenant's file, and with it other files."""
    path, name = root / tenant.document.path, tenant.document.path
    before = path.read_bytes()
    after = with_block(
        with_release(before, edit.release, name) if edit.release else before, edit.field, edit.block, name
    )
    if not dry:
        write_all([(path, before, after), *more])
    click.echo("nothing was written" if dry else "next: `quad validate`, then `quad diff`", err=True)
    return 0


def _said(tenant: Tenant, wish: Wish, edit: Edit) -> Iterator[str]:
    """The text of the pull request."""
    assert edit.block is not None
    yield f"{tenant.name}: back to {written(wish.at)}, as the restore {edit.block['id']}."
    yield f"What users did since the newest whole point before that is lost; it is {_age(wish)} ago at least."
    yield "The site is closed meanwhile, and opens when its login page has been looked at."
    if "version" in edit.release:
        yield f"Its release goes back with it, from {edit.block['leaves']} to {edit.release['version']}."
    yield "`quad diff` asks for an allowance, because data is replaced."
    yield f"When it is over: `quad restore {tenant.name} --finish`."


def _age(wish: Wish) -> str:
    minutes = int((wish.now - wish.at).total_seconds() // 60)
    days, minutes = divmod(minutes, 1440)
    return f"{days} d {minutes // 60} h" if days else f"{minutes // 60} h {minutes % 60} min"
