"""`quad diff`."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from generator.commands.options import workers_option
from generator.terminal import repository
from generator.verbs.diff import SUFFIXES, Asked, run


@click.command("diff")
@click.argument("tenants", nargs=-1)
@click.option(
    "--against", help="A rendered branch, a commit or branch of the sources, or a folder that `quad render` wrote."
)
@click.option("-e", "--environment", "environments", multiple=True, help="Only this environment; may be repeated.")
@click.option("-t", "--tenant", "chosen", multiple=True, help="Only this tenant, like an argument; may be repeated.")
@click.option(
    "--format", "layout", type=click.Choice(list(SUFFIXES)), default="text", show_default=True, help="How it is shown."
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it to a file.")
@click.option(
    "--review",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write review.md, .html, .json and .sarif to a folder, from one rendering.",
)
@workers_option
@click.option("--exit-code", is_flag=True, help="Exit with 1 where something changes.")
@click.pass_context
def command(
    context: click.Context,
    tenants: tuple[str, ...],
    against: str | None,
    environments: tuple[str, ...],
    chosen: tuple[str, ...],
    layout: str,
    output: Path | None,
    folder: Path | None,
    workers: str,
    exit_code: bool,
) -> int:
    """Show what the fleet of the working tree changes: objects and fields, the same change of many tenants once.

    It is compared with the rendered branches, or with what --against names; the sources of a commit are rendered as well.

    \b
    Examples:
      quad diff                                  against the rendered branches
      quad diff --against main acme birch        two tenants, against the sources of main
      quad diff --against rendered               against the folder of an earlier `quad render`
      quad diff --format markdown -o comment.md  for a pull request
      quad diff --review .build/review           all that a pull request's run leaves
    """
    wanted = frozenset({*tenants, *chosen})
    return run(repository(context), Asked(wanted, against, environments, layout, output, folder, workers, exit_code))
