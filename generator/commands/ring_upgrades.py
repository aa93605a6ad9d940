"""`quad ring status`, `advance`, `freeze` and `unfreeze`: how releases go from ring to ring."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import rich_click as click

from generator import kustomize
from generator.commands.options import kubectl_options
from generator.commands.upgrade import MOMENTS, carried_out, chosen, known, looked, plan_options, readable
from generator.diagnostics import Diagnostic, Span, has_errors
from generator.edit import with_frozen, write_over
from generator.kubectl import Kubectl
from generator.load import load
from generator.model import Fleet
from generator.pipeline import read
from generator.report.printable import printable
from generator.report.upgrade import table
from generator.rings import Ring, rings_of
from generator.schema_errors import schema_problems
from generator.soaking import health, since
from generator.terminal import print_diagnostics, repository, unknown
from generator.upgrade.gates import Seen
from generator.upgrade.plan import Wish
from generator.upgrade.standing import Standing, standings

_FLEET = "tenants/fleet.yaml"
_HEAD = ("ring", "soak", "release", "tenants", "since", "soaked", "health", "frozen")


@click.command("status")
@click.option("-r", "--ring", help="Only this ring.")
@click.option("--date", "moment", type=click.DateTime(MOMENTS), help="The moment to look from, in UTC.  [default: now]")
@kubectl_options
@click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def status(
    context: click.Context,
    ring: str | None,
    moment: datetime | None,
    kubeconfig: Path | None,
    argocd: str | None,
    layout: str,
) -> int:
    """Show which releases the tenants of each ring have, since when, and with --context how they are.

    \b
    Examples:
      quad ring status
      quad ring status --ring canary --context hub
    """
    root = repository(context)
    fleet = read(root)
    print_diagnostics([problem for problem in fleet.problems if problem.severity == "error"], "text")
    if fleet.repository.fleet is None:
        return 1
    if ring is not None:
        known(fleet, "ring", ring)
    rings = [one for one in rings_of(fleet.repository.fleet) if ring in (None, one.name)]
    now = moment.replace(tzinfo=UTC) if moment else datetime.now(UTC)
    found = standings(rings, fleet.tenants, _seen(root, fleet, {one.name for one in rings}, now, kubeconfig, argocd))
    if layout == "json":
        click.echo(json.dumps([_data(one) for one in found], indent=2))
    else:
        for line in table(_HEAD, [_cells(one) for one in found]):
            click.echo(printable(line))
    return int(has_errors(fleet.problems))


def _seen(
    root: Path, fleet: Fleet, rings: set[str], now: datetime, kubeconfig: Path | None, argocd: str | None
) -> Seen:
    inside = [tenant for tenant in fleet.tenants if tenant.spec["ring"] in rings]
    words = None
    if argocd is not None:
        reader = Kubectl(kustomize.find().kubectl, kubeconfig)
        words = health(reader, argocd, fleet, [tenant.name for tenant in inside])
    return Seen(now, since(root, inside), words)


def _data(one: Standing) -> Mapping[str, object]:
    return {**asdict(one), "since": one.since.isoformat() if one.since else None}


def _cells(one: Standing) -> tuple[str, ...]:
    if not one.tenants:
        return (one.ring, one.soak, "-", "0", "", "", "", one.frozen)
    moment = f"{one.since:%Y-%m-%d %H:%M} UTC" if one.since else "not committed"
    words = ", ".join(f"{number} {word}" for word, number in sorted(one.health.items())) if one.health else "not asked"
    soaked = "yes" if one.soaked else "no"
    return (one.ring, one.soak, one.release, f"{len(one.tenants):,}", moment, soaked, words, one.frozen)


@click.command("advance")
@click.argument("ring")
@click.option("--to", metavar="VERSION", required=True, help="The release, a file of overlays/releases/.")
@click.option("--batch", type=click.IntRange(min=1), required=True, help="How many tenants, by name.")
@click.option("--leave-blocked", is_flag=True, help="Tenants that cannot go stay as they are; the next ones go.")
@plan_options
@click.pass_context
def advance(
    context: click.Context,
    ring: str,
    to: str,
    batch: int,
    leave_blocked: bool,
    dry: bool,
    despite: tuple[str, ...],
    moment: datetime | None,
    kubeconfig: Path | None,
    argocd: str | None,
    layout: str,
) -> int:
    """Upgrade the next tenants of a ring, where all before them are healthy and have soaked.

    \b
    Examples:
      quad ring advance broad --to 5.3.0 --batch 20 --context hub
      quad ring advance broad --to 5.3.0 --batch 20 --despite ring-unhealthy     Argo CD is not asked
    """
    if argocd is None and "ring-unhealthy" not in despite:
        help = "--context names Argo CD's cluster; `--despite ring-unhealthy` goes without"
        raise click.UsageError(f"somebody has to say that the batches before are healthy: {help}")
    root = repository(context)
    fleet = readable(root)
    known(fleet, "release", to)
    wish = Wish(to, chosen(fleet, to, ring, (), None), batch, leave_blocked, despite)
    now = moment.replace(tzinfo=UTC) if moment else datetime.now(UTC)
    return carried_out(root, fleet, wish, looked(root, fleet, wish, now, kubeconfig, argocd), layout, dry)


@click.command("freeze")
@click.argument("ring")
@click.option("--reason", required=True, help="Why, as those read it who are refused.")
@click.pass_context
def freeze(context: click.Context, ring: str, reason: str) -> int:
    """Let no tenant of a ring be upgraded until it is unfrozen: `frozen:` of the ring in tenants/fleet.yaml.

    \b
    Examples:
      quad ring freeze broad --reason "The upgrade of acme failed; ticket 4711"
    """
    root = repository(context)
    found = _ring(root, ring)
    freeze_ring(root, found, reason)
    click.echo(f"ring `{ring}` is frozen; commit it, so that it holds for others too", err=True)
    return 0


@click.command("unfreeze")
@click.argument("ring")
@click.pass_context
def unfreeze(context: click.Context, ring: str) -> int:
    """Let the tenants of a ring be upgraded again.

    \b
    Examples:
      quad ring unfreeze broad
    """
    root = repository(context)
    found = _ring(root, ring)
    if not found.frozen:
        click.echo(f"ring `{ring}` is not frozen; nothing was written", err=True)
        return 0
    _write(root, found, "")
    click.echo(f"ring `{ring}` is not frozen any more", err=True)
    return 0


def freeze_ring(root: Path, ring: Ring, reason: str) -> None:
    """Write why a ring is frozen; a reason that the schema would refuse is a wrong command line."""
    schema = load(root)[0].schemas["fleet.yaml"].data["properties"]["rings"]["items"]["properties"]["frozen"]
    wrong: list[Diagnostic] = schema_problems(
        reason, schema, lambda _path, _key: Span("the command line"), "the reason"
    )
    if wrong:
        raise click.UsageError(f"{wrong[0].message}; {wrong[0].help}")
    _write(root, ring, reason)


def _write(root: Path, ring: Ring, reason: str) -> None:
    path = root / _FLEET
    raw = path.read_bytes()
    write_over(path, raw, with_frozen(raw, ring.index, reason))


def _ring(root: Path, name: str) -> Ring:
    loaded, problems = load(root)
    if loaded.fleet is None:
        print_diagnostics([problem for problem in problems if problem.span.path == _FLEET], "text")
        raise SystemExit(1)
    rings = {ring.name: ring for ring in rings_of(loaded.fleet)}
    if name not in rings:
        raise click.UsageError(unknown("ring", name, list(rings)))
    return rings[name]
