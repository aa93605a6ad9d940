"""A passport from a toy tree by PHP, as an image's build makes it, and `quad passport import`, which takes it in."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.php import need, php
from tests.running import Done, quad

SCRIPT = ROOT / "images" / "moodle" / "passport.php"
IMAGE = f"registry.example.edu/moodle:5.3.1@sha256:{'b' * 64}"
ENVIRONMENT = """<COMPATIBILITY_MATRIX>
  <MOODLE version="5.3" requires="4.4"><DATABASE level="required"><VENDOR name="mariadb" version="11.4.0"/>
    <VENDOR name="mysql" version="8.4"/><VENDOR name="postgres" version="17"/><VENDOR name="mssql" version="15"/></DATABASE>
    <PHP version="8.3.0" level="required"/></MOODLE>
  <MOODLE version="5.2" requires="4.4"><DATABASE level="required"><VENDOR name="postgres" version="16"/></DATABASE>
    <PHP version="8.3.0" level="required"/></MOODLE>
</COMPATIBILITY_MATRIX>"""


def tree(folder: Path, inside: str = "public/") -> Path:
    files = {
        "version.php": "<?php\n$version  = 2026100501.00; // YYYYMMDD\n$release = '5.3.1 (Build: 20261130)';\n"
        "$branch = '503';\n$maturity = MATURITY_STABLE;\n",
        "admin/environment.xml": ENVIRONMENT,
        "lib/components.json": json.dumps({"plugintypes": {"mod": "mod", "tool": "admin/tool"}, "subsystems": {}}),
        "lib/db/install.xml": "<XMLDB/>",
        "lib/db/access.php": "<?php",
        "lib/db/nested/ignored.php": "<?php",
        "mod/quiz/version.php": "<?php $plugin->version = 2026100500;",
        "mod/quiz/db/install.xml": "<XMLDB quiz/>",
        "mod/quiz/db/subplugins.json": json.dumps({"subplugintypes": {"quiz": "report"}}),
        "mod/quiz/report/overview/version.php": "<?php",
        "admin/tool/x/version.php": "<?php\n/* $plugin->version = 1; */\n$plugin->version = 2026110100;\n"
        "$plugin->requires = 2024100700.00;\n$plugin->supported = [405, 503];\n",
        "theme/boost/scss/a.scss": "a {}",
    }
    for name, text in files.items():
        path = folder / f"{inside}{name}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def made(folder: Path, *arguments: str | Path) -> dict[str, Any]:
    need("json")
    done = php(SCRIPT, folder, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    passport: dict[str, Any] = json.loads(done.stdout)
    return passport


def sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def folder_hash(*texts: str) -> str:
    """As Moodle's core has it: PHP's serialization of the list of the files' hashes, hashed."""
    items = "".join(f'i:{index};s:40:"{sha1(text)}";' for index, text in enumerate(texts))
    return sha1(f"a:{len(texts)}:{{{items}}}")


@pytest.mark.parametrize("inside", ["public/", ""])
def test_a_tree_has_a_passport(tmp_path: Path, inside: str) -> None:
    code, archives = tree(tmp_path / "moodle", inside), tmp_path / "archives.json"
    archives.write_text(json.dumps({"tool_x": "c" * 64}))
    passport = made(code, archives)
    assert passport["hashes"]["database"] == {
        "core": folder_hash("<?php", "<XMLDB/>"),
        "mod_quiz": folder_hash("<XMLDB quiz/>", json.dumps({"subplugintypes": {"quiz": "report"}})),
        "quiz_overview": sha1(""),
        "tool_x": sha1(""),
    }
    assert (passport["version"], passport["branch"], passport["build"]) == ("5.3.1", "503", "2026100501.00")
    assert passport["floors"] == {"php": "8.3", "mariadb": "11.4.0", "mysql": "8.4", "postgresql": 17}
    assert (passport["upgradeFrom"], passport["maturity"], passport["codeRoot"]) == ("4.4", "stable", str(code))
    assert passport["plugins"] == [
        {
            "component": "tool_x", "version": 2026110100, "requires": 2024100700, "supported": ["405", "503"], "sha256": "c" * 64,
        }
    ]  # fmt: skip


