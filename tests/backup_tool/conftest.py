"""`rust/test` builds the program, names it in MOODLE_BACKUP and runs these tests; without that name they are not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backup_tool.moodle import Moodle
from tests.postgres import Database, postgres
from tests.programs import need

collect_ignore_glob = [] if "MOODLE_BACKUP" in os.environ else ["test_*.py"]


@pytest.fixture(scope="session")
def server() -> Iterator[Database]:
    need("initdb", "pg_dump", "restic")
    with postgres() as found:
        yield found


@pytest.fixture
def site(tmp_path: Path, server: Database) -> Moodle:
    """A site with 300 files and an empty repository."""
    made = Moodle(tmp_path, server, tmp_path.name)
    made.install(300)
    made.ok("init")
    return made
