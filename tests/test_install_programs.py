"""The steps of a first installation: real PHP, PostgreSQL and MariaDB, and in Moodle's place installers that keep its manners.

With MOODLE_SRC=/path/to/moodle, Moodle's own source in a folder outside the repository, installation and an upgrade run with
Moodle's own programs, into a PostgreSQL; without it nothing here shows that those behave so.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mariadb import MariaDB, mariadb, need_mariadb
from tests.postgres import Database, postgres
from tests.programs import needs
from tests.upgrading_site import SCRIPTS, Site, made

pytestmark = needs("php", "initdb")
SOURCE = os.environ.get("MOODLE_SRC", "")
SETTINGS = {
    "MOODLE_LANGUAGE": "en",
    "MOODLE_FULL_NAME": "Ærø's college",
    "MOODLE_SHORT_NAME": "Ærø",
    "MOODLE_ADMIN_EMAIL": "admin@example.org",
    "MOODLE_SUPPORT_EMAIL": "help@example.org",
    "MOODLE_TIMEZONE": "Europe/Copenhagen",
}
SECRET = "p4ss-w0rd 'of\\ the admin"
INSTALLER = """<?php
// Moodle's installer reads $_SERVER['argv'], fills the database, says `rolesactive` last and ends the process itself.
require_once '{scripts}/lib.php';
file_put_contents('{site}/told', json_encode([getcwd(), $_SERVER['argv'], $argc, file_get_contents('/proc/self/cmdline')]));
rows(connect(), 'CREATE TABLE mdl_config (name text, value text)');
rows(connect(), 'INSERT INTO mdl_config VALUES (?, ?)', ['version', '2026100500.00']);
{breaks}
rows(connect(), 'INSERT INTO mdl_config VALUES (?, ?)', ['rolesactive', '1']);
exit(0);
"""
CFG = "<?php file_put_contents('{site}/asked', implode(' ', array_slice($argv, 1))); exit({ends});"
OWN_CONFIG = """<?php
unset($CFG);
global $CFG;
$CFG = new stdClass();
$CFG->dbtype = 'pgsql';
$CFG->dblibrary = 'native';
$CFG->dbhost = getenv('MOODLE_DB_HOST');
$CFG->dbname = getenv('MOODLE_DB_NAME');
$CFG->dbuser = 'moodle';
$CFG->dbpass = file_get_contents(getenv('MOODLE_SECRETS') . '/moodle-db/password');
$CFG->prefix = 'mdl_';
$CFG->dboptions = ['dbport' => getenv('MOODLE_DB_PORT')];
$CFG->wwwroot = 'https://learn.example.org';
$CFG->dataroot = getenv('MOODLE_DATAROOT');
$CFG->directorypermissions = 02770;
require_once __DIR__ . (is_dir(__DIR__ . '/public') ? '/public' : '') . '/lib/setup.php';
"""


@pytest.fixture(scope="module", params=["postgresql", "mariadb"])
def database(request: pytest.FixtureRequest) -> Iterator[Database | MariaDB]:
    if request.param == "mariadb":
        need_mariadb()
    with mariadb() if request.param == "mariadb" else postgres() as server:
        yield server


@pytest.fixture
def site(tmp_path: Path, database: Database | MariaDB) -> Site:
    """A site with nothing in its database."""
    database.run("DROP TABLE IF EXISTS mdl_config")
    return with_admin(tmp_path, database)


def with_admin(folder: Path, database: Database | MariaDB) -> Site:
    site = made(folder, database)
    (folder / "secrets" / "moodle").mkdir()
    (folder / "secrets" / "moodle" / "admin-password").write_text(SECRET)
    return site


def moodle(site: Site, breaks: str = "", ends: int = 0) -> None:
    """The stand-ins of Moodle's programs."""
    folder = site.folder / "code" / "admin" / "cli"
    folder.mkdir(parents=True)
    installer = INSTALLER.format(scripts=SCRIPTS, site=site.folder, breaks=breaks)
    (folder / "install_database.php").write_text(installer)
    (folder / "cfg.php").write_text(CFG.format(site=site.folder, ends=ends))


