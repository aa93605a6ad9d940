"""The command line as a user meets it: help, exit codes, what goes to which stream, and the commands that make things."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator.cli import COMMANDS
from tests.conftest import ROOT
from tests.running import quad, quad_alone

SUBCOMMANDS = [(command,) for command in COMMANDS] + [
    ("cache", "info"),
    ("cache", "clear"),
    ("tenant", "new"),
    ("plugin", "new"),
    ("ring", "list"),
    ("ring", "pin"),
    ("ring", "unpin"),
]


@pytest.mark.parametrize("command", SUBCOMMANDS, ids=" ".join)
def test_help_fits_a_screen_and_shows_an_example(command: tuple[str, ...], tmp_path: Path) -> None:
    done = quad_alone([*command, "--help"], tmp_path, {"COLUMNS": "100"})
    assert done.code == 0
    assert len(done.stdout.splitlines()) <= 40
    assert f"quad {' '.join(command)}" in done.stdout
    if command != ("tenant",):
        assert "Examples" in done.stdout


def test_version_and_python_m(tmp_path: Path) -> None:
    assert quad_alone(["--version"], tmp_path).stdout.startswith("quad, version ")


def test_shell_completion_offers_the_commands(tmp_path: Path) -> None:
    environment = {"_QUAD_COMPLETE": "bash_complete", "COMP_WORDS": "quad re", "COMP_CWORD": "1"}
    assert "render" in quad_alone([], tmp_path, environment).stdout


def test_exit_0_and_data_on_stdout(fleet_repository: Path) -> None:
    done = quad_alone(["show", "demo", "--format", "json"], fleet_repository)
    assert done.code == 0
    assert json.loads(done.stdout)["namespace"] == "moodle-demo"
    assert done.stderr == ""


def test_exit_1_for_problems_on_stderr(fleet_repository: Path) -> None:
    (fleet_repository / "tenants" / "production" / "demo.yaml").write_text("name: demo\n")
    done = quad_alone(["validate"], fleet_repository)
    assert done.code == 1
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1] == "2 errors in 1 file; nothing was written"


@pytest.mark.parametrize(
    "arguments", [["rendr"], ["render", "--bogus"], ["show"], ["show", "nobody"], ["why", "demo", "no.such"]]
)
def test_exit_2_for_a_wrong_command_line(arguments: list[str], fleet_repository: Path) -> None:
    assert quad_alone(arguments, fleet_repository).code == 2


def test_exit_2_outside_a_repository(tmp_path: Path) -> None:
    done = quad_alone(["validate"], tmp_path)
    assert done.code == 2
    assert "quad init" in done.stderr


def test_exit_3_for_a_failed_tool(fleet_repository: Path) -> None:
    assert quad_alone(["render", "--output", "tenants/fleet.yaml/here"], fleet_repository).code == 3


def test_a_bug_says_where_the_traceback_is(fleet_repository: Path) -> None:
    broken = fleet_repository / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text("import generator.load\ngenerator.load.load = lambda root: 1 / 0\n")
    done = quad_alone(["schema"], fleet_repository, {"PYTHONPATH": f"{broken}:{ROOT}"})
    assert done.code == 3
    place = done.stderr.split("traceback in ")[1].strip()
    assert "ZeroDivisionError" in Path(place).read_text()
    Path(place).unlink()


def test_init_makes_a_repository_that_renders(tmp_path: Path) -> None:
    done = quad_alone(["init", "fleet"], tmp_path)
    assert done.code == 0, done.stderr
    done = quad_alone(["-C", "fleet", "render"], tmp_path)
    assert done.code == 0, done.stderr
    assert "2 tenants" in done.stderr
    assert quad(["-C", "fleet", "schema", "--check"], tmp_path).code == 0
    assert (tmp_path / "fleet" / ".git").is_dir()


def test_init_touches_nothing_that_exists(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    assert quad(["init", "."], tmp_path).code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_new_tenant_is_valid_commented_and_renders(fleet_repository: Path) -> None:
    done = quad(
        ["tenant", "new", "birch", "--environment", "production", "--host", "learn.birch.edu"], fleet_repository
    )
    assert done.code == 0, done.stderr
    assert "quad render birch" in done.stderr
    text = (fleet_repository / "tenants" / "production" / "birch.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=../../schemas/tenant.schema.json\n")
    assert "# The one public host name" in text
    assert "\n# features:\n" in text
    assert quad(["validate"], fleet_repository).code == 0
    assert quad(["render", "birch"], fleet_repository).code == 0


def test_the_commented_part_of_a_new_tenant_is_valid_too(fleet_repository: Path) -> None:
    assert quad(["tenant", "new", "birch", "-e", "production"], fleet_repository).code == 0
    path = fleet_repository / "tenants" / "production" / "birch.yaml"
    written, prose, offered = path.read_text().partition("\n## ")
    lines = [line.removeprefix("# ") for line in f"{prose}{offered}".splitlines()]
    path.write_text(written + "\n".join(lines) + "\n")
    done = quad(["validate"], fleet_repository)
    assert done.code == 0, done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["Birch"],
        ["demo", "-e", "production"],
        ["birch", "--host", "learn.example.org"],
        ["birch", "--plan", "huge"],
        ["birch", "-e", "prod"],
    ],
)
def test_a_new_tenant_that_cannot_be_is_refused(arguments: list[str], fleet_repository: Path) -> None:
    before = sorted((fleet_repository / "tenants").rglob("*"))
    assert quad(["tenant", "new", *arguments], fleet_repository).code == 2
    assert sorted((fleet_repository / "tenants").rglob("*")) == before


def test_why_names_the_winner_and_the_overruled(fleet_repository: Path) -> None:
    done = quad(["why", "demo", "web.replicas.max"], fleet_repository)
    assert done.code == 0, done.stderr
    assert "web.replicas.max = 6" in done.stdout
    assert "set by plan medium  (tenants/fleet.yaml:" in done.stdout
    assert "overrules schema: 2  (schemas/tenant.core.yaml:" in done.stdout
    assert "reaches HorizontalPodAutoscaler/moodle spec.maxReplicas" in done.stdout


def test_why_follows_derived_values(fleet_repository: Path) -> None:
    done = quad(["why", "demo", "host"], fleet_repository)
    assert "by way of site.url" in done.stdout
    assert "reaches Ingress/moodle" in done.stdout


def test_why_follows_the_items_of_a_list(fleet_repository: Path) -> None:
    tenant = fleet_repository / "tenants" / "production" / "demo.yaml"
    tenant.write_text(tenant.read_text() + "features:\n  white-label: {hosts: [www.example.org]}\n")
    done = quad(["why", "demo", "features.white-label.hosts"], fleet_repository)
    assert "overlays/features/white-label/each/hosts/kustomization.yaml:" in done.stdout
