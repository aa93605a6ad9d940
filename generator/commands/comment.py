"""`quad comment`."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import rich_click as click

from generator.diagnostics import Diagnostic, Span, ToolError
from generator.github import connect
from generator.pull_request import LONGEST, find, judge, with_footer, write
from generator.terminal import print_diagnostics, print_state

_MOST_BYTES_A_CHARACTER = 4
REPOSITORY = re.compile(r"(?!\.)[A-Za-z0-9._-]+/(?!\.\.?$)[A-Za-z0-9._-]+")
HEAD = re.compile(r"[A-Za-z0-9._\[\]-]+:[^\s:?*\\~^]+")
_SHA = re.compile(r"[0-9a-f]{40}")
_LINK = re.compile(r"(https?://[A-Za-z0-9./:_-]+)?")


def like(pattern: re.Pattern[str], form: str) -> Callable[[click.Context, click.Parameter, str], str]:
    """A check for click that a value has a form as a whole: these values become parts of addresses."""

    def checked(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
        if not pattern.fullmatch(value):
            raise click.BadParameter(f"expected {form}")
        return value

    return checked


@click.command("comment")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--repository", required=True, callback=like(REPOSITORY, "OWNER/NAME"), help="OWNER/NAME.")
@click.option("--head", required=True, callback=like(HEAD, "OWNER:BRANCH"), help="Whence: OWNER:BRANCH.")
@click.option(
    "--sha", required=True, callback=like(_SHA, "40 hexadecimal digits"), help="The commit that was reviewed."
)
@click.option("--base", default="main", show_default=True, help="The branch it is to be merged into.")
@click.option(
    "--author", default="github-actions[bot]", show_default=True, help="Whose comment it is, the token's user."
)
@click.option("--link", default="", callback=like(_LINK, "https://..."), help="The run that made the review.")
def command(file: Path, repository: str, head: str, sha: str, base: str, author: str, link: str) -> int:
    """Write a review to its pull request on GitHub: one comment, updated in place.

    FILE comes from `quad diff --format markdown`. Where the pull request has a newer commit, or is closed, nothing is done. The
    token is read from GITHUB_TOKEN, the API's address from GITHUB_API_URL. Prints `number=` and the pull request's number.

    \b
    Examples:
      quad comment --repository acme/fleet --head acme:resize --sha "$SHA" review.md
      quad comment --repository acme/fleet --head fork:main --sha "$SHA" --link "$RUN_URL" review.md
    """
    body, problems = _read(file)
    if problems:
        print_diagnostics(problems, "text")
        print_state(problems, "nothing was sent")
        return 1
    client = connect(os.environ)
    pull_request = find(client, repository, head, base)
    if pull_request is None:
        print_state([], f"no open pull request from {head} into {base}; nothing was sent")
        return 0
    if pull_request.sha != sha:
        print_state([], f"#{pull_request.number} has a newer commit than {sha[:12]}; nothing was sent")
        return 0
    done = write(client, repository, pull_request.number, author, with_footer(body, sha, link))
    print(f"number={pull_request.number}")
    print_state([], f"{done} the comment on #{pull_request.number}")
    return 0


def bounded(file: Path) -> bytes:
    """What a file holds, and no more of it than makes plain that it is longer than GitHub takes."""
    try:
        with file.open("rb") as opened:
            return opened.read(LONGEST * _MOST_BYTES_A_CHARACTER + 1)
    except OSError as error:
        raise ToolError(f"cannot read {file}: {error.strerror}") from error


def _read(file: Path) -> tuple[str, list[Diagnostic]]:
    """The review, or why it is none. It may come out of an artifact."""
    try:
        body = bounded(file).decode()
    except UnicodeDecodeError:
        return "", [Diagnostic("comment-refused", f"`{file}` is no UTF-8 text", Span(str(file)))]
    return body, judge(body, str(file))
