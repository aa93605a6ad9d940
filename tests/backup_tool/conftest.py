"""`rust/test` builds the program, names it in MOODLE_BACKUP and runs these tests; without that name they are not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backup_tool.moodle import BUSY, DISTANT, Moodle
from tests.backup_tool.store import KEYS, Proxy, store
from tests.mariadb import MariaDB, mariadb, need_mariadb
from tests.postgres import Database, postgres
from tests.programs import need

collect_ignore_glob = [] if "MOODLE_BACKUP" in os.environ else ["test_*.py"]


@pytest.fixture(scope="session")
def server() -> Iterator[Database]:
    need("initdb", "pg_dump", "restic")
    with postgres() as found:
        yield found


@pytest.fixture(scope="session")
def its_server() -> Iterator[MariaDB]:
    """Of the sites on MariaDB."""
    need("restic")
    need_mariadb()
    with mariadb() as found:
        yield found


@pytest.fixture
def site(tmp_path: Path, server: Database) -> Moodle:
    """A site with 300 files and an empty repository."""
    made = Moodle(tmp_path, server, tmp_path.name)
    made.install(300)
    made.ok("init")
    return made


@pytest.fixture
def busy(tmp_path: Path, server: Database) -> Moodle:
    """A site with as many files as QUAD_FUZZ_FILES says and an empty repository."""
    made = Moodle(tmp_path, server, tmp_path.name)
    made.install(BUSY, 20_000)
    made.ok("init")
    return made


@pytest.fixture(scope="session")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an object store, with one bucket."""
    need("restic")
    with store(tmp_path_factory.mktemp("store")) as address:
        yield address


@pytest.fixture
def proxy(bucket: str) -> Iterator[Proxy]:
    """The same store, behind what a test does to it."""
    with Proxy(bucket).serve() as found:
        yield found


@pytest.fixture
def distant(tmp_path: Path, server: Database, proxy: Proxy) -> Moodle:
    """A site with few files, each of which is a request or two, and an empty repository in the bucket."""
    where = {"RESTIC_REPOSITORY": proxy.repository(tmp_path.name), **KEYS}
    made = Moodle(tmp_path, server, tmp_path.name, where)
    made.install(DISTANT)
    made.ok("init")
    return made
