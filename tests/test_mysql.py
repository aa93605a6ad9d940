"""A real MariaDB for what speaks MySQL: the scripts of the base, Moodle's own way to connect, the site's numbers and the dump."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.mariadb import MariaDB, mariadb, need_mariadb
from tests.php import php

SCRIPTS = ROOT / "overlays" / "base" / "scripts"
OVERLAYS = ROOT / "overlays"

# The columns that are read, as lib/db/install.xml of Moodle 4.5 has them.
TABLES = """
DROP DATABASE moodle; CREATE DATABASE moodle CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci; USE moodle;
CREATE TABLE mdl_config (name varchar(255), value longtext);
CREATE TABLE mdl_config_plugins (plugin varchar(100), name varchar(100), value longtext);
CREATE TABLE mdl_task_adhoc (id bigint, nextruntime bigint, faildelay bigint, timestarted bigint, attemptsavailable smallint);
CREATE TABLE mdl_task_scheduled (id bigint, faildelay bigint, disabled smallint);
CREATE TABLE mdl_user (id bigint, deleted smallint, lastaccess bigint);
CREATE TABLE mdl_sessions (id bigint, sessdata longtext);
INSERT INTO mdl_config VALUES ('version', '2026042000.03'), ('fullname', 'Grüße 🦉 "quoted" \\\\ and more');
INSERT INTO mdl_sessions VALUES (1, 'nobody keeps it');
"""

# Moodle's mysqli driver, 4.5 to 5.3: `verify-full` sets the two flags, and no authority (lib/dml, raw_connect).
MOODLE = """<?php
mysqli_report(MYSQLI_REPORT_OFF);
$CFG = (object) ['dboptions' => []];
require '{file}';
$flags = $CFG->dboptions['ssl'] === 'verify-full' ? MYSQLI_CLIENT_SSL | MYSQLI_CLIENT_SSL_VERIFY_SERVER_CERT : 0;
$mysqli = mysqli_init();
[$host, $port] = [getenv('MOODLE_DB_HOST'), (int) getenv('MOODLE_DB_PORT')];
$done = @$mysqli->real_connect($host, 'moodle', $argv[1], 'moodle', $port, null, $flags);
echo $done ? $mysqli->query("SHOW STATUS LIKE 'Ssl_version'")->fetch_row()[1] : 'refused';
"""


@pytest.fixture(scope="module")
def server() -> Iterator[MariaDB]:
    need_mariadb()
    with mariadb() as found:
        yield found


@pytest.fixture
def site(tmp_path: Path, server: MariaDB) -> dict[str, str]:
    """What a pod has in its environment."""
    server.run(TABLES, "mysql")
    (tmp_path / "secrets" / "moodle-db").mkdir(parents=True)
    (tmp_path / "secrets" / "moodle-db" / "username").write_text("moodle\n")
    (tmp_path / "secrets" / "moodle-db" / "password").write_text(server.password + "\n")
    (tmp_path / "version.php").write_text("<?php\n$version = 2026100500.00;\n")
    places = {"MOODLE_SECRETS": str(tmp_path / "secrets"), "MOODLE_CODE_ROOT": str(tmp_path)}
    return {**server.settings, **places, "MOODLE_DATAROOT": str(tmp_path), "MOODLE_SCRIPTS": str(SCRIPTS)}


def asked(folder: Path, settings: dict[str, str], code: str) -> str:
    """What PHP says of the code, with lib.php at hand."""
    (folder / "asked.php").write_text(f"<?php\nrequire '{SCRIPTS}/lib.php';\n{code}\n")
    done = php(folder / "asked.php", **settings)
    return done.stdout + done.stderr


def test_raw_sql_over_verified_tls(tmp_path: Path, site: dict[str, str]) -> None:
    words = "$c = connect(); echo database_config($c, 'fullname'), '|', database_config($c, 'none') ?? 'none', '|',"
    words += " rows($c, \"SHOW STATUS LIKE 'Ssl_version'\")[0]['Value'];"
    assert asked(tmp_path, site, words) == 'Grüße 🦉 "quoted" \\ and more|none|TLSv1.3'


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"MOODLE_DB_CA": "other.pem"}, "certificate verify failed"),
        ({"MOODLE_DB_CA": "none.pem"}, "which is to vouch for the database; see database.authority"),
        ({"MOODLE_DB_HOST": "127.0.0.2"}, "did not match expected"),
    ],
    ids=["authority", "no-file", "host"],
)
def test_nobody_else_is_taken_for_the_database(
    tmp_path: Path, site: dict[str, str], server: MariaDB, changed: dict[str, str], said: str
) -> None:
    if "MOODLE_DB_CA" in changed:
        changed = {"MOODLE_DB_CA": str(server.folder / changed["MOODLE_DB_CA"])}
    words = "try { connect(); echo 'connected'; } catch (RuntimeException $error) { echo $error->getMessage(); }"
    assert said in asked(tmp_path, {**site, **changed}, words)


@pytest.mark.parametrize("folder", ["managed-aurora-mysql", "managed-mariadb", "managed-mysql"])
@pytest.mark.parametrize(
    ("authority", "host", "wanted"),
    [("ours", "127.0.0.1", "TLSv1.3"), ("other", "127.0.0.1", "refused"), ("ours", "127.0.0.2", "refused")],
)
def test_moodle_connects_over_verified_tls_too(
    tmp_path: Path, site: dict[str, str], server: MariaDB, folder: str, authority: str, host: str, wanted: str
) -> None:
    """By the folder's two files: the driver's own option, and PHP's authority."""
    database = OVERLAYS / "databases" / folder
    (tmp_path / "moodle.php").write_text(MOODLE.replace("{file}", str(database / f"config.d.{folder}.php")))
    settings = {**site, "MOODLE_DB_CA": str(server.folder / f"{authority}.pem"), "MOODLE_DB_HOST": host}
    ini = (database / f"{folder}.ini").read_text()
    ini = ini.replace("${MOODLE_DB_CA}", settings["MOODLE_DB_CA"])
    lines = [line.split(" = ") for line in ini.splitlines() if " = " in line]
    options = [f"-d{name}={value}" for name, value in lines]
    done = php(*options, tmp_path / "moodle.php", server.password, **settings)
    assert done.stdout == wanted, done.stderr


