"""`quad ring`: what it writes into fleet.yaml, and into what it leaves alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as some

from generator.diagnostics import ToolError
from generator.edit import with_pin, write_over
from tests.history import add_sample, commit, git, pin
from tests.running import quad

A, B = "a" * 40, "b" * 40
FLEET = "tenants/fleet.yaml"


@pytest.fixture
def repository(fleet_repository: Path) -> Path:
    commit(fleet_repository, "one")
    return fleet_repository


def catalogue(repository: Path, ring: str = "broad") -> str | None:
    rings = yaml.safe_load((repository / FLEET).read_text())["rings"]
    found: str | None = next(one for one in rings if one["name"] == ring).get("catalogue")
    return found


STYLES = {
    "flow": ("- {name: x, soak: 1h}  # kept", f'- {{name: x, soak: 1h, catalogue: "{A}"}}  # kept'),
    "flow with a last comma": ("- {name: x, soak: 1h,}", f'- {{name: x, soak: 1h, catalogue: "{A}",}}'),
    "flow over lines": (
        "- {name: x,\n   soak: 1h  # kept\n  }",
        f'- {{name: x,\n   soak: 1h, catalogue: "{A}"  # kept\n  }}',
    ),
    "quoted": ("- {name: 'x', \"soak\": '1h' }", f"- {{name: 'x', \"soak\": '1h', catalogue: \"{A}\" }}"),
    "block": ("- name: x  # who\n  soak: 1h  # kept", f'- name: x  # who\n  soak: 1h  # kept\n  catalogue: "{A}"'),
    "block, deeper": ("  - name: x\n    soak: 1h", f'  - name: x\n    soak: 1h\n    catalogue: "{A}"'),
    "block, on its own line": ("-\n    name: x\n    soak: 1h", f'-\n    name: x\n    soak: 1h\n    catalogue: "{A}"'),
    "Windows": ("- name: x\r\n  soak: 1h", f'- name: x\r\n  soak: 1h\r\n  catalogue: "{A}"'),
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("rest", ["", "\n", "\n- {name: y, soak: 2h}\n", "\n# the end\nplans: {}\n"])
def test_a_pin_is_written_in_the_style_of_the_ring_and_taken_out_again(style: str, rest: str) -> None:
    before, after = (f"# every ring\r\nrings:\n{text}{rest}".encode() for text in STYLES[style])
    if style == "block, deeper" and "- {name: y" in rest:
        before, after = (raw.replace(b"\n- {name: y", b"\n  - {name: y") for raw in (before, after))
    assert with_pin(before, 0, A).decode() == after.decode()
    assert with_pin(after, 0, B) == after.replace(A.encode(), B.encode())
    assert with_pin(after, 0, "") == before
    assert with_pin(before, 0, "") == before


FIRST = {
    "flow": (f"- {{catalogue: {A}, name: x, soak: 1h}}", "- {name: x, soak: 1h}"),
    "block": (
        f"- catalogue: '{A}'  # until the new ingress has soaked\n  name: x\n  soak: 1h",
        "- name: x\n  soak: 1h",
    ),
    "middle, flow": (f"- {{name: x, catalogue: {A}, soak: 1h}}", "- {name: x, soak: 1h}"),
    "middle, block": (f"- name: x\n  catalogue: {A}  # why\n  # kept\n  soak: 1h", "- name: x\n  # kept\n  soak: 1h"),
}


@pytest.mark.parametrize("style", FIRST)
def test_a_pin_is_taken_out_wherever_it_stands(style: str) -> None:
    pinned, free = (f"rings:\n{text}\n".encode() for text in FIRST[style])
    assert with_pin(pinned, 0, "") == free


@given(index=some.integers(0, 2), tail=some.sampled_from(["", "x: 1\n", "# ü 🙂 end\n"]))
def test_only_the_ring_that_is_meant_changes(index: int, tail: str) -> None:
    lines = ["# ü 🙂", "rings:  # in order", "- {name: a, soak: 1h}", "- {name: b, soak: 1h}", "- {name: c, soak: 1h}"]
    before = "\n".join([*lines, tail]).encode()
    after = with_pin(before, index, A)
    changed = [
        number
        for number, (old, new) in enumerate(zip(before.split(b"\n"), after.split(b"\n"), strict=True))
        if old != new
    ]
    assert changed == [index + 2]
    assert with_pin(after, index, "") == before


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "fleet.yaml"
    path.write_text("somebody else's\n")
    with pytest.raises(ToolError, match="changed meanwhile"):
        write_over(path, b"mine\n", b"new\n")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("fleet.yaml", "somebody else's\n")]


def test_a_ring_is_pinned_moved_and_unpinned(repository: Path) -> None:
    before = (repository / FLEET).read_bytes()
    first = git(repository, "rev-parse", "HEAD")
    done = quad(["ring", "pin", "broad"], repository)
    assert done.code == 0, done.stderr
    assert f"ring `broad` is pinned to {first[:7]} of 2026-03-01" in done.stderr
    assert "quad validate" in done.stderr
    assert catalogue(repository) == first
    assert quad(["validate"], repository).code == 0
    assert "already" in quad(["ring", "pin", "broad", first[:10]], repository).stderr
    add_sample(repository)
    assert "not committed" in quad(["ring", "pin", "canary"], repository).stderr
    second = commit(repository, "two")
    assert quad(["ring", "pin", "broad", "HEAD"], repository).code == 0
    assert catalogue(repository) == second
    refused = quad(["ring", "pin", "broad", "HEAD~1"], repository)
    assert refused.code == 2
    assert "--backwards" in refused.stderr
    assert catalogue(repository) == second
    assert quad(["ring", "pin", "broad", "HEAD~1", "--backwards"], repository).code == 0
    assert catalogue(repository) == first
    for ring in ("broad", "canary"):
        assert quad(["ring", "unpin", ring], repository).code == 0
    assert (repository / FLEET).read_bytes() == before
    assert "not pinned" in quad(["ring", "unpin", "broad"], repository).stderr


def test_a_pin_nobody_can_compare_with_is_left_only_when_that_is_said(repository: Path) -> None:
    """Also: a pin that is wrong does not keep anyone from mending it."""
    pin(repository, A)
    assert quad(["ring", "pin", "broad"], repository).code == 2
    assert quad(["ring", "pin", "broad", "--backwards"], repository).code == 0
    assert catalogue(repository) == git(repository, "rev-parse", "HEAD")
    (repository / FLEET).write_bytes(with_pin((repository / FLEET).read_bytes(), 1, "short"))
    assert quad(["validate"], repository).code == 1
    assert quad(["ring", "list"], repository).code == 0
    assert quad(["ring", "unpin", "broad"], repository).code == 0
    assert quad(["validate"], repository).code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["pin", "braod"], "did you mean `broad`?"),
        (["unpin", "nobody"], "There are: broad, canary"),
        (["pin", "broad", "no-such-branch"], "git knows no commit `no-such-branch`"),
        (["pin", "broad", "--", "--output=x"], "git knows no commit"),
        (["pin", "broad", "HEAD:overlays"], "git knows no commit"),
        (["pin", "broad", A], "git knows no commit"),
        (["pin", "broad", "aside"], "not part of this branch's history"),
    ],
)
def test_a_pin_that_cannot_be_is_refused(arguments: list[str], words: str, repository: Path) -> None:
    git(repository, "checkout", "-q", "-b", "aside")
    commit(repository, "aside")
    git(repository, "checkout", "-q", "main")
    before = (repository / FLEET).read_bytes()
    done = quad(["ring", *arguments], repository, {"COLUMNS": "200"})
    assert done.code == 2
    assert words in done.stderr
    assert (repository / FLEET).read_bytes() == before


def test_outside_git_no_ring_can_be_pinned(fleet_repository: Path) -> None:
    done = quad(["ring", "pin", "broad"], fleet_repository, {"COLUMNS": "200"})
    assert done.code == 2
    assert "no git repository" in done.stderr
    assert quad(["ring", "list"], fleet_repository).code == 0


def test_the_list_says_how_far_behind(repository: Path) -> None:
    first = git(repository, "rev-parse", "HEAD")
    pin(repository, first)
    commit(repository, "the pin")
    add_sample(repository)
    commit(repository, "the platform")
    pin(repository, A, "canary")
    done = quad(["ring", "list"], repository, {"COLUMNS": "200"})
    assert [line.split("  ")[0].strip() for line in done.stdout.splitlines()] == ["ring", "canary", "broad"]
    assert "not in this clone" in done.stdout.splitlines()[1]
    assert done.stdout.splitlines()[2].split() == [
        "broad", "0h", "1", first[:7], "2026-03-01", "2", "commits,", "1", "in", "overlays/",
    ]  # fmt: skip
    rows = json.loads(quad(["ring", "list", "--format", "json"], repository).stdout)
    assert rows[1] == {
        "ring": "broad", "soak": "0h", "tenants": 1, "catalogue": first, "date": "2026-03-01", "behind": 2, "changes": 1,
    }  # fmt: skip
    assert rows[0]["behind"] is None


def test_a_revision_is_printed_without_its_escapes(repository: Path) -> None:
    done = quad(["ring", "pin", "broad", "\x1b[31mred"], repository)
    assert done.code == 2
    assert "\x1b" not in done.stderr
