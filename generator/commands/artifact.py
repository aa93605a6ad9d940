"""`quad artifact`."""

from __future__ import annotations

import os
import re
from pathlib import Path

import rich_click as click

from generator.artifact import fetch
from generator.commands.comment import REPOSITORY, like
from generator.github import connect
from generator.staging import write
from generator.terminal import count, print_state

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@click.command("artifact")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--repository", required=True, callback=like(REPOSITORY, "OWNER/NAME"), help="OWNER/NAME.")
@click.option("--run", required=True, type=click.IntRange(min=1), help="The id of the workflow's run.")
@click.option(
    "--name", required=True, callback=like(_NAME, "letters, digits, dots and dashes"), help="The artifact's name."
)
@click.option("-o", "--output", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where to write.")
def command(files: tuple[str, ...], repository: str, run: int, name: str, output: Path) -> int:
    """Fetch some files of an artifact that a pull request's run has left on GitHub, taking it for hostile.

    Only plain files of the names given are taken, each of a bounded size; anything odd refuses the whole. A run without the
    artifact is no fault: then nothing is written. Prints `found=true` where there was one. Reads GITHUB_TOKEN and GITHUB_API_URL.

    \b
    Examples:
      quad artifact --repository acme/fleet --run 12 --name review -o .build/review review.md
    """
    for file in files:
        if not _NAME.fullmatch(file):
            raise click.UsageError(f"`{file}` is no plain file name")
    found = fetch(connect(os.environ), repository, run, name, files)
    if found is None:
        print_state([], f"run {run} has no artifact `{name}`; nothing was written")
        return 0
    write(output, found)
    print("found=true")
    print_state([], f"{count(len(found), 'file')} -> {output}/")
    return 0
