"""`quad init`."""

from __future__ import annotations

import shutil
from pathlib import Path

import rich_click as click

from generator import __version__
from generator.diagnostics import ToolError
from generator.git import initialise
from generator.staging import write

_PACKAGE = Path(__file__).resolve().parent.parent
# What a fleet's repository shares with ours, byte for byte; pyproject.toml puts it into the wheel.
_COPIED = {
    ".github/workflows": (
        "new-release.yml",
        "pull-request.yml",
        "pull-request-comment.yml",
        "publish.yml",
        "verify.yml",
    ),
    "requirements": ("run.txt",),
    "docs": ("catalogue.md",),
}


@click.command("init")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--no-git", is_flag=True, help="Do not make it a git repository.")
def command(directory: Path, no_git: bool) -> int:
    """Make a new fleet repository: catalogue, schemas, one tenant in each of two environments, and workflows for GitHub.

    \b
    Examples:
      quad init moodle-fleet
      quad -C moodle-fleet render
    """
    if directory.exists() and any(directory.iterdir()):
        raise click.UsageError(f"{directory} exists and is not empty")
    try:
        shutil.copytree(_PACKAGE / "scaffold", directory, dirs_exist_ok=True)
        (directory / "dot-gitignore").rename(directory / ".gitignore")
        for name in ("overlays", "schemas"):
            shutil.copytree(_data(name, name), directory / name, dirs_exist_ok=True)
        for place, files in _COPIED.items():
            (directory / place).mkdir(parents=True)
            for name in files:
                shutil.copy(_data(f"{place.removeprefix('.github/')}/{name}", f"{place}/{name}"), directory / place)
        write(directory, {"requirements/quad.txt": f"quadrangle=={__version__}\n".encode()})
    except OSError as error:
        raise ToolError(f"cannot write {directory}: {error}", "choose a folder that can be written") from error
    if not no_git:
        initialise(directory)
    click.echo(
        f"made {directory}\nnext: `quad -C {directory} render`, then edit {directory}/tenants/fleet.yaml", err=True
    )
    return 0


def _data(shipped: str, checkout: str) -> Path:
    """What the wheel carries as data; in a checkout the same lies at its root."""
    place = _PACKAGE / "data" / shipped
    return place if place.exists() else _PACKAGE.parent / checkout
