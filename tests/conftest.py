"""What the tests share: a small fleet repository to break, and goldens that one variable refreshes."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.api_server import ApiServer, serving

ROOT = Path(__file__).resolve().parent.parent
# Machines are noisy, so no example has a deadline; in CI the same examples every time, so that a change is judged by its own.
settings.register_profile("quadrangle", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("quadrangle")

UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))

_CACHE = pytest.StashKey[str]()
_MEMORY, _ROOM = (
    Path("/dev/shm"),
    12 * 2**30,
)  # Linux's file system in memory, and the bytes that must be free there and in all


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """One cache folder for the session, of which workers and child processes hear by the environment.

    So a test neither reads what a user's runs have left nor leaves anything to them; and what one test has compiled serves the
    others, as it would on one machine. Temporary files lie in memory where that has room: a third of the suite's time is a disk's.
    """
    from tests import remembering  # noqa: PLC0415  # under the name that tests know it by

    remembering.begin()
    if not hasattr(config, "workerinput"):  # a worker has its starter's environment
        if "TMPDIR" not in os.environ and _has_room(_MEMORY):
            os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)
        config.stash[_CACHE] = os.environ["QUAD_CACHE_DIR"] = tempfile.mkdtemp(prefix="quad-cache-")


def _has_room(folder: Path) -> bool:
    """Whether it takes programs, too, and neither it nor the machine is short of memory."""
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        return False
    found = os.statvfs(folder)
    available = re.search(r"MemAvailable: *(\d+) kB", Path("/proc/meminfo").read_text())
    room = min(found.f_bavail * found.f_frsize, int(available[1]) * 1024 if available else 0)
    return room >= _ROOM and not found.f_flag & os.ST_NOEXEC


def pytest_unconfigure(config: pytest.Config) -> None:
    if _CACHE in config.stash:
        shutil.rmtree(config.stash[_CACHE], ignore_errors=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests have to say of themselves, with `record_property("says", ...)`: how much they looked at."""
    for report in terminalreporter.getreports("passed"):
        for name, words in report.user_properties:
            if name == "says" and report.when == "call":
                terminalreporter.write_line(str(words))


def matches_golden(golden: Path, actual: str) -> None:
    """The text equals the file; with UPDATE_GOLDEN=1 the file is written instead."""
    if UPDATE:
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(actual, encoding="utf-8")
    assert golden.exists(), f"{golden} is missing; `make golden` writes it"
    assert actual == golden.read_text(encoding="utf-8"), f"{golden} differs; look, then `make golden`"


def copy_input(target: Path, tenants: Path) -> Path:
    """A fleet repository of its own: the project's catalogue and schemas, and the tenants of a folder."""
    for name in ("overlays", "schemas"):
        shutil.copytree(ROOT / name, target / name)
    shutil.copytree(tenants, target / "tenants")
    return target


@pytest.fixture
def identity(monkeypatch: pytest.MonkeyPatch) -> None:
    """In whose name git commits, and when: `pytestmark = pytest.mark.usefixtures("identity")`."""
    from tests.publishing import IDENTITY  # noqa: PLC0415  # it imports this file

    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def fleet_repository(tmp_path: Path) -> Path:
    """What `quad init` makes, to be changed at will."""
    return copy_input(tmp_path / "fleet", ROOT / "generator" / "scaffold" / "tenants")


@pytest.fixture
def api_server() -> ApiServer:
    """A cluster in which nothing is yet."""
    return ApiServer([])


@pytest.fixture
def kubeconfig(api_server: ApiServer, tmp_path: Path) -> Iterator[Path]:
    """Its context is called `here`."""
    with serving(api_server, tmp_path) as file:
        yield file
