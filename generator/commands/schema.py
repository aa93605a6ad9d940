"""`quad schema`."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from generator.docs import generated
from generator.terminal import print_state, repository, usable


@click.command("schema")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 where a file is not current.")
@click.pass_context
def command(context: click.Context, check: bool) -> int:
    """Write what is generated from the schemas: JSON Schemas for editors, the catalogue's pages, tables of knobs.

    \b
    Examples:
      quad schema
      quad schema --check
    """
    root = repository(context)
    loaded = usable(root)
    stale = {name: raw for name, raw in generated(loaded).items() if _old(root / name) != raw}
    for name, raw in stale.items():
        if check:
            click.echo(f"{name} is not current; run `quad schema`", err=True)
        else:
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_bytes(raw)
            click.echo(f"wrote {name}", err=True)
    print_state([], f"{len(stale)} of the generated files {'are stale' if check else 'were stale'}")
    return int(check and bool(stale))


def _old(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
