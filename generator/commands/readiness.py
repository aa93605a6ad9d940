"""`quad readiness`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import rich_click as click

from generator.commands.upgrade import MOMENTS, known
from generator.diagnostics import has_errors
from generator.pipeline import read
from generator.report.readiness import LAYOUTS
from generator.terminal import print_diagnostics, print_state, repository
from generator.upgrade.readiness import readiness


@click.command("readiness")
@click.option("--to", metavar="VERSION", required=True, help="The release, a file of overlays/releases/.")
@click.option("-r", "--ring", help="Only the tenants of this ring.")
@click.option("-e", "--environment", help="Only the tenants of this environment.")
@click.option("--date", "moment", type=click.DateTime(MOMENTS), help="The day to count from, in UTC.  [default: today]")
@click.option("--format", "layout", type=click.Choice(list(LAYOUTS)), default="text", show_default=True)
@click.pass_context
def command(
    context: click.Context, to: str, ring: str | None, environment: str | None, moment: datetime | None, layout: str
) -> int:
    """Report which tenants can go to a release, which way, and what is in the way of the others.

    Tenants with problems of their own are not in it; those are printed, and the exit code is 1.

    \b
    Examples:
      quad readiness --to 5.3.0
      quad readiness --to 5.3.0 --environment production --format html > readiness.html
      quad readiness --to 5.3.0 --format json | jq '.tenants[] | select(.daysLeft < 180)'
    """
    root = repository(context)
    fleet = read(root)
    wrong = [problem for problem in fleet.problems if problem.severity == "error"]
    print_diagnostics(wrong, "text")
    if fleet.repository.fleet is None:
        print_state(wrong, "nothing was looked at")
        return 1
    for what, name in (("release", to), ("ring", ring), ("environment", environment)):
        if name is not None:
            known(fleet, what, name)
    tenants = [
        tenant
        for tenant in fleet.tenants
        if ring in (None, tenant.spec["ring"]) and environment in (None, tenant.environment)
    ]
    today = (moment or datetime.now(UTC)).date()
    click.echo(LAYOUTS[layout](readiness(replace(fleet, tenants=tenants), to, today), to, today), nl=False)
    return int(has_errors(wrong))
