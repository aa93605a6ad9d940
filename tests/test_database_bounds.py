"""The time-outs of web requests, seen by a real PostgreSQL: PHP-FPM's connections have them, the command line's do not."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.postgres import PASSWORD, Database, postgres
from tests.programs import needs, path_of
from tests.running_servers import FEATURES, config_of, fpm, nginx

PHP = path_of("php")
pytestmark = needs("nginx", "php-fpm", "php", "initdb")
FILE = FEATURES / "noisy-neighbour" / "config.d.noisy-neighbour.php"
ASKED = "statement_timeout idle_in_transaction_session_timeout client_encoding standard_conforming_strings"

# It connects as Moodle's pgsql driver does: its own options only where the database is not said to handle them.
SCRIPT = """<?php
$CFG = (object) ['dboptions' => []];
require '{file}';
$options = empty($CFG->dboptions['dbhandlesoptions']) ? " options='--client_encoding=utf8 --standard_conforming_strings=on'" : '';
$connection = pg_connect("host=127.0.0.1 port={port} user=moodle dbname=moodle password='{password}'" . $options);
foreach (explode(' ', '{asked}') as $name) {
    echo pg_fetch_result(pg_query($connection, "SHOW $name"), 0, 0), ' ';
}
echo $CFG->task_scheduled_concurrency_limit, ' ', $CFG->task_adhoc_concurrency_limit;
if (isset($_GET['sleep'])) {
    echo ' ', @pg_query($connection, 'SELECT pg_sleep(20)') ? 'slept' : pg_last_error($connection);
}
"""
SITE = """
worker_processes 1;
pid /run/moodle/nginx.pid;
error_log stderr;
events {}
http {
    access_log off;
    server {
        listen 8080;
        location / {
            include /etc/nginx/fastcgi_params;
            fastcgi_param SCRIPT_FILENAME /run/moodle/shown.php;
            fastcgi_pass unix:/run/moodle/php.sock;
        }
    }
}
"""


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with postgres() as server:
        yield server


def environment(**said: str) -> dict[str, str]:
    return {**config_of("noisy-neighbour", "full", "moodle-env"), "PHP_WORKERS": "2", **said}


def prepare(folder: Path, database: Database) -> Path:
    script = SCRIPT.replace("{file}", str(FILE)).replace("{port}", str(database.port)).replace("{asked}", ASKED)
    (folder / "shown.php").write_text(
        script.replace("{password}", PASSWORD.replace("\\", "\\\\\\\\").replace("'", "\\\\'"))
    )
    return folder / "shown.php"


def test_a_web_request_is_bound(tmp_path: Path, database: Database) -> None:
    prepare(tmp_path, database)
    with ExitStack() as stack:
        stack.enter_context(fpm(tmp_path, environment(MOODLE_DB_STATEMENT_SECONDS="1")))
        server = stack.enter_context(nginx(tmp_path, {"nginx.conf": SITE}, (8080,), {}))
        assert server.get("/", {})[2] == "1s 20s UTF8 on 2 1"
        assert "canceling statement due to statement timeout" in server.get("/?sleep=1", {})[2]


def test_the_command_line_is_not(tmp_path: Path, database: Database) -> None:
    assert PHP
    said = {**os.environ, **environment()}
    done = subprocess.run([PHP, str(prepare(tmp_path, database))], env=said, capture_output=True, text=True, check=True)
    assert done.stdout == "0 0 UTF8 on 2 1"
