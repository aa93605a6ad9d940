"""`quad diff`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import rich_click as click

from generator import trees
from generator.cache import Cache, default_folder
from generator.changes import Review, TenantChange
from generator.comparison import PUBLISHED, Base, Pairs, base, pairs, sources
from generator.diagnostics import Diagnostic, ToolError, has_errors
from generator.diff import attribute, compare
from generator.diff.review import own_paths, review
from generator.hydrate import using, usual
from generator.judgement import Case, judged
from generator.model import Fleet
from generator.partial_diff import part_pairs
from generator.remembered import read_tree
from generator.report.changes_json import json
from generator.report.changes_markdown import markdown
from generator.report.changes_sarif import sarif
from generator.report.changes_text import text
from generator.report.changes_words import counts
from generator.since import WholeFleetError
from generator.staging import write
from generator.terminal import (
    judging_day,
    paint_on,
    print_diagnostics,
    print_state,
    progress,
    repository,
    unknown,
    workers_option,
)

FORMATS: Mapping[str, Callable[[Review], str]] = {
    "text": text,
    "markdown": markdown,
    "html": lambda review: importlib.import_module("generator.report.changes_html").html(review),
    "json": json,
    "sarif": sarif,
}
_SUFFIXES = {"markdown": "md", "html": "html", "json": "json", "sarif": "sarif"}


@click.command("diff")
@click.argument("tenants", nargs=-1)
@click.option(
    "--against", help="A rendered branch, a commit or branch of the sources, or a folder that `quad render` wrote."
)
@click.option("-e", "--environment", "environments", multiple=True, help="Only this environment; may be repeated.")
@click.option("-t", "--tenant", "chosen", multiple=True, help="Only this tenant, like an argument; may be repeated.")
@click.option(
    "--format", "layout", type=click.Choice(list(FORMATS)), default="text", show_default=True, help="How it is shown."
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it to a file.")
@click.option(
    "--review",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write review.md, .html, .json and .sarif to a folder, from one rendering.",
)
@workers_option
@click.option("--exit-code", is_flag=True, help="Exit with 1 where something changes.")
@click.pass_context
def command(
    context: click.Context,
    tenants: tuple[str, ...],
    against: str | None,
    environments: tuple[str, ...],
    chosen: tuple[str, ...],
    layout: str,
    output: Path | None,
    folder: Path | None,
    workers: str,
    exit_code: bool,
) -> int:
    """Show what the fleet of the working tree changes: objects and fields, the same change of many tenants once.

    It is compared with the rendered branches, or with what --against names; the sources of a commit are rendered as well.

    \b
    Examples:
      quad diff                                  against the rendered branches
      quad diff --against main acme birch        two tenants, against the sources of main
      quad diff --against rendered               against the folder of an earlier `quad render`
      quad diff --format markdown -o comment.md  for a pull request
      quad diff --review .build/review           all that a pull request's run leaves
    """
    root = repository(context)
    compared = _part(root) if against is None and not environments else None
    fleet = compared[0] if compared else read_tree(root, Cache(default_folder()))
    if has_errors(fleet.problems):
        print_diagnostics(fleet.problems, "text")
        print_state(fleet.problems, "nothing was compared")
        return 1
    meant = _base(root, against)
    names = _environments(fleet, environments, meant)
    found = compared[1] if compared else _whole(root, fleet, meant, names, workers, not environments)
    if found.failed:
        print_diagnostics(found.problems, "text")
        print_state(found.problems, f"{found.failed} cannot be rendered, nothing was compared")
        return 1
    wanted = {*tenants, *chosen}
    case = Case(
        root,
        fleet.repository,
        "HEAD",
        _chosen(found, fleet, wanted).trees,
        judging_day(root),
        root / ".build" / "crds",
        sources(root, fleet, meant, names),
        complete=not (wanted or environments),
    )
    made, problems = _review(fleet, case)
    if folder:
        write(folder, {f"review.{suffix}": FORMATS[name](made).encode() for name, suffix in _SUFFIXES.items()})
    else:
        _show(made, layout, output)
    print_diagnostics([each for each in problems if each.code.startswith("allow-")], "text")
    print_state([], counts(made.groups, made.dangers))
    return 1 if has_errors(problems) or (exit_code and made.groups) else 0


def _part(root: Path) -> tuple[Fleet, Pairs] | None:
    try:
        with progress("rendering") as bar:
            return part_pairs(root, root / ".build" / "crds", usual(), bar)
    except WholeFleetError:
        return None


def _whole(root: Path, fleet: Fleet, meant: Base, names: Sequence[str], workers: str, whole: bool) -> Pairs:
    with using(workers) as how, progress("rendering") as bar:
        return pairs(root, fleet, meant, names, how, bar, whole=whole)


def _base(root: Path, against: str | None) -> Base:
    if against is None:
        return PUBLISHED
    meant = base(root, against)
    if meant is None:
        raise click.UsageError(f"--against: `{against}` is no branch, no commit and no folder")
    if meant.kind == "folder" and not trees.of_place(Path(against)):
        raise click.UsageError(f"--against: `{against}` holds no rendered tree; `quad render` makes them in rendered/")
    return meant


def _environments(fleet: Fleet, asked: Sequence[str], against: Base) -> list[str]:
    """What was asked for; a single tree is of one environment, which its name tells where nobody says it."""
    assert fleet.repository.fleet is not None
    known = list(fleet.repository.fleet.data["environments"])
    for name in asked:
        if name not in known:
            raise click.UsageError(unknown("environment", name, known))
    names = list(dict.fromkeys(asked)) or known
    if against.kind not in ("branch", "tree") or len(names) == 1:
        return names
    told = [name for name in names if name == Path(against.name).name]
    if not told:
        raise click.UsageError(f"`{against.name}` is one rendered tree; --environment says of which environment")
    return told


def _chosen(found: Pairs, fleet: Fleet, wanted: Collection[str]) -> Pairs:
    """The trees of the chosen tenants alone, which may be in either tree."""
    if not wanted:
        return found
    known = {tenant.name for tenant in fleet.tenants}
    known |= {name for pair in found.trees for tree in pair for name in trees.tenants_of(tree)}
    for name in sorted(wanted):
        if name not in known:
            raise click.UsageError(unknown("tenant", name, sorted(known)))
    return Pairs(tuple((trees.only(before, wanted), trees.only(after, wanted)) for before, after in found.trees))


def _review(fleet: Fleet, case: Case) -> tuple[Review, list[Diagnostic]]:
    changes: list[TenantChange] = []
    for before, after in case.pairs:
        changes += attribute(compare(before, after), fleet.repository, fleet.tenants, before, after)
    dangers, problems = judged(case, changes)
    return review(case.pairs, changes, dangers, own_paths(fleet.repository)), problems


def _show(made: Review, layout: str, output: Path | None) -> None:
    if output is None:
        click.echo(text(made, paint_on("stdout")) if layout == "text" else FORMATS[layout](made), nl=False)
        return
    try:
        with click.open_file(str(output), "w", encoding="utf-8") as file:
            file.write(FORMATS[layout](made))
    except OSError as error:
        raise ToolError(f"cannot write {output}: {error.strerror}", "choose another --output") from error
