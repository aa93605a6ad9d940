"""`quad ring`."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.table import Table

from generator import git
from generator.commands.ring_upgrades import advance, freeze, status, unfreeze
from generator.diagnostics import Span
from generator.edit import with_pin, write_over
from generator.load import load
from generator.model import SHORT, Repository
from generator.pins import OVERLAYS, History, commit_fault
from generator.rings import Ring, ring_of, rings_of
from generator.terminal import count, print_diagnostics, repository, unknown

_FLEET = "tenants/fleet.yaml"


@click.group("ring")
def command() -> None:
    """Pin, freeze and advance rings, so that a change of the platform or a release goes ring by ring.

    \b
    Examples:
      quad ring list                   who is pinned, and how far behind
      quad ring pin broad main         broad stays with the catalogue of the branch main
      quad ring unpin broad            broad takes the working tree's again
      quad ring status                 which releases its tenants have, and since when
      quad ring advance broad --to 5.3.0 --batch 20 --context hub
      quad ring freeze broad --reason "Ticket 4711"
    """


for verb in (status, advance, freeze, unfreeze):
    command.add_command(verb)


@dataclass(frozen=True, slots=True)
class _Row:
    """One ring in the list; the last four are None where the ring is not pinned or its commit is not in this clone."""

    ring: str
    soak: str
    tenants: int
    catalogue: str | None
    date: str | None
    behind: int | None
    changes: int | None


@command.command("list")
@click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def list_(context: click.Context, layout: str) -> int:
    """List the rings in their order: soak, tenants, the commit each is pinned to, its date, and how far behind HEAD it is.

    \b
    Examples:
      quad ring list
      quad ring list --format json | jq '.[] | select(.behind > 50)'
    """
    root = repository(context)
    loaded = _loaded(root)
    tenants = Counter(ring_of(loaded, file) for file in loaded.tenants)
    rows = [_row(root, ring, tenants[ring.name]) for ring in rings_of(loaded.fleet)]
    if layout == "json":
        click.echo(json.dumps([asdict(row) for row in rows], indent=2, ensure_ascii=False))
        return 0
    table = Table("ring", "soak", "tenants", "catalogue", "committed", "behind HEAD", box=None, pad_edge=False)
    for row in rows:
        table.add_row(row.ring, row.soak, f"{row.tenants:,}", *_cells(row))
    Console(highlight=False, markup=False).print(table)
    return 0


def _row(root: Path, ring: Ring, tenants: int) -> _Row:
    if not ring.commit:
        return _Row(ring.name, ring.soak, tenants, None, None, None, None)
    if not ring.is_full or not git.is_repository(root) or git.resolve(root, ring.commit) != ring.commit:
        return _Row(ring.name, ring.soak, tenants, ring.commit, None, None, None)
    behind, changes = (git.distance(root, ring.commit, "HEAD", folder) for folder in (":/", OVERLAYS))
    return _Row(ring.name, ring.soak, tenants, ring.commit, _date(root, ring.commit), behind, changes)


def _cells(row: _Row) -> tuple[str, str, str]:
    if row.catalogue is None:
        return "the working tree", "", ""
    if row.behind is None:
        return row.catalogue[:SHORT], "not in this clone", ""
    return row.catalogue[:SHORT], row.date or "", _behind(row.behind, row.changes or 0)


def _behind(behind: int, changes: int) -> str:
    return f"{count(behind, 'commit')}, {changes:,} in overlays/" if behind else "no commit"


@command.command("pin")
@click.argument("ring")
@click.argument("commit", default="HEAD")
@click.option("--backwards", is_flag=True, help="Also to a commit that is older than the present pin.")
@click.pass_context
def pin(context: click.Context, ring: str, commit: str, backwards: bool) -> int:
    """Compile a ring's tenants with overlays/ as they are at COMMIT (any name git knows; HEAD if none is given).

    Only `catalogue:` of the ring in tenants/fleet.yaml is written. The commit must be part of this branch's history.

    \b
    Examples:
      quad ring pin broad                    to the newest commit: what is edited from now on does not reach it
      quad ring pin broad main               to what the branch main has
      quad ring pin broad v2.1 --backwards   back to an older catalogue than it has now
    """
    root = repository(context)
    found = _ring(_loaded(root), ring)
    full = _commit(root, commit)
    if full == found.commit:
        click.echo(f"ring `{ring}` is pinned to {full[:SHORT]} already; nothing was written", err=True)
        return 0
    if found.commit and not backwards:
        _refuse_backwards(root, found, full)
    _write(root, found, full)
    behind = _behind(*(git.distance(root, full, "HEAD", folder) for folder in (":/", OVERLAYS)))
    click.echo(f"ring `{ring}` is pinned to {full[:SHORT]} of {_date(root, full)}, behind HEAD by {behind}", err=True)
    if git.is_changed(root, OVERLAYS):
        click.echo("overlays/ has changes that are not committed; this ring does not get them", err=True)
    click.echo("next: `quad validate`, then `quad render`", err=True)
    return 0


@command.command("unpin")
@click.argument("ring")
@click.pass_context
def unpin(context: click.Context, ring: str) -> int:
    """Compile a ring's tenants with the working tree's overlays/ again.

    \b
    Examples:
      quad ring unpin broad
    """
    root = repository(context)
    found = _ring(_loaded(root), ring)
    if not found.commit:
        click.echo(f"ring `{ring}` is not pinned; nothing was written", err=True)
        return 0
    _write(root, found, "")
    click.echo(f"ring `{ring}` takes the working tree's catalogue; next: `quad validate`, then `quad render`", err=True)
    return 0


def _loaded(root: Path) -> Repository:
    """The repository, read as far as it can be: a pin that is wrong must not keep anyone from mending it."""
    loaded, problems = load(root)
    if loaded.fleet is None:
        print_diagnostics([problem for problem in problems if problem.span.path == _FLEET], "text")
        raise SystemExit(1)
    return loaded


def _ring(loaded: Repository, name: str) -> Ring:
    rings = {ring.name: ring for ring in rings_of(loaded.fleet)}
    if name not in rings:
        raise click.UsageError(unknown("ring", name, list(rings)))
    return rings[name]


def _commit(root: Path, revision: str) -> str:
    """The full SHA of a commit that can be pinned to."""
    full = git.resolve(root, revision) if git.is_repository(root) else revision
    if full is None:
        raise click.UsageError(f"git knows no commit `{revision}` here")
    if fault := commit_fault(History(root), full, Span(_FLEET)):
        raise click.UsageError(f"{fault.message}; {fault.help}")
    return full


def _refuse_backwards(root: Path, ring: Ring, full: str) -> None:
    here = git.resolve(root, ring.commit) == ring.commit
    if not (here and git.is_ancestor(root, ring.commit, full)):
        older = "is not newer than" if here else "cannot be compared with"
        raise click.UsageError(
            f"{full[:SHORT]} {older} {ring.commit[:SHORT]}, to which `{ring.name}` is pinned; what its tenants run would be"
            " taken back. Say --backwards if that is meant"
        )


def _write(root: Path, ring: Ring, commit: str) -> None:
    path = root / _FLEET
    raw = path.read_bytes()
    write_over(path, raw, with_pin(raw, ring.index, commit))


def _date(root: Path, commit: str) -> str:
    return git.committed(root, commit).date().isoformat()
