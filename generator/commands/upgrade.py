"""`quad upgrade`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import Any

import rich_click as click

from generator import kustomize
from generator.commands.abort import abort_upgrade
from generator.commands.options import kubectl_options
from generator.commands.rehearsal import record_rehearsal
from generator.diagnostics import has_errors
from generator.edit import with_release, write_all
from generator.kubectl import Kubectl
from generator.model import Fleet, Tenant
from generator.pipeline import read
from generator.report.upgrade import PLANS
from generator.restoring import moment_of, written
from generator.rings import rings_of
from generator.soaking import health, since
from generator.splicing import Value
from generator.terminal import count, print_diagnostics, print_state, repository, unknown
from generator.upgrade.gates import Seen
from generator.upgrade.passport import version_of
from generator.upgrade.plan import CIRCUMSTANCES, Plan, Wish, neighbours, plan

MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M"]
_FIRST_YEAR = 2000


def plan_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What verbs that plan upgrades have alike; `kubectl_options` is among it."""
    options = (
        click.option("--plan", "dry", is_flag=True, help="Print the plan; write nothing."),
        click.option(
            "--despite", multiple=True, type=click.Choice(CIRCUMSTANCES), help="Overrule this reason; may be repeated."
        ),
        click.option(
            "--date", "moment", type=click.DateTime(MOMENTS), help="The moment to plan for, in UTC.  [default: now]"
        ),
        kubectl_options,
        click.option("--format", "layout", type=click.Choice(list(PLANS)), default="text", show_default=True),
    )
    return reduce(lambda made, option: option(made), reversed(options), command)


@click.command("upgrade")
@click.option("--to", metavar="VERSION", help="The release, a file of overlays/releases/.")
@click.option("-r", "--ring", help="The tenants of this ring.")
@click.option("-t", "--tenant", "tenants", multiple=True, help="This tenant; may be repeated.")
@click.option("-e", "--environment", help="The tenants of this environment; with --ring, those of the ring in it.")
@click.option("--batch", type=click.IntRange(min=1), default=None, help="Only the next so many, by name.")
@click.option("--leave-blocked", is_flag=True, help="Tenants that cannot go stay as they are; the others go.")
@click.option("--rehearsed", type=click.IntRange(0, 2880), metavar="MINUTES", help="Record what a rehearsal has taken.")
@click.option("--rehearsed-by", "clone", metavar="CLONE", help="Record what a clone has shown.")
@click.option("--abort", "aborted", metavar="TENANT", help="Prepare the way back of this tenant.")
@click.option("--at", metavar="TIME", help="With --abort: the point to restore.")
@plan_options
@click.pass_context
def command(
    context: click.Context,
    to: str | None,
    ring: str | None,
    tenants: tuple[str, ...],
    environment: str | None,
    batch: int | None,
    leave_blocked: bool,
    dry: bool,
    despite: tuple[str, ...],
    rehearsed: int | None,
    clone: str | None,
    aborted: str | None,
    at: str | None,
    moment: datetime | None,
    kubeconfig: Path | None,
    argocd: str | None,
    layout: str,
) -> int:
    """Move tenants to another release: `release.version` and `release.from` in their files, comments kept.

    Nothing is written where anything forbids it: no way, a floor, a plugin, no rehearsal, a freeze, a ring that has not soaked.

    \b
    Examples:
      quad upgrade --to 5.3.0 --ring canary --plan
      quad upgrade --to 5.3.0 --ring broad --batch 20 --context hub --format markdown
      quad upgrade --to 5.3.0 --tenant acme --rehearsed-by acme-rehearsal --context hub
      quad upgrade --abort acme      back by git where no migration can have run, else by a restore
    """
    if (to is None) == (aborted is None):
        raise click.UsageError("say --to VERSION, or --abort TENANT")
    if sum(each is not None for each in (aborted, rehearsed, clone)) > 1:
        raise click.UsageError("--abort, --rehearsed and --rehearsed-by go one at a time")
    if clone is not None and (batch or leave_blocked or despite or at or moment or layout != "text"):
        raise click.UsageError("with --rehearsed-by go --to, --tenant, --context, --kubeconfig and --plan alone")
    root = repository(context)
    fleet = readable(root)
    now = moment.replace(tzinfo=UTC) if moment else datetime.now(UTC)
    if to is None:
        return _abort(root, fleet, str(aborted), now, point(at, now) if at else None, dry)
    known(fleet, "release", to)
    wish = Wish(to, chosen(fleet, to, ring, tenants, environment), batch or 0, leave_blocked, despite)
    if clone is not None:
        return _rehearsed(root, fleet, tenants, clone, to, kubeconfig, argocd, dry)
    if rehearsed is not None:
        return _record(root, fleet, tenants, {"to": to, "minutes": rehearsed, "date": now.date().isoformat()}, dry)
    return carried_out(root, fleet, wish, looked(root, fleet, wish, now, kubeconfig, argocd), layout, dry)


def _abort(root: Path, fleet: Fleet, name: str, now: datetime, at: datetime | None, dry: bool) -> int:
    known(fleet, "tenant", name)
    tenant = next(one for one in fleet.tenants if one.name == name)
    return abort_upgrade(root, fleet, tenant, now, at, dry)


