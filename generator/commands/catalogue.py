"""`quad catalogue`."""

from __future__ import annotations

import rich_click as click
from rich.console import Console
from rich.table import Table

from generator import schema as schemas
from generator.docs import KINDS, knob_rows, summary
from generator.model import Catalogue, Component
from generator.terminal import repository, unknown, usable


@click.command("catalogue")
@click.argument("name", required=False)
@click.option("--ring", help="As the tenants of this ring see it.  [default: the working tree's]")
@click.pass_context
def command(context: click.Context, name: str | None, ring: str | None) -> int:
    """List models, databases, caches, features, states and the platform, or the knobs of one of them.

    \b
    Examples:
      quad catalogue
      quad catalogue backup
      quad catalogue backup --ring broad     the knobs at the commit the ring is pinned to
    """
    loaded = usable(repository(context), ring)
    console = Console(highlight=False, markup=False)
    if name is None:
        for kind, title in (*KINDS, ("platform", "Platform")):
            console.print(_listing(title, list(loaded.catalogue.of(kind).values())))
        return 0
    console.print(_knobs(_component(loaded.catalogue, name)))
    return 0


def _component(catalogue: Catalogue, name: str) -> Component:
    found = {component.name: component for component in catalogue.components if component.schema is not None}
    if name not in found:
        raise click.UsageError(unknown("component", name, list(found)))
    return found[name]


def _listing(title: str, components: list[Component]) -> Table:
    table = Table("name", "what it is", title=title, title_justify="left", box=None, pad_edge=False)
    for component in components:
        table.add_row(component.name, summary(component))
    return table


def _knobs(component: Component) -> Table:
    assert component.schema is not None
    table = Table(
        "knob", "type", "default", "meaning", title=component.name, title_justify="left", box=None, pad_edge=False
    )
    for row in knob_rows(schemas.inline(component.schema.data)):
        table.add_row(*(cell.replace("`", "") for cell in row))
    return table
