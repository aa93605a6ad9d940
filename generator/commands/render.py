"""`quad render`. What compiles is imported when there is something to compile: an unchanged fleet does without."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from generator.cache import NO_CACHE, Cache, default_folder
from generator.diagnostics import has_errors
from generator.terminal import (
    count,
    format_option,
    judging_day,
    print_diagnostics,
    print_state,
    print_waived,
    progress,
    repository,
    require_schemas_option,
    today,
    unknown,
    verbose_option,
)
from generator.unchanged import Run, keep, key_of, look

if TYPE_CHECKING:
    from generator.result import Rendered


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
    """
    started = time.monotonic()
    root = repository(context)
    run = Run(root, output.resolve() if output else root / "rendered", root / ".build" / "crds", require_schemas)
    cache = NO_CACHE if plain or no_cache else Cache(default_folder())
    key = key_of(run) if cache.folder and not tenants else None
    known = None if prove else look(run, key, cache, lambda: judging_day(root))
    done = known or _rendered(run, cache, tenants, plain, prove)
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


def _rendered(run: Run, cache: Cache, tenants: tuple[str, ...], plain: bool, prove: int) -> Rendered:
    from generator.hydrate import usual
    from generator.pipeline import read, render

    fleet = read(run.root)
    if not has_errors(fleet.problems):
        names = [tenant.name for tenant in fleet.tenants]
        for name in tenants:
            if name not in names:
                raise click.UsageError(unknown("tenant", name, names))
    how = replace(usual(), cache=cache, plain=plain, prove=prove)
    with progress("rendering") as bar:
        day = today(run.root, fleet.repository.fleet)
        return render(fleet, run.output, how, run.crds, tenants, bar, day, run.require_schemas)


def _say(run: Run, done: Rendered, seconds: str, unchanged: str) -> None:
    shown = run.output.relative_to(run.root) if run.output.is_relative_to(run.root) else run.output
    for environment in done.vanished:
        print_state([], f"removed {environment}/: no tenant is left in it")
    for reason, names in sorted(done.by_kustomize.items()):
        print_state([], f"{count(len(names), 'tenant')} rendered by kustomize: {reason}")
    if not done.custom_checked:
        print_state([], "custom resources were not held against their CRDs: .build/crds/ has none")
    did = f"{count(done.tenants, 'tenant')}, {count(done.objects, 'object')}, {seconds}"
    print_state([], f"{did} -> {shown}/{unchanged}")
