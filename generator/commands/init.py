"""`quad init`."""

from __future__ import annotations

import shutil
from pathlib import Path

import rich_click as click

from generator.diagnostics import ToolError
from generator.git import initialise

_PACKAGE = Path(__file__).resolve().parent.parent


@click.command("init")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--no-git", is_flag=True, help="Do not make it a git repository.")
def command(directory: Path, no_git: bool) -> int:
    """Make a new fleet repository with the catalogue, the schemas and one tenant in each of two environments.

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
            shutil.copytree(_data(name), directory / name, dirs_exist_ok=True)
    except OSError as error:
        raise ToolError(f"cannot write {directory}: {error}", "choose a folder that can be written") from error
    if not no_git:
        initialise(directory)
    click.echo(
        f"made {directory}\nnext: `quad -C {directory} render`, then edit {directory}/tenants/fleet.yaml", err=True
    )
    return 0


def _data(name: str) -> Path:
    """The catalogue or the schemas: shipped in the wheel, or beside the package in a checkout."""
    shipped = _PACKAGE / "data" / name
    return shipped if shipped.is_dir() else _PACKAGE.parent / name
