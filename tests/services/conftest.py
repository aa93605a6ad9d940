"""`rust/test` builds the programs, names their folder in SERVICES and runs these tests; without that name they are not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backup_tool.store import Proxy, store
from tests.postgres import Database, postgres
from tests.programs import need
from tests.services.chroma import Chroma
from tests.services.model_stand_in import Model
from tests.services.quiz import Quiz
from tests.services.redis_server import Redis
from tests.services.site import Site

collect_ignore_glob = [] if "SERVICES" in os.environ else ["test_*.py"]


@pytest.fixture(scope="session")
def server() -> Iterator[Database]:
    need("initdb")
    with postgres() as found:
        yield found


@pytest.fixture(scope="session")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an object store, with one bucket."""
    with store(tmp_path_factory.mktemp("store")) as address:
        yield address


@pytest.fixture
def proxy(bucket: str) -> Iterator[Proxy]:
    """The same store, behind what a test does to it and counts."""
    with Proxy(bucket).serve() as found:
        yield found


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    need("redis-server")
    with Redis(tmp_path / "redis").run() as found:
        yield found


@pytest.fixture
def site(tmp_path: Path, server: Database, redis: Redis, proxy: Proxy) -> Iterator[Site]:
    """A site with a database of its own and no worker yet."""
    made = Site(tmp_path, server, redis, proxy)
    made.install()
    yield made
    made.end()


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[Chroma]:
    with Chroma(tmp_path).run() as found:
        yield found


@pytest.fixture
def model() -> Iterator[Model]:
    with Model().run() as found:
        yield found


@pytest.fixture
def quiz(tmp_path: Path, chroma: Chroma, model: Model) -> Iterator[Quiz]:
    with Quiz(tmp_path, chroma, model).run() as found:
        yield found
