"""What a web pod tells Prometheus: real nginx and PHP-FPM with the catalogue's configuration, over a real PostgreSQL."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.postgres import PASSWORD, Database, postgres
from tests.programs import needs
from tests.running_servers import Server, config_of, fpm, nginx, write_files

pytestmark = needs("nginx", "php-fpm", "initdb")
SCRIPTS = ROOT / "overlays" / "base" / "scripts"

# The columns that are read, as lib/db/install.xml of Moodle 4.5 has them.
TABLES = """
CREATE TABLE mdl_config (name varchar(255), value text);
CREATE TABLE mdl_config_plugins (plugin varchar(100), name varchar(100), value text);
CREATE TABLE mdl_task_adhoc (id bigserial, nextruntime bigint, faildelay bigint, timestarted bigint, attemptsavailable smallint);
CREATE TABLE mdl_task_scheduled (id bigserial, faildelay bigint, disabled smallint);
CREATE TABLE mdl_user (id bigserial, deleted smallint, lastaccess bigint);
"""


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with postgres() as server:
        yield server


@pytest.fixture
def empty(database: Database) -> Database:
    database.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return database


def pod(stack: ExitStack, folder: Path, port: int) -> Server:
    """A web pod of the sample tenant with the feature, its database on this port."""
    moved = {"/etc/moodle-metrics": str(folder), "/etc/moodle-scripts": str(SCRIPTS)}
    write_files(folder, config_of("observability", "minimal", "moodle-metrics"), moved)
    (folder / "moodle-db").mkdir()
    (folder / "moodle-db" / "username").write_text("moodle\n")
    (folder / "moodle-db" / "password").write_text(PASSWORD + "\n")
    (folder / "version.php").write_text("<?php\n$version  = 2026100500.00;\n")
    database = Database(port).settings
    places = {"MOODLE_CODE_ROOT": str(folder), "MOODLE_DATAROOT": str(folder), "MOODLE_SECRETS": str(folder)}
    more = {"MOODLE_SCRIPTS": str(SCRIPTS), "PHP_WORKERS": "3", "MOODLE_RELEASE": "5.3.0"}
    stack.enter_context(fpm(folder, {**database, **places, **more}))
    started = {"site.conf": "server_name x;", "redirect.conf": "return 302 /;", "fallback.conf": "try_files $uri =404;"}
    files = {**config_of("observability", "minimal", "moodle-nginx"), **started}
    return stack.enter_context(nginx(folder, files, (8080, 9180), moved))


def told(server: Server, path: str) -> dict[str, float]:
    """The metrics of an answer; every line is one that Prometheus can read."""
    status, headers, body = server.get(path, {"Host": "anything"}, 9180)
    assert (status, headers["content-type"].split(";")[0]) == (200, "text/plain"), body
    lines = [line for line in body.splitlines() if not line.startswith("#")]
    for line in lines:
        assert re.fullmatch(r'[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+', line), line
    return {line.rpartition(" ")[0].partition("{")[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_a_pod_tells_of_php_and_nginx(tmp_path: Path, empty: Database) -> None:
    with ExitStack() as stack:
        server = pod(stack, tmp_path, empty.port)
        told(server, "/pod")
        numbers = told(server, "/pod")
    assert (numbers["phpfpm_up"], numbers["nginx_up"], numbers["phpfpm_max_children"]) == (1, 1, 3)
    assert numbers["phpfpm_active_processes"] == 0
    assert numbers["phpfpm_total_processes"] >= 1
    assert numbers["nginx_http_requests_total"] >= 4, "our own, and those of the page that asks"


def test_a_pool_with_every_worker_busy_still_tells(tmp_path: Path, empty: Database) -> None:
    (tmp_path / "slow.php").write_text("<?php sleep(5);")
    with ExitStack() as stack:
        server = pod(stack, tmp_path, empty.port)
        kept = [ask(tmp_path, "slow.php") for _ in range(4)]
        numbers = told(server, "/pod")
        for _ in range(100):
            numbers = told(server, "/pod")
            if numbers["phpfpm_active_processes"] == numbers["phpfpm_max_children"]:
                break
            time.sleep(0.05)
        for one in kept:
            one.close()
    assert (numbers["phpfpm_active_processes"], numbers["phpfpm_idle_processes"]) == (3, 0)


def ask(folder: Path, script: str) -> socket.socket:
    """A FastCGI request to the pool of the site, for whose answer nobody waits as long as the socket is kept."""
    pairs = {"SCRIPT_FILENAME": f"{folder}/{script}", "REQUEST_METHOD": "GET", "SCRIPT_NAME": f"/{script}"}
    body = b"".join(bytes([len(key), len(value)]) + f"{key}{value}".encode() for key, value in pairs.items())
    one = socket.socket(socket.AF_UNIX)
    one.connect(str(folder / "php.sock"))
    one.sendall(record(1, bytes([0, 1, 1, 0, 0, 0, 0, 0])) + record(4, body) + record(4, b"") + record(5, b""))
    return one


def record(kind: int, content: bytes) -> bytes:
    return bytes([1, kind, 0, 1, *divmod(len(content), 256), 0, 0]) + content


def test_the_site_tells_of_tasks_versions_and_users(tmp_path: Path, empty: Database) -> None:
    now = int(time.time())
    empty.run(TABLES)
    empty.run(f"""
        INSERT INTO mdl_config VALUES ('version', '2026042000.03'), ('upgraderunning', '{now + 100}'), ('outagelessupgrade', '1');
        INSERT INTO mdl_config_plugins VALUES ('tool_task', 'lastcronstart', '{now - 60}'), ('other', 'lastcronstart', '1');
        INSERT INTO mdl_task_adhoc (nextruntime, faildelay, timestarted, attemptsavailable) VALUES
            ({now - 600}, 0, NULL, 12), ({now - 30}, 60, NULL, NULL),
            ({now - 9000}, 0, {now}, 12), ({now + 600}, 0, NULL, 12), ({now - 90000}, 0, NULL, 0);
        INSERT INTO mdl_task_scheduled (faildelay, disabled) VALUES (0, 0), (60, 0), (60, 1);
        INSERT INTO mdl_user (deleted, lastaccess) VALUES (0, {now}), (0, {now - 400}), (1, {now}), (0, {now - 10});
    """)
    with ExitStack() as stack:
        server = pod(stack, tmp_path, empty.port)
        numbers = told(server, "/site")
        assert numbers.pop("moodle_adhoc_tasks_oldest_seconds") == pytest.approx(600, abs=60)
        assert numbers == {
            "moodle_site_up": 1,
            "moodle_info": 1,
            "moodle_upgrade_pending": 1,
            "moodle_schema_newer": 0,
            "moodle_upgrade_running": 1,
            "moodle_outageless_upgrade": 1,
            "moodle_maintenance": 0,
            "moodle_cron_last_start_timestamp_seconds": now - 60,
            "moodle_scheduled_tasks_failing": 1,
            "moodle_adhoc_tasks_due": 2,
            "moodle_adhoc_tasks_failing": 1,
            "moodle_users_online": 2,
        }
        (tmp_path / "climaintenance.html").touch()
        empty.run("UPDATE mdl_config SET value = '2027010100' WHERE name = 'version'; DELETE FROM mdl_task_adhoc")
        numbers = told(server, "/site")
    assert (numbers["moodle_maintenance"], numbers["moodle_schema_newer"], numbers["moodle_upgrade_pending"]) == (
        1,
        1,
        0,
    )
    assert numbers["moodle_adhoc_tasks_oldest_seconds"] == 0


@pytest.mark.parametrize("port", ["empty", "closed"])
def test_a_site_without_a_database_says_so(tmp_path: Path, empty: Database, port: str) -> None:
    with ExitStack() as stack:
        numbers = told(pod(stack, tmp_path, empty.port if port == "empty" else 1), "/site")
    assert numbers == {"moodle_site_up": 0, "moodle_info": 1}


def test_nothing_of_it_is_told_on_the_public_port(tmp_path: Path, empty: Database) -> None:
    with ExitStack() as stack:
        server = pod(stack, tmp_path, empty.port)
        for path in ("/pod", "/site", "/status/nginx", "/status/php"):
            assert server.get(path, {"Host": "www.example.org"})[0] == 302
        assert server.get("/elsewhere", {}, 9180)[0] == 404
