"""A real PostgreSQL for tests of scripts that speak SQL: a server of its own on a free port, gone with the block."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.programs import path_of
from tests.running_servers import free_port

INITDB, SERVER, CLIENT = (path_of(name) for name in ("initdb", "postgres", "psql"))
PASSWORD = "it's a \\ test"  # of a server that lives for a test


@dataclass(frozen=True)
class Database:
    """Where the server listens; user and password are `moodle`'s, and so is the first database."""

    port: int
    password: str = PASSWORD

    @property
    def settings(self) -> dict[str, str]:
        """What a pod of the site has in its environment of it."""
        return {
            "MOODLE_DB_KIND": "postgresql",
            "MOODLE_DB_HOST": "127.0.0.1",
            "MOODLE_DB_PORT": str(self.port),
            "MOODLE_DB_NAME": "moodle",
        }

    def run(self, sql: str, database: str = "moodle") -> str:
        """What psql prints of the statements."""
        assert CLIENT
        command = [CLIENT, "-h", "127.0.0.1", "-p", str(self.port), "-U", "moodle", "-d", database, "-qAtX"]
        environment = {**os.environ, "PGPASSWORD": PASSWORD}
        arguments = ["-v", "ON_ERROR_STOP=1"]
        done = subprocess.run(
            [*command, *arguments], input=sql, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@contextmanager
def postgres() -> Iterator[Database]:
    """PostgreSQL refuses to run as root: then the user `postgres` runs it."""
    assert INITDB
    assert SERVER
    folder = Path(tempfile.mkdtemp(prefix="quad-postgres-"))
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    try:
        (folder / "password").write_text(PASSWORD)
        if user:
            shutil.chown(folder, "postgres")
        data = folder / "data"
        secret = ["-U", "moodle", "--auth=scram-sha-256", f"--pwfile={folder}/password"]
        made = [*user, INITDB, "-D", str(data), "-E", "UTF8", "--no-sync", *secret]
        subprocess.run(made, capture_output=True, check=True, cwd=folder)
        port = free_port()
        options = ["-D", str(data), "-p", str(port), "-k", "", "-h", "127.0.0.1", "-F"]
        server = subprocess.Popen([*user, SERVER, *options], stderr=subprocess.DEVNULL, cwd=folder)
        try:
            _create(port)
            yield Database(port)
        finally:
            server.terminate()
            server.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _create(port: int) -> None:
    assert CLIENT
    command = [CLIENT, "-h", "127.0.0.1", "-p", str(port), "-U", "moodle", "-d", "postgres", "-qX"]
    environment = {**os.environ, "PGPASSWORD": PASSWORD}
    arguments = ["-c", "CREATE DATABASE moodle"]
    for _ in range(200):
        if subprocess.run([*command, *arguments], env=environment, capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise AssertionError("PostgreSQL does not answer")