def test_preflight_knows_what_moodle_needs(site: dict[str, str], server: MariaDB) -> None:
    nowhere = {"MOODLE_HOST": "127.0.0.1", "MOODLE_REDIS_HOST": "127.0.0.1", "MOODLE_REDIS_PORT": "1"}
    settings = {**site, **nowhere, "MOODLE_REDIS_PREFIX": "a_", "PREFLIGHT_SECONDS": "0"}

    def line() -> str:
        said = php(SCRIPTS / "preflight.php", **settings).stdout.splitlines()
        return next(line for line in said if " database: " in line)

    assert line().startswith("ok    database: mariadb 1")
    assert line().endswith(", utf8mb4_unicode_ci")
    assert "quadrangle_preflight" not in server.run("SHOW TABLES")
    server.run("ALTER DATABASE moodle CHARACTER SET latin1")
    assert "the database's character set is latin1 and must be utf8mb4" in line()
    server.run(
        "ALTER DATABASE moodle CHARACTER SET utf8mb4; REVOKE CREATE TEMPORARY TABLES ON moodle.* FROM moodle@'%'"
    )
    try:
        assert "CREATE TEMPORARY TABLES among them" in line()
    finally:
        server.run("GRANT ALL PRIVILEGES ON moodle.* TO moodle@'%'")