def install(site: Site) -> tuple[int, str]:
    return site.run("install.php", **SETTINGS)


def test_a_site_is_installed_from_nothing_and_once(site: Site) -> None:
    moodle(site)
    assert install(site) == (0, "installed\n")
    folder, asked, count, line = json.loads((site.folder / "told").read_text())
    assert folder == str(site.folder / "code" / "admin" / "cli")
    assert asked == [
        "install_database.php",
        "--agree-license",
        "--lang=en",
        "--fullname=Ærø's college",
        "--shortname=Ærø",
        "--adminuser=admin",
        f"--adminpass={SECRET}",
        "--adminemail=admin@example.org",
        "--supportemail=help@example.org",
    ]
    assert count == len(asked)
    assert SECRET not in line, "no other process may read it"
    assert (site.folder / "asked").read_text() == "--name=timezone --set=Europe/Copenhagen"
    (site.folder / "told").unlink()
    assert install(site) == (0, "installed already; nothing to do\n")
    assert not (site.folder / "told").exists()


@pytest.mark.parametrize("breaks", ["exit(0);", "exit(1);", "throw new RuntimeException('no');"])
def test_an_installation_that_breaks_off_is_not_begun_again(site: Site, breaks: str) -> None:
    """Whatever the installer says of itself: the database is asked."""
    moodle(site, breaks)
    assert install(site)[0] != 0
    (site.folder / "told").unlink()
    code, said = install(site)
    assert (code, "empty the database, delete this Job, sync again" in said) == (1, True)
    assert not (site.folder / "told").exists()


def test_a_time_zone_that_cannot_be_set_is_no_reason_to_install_anew(site: Site) -> None:
    moodle(site, ends=1)
    assert install(site) == (0, "installed, but the time zone could not be set\n")


@pytest.mark.parametrize("missing", ["MOODLE_FULL_NAME", "moodle/admin-password"])
def test_what_is_missing_is_named_and_nothing_is_begun(site: Site, missing: str) -> None:
    moodle(site)
    (site.folder / "secrets" / missing).unlink(missing_ok=True)
    code, said = site.run("install.php", **{name: text for name, text in SETTINGS.items() if name != missing})
    assert (code, missing in said) == (1, True)
    assert not (site.folder / "told").exists()


@pytest.mark.skipif(not SOURCE, reason="MOODLE_SRC names no folder with Moodle's source: its own programs are not run")
def test_moodles_own_programs_install_and_upgrade(tmp_path: Path) -> None:
    """
    On PostgreSQL, with a config.php of the test's own; what ours gives is shown in tests/test_php_config.py. The upgrade is one of
    Moodle's version alone, made by raising it in the copy.
    """
    with postgres() as database:
        site = with_admin(tmp_path, database)
        code = site.folder / "code"
        shutil.copytree(SOURCE, code, ignore=shutil.ignore_patterns(".git", "config.php"))
        (code / "config.php").write_text(OWN_CONFIG)
        status, said = install(site)
        assert status == 0, said
        assert install(site) == (0, "installed already; nothing to do\n")
        assert "nothing to do" in site.run("upgrade.php", "enter")[1]
        file = code / ("public/version.php" if (code / "public").is_dir() else "version.php")
        version = re.search(r"^\$version\s*=\s*([\d.]+);", file.read_text(), re.MULTILINE)
        assert version
        higher = f"{float(version[1]) + 0.01:.2f}"
        file.write_text(file.read_text().replace(version[0], f"$version = {higher};"))
        assert site.run("upgrade.php", "enter")[0] == 0
        assert site.page.exists()
        status, said = site.run("upgrade.php", "closed")
        assert status == 0, said
        assert float(site.holds()[0]) == float(higher)
        assert "nothing to do" in site.run("upgrade.php", "enter")[1]
