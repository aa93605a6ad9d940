"""`quad publish`."""

from __future__ import annotations

import rich_click as click

from generator import git
from generator.commands.options import format_option, named, workers_option
from generator.publish import NEXT, Request
from generator.terminal import repository
from generator.verbs.publish import publish


@click.command("publish")
@click.option(
    "-e", "--environment", "environments", multiple=True, help="Only this one; may be repeated.  [default: all]"
)
@click.option(
    "--push", "remote", metavar="REMOTE", callback=named, help="Publish to the branches of this remote repository."
)
@click.option("--next", "proposed", is_flag=True, help="Write <branch>-next, for promotion by pull request.")
@click.option("--keep-going", is_flag=True, help="Hold tenants with problems as they were, and publish the others.")
@click.option("--dry-run", is_flag=True, help="Say what would be published; write no commit.")
@click.option(
    "--overwrite", multiple=True, metavar="COMMIT", help="Publish over this tip, whoever made it; may be repeated."
)
@workers_option
@format_option
@click.pass_context
def command(
    context: click.Context,
    environments: tuple[str, ...],
    remote: str,
    proposed: bool,
    keep_going: bool,
    dry_run: bool,
    overwrite: tuple[str, ...],
    workers: str,
    layout: str,
) -> int:
    """Publish the commit that is checked out: one commit for each environment, on its rendered branch.

    Neither work tree nor index is touched, and nothing is written where nothing changes. A branch that was edited by
    hand, or is at a newer source commit already, is left alone. Prints each branch published and its commit.

    \b
    Examples:
      quad publish --dry-run
      quad publish --push origin
      quad publish --environment staging --keep-going --push origin
    """
    root = repository(context)
    tips = frozenset(git.resolve(root, name) or name for name in overwrite)
    suffix = NEXT if proposed else ""
    return publish(Request(root, environments, remote, suffix, keep_going, dry_run, tips), workers, layout)
