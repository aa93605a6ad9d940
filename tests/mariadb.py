"""A real MariaDB that speaks TLS, for tests of scripts that speak SQL: a server of its own on a free port, gone with the block."""

from __future__ import annotations

import getpass
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.programs import need, path_of
from tests.running_servers import free_port

PASSWORD = 'it\'s a \\ "test"'  # of a server that lives for a test
_SAID = "'" + PASSWORD.replace("\\", "\\\\").replace("'", "\\'") + "'"


def need_mariadb() -> None:
    """Skip the test where the server, its client or PHP's mysqli is missing; in CI, fail."""
    need("mariadbd", "mariadb", "mariadb-dump", "mariadb-install-db", "openssl", "php", php=("mysqli",))


@dataclass(frozen=True)
class MariaDB:
    """Where the server listens, on 127.0.0.1, which its certificate names, and on 127.0.0.2, which it does not."""

    port: int
    folder: Path
    password: str = PASSWORD

    @property
    def settings(self) -> dict[str, str]:
        """What a pod of the site has in its environment of it."""
        return {
            "MOODLE_DB_KIND": "mariadb",
            "MOODLE_DB_HOST": "127.0.0.1",
            "MOODLE_DB_PORT": str(self.port),
            "MOODLE_DB_NAME": "moodle",
            "MOODLE_DB_CA": str(self.folder / "ours.pem"),
        }

    def run(self, sql: str, database: str = "moodle") -> str:
        """What the client prints of the statements, as its administrator."""
        command = [str(path_of("mariadb")), "--no-defaults", f"--socket={self.folder}/socket", "--user=root"]
        done = subprocess.run(
            [*command, "--default-character-set=utf8mb4", "-BNr", database],
            input=sql,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@contextmanager
def mariadb() -> Iterator[MariaDB]:
    """The server, and two authorities: `ours.pem` vouches for it, `other.pem` does not."""
    folder = Path(tempfile.mkdtemp(prefix="quad-mariadb-"))
    try:
        for name in ("ours", "other"):
            _certificate(folder, name)
        who, data = f"--user={getpass.getuser()}", f"--datadir={folder}/data"
        made = [str(path_of("mariadb-install-db")), "--no-defaults", who, data, "--skip-test-db"]
        subprocess.run([*made, "--auth-root-authentication-method=normal"], capture_output=True, check=True)
        port = free_port()
        options = [who, data, f"--socket={folder}/socket", "--bind-address=0.0.0.0", f"--port={port}", "--skip-log-bin"]
        secure = [f"--ssl-cert={folder}/ours.pem", f"--ssl-key={folder}/ours.key", "--require-secure-transport=ON"]
        command = [str(path_of("mariadbd")), "--no-defaults", *options, *secure, "--innodb-flush-log-at-trx-commit=0"]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
        try:
            found = MariaDB(port, folder)
            _create(found)
            yield found
        finally:
            server.terminate()
            server.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _certificate(folder: Path, name: str) -> None:
    asked = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
    asked += ["-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.pem")]
    subprocess.run([str(path_of("openssl")), "req", *asked, *files], capture_output=True, check=True)


def _create(server: MariaDB) -> None:
    for _ in range(200):
        try:
            server.run(
                f"""
                CREATE DATABASE moodle CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
                CREATE USER moodle@'%' IDENTIFIED BY {_SAID};
                GRANT ALL PRIVILEGES ON moodle.* TO moodle@'%';
                """,
                "mysql",
            )
        except AssertionError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("MariaDB does not answer")
