"""Writes into a git repository: objects, commits and refs, with plumbing that touches neither work tree nor index.

Objects come first and refs last, by compare-and-swap: whenever the program ends, every branch is at the old commit or the new.
Only `publish.py` uses this, and `proposal.py` for a branch that a pull request is opened from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator import git
from generator.diagnostics import ToolError

_ABSENT = "0" * 40
_SCRATCH = "refs/quadrangle/scratch"
_IN_THE_WAY = re.compile(rb"'refs/heads/([^']+)' exists; cannot create 'refs/heads/([^']+)'")
_SPOKEN = 5
"""Lines of a remote's hook that are shown."""
_OF_GIT = ("fatal: ", "error: ", "hint: ", "warning: ")
_LOCKED = re.compile(rb"stale info|cannot lock ref|failed to lock")


@dataclass(frozen=True, slots=True)
class Move:
    """A branch goes from one commit to another; from nothing where `old` is empty."""

    branch: str
    old: str
    new: str

    @property
    def ref(self) -> str:
        """The full name of the branch."""
        return f"refs/heads/{self.branch}"


def store(root: Path, parent: str, removed: Iterable[str], files: Iterable[tuple[str, bytes]]) -> str:
    """Write the parent's tree with some files removed and others put in; the new tree's id.

    One process makes all objects. It wants a ref for its commit, which it drops again before it writes any.
    """
    out = git.feed(root, ["fast-import", "--quiet", "--done"], _stream(parent, removed, files))
    found = re.fullmatch(rb"040000 tree ([0-9a-f]{40})\t\n", out)
    if found is None:
        raise ToolError(f"git fast-import answered {out[:80]!r}")
    return found[1].decode()


def _stream(parent: str, removed: Iterable[str], files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    yield f"commit {_SCRATCH}\ncommitter quad <quad> 0 +0000\ndata 0\n".encode()
    if parent:
        yield f"from {parent}\n".encode()
    for path in removed:
        yield b"D " + _quoted(path) + b"\n"
    for path, raw in files:
        yield b"M 100644 inline " + _quoted(path) + b"\ndata %d\n" % len(raw) + raw + b"\n"
    yield f'ls ""\n\nreset {_SCRATCH}\nfrom {_ABSENT}\n\ndone\n'.encode()


def _quoted(path: str) -> bytes:
    raw = path.encode(errors="surrogateescape")
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'


def commit(root: Path, tree: str, parent: str, message: str, date: str, sign: bool) -> str:
    """Make a commit by the user's identity, both dates as given (now where empty); its id. No ref names it yet."""
    arguments = ["-c", "i18n.commitEncoding=UTF-8", "commit-tree", *(["-S"] if sign else []), tree]
    arguments += ["-p", parent] if parent else []
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date} if date else {}
    code, out, error = git.attempt(root, arguments, message.encode(errors="replace"), dates)
    if code:
        help = "see user.signingKey and gpg.format in your git configuration" if sign else ""
        raise ToolError(f"git commit-tree failed: {git.last_words(error)}", help)
    return out.decode().strip()


def identify(root: Path) -> None:
    """ToolError where git does not know in whose name commits are made."""
    code, _, error = git.attempt(root, ["var", "GIT_COMMITTER_IDENT"])
    if code:
        help = "`git config user.name NAME` and `git config user.email ADDRESS`, of a robot in CI"
        raise ToolError(f"git does not know who publishes: {git.last_words(error)}", help)


def move(root: Path, moves: Iterable[Move], reason: str) -> str:
    """Move all branches or none; git's words where one was not where it was read, or is locked, else empty."""
    lines = [f"update {move.ref} {move.new} {move.old or _ABSENT}\n" for move in moves]
    text = "".join(["start\n", *lines, "prepare\n", "commit\n"])
    code, _, error = git.attempt(root, ["update-ref", "-m", reason, "--stdin"], text.encode())
    _refuse_in_the_way(error)
    return (git.last_words(error) or f"exit code {code}") if code else ""


def _refuse_in_the_way(error: bytes) -> None:
    """No turn of another publisher, and no later one of ours, makes `rendered/production` where a branch `rendered` is."""
    if found := _IN_THE_WAY.search(error):
        there, wanted = (name.decode(errors="replace") for name in found.groups())
        help = f"rename the branch {there}, or choose another git.branchPrefix in tenants/fleet.yaml"
        raise ToolError(f"git cannot make the branch {wanted} where there is a branch {there}", help)


def heads(root: Path, remote: str, branches: Iterable[str]) -> dict[str, str]:
    """The commits these branches are at in the remote repository, and fetch them.

    That a commit is here does not say that its tree is: a fetch may be under way, or was killed. Only a ref says so.
    """
    found = _listed(root, remote, [f"refs/heads/{branch}" for branch in branches])
    whole = set(git.refs(root, "refs/").values())
    missing = [name for name, id in found.items() if id not in whole]
    if missing:
        # No ref of ours is to move, or two publishers in one clone would meet there.
        options = ["--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", "--no-recurse-submodules"]
        git.run(root, ["fetch", *options, "--no-auto-maintenance", "--end-of-options", remote, *missing])
    return {name.removeprefix("refs/heads/"): id for name, id in found.items()}


def listed(root: Path, remote: str, *patterns: str) -> dict[str, str]:
    """The refs of the remote repository that match, and the objects they name."""
    code, raw, error = git.attempt(root, ["ls-remote", "--end-of-options", remote, *patterns])
    if code:
        help = (
            "`git remote -v` lists those that there are; this machine must be able to reach it, and may need to sign in"
        )
        raise ToolError(f"the remote repository {remote} cannot be read: {git.last_words(error)}", help)
    out = raw.decode(errors="replace")
    return {name: id for id, _, name in (line.partition("\t") for line in out.splitlines())}


def _listed(root: Path, remote: str, names: Sequence[str]) -> dict[str, str]:
    return {name: id for name, id in listed(root, remote, *names).items() if name in names}


def push(root: Path, remote: str, moves: Sequence[Move]) -> str:
    """Move all branches of the remote repository or none; empty, or git's words where somebody else was faster.

    There are too many words for a lost race, so the remote is asked where its branches are. Where it got our commits after all
    and only the answer was lost, that too is for the next look to find out.
    """
    leases = [f"--force-with-lease={move.ref}:{move.old}" for move in moves]
    wanted = [f"{move.new}:{move.ref}" for move in moves]
    options = ["--quiet", "--porcelain", "--atomic", "--no-follow-tags", "--recurse-submodules=no"]
    code, out, error = git.attempt(root, ["push", *options, *leases, "--end-of-options", remote, *wanted])
    if code == 0:
        return ""
    refused = [line for line in out.splitlines() if line.startswith(b"!")]
    refused.sort(key=lambda line: b"(atomic " in line)  # refused only because another one was
    said = git.last_words(refused[0] if refused else error).replace("\t", " ")
    _refuse_in_the_way(error)
    there = _listed(root, remote, [move.ref for move in moves])
    if any(there.get(move.ref, "") != move.old for move in moves) or _LOCKED.search(out + error):
        return said
    lines = error.decode(errors="replace").splitlines()
    spoken = [line.removeprefix("remote:").strip() for line in lines if line.startswith("remote:")]
    who = "the remote" if spoken else "a hook here"
    spoken = spoken or [line.strip() for line in lines if not refused and not line.startswith(_OF_GIT)]
    said += f"; {who} says: {' / '.join(filter(None, spoken[:_SPOKEN]))}" if spoken else ""
    help = "no branch was moved, here or there; mend it and publish again"
    raise ToolError(f"git push to {remote} failed: {said}", help)
