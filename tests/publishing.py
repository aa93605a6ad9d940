"""A fleet in a git repository of its own, published in this process; kustomize runs once for the same input."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator import kustomize
from generator.diagnostics import Diagnostic
from generator.drafting import Judge
from generator.hydrate import Hydration
from generator.judgement import Case
from generator.kustomize import Kustomize
from generator.model import Progress
from generator.publication import publish
from generator.publish import Outcome, Published, Request
from generator.rendering import Tools
from generator.rollback import Rollback, rollback
from generator.verify import Request as Verification
from generator.verify import Verified, verify
from tests.conftest import ROOT, copy_input

_MADE: dict[str, tuple[bytes, str]] = {}
_ORIGINALS: dict[Hashable, Path] = {}
_SESSION = os.environ.get("QUAD_CACHE_DIR")
"""The folder that conftest removes in the end; a test may have set another by the time that something is made."""
BIRCH = "name: birch\ndisplayName: Birch\nhost: birch.example.org\nring: canary\nplan: small\n"
RENAMED = {"tenants/production/birch.yaml": BIRCH.replace("displayName: Birch", "displayName: Beech")}


def permissive(_case: Case, _fleet: object) -> list[Diagnostic]:
    """Lets every change through: most tests here are not about destruction."""
    return []


@dataclass(frozen=True, slots=True)
class Remembering(Kustomize):
    """The real kustomize, asked once for each overlay and what it is built from."""

    def build(self, folder: Path) -> tuple[bytes, str]:
        tree = folder
        while not (tree / "catalogue").is_dir():
            tree = tree.parent
        digest = hashlib.sha256(folder.relative_to(tree).as_posix().encode())
        for path in sorted([*folder.rglob("*"), *(tree / "catalogue").rglob("*")]):
            if path.is_file():
                digest.update(path.relative_to(tree).as_posix().encode() + b"\0" + path.read_bytes())
        key = digest.hexdigest()
        if key in _MADE:
            return _MADE[key]
        made = Kustomize.build(self, folder)
        if not made[1]:  # a complaint names the folder it is about
            _MADE[key] = made
        return made


def tools() -> Tools:
    return Tools(Hydration(Remembering(kustomize.find().kubectl)), ROOT / "no-crds", Progress())


def put(root: Path, files: Mapping[str, str | None]) -> None:
    """Write these files below the folder; None removes one."""
    for name, text in files.items():
        path = root / name
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


@dataclass(frozen=True, slots=True)
class Fleet:
    """A repository with a fleet, and what one does with it."""

    root: Path

    def git(self, *arguments: str, stdin: str = "", check: bool = True) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.root), *arguments],
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
            env={**os.environ, **IDENTITY},
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout.rstrip("\n")

    def commit(self, message: str, files: Mapping[str, str | None] | None = None) -> str:
        put(self.root, files or {})
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-F", "-", "--cleanup=verbatim", stdin=message)
        return self.tip("HEAD")

    def tip(self, name: str = "rendered/production") -> str:
        return self.git("rev-parse", "--verify", name)

    def files(self, commit: str = "rendered/production") -> dict[str, str]:
        lines = self.git("ls-tree", "-r", commit).splitlines()
        return {line.split("\t")[1]: line.split()[2] for line in lines}

    def show(self, path: str, commit: str = "rendered/production") -> str:
        return self.git("show", f"{commit}:{path}")

    def message(self, commit: str = "rendered/production") -> str:
        return self.git("log", "-1", "--format=%B", commit)

    def edit_branch(
        self, changes: Mapping[str, str | None], message: str = "By hand", branch: str = "production"
    ) -> str:
        """Somebody checks the rendered branch out and commits to it."""
        place = self.root.parent / f"{self.root.name}-edit"
        self.git("worktree", "add", "-q", "--detach", str(place), f"rendered/{branch}")
        hand = Fleet(place)
        commit = hand.commit(message, changes)
        self.git("worktree", "remove", "--force", str(place))
        self.git("update-ref", f"refs/heads/rendered/{branch}", commit)
        return commit

    def publish(self, *environments: str, judge: Judge = permissive, **options: Any) -> Published:
        return publish(Request(self.root, environments, **options), tools(), judge)

    def production(self, **options: Any) -> Outcome:
        done = self.publish("production", **options)
        assert [outcome.environment for outcome in done.outcomes] == ["production"], done.problems
        return done.outcomes[0]

    def rollback(self, to: str, *tenants: str, **options: Any) -> Outcome:
        return rollback(Rollback(self.root, "production", to, tenants, **options), tools())

    def verify(self, *environments: str, **options: Any) -> Verified:
        return verify(Verification(self.root, environments, **options), tools())

    def fsck(self) -> None:
        self.git("fsck", "--strict", "--no-dangling")


IDENTITY = {
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.org",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def copied(key: Hashable, make: Callable[[Path], object], place: Path) -> Path:
    """The repository that `make` makes, made once in this process; each test has a copy of its own, history and all."""
    if key not in _ORIGINALS:
        folder = Path(tempfile.mkdtemp(prefix="originals-", dir=_SESSION)) / "it"
        make(folder)
        _ORIGINALS[key] = folder
    shutil.copytree(_ORIGINALS[key], place, symlinks=True)
    Fleet(place).git("update-index", "-q", "--refresh")  # or whoever looks first would write that the files are others
    return place


def make_fleet(root: Path, tenants: Sequence[str] = ("birch",)) -> Fleet:
    """What `quad init` makes, and some more tenants in production, committed."""
    return Fleet(copied(("fleet", *tenants), lambda folder: _make_fleet(folder, tenants), root))


def published_fleet(root: Path, tenants: Sequence[str] = ("birch",), *environments: str) -> Fleet:
    """The same, and its first publication; of all environments where none is named."""

    def make(folder: Path) -> None:
        done = make_fleet(folder, tenants).publish(*environments)
        assert {outcome.state for outcome in done.outcomes} == {"published"}, done.problems

    return Fleet(copied(("published", *tenants, *environments), make, root))


def _make_fleet(root: Path, tenants: Sequence[str]) -> None:
    copy_input(root, ROOT / "generator" / "scaffold" / "tenants")
    for name in tenants:
        (root / "tenants" / "production" / f"{name}.yaml").write_text(BIRCH.replace("birch", name))
    fleet = Fleet(root)
    fleet.git("init", "-q", "-b", "main")
    fleet.commit("The fleet")


def clone(fleet: Fleet, place: Path, *options: str) -> Fleet:
    subprocess.run(["git", "clone", "-q", *options, f"file://{fleet.root}", str(place)], check=True)
    return Fleet(place)


def codes(done: Published | Outcome | Verified) -> list[str]:
    return [problem.code for problem in done.problems]
