"""What each command line loads: starting Python is most of what a short command costs."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from generator.cli import COMMANDS

PROGRAM = """
import atexit, sys
atexit.register(lambda: print("LOADED", *sys.modules))
sys.argv = ["quad", *sys.argv[1:]]
from generator.cli import main
main()
"""
HEAVY = {"yaml", "ruamel", "jsonschema", "git", "jinja2", "cel", "kubernetes_validate"}


def loaded(*arguments: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("LOADED")[2].split())


def test_version_loads_nothing() -> None:
    modules = loaded("--version")
    assert modules & {*HEAVY, "click", "rich", "rich_click", "typing", "subprocess", "tempfile", "traceback"} == set()
    assert {name for name in modules if name.startswith("generator")} == {"generator", "generator.cli"}


def test_help_loads_no_command() -> None:
    modules = loaded("--help")
    assert modules & HEAVY == set()
    light = {"generator", "generator.cli", "generator.commands", "generator.diagnostics"}
    assert {name for name in modules if name.startswith("generator")} == light


def test_a_command_loads_no_other() -> None:
    modules = loaded("why", "--help")
    assert {name for name in modules if name.startswith("generator.commands.")} == {"generator.commands.why"}
    assert modules & {"cel", "prompt_toolkit"} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_listing_says_what_the_command_says(name: str) -> None:
    command = importlib.import_module(f"generator.commands.{name.replace('-', '_')}").command
    assert command.get_short_help_str(limit=200) == COMMANDS[name]
