"""`quad cache`."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.table import Table

from generator import merging
from generator.cache import KINDS, Cache, Size, default_folder
from generator.diagnostics import ToolError
from generator.report.printable import printable
from generator.terminal import count, print_state

_UNITS = ("kB", "MB", "GB")
_STEP = 1000


@click.group("cache")
def command() -> None:
    """Show, merge or clear what runs have kept for the next ones.

    It lies in $QUAD_CACHE_DIR, else in `quadrangle` in the user's cache folder, and may be removed at any time: every entry is
    found by the digest of all it was made from, a damaged one is no entry, and one that nobody uses for a month is removed.

    \b
    Examples:
      quad cache info
      quad cache clear
      quad cache merge shards/*                    what other machines have kept
      QUAD_CACHE_DIR=/var/tmp/quad quad render     another folder
      quad render --no-cache                       neither read nor written
    """


@command.command("info")
@click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", show_default=True)
def info(layout: str) -> int:
    """Print the cache's folder, and how many entries and bytes it has of each kind.

    \b
    Examples:
      quad cache info
      quad cache info --format json | jq .folder
    """
    cache = Cache(default_folder())
    sizes = cache.sizes()
    if layout == "json":
        kinds = {kind: asdict(size) for kind, size in sizes.items()}
        click.echo(json.dumps({"folder": str(cache.folder), "kinds": kinds}, indent=2))
        return 0
    click.echo(_where(default_folder()))
    table = Table("kind", box=None, pad_edge=False)
    table.add_column("entries", justify="right")
    table.add_column("size", justify="right")
    table.add_column("what it keeps")
    for kind, size in sizes.items():
        table.add_row(kind, f"{size.entries:,}", _human(size.bytes), KINDS[kind])
    whole = _sum(list(sizes.values()))
    table.add_row("all", f"{whole.entries:,}", _human(whole.bytes), "")
    Console(highlight=False, markup=False).print(table)
    return 0


@command.command("clear")
def clear() -> int:
    """Remove all entries; what else lies in the folder stays. The next runs take as long as the first.

    \b
    Examples:
      quad cache clear
      QUAD_CACHE_DIR=/var/tmp/quad quad cache clear
    """
    folder = default_folder()
    cache = Cache(folder)
    before = _sum(list(cache.sizes().values()))
    cache.clear()
    left = _sum(list(cache.sizes().values()))
    freed = Size(before.entries - left.entries, before.bytes - left.bytes)
    print_state([], f"{_said(freed)} removed from {printable(str(folder))}")
    if left.entries:
        raise ToolError(f"{_said(left)} cannot be removed", "mend the folder's permissions, or remove it by hand")
    return 0


@command.command("merge")
@click.argument("folders", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
def merge(folders: tuple[Path, ...]) -> int:
    """Take over what the cache folders of other runs hold: the shards of a fleet, rendered by several machines.

    Damaged entries are left out. Only merge what was written by those who may publish: a cache says what is rendered.

    \b
    Examples:
      quad cache merge shards/*
      QUAD_CACHE_DIR=/var/tmp/quad quad cache merge shards/1 shards/2
    """
    into = default_folder()
    done = merging.merge(Cache(into), [Cache(folder) for folder in folders])
    parts = [f"{_entries(done.new)} taken over from {count(len(folders), 'folder')}"]
    parts += [f"{done.known:,} known already"] if done.known else []
    parts += [f"{count(done.empty, 'folder')} had none"] if done.empty else []
    parts += [f"{done.damaged:,} damaged and left out"] if done.damaged else []
    print_state([], f"{', '.join(parts)} -> {printable(str(into))}")
    if done.failed:
        raise ToolError(f"{_entries(done.failed)} cannot be written", "mend the folder's permissions, or make room")
    return 0


def _where(folder: Path) -> str:
    """The folder, who has chosen it, and why it keeps nothing where that is so."""
    origin = "from $QUAD_CACHE_DIR" if os.environ.get("QUAD_CACHE_DIR") else "$QUAD_CACHE_DIR names another"
    place = next(path for path in (folder, *folder.parents) if os.access(path, os.F_OK))
    if not place.is_dir():
        origin += f"; nothing is kept, for {place} is no folder"
    elif not os.access(place, os.W_OK):
        origin += "; nothing is kept, for it cannot be written"
    return printable(f"{folder} ({origin})")


def _said(size: Size) -> str:
    return f"{_entries(size.entries)} ({_human(size.bytes)})"


def _entries(number: int) -> str:
    return f"{number:,} {'entry' if number == 1 else 'entries'}"


def _sum(sizes: list[Size]) -> Size:
    return Size(sum(size.entries for size in sizes), sum(size.bytes for size in sizes))


def _human(number: int) -> str:
    """`512 bytes`, `3.9 MB`."""
    if number < _STEP:
        return count(number, "byte")
    power = next((power for power in (1, 2) if number < _STEP ** (power + 1)), len(_UNITS))
    return f"{number / _STEP**power:,.1f} {_UNITS[power - 1]}"
