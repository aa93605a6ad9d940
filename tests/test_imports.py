"""What each command line loads: starting Python is most of what a short command costs."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from generator.cli import COMMANDS
from tests.publishing import BIRCH, IDENTITY, make_fleet

PROGRAM = """
import atexit, sys
atexit.register(lambda: print("LOADED", *sys.modules))
sys.argv = ["quad", *sys.argv[1:]]
from generator.cli import main
main()
"""
HEAVY = {"yaml", "ruamel", "jsonschema", "git", "jinja2", "cel", "kubernetes_validate"}
EXTRA = {"dask", "distributed", "tornado", "cloudpickle"}


def loaded(*arguments: str) -> set[str]:
    return ran(*arguments)[1]


def ran(*arguments: str) -> tuple[tuple[str, str], set[str]]:
    """What was printed to either stream, and the modules that were loaded."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=True)
    said, _, names = done.stdout.rpartition("LOADED")
    return (said, done.stderr), set(names.split())


def test_version_loads_nothing() -> None:
    modules = loaded("--version")
    assert modules & {*HEAVY, "click", "rich", "rich_click", "typing", "subprocess", "tempfile", "traceback"} == set()
    assert {name for name in modules if name.startswith("generator")} == {"generator", "generator.cli"}


def test_help_loads_no_command() -> None:
    modules = loaded("--help")
    assert modules & HEAVY == set()
    light = {"generator", "generator.cli", "generator.commands", "generator.commands.group", "generator.diagnostics"}
    assert {name for name in modules if name.startswith("generator")} == light


def test_publishing_an_unchanged_fleet_loads_nothing_that_compiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("QUAD_CACHE_DIR", str(tmp_path / "cache"))
    root = make_fleet(tmp_path / "fleet").root
    assert "generator.hydrate" in loaded("-C", str(root), "publish")
    modules = loaded("-C", str(root), "publish")
    assert (
        modules & {*HEAVY, "generator.hydrate", "generator.partial", "generator.source", "generator.rendering"} == set()
    )


def test_a_command_loads_no_other() -> None:
    modules = loaded("why", "--help")
    verbs = {name for name in modules if name.startswith("generator.commands.")}
    assert verbs == {"generator.commands.group", "generator.commands.why"}
    assert modules & {"cel", "prompt_toolkit"} == set()


@pytest.mark.parametrize("command", ["render", "publish", "diff"])
def test_what_an_extra_installs_is_loaded_where_it_is_asked_for(command: str) -> None:
    assert loaded(command, "--help") & EXTRA == set()


def test_rendering_does_without_the_extra(fleet_repository: Path) -> None:
    modules = loaded("-C", str(fleet_repository), "render", "--plain")
    assert "generator.workers" in modules
    assert modules & EXTRA == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_listing_says_what_the_command_says(name: str) -> None:
    command = importlib.import_module(f"generator.commands.{name.replace('-', '_')}").command
    assert command.get_short_help_str(limit=200) == COMMANDS[name]


CLICK = {"click", "rich_click", "rich"}


def test_one_changed_tenant_is_judged_without_what_judges_a_fleet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUAD_CACHE_DIR", str(tmp_path / "cache"))
    root = make_fleet(tmp_path / "fleet").root
    loaded("-C", str(root), "validate")
    path = root / "tenants" / "production" / "birch.yaml"
    runs = []
    for name in ("Beech", "Elm"):
        path.write_text(BIRCH.replace("Birch", name))
        runs.append(loaded("-C", str(root), "validate"))
    whole = {"generator.git", "generator.compile", "generator.catalogue_checks", "generator.traps"}
    assert all("generator.part" in modules and modules & {*whole, *CLICK} == set() for modules in runs)
    assert runs[1] & HEAVY == set()  # what has to be read slowly was kept by the first


@pytest.mark.parametrize("verb", ["validate", "diff", "publish"])
def test_a_verb_that_stands_alone_does_without_click_and_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("QUAD_CACHE_DIR", str(tmp_path / "cache"))
    root = str(make_fleet(tmp_path / "fleet").root)
    loaded("-C", root, "publish")
    option = ["--format", "text"]
    alone, asked = ran("-C", root, verb), ran("-C", root, verb, *option)
    assert alone[0] == asked[0]
    assert alone[1] & CLICK == set()
    assert "click" in asked[1]
    monkeypatch.setenv("QUAD_WORKERS", "")
    assert "click" in loaded("-C", root, verb)
    monkeypatch.delenv("QUAD_WORKERS")
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    assert ran("-C", root, verb)[0] == ran("-C", root, verb, *option)[0]
