"""`quad propose`."""

from __future__ import annotations

import os
import re
from pathlib import Path

import rich_click as click

from generator import git
from generator.commands.comment import REPOSITORY, bounded, like
from generator.commands.upgrade import readable
from generator.diagnostics import ToolError
from generator.github import connect
from generator.proposal import Proposal, push
from generator.pull_request import LONGEST, find, propose
from generator.terminal import print_state, repository

_BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+-]{0,199}")
_TITLE = re.compile(r"[^\x00-\x1f\x7f]{1,200}")


@click.command("propose")
@click.argument("branch", callback=like(_BRANCH, "a name of letters, digits and ._/+-"))
@click.option("--repository", "where", required=True, callback=like(REPOSITORY, "OWNER/NAME"), help="OWNER/NAME.")
@click.option("--title", required=True, callback=like(_TITLE, "one line"), help="Of the commit and the pull request.")
@click.option("--body", type=click.Path(dir_okay=False, path_type=Path), help="Markdown for the pull request.")
@click.option(
    "--base",
    default="main",
    show_default=True,
    callback=like(_BRANCH, "a branch"),
    help="The branch it is to be merged into.",
)
@click.option("--remote", default="origin", show_default=True, help="The remote repository to push to.")
@click.pass_context
def command(
    context: click.Context, branch: str, where: str, title: str, body: Path | None, base: str, remote: str
) -> int:
    """Push what the working tree changes as a branch, and open its pull request on GitHub.

    One commit with tenants/, overlays/, schemas/ and docs/ as they are, on the one that is checked out; work tree, index and
    branches here stay as they are. Run again, it finds the branch and the pull request. The token is read from GITHUB_TOKEN, the
    API's address from GITHUB_API_URL. Prints `number=` and the pull request's number.

    \b
    Examples:
      quad passport import passport.json --image "$IMAGE" && quad upgrade --to 5.3.1 --ring canary --format markdown > plan.md
      quad propose release-5.3.1 --repository acme/fleet --title "Moodle 5.3.1 for canary" --body plan.md
    """
    root = repository(context)
    _refuse_ours(root, branch, base)
    client = connect(os.environ)
    words = _read(body) if body else ""
    find(client, where, f"{where.partition('/')[0]}:{branch}", base)  # whoever may not ask pushes nothing
    if not push(root, Proposal(remote, branch, title)):
        print_state([], "the working tree changes nothing; nothing was proposed")
        return 0
    number, done = propose(client, where, (branch, base), title, words)
    print(f"number={number}")
    print_state([], f"{done} #{number}, from {branch} into {base}")
    return 0


def _refuse_ours(root: Path, branch: str, base: str) -> None:
    """What cannot be rendered is not proposed either; nor on a branch that is not for that."""
    fleet = readable(root).repository.fleet
    assert fleet is not None
    prefix = fleet.data["git"]["branchPrefix"]
    taken = branch in (base, "HEAD") or branch.startswith((prefix, "refs/"))
    if taken or git.attempt(root, ["check-ref-format", f"refs/heads/{branch}"])[0]:
        raise click.UsageError(f"`{branch}` cannot be proposed: it is no branch of its own beside {base} and {prefix}*")


def _read(file: Path) -> str:
    try:
        text = bounded(file).decode()
    except UnicodeDecodeError as error:
        raise ToolError(f"{file} is no UTF-8 text") from error
    if len(text) > LONGEST:
        raise ToolError(f"{file} has more than {LONGEST:,} characters, which GitHub does not take")
    return text
