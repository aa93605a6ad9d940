"""`quad publish`. What compiles is imported when there is something to compile: an unchanged fleet does without."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from generator import git
from generator.cache import Cache, default_folder
from generator.publish import NEXT, Published, Request
from generator.since import Since, begin
from generator.terminal import (
    format_option,
    named,
    print_diagnostics,
    print_outcomes,
    print_state,
    progress,
    repository,
    usage,
    workers_option,
)


@click.command("publish")
@click.option(
    "-e", "--environment", "environments", multiple=True, help="Only this one; may be repeated.  [default: all]"
)
@click.option(
    "--push", "remote", metavar="REMOTE", callback=named, help="Publish to the branches of this remote repository."
)
@click.option("--next", "proposed", is_flag=True, help="Write <branch>-next, for promotion by pull request.")
@click.option("--keep-going", is_flag=True, help="Hold tenants with problems as they were, and publish the others.")
@click.option("--dry-run", is_flag=True, help="Say what would be published; write no commit.")
@click.option(
    "--overwrite", multiple=True, metavar="COMMIT", help="Publish over this tip, whoever made it; may be repeated."
)
@workers_option
@format_option
@click.pass_context
def command(
    context: click.Context,
    environments: tuple[str, ...],
    remote: str,
    proposed: bool,
    keep_going: bool,
    dry_run: bool,
    overwrite: tuple[str, ...],
    workers: str,
    layout: str,
) -> int:
    """Publish the commit that is checked out: one commit for each environment, on its rendered branch.

    Neither work tree nor index is touched, and nothing is written where nothing changes. A branch that was edited by
    hand, or is at a newer source commit already, is left alone. Prints each branch published and its commit.

    \b
    Examples:
      quad publish --dry-run
      quad publish --push origin
      quad publish --environment staging --keep-going --push origin
    """
    root = repository(context)
    tips = frozenset(git.resolve(root, name) or name for name in overwrite)
    suffix = NEXT if proposed else ""
    request = Request(root, environments, remote, suffix, keep_going, dry_run, tips)
    crds = root / ".build" / "crds"
    begun = begin(request, Cache(default_folder()), crds)
    return _report(begun if isinstance(begun, Published) else _publish(request, begun, crds, workers), layout)


def _publish(request: Request, begun: Since, crds: Path, workers: str) -> Published:
    from generator.hydrate import using
    from generator.publication import judge, publish
    from generator.rendering import Tools

    with using(workers) as how, progress("rendering") as bar, usage():
        return publish(request, Tools(how, crds, bar), judge, begun)


def _report(done: Published, layout: str) -> int:
    print_diagnostics(done.problems, layout)
    print_outcomes(done.outcomes, layout)
    if done.failed:
        untouched = not any(outcome.state == "published" for outcome in done.outcomes)
        print_state(done.problems, "nothing was published" if untouched else "the rest was published")
    return int(done.failed)
