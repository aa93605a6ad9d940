"""git: its plumbing by the program itself, the rest by way of GitPython. One of the three files that start a program."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from generator.diagnostics import ToolError
from generator.model import Entry

_QUIET = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}
# Set where a hook of git runs us, or by hand: they would send us to another repository, index or name space.
_FOREIGN = {
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_NAMESPACE",
}
_FOREIGN |= {"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_GRAFT_FILE", "GIT_SHALLOW_FILE"}
_FOREIGN |= {"GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"}
# A commit is what its id says, whatever refs/replace/ and info/grafts have.
_QUIET |= {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_GRAFT_FILE": os.devnull}
_repositories: set[Path] = set()
_UNREAD = "fatal: Could not read from remote repository."
_HELP = {
    b"dubious ownership": "the folder is another user's; where that is meant, `git config --global --add safe.directory FOLDER`",
    b"promisor remote": "the clone is partial and lacks it: clone without `--filter`",
}


def run(root: Path, arguments: Sequence[str], stdin: bytes = b"", variables: Mapping[str, str] | None = None) -> bytes:
    """The standard output of `git ARGUMENTS` in the folder; a failure is a ToolError with git's own last words."""
    code, out, error = attempt(root, arguments, stdin, variables)
    if code:
        raise failed(arguments, code, error)
    return out


def failed(arguments: Sequence[str], code: int, error: bytes) -> ToolError:
    """The ToolError of a git that ended so."""
    help = next((help for words, help in _HELP.items() if words in error), "")
    return ToolError(f"git {arguments[0]} failed: {last_words(error) or f'exit code {code}'}", help)


def last_words(error: bytes) -> str:
    """Why git failed, in one line: what it calls fatal or an error, else its last line."""
    lines = [line for line in error.decode(errors="replace").strip().splitlines() if not line.startswith("hint:")]
    if _UNREAD in lines[1:]:
        lines = lines[: lines.index(_UNREAD)]  # what it said before is why
    named = [line for line in lines if line.startswith(("fatal: ", "error: "))]
    return (named or lines or [""])[-1].removeprefix("fatal: ").removeprefix("error: ")


def attempt(
    root: Path, arguments: Sequence[str], stdin: bytes = b"", variables: Mapping[str, str] | None = None
) -> tuple[int, bytes, bytes]:
    """Exit code, standard output and standard error of `git ARGUMENTS` in the folder."""
    try:
        done = subprocess.run(
            _command(root, arguments), input=stdin, capture_output=True, check=False, env=_environment(variables)
        )
    except OSError as error:
        raise _missing(error) from error
    return done.returncode, done.stdout, done.stderr


