"""`quad drill`."""

from __future__ import annotations

from datetime import UTC, datetime

import rich_click as click

from generator.commands.restore import of_name, refused, write
from generator.commands.upgrade import readable
from generator.restoring import DRILL, Edit, in_the_way, name_of
from generator.terminal import repository


@click.command("drill")
@click.argument("tenant")
@click.option("--finish", is_flag=True, help="It is over: take the field out.")
@click.option("--plan", "dry", is_flag=True, help="Say what would happen; write nothing.")
@click.pass_context
def command(context: click.Context, tenant: str, finish: bool, dry: bool) -> int:
    """Restore the newest backup of a tenant beside it, once: the field `drill` in its file, comments kept.

    Nothing in a cluster is touched, and nothing of the site: the next sync starts the Job, whose log has the evidence.

    \b
    Examples:
      quad drill acme               before an upgrade that cannot be taken back
      quad drill acme --finish      when the evidence is kept
    """
    root = repository(context)
    fleet = readable(root)
    found = of_name(fleet, tenant)
    if finish:
        if DRILL not in found.spec:
            raise click.UsageError(f"no drill of `{tenant}` is asked for")
        return write(root, found, Edit(None, {}, DRILL), dry)
    if refused(in_the_way(fleet, found, DRILL)):
        return 1
    id = name_of(datetime.now(UTC))
    click.echo(
        f"{tenant}: a drill of the newest point, beside the site; the Job `backup-drill-{id}` has the evidence in its log."
    )
    click.echo(f"When it is over: `quad drill {tenant} --finish`.")
    return write(root, found, Edit({"id": id}, {}, DRILL), dry)
