"""`quad verify-branch`."""

from __future__ import annotations

import rich_click as click

from generator.commands.options import format_option, named
from generator.diagnostics import has_errors
from generator.hydrate import usual
from generator.publish import NEXT
from generator.rendering import Tools
from generator.terminal import count, print_diagnostics, print_state, progress, repository, usage
from generator.verify import Request, verify


@click.command("verify-branch")
@click.option(
    "-e", "--environment", "environments", multiple=True, help="Only this one; may be repeated.  [default: all]"
)
@click.option("--remote", metavar="REMOTE", callback=named, help="Verify the branches of this remote repository.")
@click.option("--next", "proposed", is_flag=True, help="Verify <branch>-next.")
@click.option("--main", default="HEAD", show_default=True, help="Where every source commit must have been merged.")
@click.option("--all", "everything", is_flag=True, help="Every commit of the branch, not the tip alone.")
@click.option("--since", metavar="COMMIT", callback=named, help="Every commit after this one.")
@click.option(
    "--signed", is_flag=True, help="Want a good signature.  [default: where gpg.ssh.allowedSignersFile is set]"
)
@format_option
@click.pass_context
def command(
    context: click.Context,
    environments: tuple[str, ...],
    remote: str,
    proposed: bool,
    main: str,
    everything: bool,
    since: str,
    signed: bool,
    layout: str,
) -> int:
    """Say whether the rendered branches are what their trailers say: nothing edited by hand, nothing forged.

    What this very version of quad published is rendered again from its source commit and compared, file by file.

    \b
    Examples:
      quad verify-branch
      quad verify-branch --environment production --since 1a2b3c4d5e6f --remote origin
    """
    root = repository(context)
    suffix = NEXT if proposed else ""
    request = Request(root, environments, remote, suffix, main, everything, since, signed)
    with progress("rendering") as bar, usage():
        done = verify(request, Tools(usual(), root / ".build" / "crds", bar))
    print_diagnostics(done.problems, layout)
    for note in done.notes:
        print_state([], note)
    print_state(done.problems, f"{count(done.looked_at, 'commit')} looked at, {done.recomputed} rendered again")
    return int(has_errors(done.problems))
