"""A clone on MariaDB: what `test_clone.py` asks of PostgreSQL's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.backup_tool.moodle import Moodle
from tests.backup_tool.on_mariadb import OnMariaDB, on_mariadb
from tests.backup_tool.test_clone import NEW, OBJECTS, OLD, SITE, TEXTS, as_wanted, clone, quoted, settings
from tests.mariadb import MariaDB


@pytest.fixture
def other(tmp_path: Path, its_server: MariaDB) -> OnMariaDB:
    """The site, with its address in texts, and a backup of it."""
    site = on_mariadb(Moodle(tmp_path, its_server, tmp_path.name), its_server)
    words = (
        (SITE + OBJECTS)
        .replace("bigserial PRIMARY KEY", "bigint PRIMARY KEY AUTO_INCREMENT")
        .replace('"from"', "`from`")
    )
    rows = ", ".join(f"({quoted(text)}, {quoted(text)}, {quoted(OLD)}, 7)" for text in TEXTS)
    pages = f"INSERT INTO mdl_page (content, `from`, namehash, size) VALUES {rows}".replace("\\", "\\\\")
    site.sql(f"{words}; {pages}; INSERT INTO mdl_url (externalurl) VALUES ('{OLD}/short'), ('{OLD}/{'x' * 33}')")
    site.sql("ALTER TABLE mdl_page MODIFY `from` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    site.ok("backup")
    return site


def test_a_clone_has_another_address_and_sends_nothing(other: OnMariaDB) -> None:
    into = other.empty_database("clone")
    everything = (
        "SELECT * FROM mdl_page; SELECT * FROM mdl_config; SELECT * FROM mdl_config_plugins; SELECT * FROM mdl_url"
    )
    before = (other.rows(), other.sql(everything))
    said = clone(other, into, "--id", "one")
    found = [
        json.loads(line)
        for line in other.sql("SELECT JSON_QUOTE(content) FROM mdl_page ORDER BY id", into).splitlines()
    ]
    assert found == list(TEXTS.values())
    assert other.sql("SELECT COUNT(*) FROM mdl_page WHERE BINARY content <> BINARY `from`", into) == "0"
    assert other.sql("SELECT DISTINCT namehash FROM mdl_page", into) == OLD
    assert other.sql("SELECT other FROM mdl_logstore_standard_log", into) == f"{OLD}/log"
    assert other.sql("SELECT externalurl FROM mdl_url ORDER BY id", into).splitlines() == [
        f"{NEW}/short",
        f"{NEW}/{'x' * 33}"[:60],
    ]
    assert other.sql("SELECT name FROM mdl_message_processors WHERE enabled <> 0", into) == "popup"
    off = {"noemailever": "1", "smtphosts": "", "messageinbound_enabled": "0", "cron_enabled": "0"}
    assert {name: settings(other, into)[name] for name in off} == off
    plugin = "SELECT value FROM mdl_config_plugins WHERE plugin = 'tool_objectfs' AND name = "
    assert other.sql(f"{plugin} 'key_prefix'", into).startswith("clones/clone.example.net-")
    assert other.sql(f"{plugin} 'deleteexternal'", into) == other.sql(f"{plugin} 'deletelocal'", into) == "0"

    as_wanted(said)
    assert (other.rows(), other.sql(everything)) == before, "the site itself is as it was"
    assert other.left() == []


def test_a_clone_that_fails_leaves_nothing(other: OnMariaDB) -> None:
    into = other.empty_database("shared")
    asked = (
        "restore",
        "--clone",
        "--old-wwwroot",
        OLD,
        "--new-wwwroot",
        NEW,
        "--to-database",
        "--object-prefix",
        "acme/",
    )
    done = other.run(*asked, DB_NAME=into)
    assert (done.code, "the source's own" in done.err) == (3, True), done.err
    assert (other.sql("SHOW TABLES", into), other.left()) == ("", [])


def test_a_path_has_letters_of_two_cases(other: OnMariaDB) -> None:
    others = "http://localhost:8080/moodle http://localhost:8080/Moodle2"
    other.sql(f"INSERT INTO mdl_page (content) VALUES ('http://localhost:8080/Moodle/x and {others}')")
    other.ok("backup")
    into = other.empty_database("path")
    clone(other, into, old="http://localhost:8080/Moodle", new="https://localhost:8080/Moodle/clone")
    found = other.sql("SELECT content FROM mdl_page ORDER BY id DESC LIMIT 1", into)
    assert found == f"https://localhost:8080/Moodle/clone/x and {others}"
