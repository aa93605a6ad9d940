"""`quad plugin new`: what it refuses, what it writes, and that the frames' own tests pass; rust/test runs those that need Rust."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from generator.framing import KINDS
from tests.conftest import ROOT
from tests.php import need, php
from tests.programs import need as need_programs
from tests.running import Done, quad

FRAMES = ROOT / "generator" / "frames"
NAMES = {"moodle": "local_visits", "extension": "text_sizes", "widget": "local_goal"}


def new(folder: Path, kind: str, name: str = "", *more: str) -> Done:
    return quad(["plugin", "new", kind, name or NAMES[kind], *more], folder)


def made(folder: Path, kind: str, name: str = "") -> Path:
    done = new(folder, kind, name)
    assert done.code == 0, done.stderr
    return folder / (name or NAMES[kind])


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def phpunit(folder: Path) -> str:
    """What PHPUnit says of a plugin without Moodle."""
    need_programs("phpunit")
    need("dom", "mbstring", "xml")
    done = subprocess.run(
        ["phpunit", "-c", folder / "tests" / "phpunit.xml"], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_is_written_is_said_and_what_to_do_next(kind: str, tmp_path: Path) -> None:
    done = new(tmp_path, kind, "", "--into", "some/where")
    assert (done.code, done.stdout) == (0, "")
    *wrote, following, then = done.stderr.splitlines()
    place = f"some/where/{NAMES[kind]}"
    assert wrote == [f"wrote {name}" for name in files(tmp_path)]
    assert all(name.startswith(f"{place}/") for name in files(tmp_path))
    assert following.startswith("next: ")
    assert then.startswith("then: ")
    assert place in following
    assert place in then
    assert {"README.md", "CHANGELOG.md"} <= {Path(name).name for name in files(tmp_path)}


@pytest.mark.parametrize("kind", KINDS)
def test_every_placeholder_is_filled(kind: str, tmp_path: Path) -> None:
    folder = made(tmp_path, kind)
    said = {name: re.findall(r"@[a-z]+@", f"{name} {(folder / name).read_text()}") for name in files(folder)}
    assert {name: found for name, found in said.items() if found} == {}
    assert len(said) == len(files(FRAMES / kind))


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("moodle", "visits", "is called `local_...` or `report_...` or `tool_...`"),
        ("moodle", "mod_visits", "other types of Moodle plugins need more files"),
        ("moodle", "Local_visits", "is called `local_...`"),
        ("moodle", "local_Visits", "lower-case ASCII letters"),
        ("moodle", "local_", "lower-case ASCII letters"),
        ("moodle", "local_v", "at least two characters"),
        ("moodle", "local_1st", "a letter first"),
        ("moodle", "local_a__b", "single `_`"),
        ("moodle", "local_ab_", "no `_` last"),
        ("moodle", "local_visités", "lower-case ASCII letters"),
        ("moodle", "local_visits\n", "lower-case ASCII letters"),
        ("moodle", "local_../../visits", "lower-case ASCII letters"),
        ("moodle", f"local_{'x' * 95}", "it has 101 characters"),
        ("widget", "report_goal", "is called `local_...`"),
        ("extension", "text-sizes", "lower-case ASCII letters"),
        ("extension", "../sizes", "lower-case ASCII letters"),
        ("extension", "json", "Rust or PHP has that name already"),
        ("extension", "match", "Rust or PHP has that name already"),
        ("extension", "x" * 41, "it has 41 characters"),
    ],
)
def test_a_name_that_cannot_be_is_refused(kind: str, name: str, words: str, tmp_path: Path) -> None:
    done = new(tmp_path, kind, name)
    assert done.code == 2
    assert words in re.sub(r"\s*│?\n│?\s*", " ", done.stderr)
    assert list(tmp_path.iterdir()) == []


def test_a_kind_that_is_none_is_refused(tmp_path: Path) -> None:
    assert quad(["plugin", "new", "theme", "theme_x"], tmp_path).code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", ["a folder", "a file", "a link to nothing"])
def test_what_exists_is_not_touched(there: str, tmp_path: Path) -> None:
    place = tmp_path / "local_visits"
    if there == "a folder":
        place.mkdir()
        (place / "version.php").write_text("mine")
    elif there == "a file":
        place.write_text("mine")
    else:
        place.symlink_to("nowhere")
    before = sorted(tmp_path.rglob("*"))
    done = new(tmp_path, "moodle")
    assert done.code == 2
    assert "exists already; nothing was written" in done.stderr
    assert sorted(tmp_path.rglob("*")) == before
    assert all(path.read_text() == "mine" for path in before if path.is_file())


def test_a_run_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_self: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    done = new(tmp_path, "moodle")
    assert done.code == 3
    assert "No space left on device" in done.stderr
    assert "--into" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = new(tmp_path, "moodle", "", "--into", "file/below")
    assert done.code == 3
    assert "--into" in done.stderr


def test_two_begin_the_same_plugin_and_one_wins_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one came between our look and our rename."""
    monkeypatch.setattr(os.path, "lexists", lambda _path: False)
    (tmp_path / "local_visits").mkdir()
    (tmp_path / "local_visits" / "theirs").write_text("theirs")
    assert new(tmp_path, "moodle").code == 3
    assert files(tmp_path) == ["local_visits/theirs"]


