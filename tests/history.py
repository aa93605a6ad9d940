"""A fleet repository with a real history, for what is read from commits."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.conftest import ROOT

_WHO = {
    f"GIT_{role}_{what}": text
    for role in ("AUTHOR", "COMMITTER")
    for what, text in (("NAME", "test"), ("EMAIL", "test@example.org"), ("DATE", "2026-03-01T12:00:00Z"))
}
_ALONE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
SAMPLE = ROOT / "tests" / "diagnostics" / "check-failed" / "input" / "overlays" / "features" / "sample"
"""A small feature that the project's catalogue does not have."""


def git(repository: Path, *arguments: str, stdin: bytes = b"") -> str:
    done = subprocess.run(
        ["git", "-C", str(repository), *arguments],
        env={**os.environ, **_WHO, **_ALONE},
        input=stdin,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().strip()


def commit(repository: Path, message: str) -> str:
    """Commit all there is; the full SHA."""
    if not (repository / ".git").exists():
        git(repository, "init", "-q", "-b", "main")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "--allow-empty", "-m", message)
    return git(repository, "rev-parse", "HEAD")


def add_sample(repository: Path) -> None:
    """A change of the platform: one feature more."""
    folder = repository / "overlays" / "features" / "sample"
    shutil.copytree(SAMPLE, folder)
    replace_in(folder / "schema.yaml", "self.sizes", "self.size")  # the museum's mistake


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, f"{path} has no {old!r}"
    path.write_text(text.replace(old, new, 1))


def pin(repository: Path, full: str, ring: str = "broad") -> None:
    """As `quad ring pin` would, without its questions."""
    path = repository / "tenants" / "fleet.yaml"
    lines = [
        line.replace("}", f', catalogue: "{full}"}}') if f"name: {ring}," in line else line
        for line in path.read_text().splitlines()
    ]
    path.write_text("\n".join(lines) + "\n")


def old_catalogue(change: Callable[[Path], object]) -> Callable[[Path], Path]:
    """Both rings pinned to a commit whose catalogue has a fault, which the working tree has not any more."""

    def case(root: Path) -> Path:
        change(root)
        faulty = commit(root, "a fault")
        git(root, "revert", "--no-edit", "HEAD")
        for ring in ("broad", "canary"):
            pin(root, faulty, ring)
        return root

    return case