def test_the_site_tells_its_numbers(site: dict[str, str], server: MariaDB) -> None:
    server.run(
        """
        INSERT INTO mdl_config_plugins VALUES ('tool_task', 'lastcronstart', '1700000000');
        INSERT INTO mdl_task_adhoc VALUES (1, 5, 0, NULL, 12), (2, 9, 60, NULL, NULL), (3, 5, 0, 7, 12), (4, 5, 0, NULL, 0);
        INSERT INTO mdl_task_scheduled VALUES (1, 0, 0), (2, 60, 0), (3, 60, 1);
        INSERT INTO mdl_user VALUES (1, 0, UNIX_TIMESTAMP()), (2, 1, UNIX_TIMESTAMP()), (3, 0, 1);
        """
    )
    done = php(OVERLAYS / "features/observability/metrics/site.php", **site, MOODLE_RELEASE="5.3.0")
    numbers = dict(line.rsplit(" ", 1) for line in done.stdout.splitlines() if line[:1] not in ("#", ""))
    wanted = {
        "moodle_site_up": "1",
        "moodle_upgrade_pending": "1",
        "moodle_cron_last_start_timestamp_seconds": "1700000000",
    }
    wanted |= {"moodle_adhoc_tasks_due": "2", "moodle_adhoc_tasks_failing": "1", "moodle_scheduled_tasks_failing": "1"}
    assert {name: numbers.get(name) for name in [*wanted, "moodle_users_online"]} == {
        **wanted,
        "moodle_users_online": "1",
    }


def test_a_dump_is_whole_and_can_be_read_back(tmp_path: Path, site: dict[str, str], server: MariaDB) -> None:
    """backup.sh, which takes restic for MySQL, and one that only does what follows `--`: its dump goes into another database."""
    done = dumped(tmp_path, site)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "asked").read_text().endswith("--stdin-filename database.sql --stdin-from-command\n")
    server.run("CREATE DATABASE again; USE again;\n" + (tmp_path / "dump").read_text(), "mysql")
    try:
        assert (
            server.run("SELECT value FROM mdl_config WHERE name = 'fullname'", "again")
            == 'Grüße 🦉 "quoted" \\ and more'
        )
        assert server.run("SELECT count(*) FROM mdl_sessions", "again") == "0", "the table is there, its rows are not"
    finally:
        server.run("DROP DATABASE again")


@pytest.mark.parametrize("changed", [{"DB_CA": "other.pem"}, {"DB_HOST": "127.0.0.2"}], ids=["authority", "host"])
def test_no_dump_is_asked_of_somebody_else(
    tmp_path: Path, site: dict[str, str], server: MariaDB, changed: dict[str, str]
) -> None:
    changed = {name: value.replace("other.pem", f"{server.folder}/other.pem") for name, value in changed.items()}
    done = dumped(tmp_path, site, **changed)
    assert (done.returncode == 0, (tmp_path / "dump").read_text()) == (False, "")
    assert "TLS/SSL error" in done.stderr


def dumped(folder: Path, site: dict[str, str], **changed: str) -> subprocess.CompletedProcess[str]:
    secrets = folder / "secrets" / "backup"
    secrets.mkdir()
    for name in ("access-key-id", "secret-access-key"):
        (secrets / name).write_text("x")
    programs = folder / "bin"
    programs.mkdir()
    body = f'echo "${{@%% -- *}}" | sed "s/ -- .*//" >> {folder}/asked; while [ $# -gt 0 ] && [ "$1" != -- ]; do shift; done\n'
    body += f'[ $# -eq 0 ] || {{ shift; exec "$@" > {folder}/dump; }}\n'
    (programs / "restic").write_text(f"#!/bin/bash\n{body}")
    (programs / "restic").chmod(0o755)
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "AWS_ACCESS_KEY_ID_FILE": str(secrets / "access-key-id"),
        "AWS_SECRET_ACCESS_KEY_FILE": str(secrets / "secret-access-key"),
        "BACKUP_ENGINE": "restic",
        "TMPDIR": str(folder),
        "BACKUP_ENDPOINT": "https://s3.example.org",
        "BACKUP_LOCATION": "bucket/acme",
        "BACKUP_TENANT": "acme",
        "DB_CA": site["MOODLE_DB_CA"],
        "DB_HOST": site["MOODLE_DB_HOST"],
        "DB_KIND": "mariadb",
        "DB_MANAGED": "true",
        "DB_NAME": "moodle",
        "DB_PASSWORD_FILE": str(secrets.parent / "moodle-db" / "password"),
        "DB_PORT": site["MOODLE_DB_PORT"],
        "DB_USER_FILE": str(secrets.parent / "moodle-db" / "username"),
    }
    script = OVERLAYS / "features" / "backup" / "backup.sh"
    return subprocess.run(
        ["sh", str(script), "database"], env={**environment, **changed}, capture_output=True, text=True, check=False
    )