@pytest.mark.parametrize("kind", KINDS)
def test_php_reads_every_file(kind: str, tmp_path: Path) -> None:
    need()
    found = sorted(made(tmp_path, kind).rglob("*.php"))
    assert found
    done = [php("-d", "display_errors=stderr", "-l", file) for file in found]
    assert [each.stderr for each in done if each.returncode] == []


@pytest.mark.parametrize(
    ("kind", "name"),
    [("moodle", "local_visits"), ("moodle", "tool_last_seen"), ("moodle", "report_v2"), ("widget", "local_goal")],
)
def test_the_plugins_tests_pass_without_moodle(kind: str, name: str, tmp_path: Path) -> None:
    assert re.search(r"^OK \(\d+ tests", phpunit(made(tmp_path, kind, name)), re.MULTILINE)


def test_the_plugins_tests_can_fail(tmp_path: Path) -> None:
    need_programs("phpunit")
    folder = made(tmp_path, "moodle")
    strings = folder / "lang" / "en" / "local_visits.php"
    strings.write_text(strings.read_text().replace("'never'", "'nevermore'"))
    with pytest.raises(AssertionError, match="test_every_string_that_is_used_exists"):
        phpunit(folder)


def test_the_extension_is_tested_in_plain_php_too(tmp_path: Path) -> None:
    assert "OK, but" in phpunit(made(tmp_path, "extension")), "the comparison with the extension is not skipped"


def test_the_widgets_script_does_in_node_what_its_tests_say(tmp_path: Path) -> None:
    need_programs("node")
    folder = made(tmp_path, "widget")
    for command in (["--check", "amd/src/widget.js"], ["--test", "tests/widget.test.mjs"]):
        done = subprocess.run(["node", *command], cwd=folder, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "root"),
    [("local_visits", "/../../config.php"), ("tool_visits", "/../../../config.php")],
)
def test_a_page_finds_moodle_where_its_type_lies(name: str, root: str, tmp_path: Path) -> None:
    assert f"require(__DIR__ . '{root}');" in (made(tmp_path, "moodle", name) / "index.php").read_text()


def toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text())


def test_an_extensions_crates_fit_our_workspace(tmp_path: Path) -> None:
    """They can be moved to rust/crates as they are: what they inherit is there, in the same versions."""
    frame, ours = toml(made(tmp_path, "extension") / "Cargo.toml")["workspace"], toml(ROOT / "rust" / "Cargo.toml")
    package, dependencies = ours["workspace"]["package"], ours["workspace"]["dependencies"]
    assert frame["package"] == package
    assert frame["dependencies"] == {name: dependencies[name] for name in frame["dependencies"]}
    assert {**toml(tmp_path / "text_sizes" / "Cargo.toml")["profile"]}.items() <= ours["profile"].items()
    for crate in (tmp_path / "text_sizes" / "crates").iterdir():
        version = toml(crate / "Cargo.toml")["package"]["version"]
        assert f"\n## {version}\n" in (crate / "CHANGELOG.md").read_text()


def test_the_wheel_carries_the_frames() -> None:
    """They lie in the package, and git, whose ignored files a wheel leaves out, ignores none of them."""
    build = toml(ROOT / "pyproject.toml")["tool"]["hatch"]["build"]["targets"]
    assert build["wheel"]["packages"] == ["generator"]
    assert "/generator" in build["sdist"]["include"]
    every = [str(path) for path in FRAMES.rglob("*") if path.is_file()]
    done = subprocess.run(
        ["git", "check-ignore", "--no-index", *every], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stdout) == (1, "")


def test_what_looks_like_a_run_of_ours_and_is_not_stays(tmp_path: Path) -> None:
    for name in (".staging-site/file", ".staging-9/kept.old/file", ".staging-/file"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    before = files(tmp_path)
    assert new(tmp_path, "moodle").code == 0
    assert [name for name in files(tmp_path) if not name.startswith("local_visits/")] == before
