"""A restored site that is a clone: another address, no mail, no cron, its own objects; and the site itself stays as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.backup_tool.moodle import Moodle, kept, tree

OLD, NEW = "https://moodle.example.org", "https://clone.example.net:8443/acme"
SITE = """
CREATE TABLE mdl_config_plugins (id bigserial PRIMARY KEY, plugin varchar(100), name varchar(100), value text);
CREATE TABLE mdl_message_processors (id bigserial PRIMARY KEY, name varchar(166), enabled smallint);
CREATE TABLE mdl_block_instances (id bigserial PRIMARY KEY, configdata text);
CREATE TABLE mdl_logstore_standard_log (id bigserial PRIMARY KEY, other text);
CREATE TABLE mdl_page (id bigserial PRIMARY KEY, content text, "from" text, namehash varchar(200), size bigint);
CREATE TABLE mdl_url (id bigserial PRIMARY KEY, externalurl varchar(60));
CREATE TABLE other_page (id bigserial PRIMARY KEY, content text);
INSERT INTO mdl_config (name, value) VALUES ('smtphosts', 'mail.example.org'), ('cron_enabled', '1'), ('noemailever', '0'),
  ('alternateloginurl', 'https://moodle.example.org/in');
INSERT INTO mdl_message_processors (name, enabled) VALUES ('popup', 1), ('email', 1), ('airnotifier', 1), ('jabber', 0);
INSERT INTO mdl_block_instances (configdata) VALUES ('Tzo4OiJzdGRDbGFzcyI6MDp7fQ=='), ('');
INSERT INTO mdl_logstore_standard_log (other) VALUES ('https://moodle.example.org/log');
INSERT INTO other_page (content) VALUES ('https://moodle.example.org/');
INSERT INTO mdl_config_plugins (plugin, name, value) VALUES ('auth_saml2', 'idp', 'https://moodle.example.org/idp');
"""
OBJECTS = """
INSERT INTO mdl_config_plugins (plugin, name, value) VALUES ('tool_objectfs', 'key_prefix', 'acme/'),
  ('tool_objectfs', 'enabletasks', '1'), ('tool_objectfs', 'deleteexternal', '1'), ('tool_objectfs', 's3_bucket', 'objects');
