"""`quad validate`."""

from __future__ import annotations

import rich_click as click

from generator.commands.options import format_option
from generator.terminal import repository
from generator.verbs.validate import run


@click.command("validate")
@format_option
@click.pass_context
def command(context: click.Context, layout: str) -> int:
    """Report every problem of every tenant, the fleet and the catalogue; write nothing.

    \b
    Examples:
      quad validate
      quad validate --format sarif > problems.sarif
    """
    return run(repository(context), layout)