def test_only_what_it_is_about_changes_a_hash(tmp_path: Path) -> None:
    code = tree(tmp_path / "moodle")
    before = made(code)["hashes"]
    (code / "public/lib/db/nested/ignored.php").write_text("<?php // another")
    (code / "public/lib/moodlelib.php").write_text("<?php")
    assert made(code)["hashes"] == before
    (code / "public/theme/boost/scss/a.scss").write_text("b {}")
    after = made(code)["hashes"]
    assert (after["static"] != before["static"], after["database"]) == (True, before["database"])
    (code / "public/mod/quiz/db/install.xml").write_text("<XMLDB more/>")
    changed = made(code)["hashes"]["database"]
    assert {name for name in changed if changed[name] != before["database"][name]} == {"mod_quiz"}


def test_what_is_no_moodle_has_none(tmp_path: Path) -> None:
    need("json")
    code = tree(tmp_path / "moodle")
    (code / "archives.json").write_text('{"mod_gone": "x"}')
    assert "mod_gone is not in the tree" in php(SCRIPT, code, code / "archives.json").stderr
    (code / "public/admin/environment.xml").write_text(ENVIRONMENT.replace('version="5.3"', 'version="5.1"'))
    assert "environment.xml ends with 5.2, and this is 5.3" in php(SCRIPT, code).stderr
    assert php(SCRIPT, tmp_path).returncode == 1


@pytest.fixture
def passport(tmp_path: Path) -> Path:
    """As the script prints it, without PHP."""
    data = yaml.safe_load((ROOT / "overlays/releases/5.3.0.yaml").read_text())
    for field in ("image", "support", "ceilings", "sample"):
        del data[field]
    file = tmp_path / "passport.json"
    file.write_text(json.dumps({**data, "version": "5.3.1", "build": "2026100501.00"}, indent=1))
    return file


def take(root: Path, *arguments: str | Path) -> Done:
    return quad(["passport", "import", *map(str, arguments)], root, {"COLUMNS": "200"})


def test_a_passport_is_taken_in(fleet_repository: Path, passport: Path) -> None:
    file = fleet_repository / "overlays" / "releases" / "5.3.1.yaml"
    dry = take(fleet_repository, passport, "--image", IMAGE, "--dry-run")
    assert (dry.code, file.exists()) == (0, False)
    done = take(fleet_repository, passport, "--image", IMAGE)
    assert done.code == 0, done.stderr
    assert done.stdout == dry.stdout
    assert "5.3.0 -> 5.3.1: B: Moodle rises from 2026100500 to 2026100501" in done.stdout
    written = yaml.safe_load(file.read_text())
    assert (written["image"], written["support"]["longTerm"], written["ceilings"]) == (IMAGE, True, {"php": "8.4"})
    assert "nothing was written" in take(fleet_repository, passport, "--image", IMAGE).stderr
    assert quad(["validate"], fleet_repository).code == 0
    assert quad(["upgrade", "--to", "5.3.1", "--ring", "canary"], fleet_repository).code == 0
    other = take(fleet_repository, passport, "--image", IMAGE.replace("b" * 64, "d" * 64))
    assert other.code == 2
    assert "has another passport already (R: the image is another)" in other.stderr
    assert take(fleet_repository, passport, "--image", IMAGE.replace("b" * 64, "d" * 64), "--replace").code == 0
    assert "d" * 64 in file.read_text()


def test_what_is_no_passport_is_refused_at_its_place(fleet_repository: Path, passport: Path) -> None:
    text = passport.read_text()
    for wrong, words in (
        (text.replace('"503"', '"503x"', 1), "passport.json:3:"),
        (text.replace('"codeRoot"', '"codeRot"'), "did you mean `codeRoot`?"),
        ("[]", "the passport"),
        (text.replace("tool_objectfs", "tool_objectfs", 1).replace('"sha256"', '"version"', 1), "passport.json"),
    ):
        passport.write_text(wrong)
        done = take(fleet_repository, passport, "--image", IMAGE)
        assert done.code == 1, done.stderr
        assert words in done.stderr
    passport.write_text(text)
    assert "`image` is missing" in take(fleet_repository, passport).stderr
    assert not (fleet_repository / "overlays/releases/5.3.1.yaml").exists()


def test_nothing_falls_by_a_passport(fleet_repository: Path, passport: Path) -> None:
    text = passport.read_text().replace("5.3.1", "5.3.0").replace("2026081200", "2026081100")
    passport.write_text(text)
    done = take(fleet_repository, passport, "--image", IMAGE, "--replace")
    assert done.code == 2
    assert "Moodle never goes back" in done.stderr