"""
TEXTS = {
    "see https://moodle.example.org.": f"see {NEW}.",
    "http://moodle.example.org/a?b=https://moodle.example.org": f"{NEW}/a?b={NEW}",
    '<img src="//Moodle.Example.ORG/pix.png">': '<img src="//clone.example.net:8443/acme/pix.png">',
    r'{"url":"https:\/\/moodle.example.org\/h5p"}': r'{"url":"https:\/\/clone.example.net:8443\/acme\/h5p"}',
    "https://moodle.example.orgは日本": f"{NEW}は日本",
    "https://moodle.example.org.uk/": "https://moodle.example.org.uk/",
    "https://moodle.example.organic": "https://moodle.example.organic",
    "https://moodle.example.org:8080/": "https://moodle.example.org:8080/",
    "https://moodle.example.org@evil.example/": "https://moodle.example.org@evil.example/",
    "https://my-moodle.example.org/": "https://my-moodle.example.org/",
    "https://moodleXexample.org/": "https://moodleXexample.org/",
    "ftp://moodle.example.org/": "ftp://moodle.example.org/",
    "mail@moodle.example.org": "mail@moodle.example.org",
    'a:1:{s:3:"url";s:28:"https://moodle.example.org/x";}': 'a:1:{s:3:"url";s:28:"https://moodle.example.org/x";}',
    "aHR0cHM6Ly9tb29kbGUuZXhhbXBsZS5vcmc=": "aHR0cHM6Ly9tb29kbGUuZXhhbXBsZS5vcmc=",
    r"a backslash \ and 'quotes' and \1 & https://moodle.example.org/": rf"a backslash \ and 'quotes' and \1 & {NEW}/",
}


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@pytest.fixture
def linked(site: Moodle) -> Moodle:
    """The site, with its address in texts, and a backup of it."""
    site.sql(SITE + OBJECTS)
    rows = ", ".join(f"({quoted(text)}, {quoted(text)}, {quoted(OLD)}, 7)" for text in TEXTS)
    site.sql(f'INSERT INTO mdl_page (content, "from", namehash, size) VALUES {rows}')
    site.sql(f"INSERT INTO mdl_url (externalurl) VALUES ('{OLD}/short'), ('{OLD}/{'x' * 33}')")
    site.ok("backup")
    return site


def clone(site: Moodle, into: str, *arguments: str, old: str = OLD, new: str = NEW) -> dict[str, Any]:
    where = ("--clone", "--old-wwwroot", old, "--new-wwwroot", new)
    done = site.ok("restore", *where, "--to-database", *arguments, DB_NAME=into)
    step, *warned = done.steps("clone")
    assert (step["changed"]["rows"] == 0) == ("no text had the old address" in str(warned))
    said: dict[str, Any] = step["changed"]
    return said


def as_wanted(said: dict[str, Any]) -> None:
    """What the log says that was changed, and what was left, of TEXTS and the settings beside them."""
    changed = sum(text != after for text, after in TEXTS.items())
    assert said["columns"] == {"mdl_page.content": changed, "mdl_page.from": changed, "mdl_url.externalurl": 2}
    assert (said["rows"], said["shortened"]) == (2 * changed + 2, {"mdl_url.externalurl": 1})
    assert said["left_serialized"] == {"mdl_page.content": 1, "mdl_page.from": 1}
    assert said["left_settings"] == ["alternateloginurl", "auth_saml2/idp"]
    assert (said["left_blocks"], said["message_outputs_off"], said["objects"]["deleteexternal"]) == (1, 2, "0")


def settings(site: Moodle, into: str) -> dict[str, str]:
    found = site.sql("SELECT concat(name, '|', value) FROM mdl_config", into)
    return dict(row.split("|", 1) for row in found.splitlines())


def test_a_clone_has_another_address_and_sends_nothing(linked: Moodle) -> None:
    site, into, target = linked, linked.empty_database("clone"), linked.folder / "clone"
    everything = (
        "SELECT * FROM mdl_page; SELECT * FROM mdl_config; SELECT * FROM mdl_config_plugins; SELECT * FROM mdl_url"
    )
    before = (tree(site.data), site.rows(), site.sql(everything))
    said = clone(site, into, "--to-folder", str(target))
    found = [
        json.loads(line) for line in site.sql("SELECT to_json(content) FROM mdl_page ORDER BY id", into).splitlines()
    ]
    assert found == list(TEXTS.values())
    assert site.sql('SELECT count(*) FROM mdl_page WHERE content <> "from"', into) == "0"
    assert site.sql("SELECT DISTINCT namehash FROM mdl_page", into) == OLD
    assert site.sql("SELECT other FROM mdl_logstore_standard_log", into) == f"{OLD}/log"
    assert site.sql("SELECT content FROM other_page", into) == f"{OLD}/"
    urls = site.sql("SELECT externalurl FROM mdl_url ORDER BY id", into).splitlines()
    assert urls == [f"{NEW}/short", f"{NEW}/{'x' * 33}"[:60]]
    assert site.sql("SELECT name FROM mdl_message_processors WHERE enabled <> 0", into) == "popup"
    off = {"noemailever": "1", "smtphosts": "", "messageinbound_enabled": "0", "cron_enabled": "0"}
    assert {name: settings(site, into)[name] for name in off} == off
    objects = dict(
        row.split("|")
        for row in site.sql(
            "SELECT name, value FROM mdl_config_plugins WHERE plugin = 'tool_objectfs'", into
        ).splitlines()
    )
    assert objects["key_prefix"].startswith("clones/clone.example.net-")
    assert (objects["enabletasks"], objects["deleteexternal"], objects["s3_bucket"]) == ("0", "0", "objects")

    as_wanted(said)

    assert tree(target) == kept(site)
    assert site.sql("SELECT * FROM mdl_files ORDER BY id", into) == site.sql("SELECT * FROM mdl_files ORDER BY id")
    assert (tree(site.data), site.rows(), site.sql(everything)) == before, "the site itself is as it was"


def test_a_site_below_a_path(linked: Moodle) -> None:
    """A path has letters of two cases, and a longer name of a folder is another site."""
    others = "http://LOCALHOST:8080/Moodle. http://localhost:8080/moodle http://localhost:8080/Moodle2 http://localhost:8080/Moodle.old"
    text = f"http://localhost:8080/Moodle/x and {others} http://localhost:8080/Moodle"
    linked.sql(f"INSERT INTO mdl_page (content) VALUES ('{text}')")
    linked.ok("backup")
    into = linked.empty_database("path")
    clone(linked, into, old="http://localhost:8080/Moodle", new="https://localhost:8080/Moodle/clone")
    found = linked.sql("SELECT content FROM mdl_page ORDER BY id DESC LIMIT 1", into)
    assert found == f"https://localhost:8080/Moodle/clone/x and {others} https://localhost:8080/Moodle/clone"


def test_a_site_without_objects_of_its_own(site: Moodle) -> None:
    """Nothing is made up: neither a plugin that is not there nor a table."""
    site.ok("backup")
    into = site.empty_database("plain")
    said = clone(site, into, "--id", "one")
    assert (said["rows"], said["objects"], said["left_settings"]) == (0, None, [])
    assert settings(site, into)["cron_enabled"] == "0"
    done = site.ok("restore", "--to-database", "--id", "one", DB_NAME=into)
    assert done.steps("restore")[0]["done"] == "before"


def test_a_clone_that_fails_leaves_nothing(linked: Moodle) -> None:
    into = linked.empty_database("shared")
    asked = ("restore", "--clone", "--old-wwwroot", OLD, "--new-wwwroot", NEW, "--to-database")
    done = linked.run(*asked, "--object-prefix", "acme/", DB_NAME=into)
    assert (done.code, "the source's own" in done.err) == (3, True), done.err
    assert linked.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", into) == "0"
    assert clone(linked, into, "--object-prefix", "mine/")["objects"]["key_prefix"] == "mine/"


def test_what_a_clone_is_refused(linked: Moodle) -> None:
    before = linked.rows()
    good = {"BACKUP_OLD_WWWROOT": OLD, "BACKUP_NEW_WWWROOT": NEW}
    for arguments, changed in (
        (["--to-database"], {}),
        (["--to-database"], {"BACKUP_OLD_WWWROOT": OLD}),
        (["--to-folder", str(linked.folder / "x")], good),
        (["--to-database", "--replace", "acme"], good),
        (["--to-database", "--replace", "moodle.example.org"], good),
        (["--to-database"], {**good, "BACKUP_NEW_WWWROOT": "http://moodle.example.org"}),
        (["--to-database"], {**good, "BACKUP_OBJECT_PREFIX": "a'/"}),
        *(
            (["--to-database"], {**good, "BACKUP_NEW_WWWROOT": wrong})
            for wrong in (
                "clone.example.net",
                "https://a'; DROP TABLE mdl_files; --",
                "https://a/$clone$",
                "ftp://a",
                "https://a b",
            )
        ),
    ):
        done = linked.run("restore", "--clone", *arguments, **changed)
        assert done.code == 2, (arguments, changed, done.err)
    assert linked.run("restore", "--clone", "--to-database", **good).code == 2, "the site's own database is not empty"
    assert linked.rows() == before


def test_a_clone_is_made_over_the_site_that_has_its_host(linked: Moodle) -> None:
    """As the platform does it, which has installed the tenant before; the backup's own site cannot be named."""
    into = "moodle_over"
    linked.sql(f"CREATE DATABASE {into}")
    linked.sql("CREATE TABLE mdl_files (id int); CREATE TABLE mdl_older (id int)", into)
    said = clone(linked, into, "--replace", "clone.example.net")
    assert said["rows"] > 0
    assert settings(linked, into)["cron_enabled"] == "0"
    assert linked.sql("SELECT count(*) FROM pg_tables WHERE tablename = 'mdl_older'", into) == "0"
