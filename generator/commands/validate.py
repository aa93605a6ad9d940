"""`quad validate`."""

from __future__ import annotations

import rich_click as click

from generator.diagnostics import has_errors
from generator.pipeline import read
from generator.terminal import count, format_option, print_diagnostics, print_state, repository


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
    fleet = read(repository(context))
    print_diagnostics(fleet.problems, layout)
    failed = has_errors(fleet.problems)
    print_state(
        fleet.problems, "nothing was written" if failed else f"{count(len(fleet.tenants), 'tenant')}, no problem"
    )
    return int(failed)
