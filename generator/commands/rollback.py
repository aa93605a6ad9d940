"""`quad rollback`."""

from __future__ import annotations

import rich_click as click

from generator.commands.options import format_option, named
from generator.hydrate import usual
from generator.model import Progress
from generator.rendering import Tools
from generator.rollback import Rollback, rollback
from generator.terminal import print_diagnostics, print_outcomes, repository, usage


@click.command("rollback")
@click.option("-e", "--environment", required=True, help="Whose branch.")
@click.option("--to", required=True, metavar="COMMIT", help="How it was at this commit of the rendered branch.")
@click.option("-t", "--tenant", "tenants", multiple=True, help="Only this one; may be repeated.  [default: all]")
@click.option(
    "--push", "remote", metavar="REMOTE", callback=named, help="Roll back the branch of this remote repository."
)
@click.option("--dry-run", is_flag=True, help="Say what would be rolled back; write no commit.")
@format_option
@click.pass_context
def command(
    context: click.Context, environment: str, to: str, tenants: tuple[str, ...], remote: str, dry_run: bool, layout: str
) -> int:
    """Put a rendered branch back to how it was, by a new commit; no history is lost.

    Tenants whose code would be older than their database (a release that falls, a version below `release.floor`, an image with
    an older plugin) stay as they are and are listed: only a restore goes back, and `quad upgrade --abort` prepares it. So do
    tenants that were not there yet. The next publication undoes a rollback: revert the change on the source branch too.

    \b
    Examples:
      quad rollback --environment production --to 1a2b3c4d5e6f --dry-run
      quad rollback -e production --tenant acme --to 1a2b3c4d5e6f --push origin
    """
    with usage():
        root = repository(context)
        tools = Tools(usual(), root / ".build" / "crds", Progress())
        outcome = rollback(Rollback(root, environment, to, tenants, remote, dry_run), tools)
    print_diagnostics(outcome.problems, layout)
    print_outcomes([outcome], layout)
    return int(outcome.state == "refused" or (outcome.state == "unchanged" and bool(outcome.said)))
