"""A site in the shape of Moodle's, with real content addresses, and the program under test beside restic.

No Moodle runs here: the tables hold the columns that a backup looks at, and files come and go in Moodle's order.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tests.mariadb import PASSWORD as MARIADBS
from tests.postgres import PASSWORD
from tests.programs import path_of

DISTANT = int(os.environ.get("QUAD_FUZZ_BUCKET", "40"))
"""Files of a site whose backups are in a bucket."""
BUSY = int(os.environ.get("QUAD_FUZZ_FILES", "300"))
"""Files of a site that is written to, or whose backup is killed, all the time: 10 KB each, so that 5,000 are 50 MB."""
REPOSITORY_PASSWORD = "pass'word \\ of the repository"
TABLES = """
CREATE TABLE mdl_config (id bigserial PRIMARY KEY, name text, value text);
INSERT INTO mdl_config (name, value) VALUES ('version', '2026100500.00'), ('release', '5.3 (Build: 20261005)');
CREATE TABLE mdl_sessions (id bigserial, sid text);
INSERT INTO mdl_sessions (sid) VALUES ('not to be kept');
CREATE TABLE mdl_files (id bigserial PRIMARY KEY, contenthash varchar(40) NOT NULL, pathnamehash varchar(40) NOT NULL,
  component varchar(100), filearea varchar(50), filename text, filesize bigint NOT NULL);
