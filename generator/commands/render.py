"""`quad render`."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import rich_click as click

from generator.cache import NO_CACHE
from generator.diagnostics import has_errors
from generator.hydrate import usual
from generator.model import Fleet
from generator.pipeline import read, render
from generator.terminal import (
    count,
    format_option,
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
    their environment is. Nothing is written unless all is well.

    \b
    Examples:
      quad render
      quad render acme birch
      quad render --output ../preview --format github
      quad render --prove 1
    """
    started = time.monotonic()
    root = repository(context)
    place = output.resolve() if output else root / "rendered"
    fleet = read(root)
    if not has_errors(fleet.problems):
        _known(fleet, tenants)
    how = replace(usual(), plain=plain, prove=prove)
    if plain or no_cache:
        how = replace(how, cache=NO_CACHE)
    with progress("rendering") as bar:
        crds, day = root / ".build" / "crds", today(root, fleet.repository.fleet)
        done = render(fleet, place, how, crds, tenants, bar, day, require_schemas)
    print_diagnostics(done.problems, layout)
    print_waived(done.waived, verbose)
    if has_errors(done.problems):
        print_state(done.problems, "nothing was written")
        return 1
    seconds = time.monotonic() - started
    shown = place.relative_to(root) if place.is_relative_to(root) else place
    for environment in done.vanished:
        print_state([], f"removed {environment}/: no tenant is left in it")
    for reason, names in sorted(done.by_kustomize.items()):
        print_state([], f"{count(len(names), 'tenant')} rendered by kustomize: {reason}")
    if not done.custom_checked:
        print_state([], "custom resources were not held against their CRDs; `make crds` fetches those")
    print_state([], f"{count(done.tenants, 'tenant')}, {count(done.objects, 'object')}, {seconds:.1f} s -> {shown}/")
    return 0


def _known(fleet: Fleet, tenants: tuple[str, ...]) -> None:
    names = [tenant.name for tenant in fleet.tenants]
    for name in tenants:
        if name not in names:
            raise click.UsageError(unknown("tenant", name, names))
