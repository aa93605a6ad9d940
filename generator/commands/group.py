"""The group of all verbs, which loads the module of one only when that verb runs."""

from __future__ import annotations

import importlib
from pathlib import Path

import rich_click as click

from generator import __version__
from generator.cli import COMMANDS


class _Lazy(click.RichGroup):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command; where all are only listed, something that has its summary, at no cost."""
        if cmd_name not in COMMANDS:
            return None
        if ctx.meta.get(__name__) == "listing":
            return click.RichCommand(name=cmd_name, help=COMMANDS[cmd_name])
        command = importlib.import_module(f"{__package__}.{cmd_name.replace('-', '_')}").command
        assert isinstance(command, click.Command)
        return command

    def get_help(self, ctx: click.Context) -> str:
        ctx.meta[__name__] = "listing"
        return super().get_help(ctx)


@click.group(name="quad", cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="quad")
@click.option(
    "-C",
    "--repo",
    type=click.Path(file_okay=False, path_type=Path),
    help="The fleet repository.  [default: found upwards]",
)
@click.pass_context
def quad(context: click.Context, repo: Path | None) -> None:
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
