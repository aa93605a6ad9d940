"""The steps of an upgrade's Jobs: real PHP, PostgreSQL and MariaDB; in the place of Moodle's programs some that keep its manners.

The stand-in writes what Moodle would write (version, lock, maintenance page) and can be told to break off; whether Moodle's own
programs behave so is not shown here.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.mariadb import MariaDB, mariadb, need_mariadb
from tests.postgres import Database, postgres
from tests.programs import needs
from tests.upgrading_site import NEW, OLD, PAGE, PROGRAMS, SCRIPTS, Pages, Site, made, with_code

pytestmark = needs("php", "initdb")


@pytest.fixture(scope="module", params=["postgresql", "mariadb"])
def database(request: pytest.FixtureRequest) -> Iterator[Database | MariaDB]:
    if request.param == "mariadb":
        need_mariadb()
    with mariadb() if request.param == "mariadb" else postgres() as server:
        server.run("CREATE TABLE mdl_config (name text, value text)")
        yield server


@pytest.fixture
def site(tmp_path: Path, database: Database | MariaDB) -> Iterator[Site]:
    found = with_code(made(tmp_path, database), *PROGRAMS)
    database.run("DELETE FROM mdl_config")
    found.holds(OLD, "0")
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        Pages.answers = {"/login/index.php": (200, "text/html", PAGE)}
        Pages.answers["/readyz"] = (200, "text/plain", "ready with 5.3.0\n")
        Pages.answers["/theme/styles.php/boost/1/all"] = (200, "text/css; charset=utf-8", "body {}")
        found.port = server.server_port
        Thread(target=server.serve_forever, daemon=True).start()
        yield found
        server.shutdown()


def test_a_schema_changes_while_the_site_is_closed(site: Site) -> None:
    assert site.run("upgrade.php", "enter")[0] == 0
    assert site.page.exists()
    assert site.marks() == {"upgrade", "closed"}
    code, said = site.run("upgrade.php", "closed")
    assert site.marks() == {"closed"}
    assert (code, said.splitlines()[-1]) == (0, "upgraded; the site is closed until the new pods serve it")
    assert site.asked() == ["maintenance.php --enable", "upgrade.php --non-interactive", "purge_caches.php "]
    assert site.holds()[0] == NEW
    assert site.page.exists()


def test_no_schema_changes_while_the_site_is_open(site: Site) -> None:
    code, said = site.run("upgrade.php", "closed")
    assert (code, "the site is open" in said, site.asked()) == (1, True, [])
    assert site.holds()[0] == OLD


@pytest.mark.parametrize("step", ["enter", "closed", "open"])
def test_what_is_done_is_not_done_again(site: Site, step: str) -> None:
    site.holds(NEW)
    code, said = site.run("upgrade.php", step)
    assert (code, site.asked()) == (0, ["upgrade.php --is-pending"])
    assert "nothing to do" in said
    assert not site.page.exists()


def test_a_plugin_that_waits_is_upgraded_though_moodle_itself_is_there(site: Site) -> None:
    site.holds(NEW)
    site.behave(upgrade={"--is-pending": {"exit": 2}})
    assert site.run("upgrade.php", "open")[0] == 0
    assert site.asked()[-1] == "upgrade.php --non-interactive --no-maintenance --set-ui-upgrade-lock"


def test_an_upgrade_that_breaks_off_leaves_the_site_closed(site: Site) -> None:
    site.page.touch()
    site.behave(upgrade={"--non-interactive": {"exit": 1}})
    code, said = site.run("upgrade.php", "closed")
    assert (code, "quad upgrade --abort" in said) == (1, True)
    assert site.page.exists()
    assert site.asked() == ["upgrade.php --non-interactive"]


def test_a_bump_that_breaks_off_takes_its_lock_off(site: Site) -> None:
    site.behave(
        upgrade={
            "--non-interactive --no-maintenance --set-ui-upgrade-lock": {"exit": 1, "set": {"outagelessupgrade": "1"}}
        }
    )
    assert site.run("upgrade.php", "open")[0] == 1
    assert site.holds() == (OLD, "0")
    assert site.marks() == {"upgrade"}, "new pods are not ready, whatever the database's version"


def test_a_bump_that_was_killed_goes_on(site: Site) -> None:
    """Moodle wrote its own version before its plugins', and with the lock it says that there is nothing to upgrade."""
    site.holds(NEW, "1")
    assert site.run("upgrade.php", "open")[0] == 0
    assert site.asked() == ["upgrade.php --non-interactive --no-maintenance --set-ui-upgrade-lock"]


