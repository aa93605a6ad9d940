"""`quad show`."""

from __future__ import annotations

import json

import rich_click as click

from generator.pipeline import read
from generator.source import dump
from generator.terminal import find_tenant, repository


@click.command("show")
@click.argument("tenant")
@click.option("--format", "layout", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
@click.pass_context
def command(context: click.Context, tenant: str, layout: str) -> int:
    """Print the resolved tenant: every value after all layers, defaults and derived values.

    \b
    Examples:
      quad show acme
      quad show acme --format json | jq .web
    """
    found = find_tenant(read(repository(context)), tenant)
    if layout == "json":
        click.echo(json.dumps(found.spec, indent=2, sort_keys=True, ensure_ascii=False))
    else:
        click.echo(dump(dict(sorted(found.spec.items()))).decode(), nl=False)
    return 0