def feed(root: Path, arguments: Sequence[str], chunks: Iterable[bytes]) -> bytes:
    """The short standard output of `git ARGUMENTS`, which reads the chunks as they are made."""
    try:
        process = subprocess.Popen(
            _command(root, arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
        )
    except OSError as error:
        raise _missing(error) from error
    assert process.stdin is not None
    with process:
        try:
            for chunk in chunks:
                process.stdin.write(chunk)
        except BrokenPipeError:
            pass  # it has ended early, and says why
        except BaseException:
            process.kill()
            raise
        out, words = process.communicate()
    if process.returncode:
        raise failed(arguments, process.returncode, words)
    return out


def _command(root: Path, arguments: Sequence[str]) -> list[str]:
    return ["git", "-C", str(root), "-c", "core.quotePath=false", "-c", "gc.auto=0", *arguments]


def _environment(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    return {name: text for name, text in os.environ.items() if name not in _FOREIGN} | _QUIET | {**(variables or {})}


def _missing(error: OSError) -> ToolError:
    help = "install git" if isinstance(error, FileNotFoundError) else ""
    return ToolError(f"git cannot be started: {error.strerror}", help)


def resolve(root: Path, revision: str) -> str | None:
    """The full id of the commit a revision names; None where there is none."""
    code, out, _ = attempt(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"])
    return out.decode().strip() if code == 0 else None


def committed(root: Path, commit: str) -> datetime:
    """The committer's date of a commit, in UTC."""
    seconds = run(root, ["log", "-1", "--no-show-signature", "--format=%ct", commit]).decode()
    return datetime.fromtimestamp(int(seconds), UTC)


def day(root: Path) -> date | None:
    """The day of the commit that is checked out, in UTC: what dates in the input are judged by; None where there is none."""
    commit = resolve(root, "HEAD")
    return committed(root, commit).date() if commit else None


def is_repository(root: Path) -> bool:
    """Whether the folder lies in a git repository; one that git refuses to read is a ToolError. Once it does, it stays so."""
    if root in _repositories:
        return True
    code, _, error = attempt(root, ["rev-parse", "--git-dir"])
    if code and b"not a git repository" not in error:
        run(root, ["rev-parse", "--git-dir"])
    if code == 0:
        _repositories.add(root)
    return code == 0


def is_shallow(root: Path) -> bool:
    """Whether the clone has only the newest part of the history."""
    return run(root, ["rev-parse", "--is-shallow-repository"]).strip() == b"true"


def sees_some(root: Path) -> bool:
    """Whether the clone may lack branches that its `origin` has: a shallow one, or one that fetches but some."""
    wanted = setting(root, "--get-all", "remote.origin.fetch").splitlines()
    return bool(wanted) and (is_shallow(root) or not any("refs/heads/*" in line for line in wanted))


def is_ancestor(root: Path, older: str, newer: str) -> bool:
    """Whether the older commit is the newer one or in its history."""
    arguments = ["merge-base", "--is-ancestor", older, newer]
    code, _, _ = attempt(root, arguments)
    if code > 1:
        run(root, arguments)
    return code == 0


def follows(root: Path, older: str, newer: str) -> bool:
    """Whether the older commit is known here to be the newer one or in its history: false also where nobody can tell."""
    return attempt(root, ["merge-base", "--is-ancestor", older, newer])[0] == 0


def distance(root: Path, older: str, newer: str, folder: str = ".") -> int:
    """How many commits the newer one has that the older one has not, among those that touch the folder."""
    return int(run(root, ["rev-list", "--count", f"{older}..{newer}", "--", folder]))


def is_changed(root: Path, folder: str) -> bool:
    """Whether the work tree's folder holds anything that HEAD does not."""
    return bool(run(root, ["status", "--porcelain", "-z", "--", folder]))


def has_folder(root: Path, commit: str, folder: str) -> bool:
    """Whether the commit has a folder of that name; a link or a file is none."""
    code, out, _ = attempt(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}:{folder}"])
    return code == 0 and attempt(root, ["cat-file", "-t", out.decode().strip()])[1].strip() == b"tree"


def is_whole(root: Path, commit: str, folder: str) -> bool:
    """Whether the clone holds every file of the folder in the commit, as a partial one may not."""
    out = run(root, ["rev-list", "--objects", "--no-walk", "--missing=print", f"{commit}:{folder}"])
    return not any(line.startswith(b"?") for line in out.splitlines())


def sizes(root: Path, ids: Iterable[str]) -> dict[str, int]:
    """How many bytes each blob has, by id, without reading them."""
    wanted = sorted(set(ids))
    out = run(root, ["cat-file", "--batch-check=%(objectsize)"], "".join(f"{name}\n" for name in wanted).encode())
    return {name: int(line) for name, line in zip(wanted, out.splitlines(), strict=True)}


def files(root: Path, commit: str, folder: str = "") -> dict[str, Entry]:
    """All files below the folder in the commit's tree, by path relative to the folder."""
    where = f"{commit}:{folder}" if folder else f"{commit}^{{tree}}"
    out = run(root, ["ls-tree", "-r", "-z", "--full-tree", "--end-of-options", where])
    lines = (line.partition("\t") for line in out.decode(errors="surrogateescape").split("\0") if line)
    return {path: Entry(head[:6], head.rpartition(" ")[2]) for head, _, path in lines}  # "100644 blob ID"


def folders(root: Path, commit: str, folder: str) -> dict[str, str]:
    """The folders right in a folder of the commit's tree, and their ids; none where there is no such folder."""
    lines = os.fsdecode(attempt(root, ["ls-tree", "-d", "-z", "--end-of-options", f"{commit}:{folder}"])[1]).split("\0")
    return {path: head.rpartition(" ")[2] for head, _, path in (line.partition("\t") for line in lines if line)}


def changed(root: Path, before: str, after: str, folders: Sequence[str]) -> dict[str, Entry | None]:
    """The files of these folders (from the repository's top) that differ between two commits, as the newer one has them."""
    options = "diff-tree -r -z --raw --no-renames --no-abbrev --end-of-options"
    arguments = [*options.split(), before, after, "--"]
    fields = os.fsdecode(run(root, [*arguments, *(f":(top,literal){folder}" for folder in folders)])).split("\0")
    entries = ((path, head.split(" ")) for head, path in zip(fields[0::2], fields[1::2], strict=False))
    return {path: None if head[4] == "D" else Entry(head[1], head[3]) for path, head in entries}


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


def folder(root: Path) -> Path:
    """The repository's own folder (`.git`), which its work trees share."""
    arguments = ["rev-parse", "--path-format=absolute", "--git-common-dir", "--show-object-format"]
    code, out, error = attempt(root, arguments)
    if code and b"not a git repository" not in error:
        raise failed(arguments, code, error)
    if code:
        help = "publishing needs the history: `git init`, commit, then publish"
        raise ToolError(f"{root} is in no git repository: {last_words(error)}", help)
    place, form = os.fsdecode(out).splitlines()
    if form != "sha1":
        raise ToolError(f"the repository names its objects by {form}", "rendered branches need one that uses sha1")
    return Path(place)


@lru_cache(maxsize=16)
def prefix(root: Path) -> str:
    """Where in its repository the folder lies, `/` at the end; empty at the top."""
    return os.fsdecode(run(root, ["rev-parse", "--show-prefix"])).removesuffix("\n")


def chain(root: Path, tip: str) -> list[str]:
    """The commit, its first parent, that one's first parent and so on."""
    return run(root, ["rev-list", "--first-parent", "--end-of-options", tip]).decode().split()


def refs(root: Path, pattern: str) -> dict[str, str]:
    """The refs that match, and the objects they name."""
    lines = run(root, ["for-each-ref", "--format=%(objectname) %(refname)", pattern]).decode().splitlines()
    return {name: id for id, _, name in (line.partition(" ") for line in lines)}


def checked_out(root: Path) -> set[str]:
    """The branches that some work tree of the repository has checked out, as full refs."""
    out = os.fsdecode(run(root, ["worktree", "list", "--porcelain", "-z"]))
    return {field.removeprefix("branch ") for field in out.split("\0") if field.startswith("branch ")}


def setting(root: Path, *arguments: str) -> str:
    """What `git config ARGUMENTS` prints; empty where it is not set, a ToolError where it is set to nonsense."""
    code, out, error = attempt(root, ["config", *arguments])
    if code > 1:
        raise failed(["config", *arguments], code, error)
    return out.decode(errors="replace").strip() if code == 0 else ""


def uncommitted(root: Path, folders: Sequence[str]) -> list[str]:
    """The files in these folders that differ from the commit checked out or that it lacks, from the repository's top."""
    arguments = ["status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--", *folders]
    fields = os.fsdecode(run(root, arguments)).split("\0")
    return sorted(field[3:] for field in fields if field)


def initialise(folder: Path) -> None:
    """Make the folder a git repository with the branch `main`; nothing is committed."""
    import git  # noqa: PLC0415  # slow to import, and needed by one command

    try:
        git.Repo.init(folder, initial_branch="main")
    except (git.GitError, OSError) as error:
        raise ToolError(f"git cannot initialise {folder.name}: {error}", "install git, or use --no-git") from error