def point(text: str, now: datetime) -> datetime:
    """The time of a point; what is none, or has not come yet, is a wrong command line."""
    at = moment_of(text)
    if at is None:
        raise click.UsageError(f"`{text}` is no time with its zone, as 2026-11-22T03:00:00Z")
    if at > now:
        raise click.UsageError(f"{written(at)} has not come yet")
    if at.year < _FIRST_YEAR:
        raise click.UsageError(f"`{text}` is before any backup")
    return at


def readable(root: Path) -> Fleet:
    """The fleet, where it has no errors; else they are printed and the run ends."""
    fleet = read(root)
    if has_errors(fleet.problems):
        print_diagnostics(fleet.problems, "text")
        print_state(fleet.problems, "nothing was written")
        raise SystemExit(1)
    return fleet


def known(fleet: Fleet, what: str, name: str) -> None:
    """Refuse a name that the fleet does not have."""
    assert fleet.repository.fleet is not None
    names = {
        "release": list(fleet.repository.catalogue.releases),
        "ring": [ring.name for ring in rings_of(fleet.repository.fleet)],
        "environment": list(fleet.repository.fleet.data["environments"]),
        "tenant": [tenant.name for tenant in fleet.tenants],
    }[what]
    if name not in names:
        raise click.UsageError(unknown(what, name, names))


def chosen(fleet: Fleet, to: str, ring: str | None, tenants: Sequence[str], environment: str | None) -> list[str]:
    """The tenants that are meant; of a ring or an environment those that are newer already are not."""
    if bool(tenants) == bool(ring or environment):
        raise click.UsageError("name tenants with --tenant, or a --ring or an --environment")
    for what, name in (("ring", ring), ("environment", environment), *(("tenant", name) for name in tenants)):
        if name is not None:
            known(fleet, what, name)
    if tenants:
        return list(tenants)

    def is_meant(tenant: Tenant) -> bool:
        inside = ring in (None, tenant.spec["ring"]) and environment in (None, tenant.environment)
        return inside and version_of(tenant.spec["release"]["version"]) <= version_of(to)

    return [tenant.name for tenant in fleet.tenants if is_meant(tenant)]


def looked(root: Path, fleet: Fleet, wish: Wish, now: datetime, kubeconfig: Path | None, argocd: str | None) -> Seen:
    """What git and Argo CD know of the tenants that the wish is about, and of those before them."""
    names = neighbours(fleet, wish)
    seen = Seen(now, since(root, [tenant for tenant in fleet.tenants if tenant.name in names]))
    if argocd is None:
        return seen
    return replace(seen, health=health(Kubectl(kustomize.find().kubectl, kubeconfig), argocd, fleet, names))


def carried_out(root: Path, fleet: Fleet, wish: Wish, seen: Seen, layout: str, dry: bool) -> int:
    """Print the plan, and write it where nothing forbids it."""
    found = plan(fleet, wish, seen)
    click.echo(PLANS[layout](found), nl=False)
    print_diagnostics(found.problems, "text")
    for words, names in (("on it already", found.there), ("left as they are", found.left)):
        if names:
            click.echo(f"{words}: {', '.join(names)}", err=True)
    if seen.health is None and found.moves:
        click.echo("whether what came before is healthy was not asked; --context asks Argo CD", err=True)
    if has_errors(found.problems) or dry or not found.moves:
        print_state(found.problems, "nothing was written" if found.moves else "nothing to do")
        return int(has_errors(found.problems))
    _write(root, fleet, found)
    click.echo(f"wrote {count(len(found.moves), 'file')}; next: `quad validate`, then `quad diff`", err=True)
    return 0


def _write(root: Path, fleet: Fleet, found: Plan) -> None:
    _write_releases(root, fleet, {move.tenant: move.fields for move in found.moves})


def _write_releases(root: Path, fleet: Fleet, fields: dict[str, dict[str, Value | None]]) -> None:
    changes = []
    for tenant in fleet.tenants:
        if tenant.name in fields:
            path = root / tenant.document.path
            raw = path.read_bytes()
            changes.append((path, raw, with_release(raw, fields[tenant.name], tenant.document.path)))
    write_all(changes)


def _record(root: Path, fleet: Fleet, tenants: Sequence[str], record: Value, dry: bool) -> int:
    if not tenants:
        raise click.UsageError("--rehearsed is about the tenants that --tenant names")
    if not dry:
        _write_releases(root, fleet, {name: {"rehearsed": record} for name in tenants})
    click.echo("nothing was written" if dry else f"recorded for {count(len(tenants), 'tenant')}", err=True)
    return 0


def _rehearsed(
    root: Path,
    fleet: Fleet,
    tenants: Sequence[str],
    clone: str,
    to: str,
    kubeconfig: Path | None,
    argocd: str | None,
    dry: bool,
) -> int:
    if len(tenants) != 1:
        raise click.UsageError("--rehearsed-by is about the one tenant that --tenant names")
    if argocd is None:
        raise click.UsageError("--rehearsed-by asks Argo CD and the clone's cluster; --context names Argo CD's")
    known(fleet, "tenant", clone)
    if clone == tenants[0]:
        raise click.UsageError("a clone is another tenant than the one of --tenant")
    named = {one.name: one for one in fleet.tenants}
    reader = Kubectl(kustomize.find().kubectl, kubeconfig)
    return record_rehearsal(root, fleet, named[tenants[0]], named[clone], to, reader, argocd, dry)
