"""A small site for tests of the upgrade's programs: stand-ins for Moodle's command line and web server, a real database.

The stand-in writes what Moodle would write (version, lock, maintenance page) and can be told to break off.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from tests.conftest import ROOT
from tests.mariadb import MariaDB
from tests.php import need, php
from tests.postgres import Database

SCRIPTS = ROOT / "overlays" / "base" / "scripts"
OLD, NEW, RELEASE = "2026042002.00", "2026100500.00", "5.3.0"

MOODLE = """<?php
// {name}: says what it was asked and does what the site's orders.json tells of it.
require '{scripts}/lib.php';
$orders = json_decode(file_get_contents('{site}/orders.json'), true)[basename(__FILE__)] ?? [];
$asked = implode(' ', array_slice($argv, 1));
file_put_contents('{site}/asked', basename(__FILE__) . " $asked\\n", FILE_APPEND);
$order = $orders[$asked] ?? $orders['*'] ?? [];
foreach ($order['set'] ?? [] as $name => $value) {{
    rows(connect(), 'DELETE FROM mdl_config WHERE name = ?', [$name]);
    rows(connect(), 'INSERT INTO mdl_config VALUES (?, ?)', [$name, $value]);
}}
foreach ($order['write'] ?? [] as $file) {{
    touch(getenv('MOODLE_DATAROOT') . "/$file");
}}
if ($order['sleeps'] ?? 0) {{
    sleep($order['sleeps']);
}}
exit($order['exit'] ?? 0);
"""
MANNERS: dict[str, dict[str, dict[str, object]]] = {
    "upgrade.php": {
        "--is-pending": {"exit": 0},
        "--non-interactive": {"set": {"version": NEW}},
        "--non-interactive --no-maintenance --set-ui-upgrade-lock": {"set": {"version": NEW, "outagelessupgrade": "1"}},
        "--unset-ui-upgrade-lock": {"set": {"outagelessupgrade": "0"}},
    },
    "maintenance.php": {"--enable": {"write": ["climaintenance.html"]}},
}
PAGE = (
    '<link rel="stylesheet" href="https://learn.example.org/theme/styles.php/boost/1/all"><body id="page-login-index">'
)


@dataclass
class Site:
    """A site's code, database, data and web server, and what they have been asked."""

    folder: Path
    database: Database | MariaDB
    port: int = 0

    @property
    def settings(self) -> dict[str, str]:
        """What a pod of the site has in its environment."""
        return {
            "MOODLE_CODE_ROOT": str(self.folder / "code"),
            "MOODLE_DATAROOT": str(self.folder / "data"),
            "MOODLE_SECRETS": str(self.folder / "secrets"),
            **self.database.settings,
            "MOODLE_HOST": "learn.example.org",
            "MOODLE_RELEASE": RELEASE,
            "FINISH_URL": f"http://127.0.0.1:{self.port}",
            "SMOKE_SECONDS": "0",
        }

    def run(self, script: str, *arguments: str, **environment: str) -> tuple[int, str]:
        """How a step ended, and what it said."""
        done = php(SCRIPTS / script, *arguments, **{**self.settings, **environment})
        assert "PHP " not in done.stderr, done.stderr
        return done.returncode, done.stdout + done.stderr

    def behave(self, **orders: dict[str, dict[str, object]]) -> None:
        """Change what a program does, by its name without .php."""
        changed = {name: {**MANNERS.get(name, {}), **orders.get(name.removesuffix(".php"), {})} for name in PROGRAMS}
        (self.folder / "orders.json").write_text(json.dumps(changed))

    def asked(self) -> list[str]:
        """What Moodle's programs were asked since the last time."""
        file = self.folder / "asked"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return lines

    def holds(self, version: str | None = None, lock: str | None = None) -> tuple[str, str]:
        """What the database says, after it was told what is given."""
        for name, value in (("version", version), ("outagelessupgrade", lock)):
            if value is not None:
                self.database.run(f"DELETE FROM mdl_config WHERE name = '{name}'")
                self.database.run(f"INSERT INTO mdl_config VALUES ('{name}', '{value}')")
        found = [
            self.database.run(f"SELECT value FROM mdl_config WHERE name = '{name}'")
            for name in ("version", "outagelessupgrade")
        ]
        return found[0], found[1]

    def marks(self, *names: str) -> set[str]:
        """What the steps have marked with this release in the database, after these were."""
        for name in names:
            self.database.run(f"INSERT INTO mdl_config VALUES ('quadrangle_{name}', '{RELEASE}')")
        sql = f"SELECT name FROM mdl_config WHERE name LIKE 'quadrangle_%' AND value = '{RELEASE}'"
        return {name.removeprefix("quadrangle_") for name in self.database.run(sql).split()}

    @property
    def page(self) -> Path:
        """What tells Moodle that the site is closed."""
        return self.folder / "data" / "climaintenance.html"


PROGRAMS = ("upgrade.php", "maintenance.php", "purge_caches.php", "adhoc_task.php")


def made(folder: Path, database: Database | MariaDB) -> Site:
    """A site that has its data and the keys of its database, and no code yet."""
    need("pgsql")
    (folder / "data").mkdir()
    (folder / "secrets" / "moodle-db").mkdir(parents=True)
    for name, text in (("username", "moodle"), ("password", database.password)):
        (folder / "secrets" / "moodle-db" / name).write_text(text)
    return Site(folder, database)


def with_code(site: Site, *programs: str) -> Site:
    """The same with stand-ins for these programs of the new release, which behave."""
    folder = site.folder / "code" / "admin" / "cli"
    folder.mkdir(parents=True)
    (site.folder / "code" / "version.php").write_text(f"<?php\n$version = {NEW};\n")
    for name in programs:
        (folder / name).write_text(MOODLE.format(name=name, scripts=SCRIPTS, site=site.folder))
    site.behave()
    return site


class Pages(BaseHTTPRequestHandler):
    """A site that knows its own name alone."""

    answers: dict[str, tuple[int, str, str]]

    def do_GET(self) -> None:
        found = self.answers.get(self.path, (404, "text/html", ""))
        ours = self.path == "/readyz" or self.headers["Host"] == "learn.example.org"
        status, kind, body = found if ours else (302, "text/html", "")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the terminal."""
