"""`quad`: parse, call, report, exit. The only boundary where an exception becomes a message and an exit code."""

from __future__ import annotations

import importlib
import sys
import tempfile
import traceback
from pathlib import Path
from typing import NoReturn

import rich_click as click

from generator import __version__
from generator.diagnostics import ToolError
from generator.terminal import fail

COMMANDS = (
    "artifact",
    "catalogue",
    "check",
    "comment",
    "diff",
    "drift",
    "init",
    "publish",
    "render",
    "ring",
    "rollback",
    "schema",
    "show",
    "tenant",
    "validate",
    "verify-branch",
    "why",
)


class _Lazy(click.RichGroup):
    """Imports a command's module only when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # as above
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"generator.commands.{cmd_name.replace('-', '_')}").command
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="quad")
@click.option(
    "-C",
    "--repo",
    type=click.Path(file_okay=False, path_type=Path),
    help="The fleet repository.  [default: found upwards]",
)
@click.pass_context
def cli(context: click.Context, repo: Path | None) -> None:
    """Compile a fleet of Moodle sites, one short YAML file each, into Kustomize overlays and Argo CD Applications.

    \b
    Examples:
      quad validate                     all problems of all tenants
      quad render                       the whole fleet, into rendered/
      quad why acme web.replicas.max    why a value has its value
      quad tenant new birch             a commented file to begin with

    Shell completion: eval "$(_QUAD_COMPLETE=bash_source quad)"   (or zsh_source, fish_source)
    """
    context.obj = repo


def main() -> NoReturn:
    """Run the command line and exit.

    0 fine, 1 problems in the input, 2 wrong command line, 3 a tool failed or we have a bug, 130 interrupted.
    """
    try:
        code = cli.main(prog_name="quad", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        fail("interrupted; every tree is whole, the old one or the new")
        sys.exit(130)
    except ToolError as error:
        fail(str(error), error.help)
        sys.exit(3)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception:  # noqa: BLE001  # the boundary: whatever else comes here is our bug
        fail("this is a bug in quad", f"please report it with the traceback in {_saved(traceback.format_exc())}")
        sys.exit(3)
    sys.exit(code if isinstance(code, int) else 0)


def _saved(text: str) -> str:
    with tempfile.NamedTemporaryFile("w", prefix="quad-", suffix=".traceback", delete=False, encoding="utf-8") as file:
        file.write(text)
    return file.name
