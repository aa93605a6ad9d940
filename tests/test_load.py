"""What is not a plain file of moderate size is refused before it is read; what is long is judged in linear time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.diagnostics import Span
from generator.pipeline import read
from generator.secrets import secret_problems
from generator.source import Document, Places
from tests.running import quad


def codes(repository: Path) -> set[str]:
    return {problem.code for problem in read(repository).problems}


@pytest.mark.parametrize("place", ["tenants/production/pipe.yaml", "overlays/base/pipe.yaml"])
def test_a_pipe_is_not_waited_for(fleet_repository: Path, place: str) -> None:
    os.mkfifo(fleet_repository / place)
    assert "unexpected-file" in codes(fleet_repository)


def test_links_in_a_circle(fleet_repository: Path) -> None:
    (fleet_repository / "tenants" / "production" / "birch.yaml").symlink_to("birch.yaml")
    (fleet_repository / "tenants" / "loop").symlink_to(".")
    assert "symbolic-link" in codes(fleet_repository)


@pytest.mark.parametrize("name", ["overlays", "schemas", "overlays/features"])
def test_a_file_where_a_folder_belongs(fleet_repository: Path, name: str) -> None:
    (fleet_repository / name).rename(fleet_repository / "aside")
    (fleet_repository / name).write_text("a file")
    assert codes(fleet_repository) & {"unexpected-file", "broken-schema"}


def test_a_long_text_is_searched_for_secrets_in_one_go() -> None:
    span = Span("x.yaml")
    document = Document("x.yaml", {"text": "a" * 900_000}, {("text",): Places(span, span)})
    assert secret_problems(document) == []


@pytest.mark.parametrize("text", ["[]", "just text", "{}", "environments:\n", "environments: 7\nclusters: []\n"])
@pytest.mark.parametrize(
    "command", [["validate"], ["render"], ["show", "demo"], ["why", "demo", "host"], ["tenant", "new", "x"]]
)
def test_a_fleet_that_is_none_is_a_problem_and_no_bug(fleet_repository: Path, text: str, command: list[str]) -> None:
    (fleet_repository / "tenants" / "fleet.yaml").write_text(text)
    assert quad(command, fleet_repository).code in (1, 2)


@pytest.mark.parametrize(
    "name",
    ["base/kustomization.yaml", "features/backup/schema.yaml", "releases/5.3.0.yaml", "argocd-root/kustomization.yaml"],
)
@pytest.mark.parametrize("text", ["[]", "text", "{}", ""])
def test_a_catalogue_file_that_is_none_is_a_problem_and_no_bug(fleet_repository: Path, name: str, text: str) -> None:
    (fleet_repository / "overlays" / name).write_text(text)
    assert codes(fleet_repository)
    assert quad(["catalogue"], fleet_repository).code in (0, 1)
    assert quad(["schema", "--check"], fleet_repository).code in (0, 1)


@pytest.mark.parametrize("name", ["tenant.core.yaml", "fleet.yaml", "release.yaml", "feature.meta.yaml"])
@pytest.mark.parametrize("text", ["[]", "{}", None])
def test_a_schema_that_is_none_is_a_problem_and_no_bug(fleet_repository: Path, name: str, text: str | None) -> None:
    path = fleet_repository / "schemas" / name
    path.unlink() if text is None else path.write_text(text)
    assert "broken-schema" in codes(fleet_repository)
    assert quad(["tenant", "new", "x"], fleet_repository).code == 1
