"""`quad render`. What compiles is imported when there is something to compile: an unchanged fleet does without."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from generator.cache import NO_CACHE, Cache, default_folder
from generator.commands.options import format_option, require_schemas_option, verbose_option, workers_option
from generator.diagnostics import ToolError, has_errors
from generator.terminal import (
    count,
    judging_day,
    print_diagnostics,
    print_state,
    print_waived,
    progress,
    repository,
    today,
    unknown,
)
from generator.unchanged import Run, keep, key_of, look

if TYPE_CHECKING:
    from generator.hydrate import Hydration
    from generator.result import Rendered
    from generator.sharding import Shard


class _Part(click.ParamType["Shard"]):
    """Which part of how many."""

    name = "K/N"

    def convert(self, value: object, param: click.Parameter | None, context: click.Context | None) -> Shard:
        from generator.sharding import parse

        try:
            return parse(str(value))
        except ValueError as error:
            return self.fail(str(error), param, context)


class _Proofs(click.ParamType[int]):
    """A number of tenants, or all."""

    name = "N|all"

    def convert(self, value: object, param: click.Parameter | None, context: click.Context | None) -> int:
        if isinstance(value, int) or str(value).isdecimal():
            return int(str(value))
        return -1 if value == "all" else self.fail(f"`{value}` is neither a number nor `all`", param, context)


@click.command("render")
@click.argument("tenants", nargs=-1)
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), help="Where to write.  [default: rendered/]"
)
@click.option(
    "--plain", is_flag=True, help="With kustomize alone, without profiles and cache: slow, and the same bytes."
)
@click.option(
    "--prove", type=_Proofs(), default="0", help="Build so many tenants of each profile with kustomize too, or `all`."
)
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache (`quad cache info`).")
@click.option(
    "--shard",
    type=_Part(),
    help="Only this part of the fleet, and only into the cache: one job of several (`quad cache merge`).",
)
@workers_option
@require_schemas_option
@verbose_option
@format_option
@click.pass_context
def command(
    context: click.Context,
    tenants: tuple[str, ...],
    output: Path | None,
    plain: bool,
    prove: int,
    no_cache: bool,
    shard: Shard | None,
    workers: str,
    require_schemas: bool,
    verbose: bool,
    layout: str,
) -> int:
    """Compile the fleet into rendered/<environment>/: overlays, manifests and Argo CD Applications.

    With names, only these tenants are rendered and the rest stays as it is, unless the catalogue has changed since: then all of
    their environment is. Nothing is written unless all is well, and nothing is rendered where neither the input nor the output has
    changed.

    \b
    Examples:
      quad render
      quad render acme birch
      quad render --output ../preview --format github
      quad render --prove 1
      quad render --workers dask://10.0.0.7:8786
      quad render --shard 3/8
    """
    started = time.monotonic()
    root = repository(context)
    run = Run(root, output.resolve() if output else root / "rendered", root / ".build" / "crds", require_schemas)
    cache = NO_CACHE if plain or no_cache else Cache(default_folder())
    asked = _Asked(run, cache, tenants, plain, prove, workers)
    if shard:
        if tenants or output or not cache.folder:
            raise click.UsageError("--shard fills the cache: it goes with no tenant, --output, --plain or --no-cache")
        return _part(asked, shard, layout, verbose, started)
    key = key_of(run) if cache.folder and not tenants else None
    known = None if prove else look(run, key, cache, lambda: judging_day(root))
    done = known or _rendered(asked)
    print_diagnostics(done.problems, layout)
    print_waived(done.waived, verbose)
    if has_errors(done.problems):
        print_state(done.problems, "nothing was written")
        return 1
    if done is not known:
        keep(run, key, done, cache)
        cache.prune()
    _say(run, done, f"{time.monotonic() - started:.1f} s", " (unchanged)" if done is known else "")
    return 0


@dataclass(frozen=True, slots=True)
class _Asked:
    """How it is to be rendered."""

    run: Run
    cache: Cache
    tenants: tuple[str, ...]
    plain: bool
    prove: int
    workers: str

    @contextmanager
    def how(self) -> Iterator[Hydration]:
        from generator.hydrate import using

        with using(self.workers) as usual:
            yield replace(usual, cache=self.cache, plain=self.plain, prove=self.prove)


def _rendered(asked: _Asked) -> Rendered:
    from generator.pipeline import render
    from generator.remembered import read_tree

    run = asked.run
    fleet = read_tree(run.root, asked.cache)
    if not has_errors(fleet.problems):
        names = [tenant.name for tenant in fleet.tenants]
        for name in asked.tenants:
            if name not in names:
                raise click.UsageError(unknown("tenant", name, names))
    with asked.how() as how, progress("rendering") as bar:
        day = today(run.root, fleet.repository.fleet)
        return render(fleet, run.output, how, run.crds, asked.tenants, bar, day, run.require_schemas)


def _part(asked: _Asked, shard: Shard, layout: str, verbose: bool, started: float) -> int:
    """One shard: what is wrong with its tenants is said, and what was made of them is in the cache."""
    from generator.pipeline import fill, read

    run = asked.run
    if not asked.cache.keeps():
        raise ToolError(f"nothing can be kept in {asked.cache.folder}", "QUAD_CACHE_DIR names another folder")
    fleet = read(run.root)
    with asked.how() as how, progress("rendering") as bar:
        day = today(run.root, fleet.repository.fleet)
        part, done = fill(fleet, shard, how, run.crds, bar, day, run.require_schemas)
    print_diagnostics(done.problems, layout)
    print_waived(done.waived, verbose)
    if has_errors(fleet.problems):
        print_state(done.problems, "nothing was rendered")
        return 1
    asked.cache.prune()
    _explain(done)
    seconds = f"{time.monotonic() - started:.1f} s"
    said = f"shard {shard}: {count(part.tenants, 'tenant')}, {count(part.shapes, 'shape')}, {seconds} -> cache"
    print_state(done.problems, said)
    return int(has_errors(done.problems))


def _say(run: Run, done: Rendered, seconds: str, unchanged: str) -> None:
    shown = run.output.relative_to(run.root) if run.output.is_relative_to(run.root) else run.output
    for environment in done.vanished:
        print_state([], f"removed {environment}/: no tenant is left in it")
    _explain(done)
    did = f"{count(done.tenants, 'tenant')}, {count(done.objects, 'object')}, {seconds}"
    print_state([], f"{did} -> {shown}/{unchanged}")


def _explain(done: Rendered) -> None:
    for reason, names in sorted(done.by_kustomize.items()):
        print_state([], f"{count(len(names), 'tenant')} rendered by kustomize: {reason}")
    if not done.custom_checked:
        print_state([], "custom resources were not held against their CRDs: .build/crds/ has none")
