"""A site whose database is MariaDB's: tables and words are others, and the user may make databases of moodle-backup's own."""

from __future__ import annotations

from dataclasses import dataclass

from tests.backup_tool.moodle import Moodle
from tests.mariadb import PASSWORD, MariaDB

TABLES = """
CREATE TABLE mdl_config (id bigint PRIMARY KEY AUTO_INCREMENT, name varchar(255), value longtext);
INSERT INTO mdl_config (name, value) VALUES ('version', '2026100500.00'), ('release', '5.3 (Build: 20261005) "a" \\\\ 日本 😀');
CREATE TABLE mdl_sessions (id bigint PRIMARY KEY AUTO_INCREMENT, sid varchar(128));
INSERT INTO mdl_sessions (sid) VALUES ('not to be kept');
CREATE TABLE mdl_blob (id bigint PRIMARY KEY AUTO_INCREMENT, `key` longblob);
INSERT INTO mdl_blob (`key`) VALUES (X'00275C0A1A22FF');
CREATE TABLE mdl_files (id bigint PRIMARY KEY AUTO_INCREMENT, contenthash varchar(40) NOT NULL, pathnamehash varchar(40) NOT NULL,
  component varchar(100), filearea varchar(50), filename varchar(255), filesize bigint NOT NULL);
"""


@dataclass(frozen=True)
class OnMariaDB(Moodle):
    """The same site on another server."""

    tables: str = TABLES
    password: str = PASSWORD
    ca: str = ""

    def environment(self, **changed: str) -> dict[str, str]:
        given = {"DB_TYPE": "mariadb", "DB_KIND": "mariadb", "DB_CA": self.ca, "TMPDIR": str(self.folder)}
        return super().environment(**{**given, **changed})

    def empty_database(self, name: str) -> str:
        super().empty_database(name)
        self.sql(f"ALTER DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci", "mysql")
        self.sql(f"GRANT ALL ON `{name}`.* TO moodle@'%'; GRANT ALL ON `moodle\\_backup\\_%`.* TO moodle@'%'", "mysql")
        return name

    def insert(self, name: str, size: int) -> str:
        return (
            "INSERT INTO mdl_files (contenthash, pathnamehash, component, filearea, filename, filesize) "
            f"VALUES ('{name}', md5('{name}'), 'mod_resource', 'content', 'it\\'s \\\\ (a)\\n; ''b'' and {size}', {size});\n"
        )

    def rows(self, database: str | None = None) -> str:
        return super().rows(database) + self.sql("SELECT id, hex(`key`) FROM mdl_blob", database)

    def left(self) -> list[str]:
        """What a restore or a drill leaves beside the site: nothing should be there."""
        names = self.sql("SELECT schema_name FROM information_schema.schemata", "mysql").splitlines()
        return [name for name in names if name.startswith("moodle_backup")] + [
            str(file) for file in self.folder.glob(".*.cnf")
        ]


def on_mariadb(site: Moodle, server: MariaDB) -> OnMariaDB:
    made = OnMariaDB(site.folder, server, site.database, site.where, ca=str(server.folder / "ours.pem"))
    made.install(300)
    made.ok("init")
    return made
