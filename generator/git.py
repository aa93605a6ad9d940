"""git, by way of GitPython. One of the two files that start a program."""

from __future__ import annotations

from pathlib import Path

from generator.diagnostics import ToolError


def initialise(folder: Path) -> None:
    """Make the folder a git repository with the branch `main`; nothing is committed."""
    import git  # noqa: PLC0415  # slow to import, and needed by one command

    try:
        git.Repo.init(folder, initial_branch="main")
    except (git.GitError, OSError) as error:
        raise ToolError(f"git cannot initialise {folder.name}: {error}", "install git, or use --no-git") from error
