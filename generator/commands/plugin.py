"""`quad plugin`."""

from __future__ import annotations

import os
import shlex
from datetime import UTC, datetime
from pathlib import Path

import rich_click as click

from generator.diagnostics import ToolError
from generator.framing import KINDS, Named, filled, next_commands
from generator.staging import staged, write

_FRAMES = Path(__file__).resolve().parent.parent / "frames"


@click.group("plugin")
def command() -> None:
    """Begin plugins for Moodle and extensions for PHP, each with tests that pass.

    \b
    Examples:
      quad plugin new moodle local_visits
      quad plugin new extension text_sizes --into rust
    """


@command.command("new")
@click.argument("kind", type=click.Choice(list(KINDS)), metavar="KIND")
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="The folder to put the plugin's own folder in.  [default: this one]",
)
def new(kind: str, name: str, into: Path) -> int:
    """Write the frame of a plugin into a folder NAME, and say what to do next. Nothing that exists is touched.

    \b
    KIND is one of
      moodle     a Moodle plugin in PHP: local_..., report_... or tool_..., tested without Moodle
      extension  a native extension for PHP in Rust (ext-php-rs), its core by itself, and the same in plain PHP
      widget     a Moodle plugin local_... with a page that the server answers, and a script and WebAssembly that enhance it

    \b
    Examples:
      quad plugin new moodle report_visits
      quad plugin new extension text_sizes --into rust
      quad plugin new widget local_goal --into plugins
    """
    named = KINDS[kind].read(name)
    if isinstance(named, str):
        raise click.UsageError(f"`{name}` is no name for a plugin of kind {kind}: {named}")
    place = into / name
    if os.path.lexists(place):
        raise click.UsageError(f"{place} exists already; nothing was written")
    files = filled(_frame(kind), named, datetime.now(UTC).strftime("%Y%m%d"))
    _put(files, into, place)
    _say(kind, named, place, sorted(files))
    return 0


def _frame(kind: str) -> dict[str, bytes]:
    folder = _FRAMES / kind
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _put(files: dict[str, bytes], into: Path, place: Path) -> None:
    """All of it or nothing: a folder is only renamed over what is not there, or empty."""
    try:
        with staged(into) as staging:
            write(staging / "plugin", files)
            (staging / "plugin").rename(place)
    except ToolError as error:
        raise ToolError(str(error), "mend its permissions or make room; `--into` names another folder") from error
    except OSError as error:
        raise ToolError(f"cannot write {place}: {error.strerror}", "choose another folder with `--into`") from error


def _say(kind: str, named: Named, place: Path, files: list[str]) -> None:
    for name in files:
        click.echo(f"wrote {place / name}", err=True)
    first, second = next_commands(kind, named, shlex.quote(str(place)))
    click.echo(f"next: {first}\nthen: {second}", err=True)
