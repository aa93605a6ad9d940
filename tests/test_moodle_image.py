"""The Dockerfile of a release's image against what pods ask of it. Nothing builds it here; hadolint reads it in `make outside`."""

from __future__ import annotations

import re

from tests.conftest import ROOT

FOLDER = ROOT / "images" / "moodle"
IN_THE_BASE_IMAGE = {"curl", "mbstring", "openssl", "sodium", "xml"}
"""What php:*-fpm has without more, of what is asked for."""
TEXT = (FOLDER / "Dockerfile").read_text()


def test_preflight_finds_the_extensions_it_asks_for() -> None:
    script = (ROOT / "overlays" / "base" / "scripts" / "preflight.php").read_text()
    asked = re.search(r"'(curl [a-z ]+) ' \. \(speaks_mysql\(\) \? '(\w+)' : '(\w+)'\)", script)
    assert asked
    built = re.search(r"docker-php-ext-install -j\S+ ([a-z ]+?) \\", TEXT)
    assert built
    has = {*built[1].split(), *re.findall(r"docker-php-ext-enable (\w+)", TEXT), *IN_THE_BASE_IMAGE}
    assert {*asked[1].split(), asked[2], asked[3], "pcntl"} <= has


def test_what_is_copied_is_here_or_said_to_be_the_contexts() -> None:
    copied = {name for line in re.findall(r"^COPY (.+) \S+$", TEXT, re.MULTILINE) for name in line.split()}
    readme = (FOLDER / "README.md").read_text()
    assert copied == {"moodle", "passport.php", "archives.json"}
    assert (FOLDER / "passport.php").is_file()
    assert all(f"`{name}`" in readme for name in ("moodle/", "archives.json"))


def test_it_keeps_the_contract_of_the_base() -> None:
    contract = (ROOT / "overlays" / "base" / "README.md").read_text()
    (line,) = re.findall(r"`(<\?php require [^`]+)`", contract)
    assert line in TEXT
    assert "USER 33:33" in TEXT
