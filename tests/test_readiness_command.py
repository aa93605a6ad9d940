"""`quad readiness`: the same fleet in every layout, and that its page is harmless."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT, matches_golden
from tests.history import replace_in
from tests.running import quad

PLUGIN = (
    "{version: '2026091500', url: 'https://plugins.example.org/a.zip', "
    "sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855%s}"
)
LOCK = f"""features:
  plugins:
    lock:
      mod_attendance: {PLUGIN % ', supported: ["405", "502"]'}
      mod_journal: {PLUGIN % ""}
      mod_ready: {PLUGIN % ', supported: ["405", "503"]'}
"""
REHEARSED = ', rehearsed: {to: "5.3.0", minutes: 14, date: "2026-11-20"}'


@pytest.fixture
def repository(fleet_repository: Path) -> Path:
    """A tenant in each state."""
    old = (fleet_repository / "overlays" / "releases" / "4.5.13.yaml").read_text()
    older = old.replace("version: 4.5.13", "version: 4.3.1").replace('branch: "405"', 'branch: "403"')
    older = (
        older.replace("2024100713", "2023100901").replace("2027-10-04", "2025-04-21").replace("core: 7e", "core: 0e")
    )
    (fleet_repository / "overlays" / "releases" / "4.3.1.yaml").write_text(older)
    for name, release, rest in (
        ("ash", '"5.2.3"', ""),
        ("birch", '"4.5.14"' + REHEARSED, ""),
        ("cedar", '"4.3.1"', ""),
        ("elm", '"5.2.3"' + REHEARSED, LOCK),
    ):
        (fleet_repository / "tenants" / "production" / f"{name}.yaml").write_text(
            f"name: {name}\ndisplayName: {name}\nhost: {name}.example.org\nrelease: {{version: {release}}}\n{rest}"
        )
    return fleet_repository


@pytest.mark.parametrize("layout", ["text", "json", "html"])
def test_the_fleet_is_reported(repository: Path, layout: str) -> None:
    done = quad(["readiness", "--to", "5.3.0", "--date", "2026-11-22", "--format", layout], repository)
    assert (done.code, done.stderr) == (0, "")
    matches_golden(ROOT / "tests" / "formats" / f"readiness.{layout}.golden", done.stdout)
    if layout == "json":
        states = {one["tenant"]: one["state"] for one in json.loads(done.stdout)["tenants"]}
        assert states == {
            "ash": "to rehearse", "birch": "ready", "cedar": "by hops", "demo": "there", "demo-staging": "there", "elm": "blocked",
        }  # fmt: skip
        (elm,) = (one for one in json.loads(done.stdout)["tenants"] if one["tenant"] == "elm")
        ready = {plugin["component"]: plugin["ready"] for plugin in elm["plugins"]}
        assert ready == {"mod_attendance": False, "mod_journal": None, "mod_ready": True}
    if layout == "html":
        style = re.search(r"<style>(.*?)</style>", done.stdout, re.DOTALL)
        assert style is not None
        digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        assert f"style-src &#39;sha256-{digest}&#39;" in done.stdout
        assert "<script" not in done.stdout
        assert "http" not in re.sub(r"http-equiv", "", done.stdout)


def test_who_has_problems_is_not_in_it(repository: Path) -> None:
    replace_in(repository / "tenants" / "production" / "ash.yaml", "5.2.3", "5.9.9")
    done = quad(["readiness", "--to", "5.3.0", "--environment", "production"], repository)
    assert done.code == 1
    assert "unknown release `5.9.9`" in done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()[1:5]] == ["birch", "cedar", "demo", "elm"]


def test_a_wrong_command_line(repository: Path) -> None:
    assert "no release `6.0.0`" in quad(["readiness", "--to", "6.0.0"], repository).stderr
    assert quad(["readiness", "--to", "5.3.0", "--ring", "nobody"], repository).code == 2
