"""git: its plumbing by the program itself, the rest by way of GitPython. One of the three files that start a program."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from generator.diagnostics import ToolError

_QUIET = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a commit's tree: its mode as git prints it (`100644`, `120000` a symbolic link) and its object's id."""

    mode: str
    id: str


def run(root: Path, arguments: Sequence[str], stdin: bytes = b"") -> bytes:
    """The standard output of `git ARGUMENTS` in the folder; a failure is a ToolError with git's own last words."""
    code, out, error = attempt(root, arguments, stdin)
    if code:
        words = error.decode(errors="replace").strip().splitlines()
        raise ToolError(f"git {arguments[0]} failed: {words[-1] if words else f'exit code {code}'}")
    return out


def attempt(root: Path, arguments: Sequence[str], stdin: bytes = b"") -> tuple[int, bytes, bytes]:
    """Exit code, standard output and standard error of `git ARGUMENTS` in the folder."""
    command = ["git", "-C", str(root), "-c", "core.quotePath=false", *arguments]
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, check=False, env={**os.environ, **_QUIET})
    except OSError as error:
        raise ToolError(f"git cannot be started: {error.strerror}", "install git") from error
    return done.returncode, done.stdout, done.stderr


def resolve(root: Path, revision: str) -> str | None:
    """The full id of the commit a revision names; None where there is none."""
    arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
    code, out, _ = attempt(root, arguments)
    return out.decode().strip() if code == 0 else None


def committed(root: Path, commit: str) -> datetime:
    """The committer's date of a commit, in UTC."""
    seconds = run(root, ["log", "-1", "--format=%ct", commit]).decode()
    return datetime.fromtimestamp(int(seconds), UTC)


def day(root: Path) -> date | None:
    """The day of the commit that is checked out, in UTC: what dates in the input are judged by; None where there is none."""
    commit = resolve(root, "HEAD")
    return committed(root, commit).date() if commit else None


def files(root: Path, commit: str, folder: str = "") -> dict[str, Entry]:
    """All files below the folder in the commit's tree, by path relative to the folder."""
    where = f"{commit}:{folder}" if folder else f"{commit}^{{tree}}"
    found: dict[str, Entry] = {}
    for line in run(root, ["ls-tree", "-r", "-z", "--end-of-options", where]).split(b"\0"):
        if line:
            head, _, path = line.partition(b"\t")
            mode, _, name = head.decode().split(" ")
            found[path.decode(errors="surrogateescape")] = Entry(mode, name)
    return found


def blobs(root: Path, ids: Iterable[str]) -> dict[str, bytes]:
    """The bytes of each blob, by id, from one process."""
    wanted = sorted(set(ids))
    out = run(root, ["cat-file", "--batch"], "".join(f"{name}\n" for name in wanted).encode())
    found: dict[str, bytes] = {}
    at = 0
    for name in wanted:
        end = out.index(b"\n", at)
        head = out[at:end].split(b" ")
        if len(head) != 3:  # noqa: PLR2004  # id, type, size; else "<id> missing"
            raise ToolError(f"git has no object {name}", "fetch the whole history: `git fetch --unshallow`")
        size = int(head[2])
        found[name] = out[end + 1 : end + 1 + size]
        at = end + 2 + size
    return found


def initialise(folder: Path) -> None:
    """Make the folder a git repository with the branch `main`; nothing is committed."""
    import git  # noqa: PLC0415  # slow to import, and needed by one command

    try:
        git.Repo.init(folder, initial_branch="main")
    except (git.GitError, OSError) as error:
        raise ToolError(f"git cannot initialise {folder.name}: {error}", "install git, or use --no-git") from error