@pytest.mark.parametrize("script", [("upgrade.php", "closed"), ("finish.php",), ("fits.php",)], ids=" ".join)
def test_older_code_never_touches_a_newer_database(site: Site, script: tuple[str, ...]) -> None:
    site.holds("2027042000.00")
    code, said = site.run(*script)
    assert (code, site.asked()) == (1, [])
    assert "2027042000.00" in said


def test_a_pod_starts_where_the_database_is_older_or_does_not_answer(site: Site) -> None:
    assert site.run("fits.php")[0] == 0
    code, said = site.run("fits.php", MOODLE_DB_PORT="1")
    assert (code, "cannot be asked yet" in said) == (0, True)


def test_nothing_is_upgraded_that_is_not_installed(site: Site) -> None:
    site.database.run("DELETE FROM mdl_config")
    code, said = site.run("upgrade.php", "enter")
    assert (code, "not installed" in said, site.asked()) == (1, True, [])


def test_a_closed_site_opens_when_the_new_pods_serve_it(site: Site) -> None:
    site.holds(NEW)
    site.page.touch()
    site.marks("closed")
    code, said = site.run("finish.php")
    assert (code, said.splitlines()[-1]) == (0, "the site is open")
    assert not site.page.exists()
    assert site.asked() == [
        "upgrade.php --is-pending",
        "purge_caches.php ",
        "maintenance.php --enableold",
        "adhoc_task.php --execute --keep-alive=0",
        "maintenance.php --disable",
    ]
    assert site.marks() == set()


def test_the_lock_goes_when_the_new_pods_serve(site: Site) -> None:
    site.holds(NEW, "1")
    assert site.run("finish.php")[0] == 0
    assert site.holds() == (NEW, "0")
    assert site.asked() == ["purge_caches.php ", "upgrade.php --unset-ui-upgrade-lock"]


@pytest.mark.parametrize("lock", ["0", "1"])
def test_nothing_opens_before_the_database_is_upgraded(site: Site, lock: str) -> None:
    site.holds(OLD, lock)
    site.page.touch()
    assert site.run("finish.php")[0] == 1
    assert (site.page.exists(), site.asked()) == (True, [])


def test_a_site_that_is_not_served_is_closed_again(site: Site) -> None:
    site.holds(NEW)
    site.page.touch()
    site.marks("closed")
    Pages.answers["/login/index.php"] = (200, "text/html", "Fatal error")
    code, said = site.run("finish.php")
    assert (code, "closed again" in said) == (1, True)
    assert site.page.exists()
    assert site.asked()[-1] == "maintenance.php --enable"


@pytest.mark.parametrize("answer", [(200, "text/plain", "ready with 5.2.2\n"), (503, "text/plain", "not ready\n")])
def test_nothing_opens_before_users_get_the_new_pods(site: Site, answer: tuple[int, str, str]) -> None:
    site.holds(NEW)
    site.page.touch()
    Pages.answers["/readyz"] = answer
    code, said = site.run("finish.php", FINISH_SECONDS="1")
    assert (code, "does not serve 5.3.0" in said) == (1, True)
    assert site.page.exists()
    assert site.asked() == ["upgrade.php --is-pending"]


def test_work_that_takes_too_long_is_left_to_the_workers(site: Site) -> None:
    site.holds(NEW)
    site.page.touch()
    site.marks("closed")
    site.behave(adhoc_task={"*": {"sleeps": 30}})
    code, said = site.run("finish.php", FINISH_SECONDS="1")
    assert (code, "it ended with 124" in said) == (0, True)
    assert site.asked()[-1] == "maintenance.php --disable"


