"""The steps around a restore: real PHP and PostgreSQL; in the place of Moodle's programs some that keep its manners."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Database, postgres
from tests.programs import needs
from tests.upgrading_site import NEW, OLD, Site, made, with_code

pytestmark = needs("php", "initdb")
ID = "20261122t231500"


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with postgres() as server:
        server.run("CREATE TABLE mdl_config (name text, value text)")
        yield server


@pytest.fixture
def site(tmp_path: Path, database: Database) -> Site:
    found = with_code(made(tmp_path, database), "kill_all_sessions.php")
    database.run("DELETE FROM mdl_config; DROP SCHEMA IF EXISTS moodle_backup CASCADE")
    found.holds(NEW, "0")
    return found


def step(site: Site, name: str, **changed: str) -> tuple[int, str]:
    code, said = site.run("restore.php", name, **{"BACKUP_RESTORE_ID": ID, **changed})
    return code, said.splitlines()[-1]


def recorded(site: Site) -> None:
    """As moodle-backup does it in the transaction that fills the database."""
    site.database.run(
        "CREATE SCHEMA moodle_backup; CREATE TABLE moodle_backup.restores (id text PRIMARY KEY, snapshot text);"
        f"INSERT INTO moodle_backup.restores VALUES ('{ID}', '0f')"
    )


def test_a_site_closes_without_moodle_and_stays_closed(site: Site) -> None:
    assert step(site, "enter") == (0, "the site is closed")
    page = site.page.read_text()
    assert "restored from its backup" in page
    assert step(site, "enter") == (0, "the site is closed already")
    assert (site.page.read_text(), site.asked()) == (page, [])


def test_a_site_whose_database_is_gone_closes_too(site: Site) -> None:
    assert step(site, "enter", MOODLE_DB_PORT="1")[0] == 0
    assert site.page.exists()


def test_a_job_that_is_made_anew_later_closes_nothing(site: Site) -> None:
    recorded(site)
    assert step(site, "enter") == (0, "restored already; nothing to do")
    assert not site.page.exists()


def test_what_came_back_is_left_for_the_finish(site: Site) -> None:
    site.page.touch()
    assert step(site, "restored") == (1, "failed: this restore is not done; its Job comes first")
    recorded(site)
    site.database.run("INSERT INTO mdl_config VALUES ('quadrangle_upgrade', '5.4.0')")
    assert step(site, "restored")[0] == 0
    assert (site.marks(), site.asked(), site.page.exists()) == ({"closed"}, ["kill_all_sessions.php "], True)


def test_a_backup_of_another_release_leaves_the_site_closed(site: Site) -> None:
    site.page.touch()
    recorded(site)
    site.holds(OLD, "0")
    code, said = step(site, "restored")
    assert (code, "older release" in said, site.marks()) == (1, True, set())
    site.holds("2027010100.00", "0")
    assert "nothing goes back but a restore" in step(site, "restored")[1]
