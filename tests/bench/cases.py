"""What is measured of quad itself: each case's commands, with what puts the repository back before a round."""

from __future__ import annotations

import itertools
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import yaml

from generator.cache import Cache
from generator.source import dump
from tests.bench import ready
from tests.bench.fleet import ROOT, commit, git
from tests.bench.measure import Command

QUAD = str(Path(sys.executable).with_name("quad"))
BARE = [sys.executable, "-I", "-S", "-c", "pass"]
BRANCHES = ("refs/heads/rendered/production", "refs/heads/rendered/staging")
STAMP = "render alone"
BASE_DIFF = "diff of a base change, compiled"
BASE, OLD = "overlays/base/rollout.yaml", "minReadySeconds: "


@dataclass(frozen=True, slots=True)
class Site:
    """A fleet repository that is measured, with a cache of its own."""

    folder: Path
    number: int
    bytes_added: dict[str, int] = field(default_factory=dict)
    """By what added them to the object store: "first" and "again" for all tenants."""
    counter: Iterator[int] = field(default_factory=lambda: itertools.count(6))

    @property
    def cache(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}-cache")

    @property
    def kept(self) -> Path:
        """Where quad's own cache is."""
        return self.cache / "quadrangle"

    @property
    def output(self) -> Path:
        return self.folder / "rendered"

    @property
    def ready(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}-ready")


def quad(site: Site, name: str, *verbs: str, tenants: int | None = None, **more: object) -> Command:
    """`quad VERB`, or several one after the other in a shell; they share the fleet's cache and nobody else's."""
    caches = {"XDG_CACHE_HOME": str(site.cache), "QUAD_CACHE_DIR": str(site.kept)}
    single = [QUAD, *verbs[0].split()]
    arguments = single if len(verbs) == 1 else ["sh", "-c", " && ".join(f"{QUAD} {verb}" for verb in verbs)]
    return Command(name, arguments, site.folder, environment=caches, tenants=tenants or site.number, **more)  # type: ignore[arg-type]


def rendering(site: Site) -> list[Command]:
    """With an empty cache, then again into an empty folder with what that has cached."""
    return [
        quad(site, "render, cold", "render", prepare=lambda: _anew(site, _no_output)),
        quad(site, "render, warm", "render", prepare=lambda: _no_output(site)),
    ]


def stamping(site: Site) -> list[Command]:
    """The render alone: profiles are compiled and values are ready, as they are for the peers."""
    program = [sys.executable, "-m", "tests.bench.stamp", str(site.ready / ready.PROFILES)]
    lines, paths = site.ready / ready.LINES, {"PYTHONPATH": str(ROOT)}
    prepare = partial(_make_ready, site)
    return [Command(STAMP, program, site.folder, lines, environment=paths, tenants=site.number, prepare=prepare)]


def whole_loop(site: Site) -> list[Command]:
    """From the tenants' files to the commits: nothing cached, everything cached, and nothing to do."""
    tree = ["sh", "-c", " && ".join([" ".join(BARE), *(f"git ls-tree -r {branch}" for branch in BRANCHES)])]
    return [
        quad(site, "publish, cold", "publish", prepare=lambda: _anew(site, _no_branches)),
        quad(site, "publish, warm", "publish", prepare=lambda: _no_branches(site)),
        quad(site, "publish, unchanged", "publish", prepare=lambda: _added(site, "first")),
        Command("git ls-tree -r and bare Python", tree, site.folder, tenants=site.number),
    ]


def one_tenant(site: Site) -> list[Command]:
    """A change of one tenant is judged, shown and published, against Python and git doing nothing."""
    git_alone = "git rev-parse --quiet HEAD && git cat-file -t HEAD && git ls-tree HEAD"
    return [
        quad(site, "one tenant", "validate", "diff", "publish", tenants=1, prepare=lambda: _change_tenant(site)),
        Command("bare Python and 3 git processes", ["sh", "-c", f"{' '.join(BARE)} && {git_alone}"], site.folder),
    ]


def base_change(site: Site) -> list[Command]:
    """A field of every tenant changes: quad's grouped diff, the same once profiles are compiled, publishing, git's diff."""
    trees = " && ".join(f"git diff {branch}~1 {branch} --" for branch in BRANCHES)
    return [
        quad(site, "diff of a base change, cold", "diff", prepare=lambda: _change_base(site)),
        quad(site, BASE_DIFF, "diff"),
        quad(site, "publish a base change", "publish", prepare=lambda: _weigh(site, "before")),
        Command(
            "git diff of the two trees",
            ["sh", "-c", trees],
            site.folder,
            tenants=site.number,
            prepare=lambda: _added(site, "again"),
        ),
    ]


def start(site: Site) -> list[Command]:
    """What every command pays."""
    return [
        Command("quad --version", [QUAD, "--version"], site.folder),
        Command("python -I -c pass", [sys.executable, "-I", "-c", "pass"], site.folder),
    ]


def _anew(site: Site, empty: Callable[[Site], None]) -> None:
    shutil.rmtree(site.cache, ignore_errors=True)
    empty(site)


def _no_output(site: Site) -> None:
    """Moved away, not removed: for a minute after, ext4 looks at each inode that has become free before it makes a file."""
    if site.output.exists():
        site.output.rename(site.folder.with_name(f"{site.folder.name}-output-{next(site.counter)}"))


def _make_ready(site: Site) -> None:
    if not site.ready.exists():
        ready.ready(site.folder, Cache(site.kept), site.ready, site.number)


def _no_branches(site: Site) -> None:
    """No rendered branch, nor anything of one in the object store, so that publishing has all to write."""
    for name in git(site.folder, "for-each-ref", "--format=%(refname)", "refs/heads/rendered").splitlines():
        git(site.folder, "update-ref", "-d", name)
    git(site.folder, "reflog", "expire", "--expire=now", "--all")
    git(site.folder, "gc", "--quiet", "--prune=now")
    _weigh(site, "before")


def _weigh(site: Site, when: str) -> None:
    objects = site.folder / ".git" / "objects"
    site.bytes_added[when] = sum(path.stat().st_size for path in objects.rglob("*") if path.is_file())


def _added(site: Site, what: str) -> None:
    _weigh(site, "after")
    site.bytes_added[what] = site.bytes_added["after"] - site.bytes_added["before"]


def _change_tenant(site: Site) -> None:
    path = min((site.folder / "tenants" / "production").glob("[!_]*.yaml"))
    document = yaml.safe_load(path.read_bytes())
    document.setdefault("web", {})["cpuPercent"] = 20 + next(site.counter) % 70
    path.write_bytes(dump(document))
    commit(site.folder, "Change one tenant")


def _change_base(site: Site) -> None:
    path = site.folder / BASE
    lines = [
        f"{line.split(OLD)[0]}{OLD}{next(site.counter)}" if OLD in line else line
        for line in path.read_text().splitlines()
    ]
    path.write_text("\n".join(lines) + "\n")
    commit(site.folder, "Change the base")


def all_cases(site: Site) -> Sequence[list[Command]]:
    """In an order in which each leaves what the next needs."""
    return [start(site), rendering(site), stamping(site), whole_loop(site), one_tenant(site), base_change(site)]