@pytest.mark.parametrize(
    ("path", "answer", "words"),
    [
        ("/login/index.php", (500, "text/html", PAGE), "answers with 500"),
        ("/login/index.php", (200, "text/html", "<form>"), "and is none"),
        ("/login/index.php", (200, "text/html", 'id="page-login-index"'), "names no style sheet"),
        ("/theme/styles.php/boost/1/all", (404, "text/html", "x"), "style sheet answers with 404"),
        ("/theme/styles.php/boost/1/all", (200, "text/css", ""), "style sheet answers with 200"),
    ],
)
def test_smoke_finds_what_is_not_served(site: Site, path: str, answer: tuple[int, str, str], words: str) -> None:
    address = f"http://127.0.0.1:{site.port}"
    assert site.run("smoke.php", address) == (0, "smoke: the login page and its style sheet are served\n")
    Pages.answers[path] = answer
    code, said = site.run("smoke.php", address)
    assert (code, words in said) == (1, True)


@pytest.mark.parametrize("status", [302, 303])
def test_smoke_knows_that_people_may_log_in_elsewhere(site: Site, status: int) -> None:
    Pages.answers["/login/index.php"] = (status, "text/html", "")
    assert site.run("smoke.php", f"http://127.0.0.1:{site.port}")[0] == 0


def test_smoke_knows_maintenance(site: Site) -> None:
    site.page.touch()
    assert site.run("smoke.php", f"http://127.0.0.1:{site.port}")[0] == 1
    Pages.answers["/login/index.php"] = (503, "text/html", "")
    assert site.run("smoke.php", f"http://127.0.0.1:{site.port}")[0] == 0


@pytest.mark.parametrize(("version", "started"), [(OLD, True), (NEW, True), ("2027042000.00", False)])
def test_web_pods_do_not_start_on_a_newer_database(site: Site, version: str, started: bool) -> None:
    site.holds(version)
    (site.folder / "php-fpm").write_text(f"#!/bin/sh\ntouch {site.folder}/started\n")
    (site.folder / "php-fpm").chmod(0o755)
    settings = {**site.settings, "PATH": f"{site.folder}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", SCRIPTS / "web.sh"], env=settings, capture_output=True, check=False)
    assert (done.returncode == 0, (site.folder / "started").exists()) == (started, started)


def test_no_pod_of_the_release_serves_before_its_upgrade_is_done(site: Site) -> None:
    """Argo CD tries a failed sync again, and then applies what comes after a Job that failed: the pods themselves wait."""
    site.holds(NEW)
    assert site.run("ready.php")[1] == "ready with 5.3.0\n"
    site.marks("upgrade")
    assert "has begun and is not done" in site.run("ready.php")[1]
    assert site.run("ready.php", MOODLE_RELEASE="5.2.2")[1] == "ready with 5.2.2\n", "the old pods serve on"


@pytest.mark.parametrize("lock", ["0", "1"])
def test_nothing_is_finished_that_is_not_done(site: Site, lock: str) -> None:
    site.holds(NEW, lock)
    site.marks("upgrade", "closed")
    site.page.touch()
    assert site.run("finish.php")[0] == 1
    assert (site.page.exists(), site.asked()) == (True, [])


def test_a_site_that_was_left_half_open_is_opened(site: Site) -> None:
    """The Job was ended between the two: the page is gone, and Moodle's own maintenance is on."""
    site.holds(NEW)
    site.marks("closed")
    assert site.run("finish.php")[0] == 0
    assert site.asked()[-1] == "maintenance.php --disable"
    assert site.marks() == set()


def test_what_others_have_closed_stays_closed(site: Site) -> None:
    site.page.touch()
    assert site.run("upgrade.php", "enter")[0] == 0
    assert site.run("upgrade.php", "closed")[0] == 0
    code, said = site.run("finish.php")
    assert (code, "who closed it opens it" in said, site.page.exists()) == (0, True, True)