"""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    def steps(self, name: str) -> list[dict[str, Any]]:
        """What it said of a step."""
        lines = [json.loads(line) for line in self.err.splitlines() if line.startswith("{")]
        return [line for line in lines if line["step"] == name]


class Server(Protocol):
    """A database server of the tests."""

    @property
    def port(self) -> int: ...
    def run(self, sql: str, database: str = ...) -> str: ...


@dataclass(frozen=True)
class Moodle:
    """Database, moodledata and repository of one site, `acme`."""

    folder: Path
    server: Server
    database: str
    where: Mapping[str, str] = field(default_factory=dict)
    """Variables that say that the repository is in a bucket, and where."""
    tables: str = TABLES
    password: str = PASSWORD

    @property
    def data(self) -> Path:
        return self.folder / "moodledata"

    @property
    def repository(self) -> Path:
        return self.folder / "repository"

    def environment(self, **changed: str) -> dict[str, str]:
        """What a CronJob's pod has, but for PATH and HOME."""
        given = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}:{Path(path_of('initdb') or '').parent}",
            "HOME": str(self.folder),
            "RESTIC_REPOSITORY": str(self.repository),
            "RESTIC_PASSWORD_FILE": str(self.folder / "repository-password"),
            "BACKUP_TENANT": "acme",
            "MOODLE_DATAROOT": str(self.data),
            "DB_CA": "",
            "DB_HOST": "127.0.0.1",
            "DB_KIND": "postgresql",
            "DB_MANAGED": "false",
            "DB_PORT": str(self.server.port),
            "DB_NAME": self.database,
            "DB_USER_FILE": str(self.folder / "username"),
            "DB_PASSWORD_FILE": str(self.folder / "password"),
        }
        return {**given, **self.where, **changed}

    def start(self, *arguments: str, **changed: str) -> subprocess.Popen[str]:
        """The program, running."""
        command = [os.environ["MOODLE_BACKUP"], *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=self.environment(**changed), stdout=pipe, stderr=pipe, text=True)

    def run(self, *arguments: str, **changed: str) -> Done:
        """How the program ended; it never says a secret."""
        running = self.start(*arguments, **changed)
        out, err = running.communicate(timeout=120)
        secrets = (PASSWORD, MARIADBS, REPOSITORY_PASSWORD, self.where.get("AWS_SECRET_ACCESS_KEY", PASSWORD))
        assert not [secret for secret in secrets if secret in out + err]
        return Done(running.returncode, out, err)

    def ok(self, *arguments: str, **changed: str) -> Done:
        """The same, where it has to end well."""
        done = self.run(*arguments, **changed)
        assert done.code == 0, done.err
        return done

    def restic(self, *arguments: str, **changed: str) -> str:
        """What Debian's restic prints, which reads the same repository."""
        command = ["restic", "--no-cache", *arguments]
        environment = self.environment(**changed)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def snapshots(self, tag: str) -> list[dict[str, Any]]:
        """As restic sees them."""
        found: list[dict[str, Any]] = json.loads(self.restic("snapshots", "--json", "--tag", tag))
        return found

    def points(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.ok("list", "--json").out)
        return found

    def sql(self, text: str, database: str | None = None) -> str:
        """What psql prints of the statements."""
        return self.server.run(text, database or self.database)

    def program(self, name: str, script: str) -> None:
        """A program of the test's own, found before the real one."""
        file = self.folder / "bin" / name
        file.write_text(f"#!/bin/bash\n{script}\n")
        file.chmod(0o755)

    def empty_database(self, name: str) -> str:
        self.sql(f"DROP DATABASE IF EXISTS {name}", "moodle")
        self.sql(f"CREATE DATABASE {name}", "moodle")
        return name

    def install(self, files: int, largest: int = 30_000) -> None:
        self.data.mkdir(parents=True)
        (self.folder / "bin").mkdir()
        for name, secret in (
            ("repository-password", REPOSITORY_PASSWORD),
            ("password", self.password),
            ("username", "moodle"),
        ):
            (self.folder / name).write_text(secret + "\n")
        for name in ("cache/x", "localcache/x", "temp/x", "sessions/x", "lock/x", "secret/key/sodium", "lang/de/x"):
            (self.data / name).parent.mkdir(parents=True, exist_ok=True)
            (self.data / name).write_text(name)
        (self.data / "climaintenance.html").write_text("closed")
        self.empty_database(self.database)
        self.sql(self.tables)
        chance = random.Random(files)
        rows = [self.store(chance.randbytes(chance.randint(1, largest))) for _ in range(files)]
        self.sql("".join(self.insert(*row) for row in rows))

    def store(self, content: bytes) -> tuple[str, int]:
        """Put a file where Moodle does, in its way: complete before it has its name."""
        name = hashlib.sha1(content).hexdigest()
        place = self.data / "filedir" / name[:2] / name[2:4]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{name}.tmp").write_bytes(content)
        (place / f"{name}.tmp").rename(place / name)
        return name, len(content)

    def add(self, *contents: bytes) -> None:
        """The files first, then their rows."""
        rows = [self.store(content) for content in contents]
        self.sql("".join(self.insert(*row) for row in rows))

    def insert(self, name: str, size: int) -> str:
        return (
            "INSERT INTO mdl_files (contenthash, pathnamehash, component, filearea, filename, filesize) "
            f"VALUES ('{name}', md5('{name}'), 'mod_resource', 'content', E'tab\\there \\\\ and {size}', {size});\n"
        )

    def file(self, row: int = 1) -> Path:
        """Where the content of a row lies."""
        name = self.sql(f"SELECT contenthash FROM mdl_files WHERE id = {row}")
        return self.data / "filedir" / name[:2] / name[2:4] / name

    def delete(self, row: int) -> None:
        """The row first, then the file goes into the trash."""
        file = self.file(row)
        self.sql(f"DELETE FROM mdl_files WHERE id = {row}")
        trash = self.data / "trashdir" / file.name[:2] / file.name[2:4]
        trash.mkdir(parents=True, exist_ok=True)
        file.rename(trash / file.name)

    def rows(self, database: str | None = None) -> str:
        """All that a restored database has to hold."""
        return self.sql("SELECT * FROM mdl_files ORDER BY id; SELECT name, value FROM mdl_config ORDER BY id", database)


def tree(folder: Path) -> dict[str, str]:
    """Every file below, by its content."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha1(path.read_bytes()).hexdigest() for path in files}


def kept(site: Moodle) -> dict[str, str]:
    """What of moodledata belongs into a backup."""
    left_out = ("cache/", "localcache/", "temp/", "sessions/", "lock/", "climaintenance.html")
    return {name: sha1 for name, sha1 in tree(site.data).items() if not name.startswith(left_out)}


def whole(site: Moodle, folder: Path, database: str) -> list[str]:
    """Contents that rows of a restored database name and the restored folder has not."""
    found = tree(folder)
    have = {sha1 for name, sha1 in found.items() if name.endswith(sha1)}
    return [name for name in site.sql("SELECT contenthash FROM mdl_files", database).split() if name not in have]
