"""What a pull request's own code leaves behind is hostile: it may hold anything, and only the named plain files come out."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import artifact
from generator.artifact import unpack
from generator.diagnostics import ToolError
from tests.github_stand_in import TOKEN, GitHub, serving
from tests.running import Done, quad_alone

FILES = ("review.md", "review.sarif")


@pytest.fixture
def hub() -> Iterator[GitHub]:
    with serving() as stand_in:
        yield stand_in


def archive(*members: tuple[str, bytes], change: Callable[[zipfile.ZipInfo], None] = lambda _: None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, raw in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            change(info)
            made.writestr(info, raw)
    return out.getvalue()


def fetch(hub: GitHub, folder: Path, *files: str) -> Done:
    command = ["artifact", "--repository", "acme/fleet", "--run", "12", "--name", "review", "--output", "out"]
    environment = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": hub.address, "NO_PROXY": "127.0.0.1"}
    return quad_alone([*command, *(files or FILES)], folder, environment)


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_named_files_are_written_and_nothing_else(hub: GitHub, tmp_path: Path) -> None:
    raw = archive(
        ("review.md", b"review"),
        ("review.sarif", b"{}"),
        ("../../evil", b"evil"),
        ("/etc/evil", b"evil"),
        (".git/hooks/post-checkout", b"evil"),
        ("out/../review.html", b"evil"),
    )
    hub.add_artifact(12, "review", raw)
    done = fetch(hub, tmp_path)
    assert (done.code, done.stdout, done.stderr) == (0, "found=true\n", "2 files -> out/\n")
    assert everything(tmp_path) == {"out/review.md": b"review", "out/review.sarif": b"{}"}
    assert hub.asked[-1].startswith("GET /storage/")  # which refuses the token: see the stand-in


def test_a_run_without_the_artifact_is_no_fault(hub: GitHub, tmp_path: Path) -> None:
    hub.add_artifact(12, "other", archive(("review.md", b"")))
    hub.add_artifact(12, "review", archive(("review.md", b"")), expired=True)
    hub.add_artifact(12, "review", archive(("review.md", b"")), workflow_run={"id": 13})
    done = fetch(hub, tmp_path)
    assert (done.code, done.stdout) == (0, "")
    assert done.stderr == "run 12 has no artifact `review`; nothing was written\n"
    assert everything(tmp_path) == {}


def test_the_newest_of_a_run_that_ran_again_is_taken(hub: GitHub, tmp_path: Path) -> None:
    for words in (b"first", b"second"):
        hub.add_artifact(12, "review", archive(("review.md", words)))
    assert fetch(hub, tmp_path, "review.md").code == 0
    assert everything(tmp_path) == {"out/review.md": b"second"}


def test_a_link_in_the_place_of_the_file_is_replaced_and_not_followed(hub: GitHub, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "victim").write_bytes(b"mine")
    (tmp_path / "out" / "review.md").symlink_to(tmp_path / "victim")
    hub.add_artifact(12, "review", archive(("review.md", b"theirs")))
    assert fetch(hub, tmp_path, "review.md").code == 0
    assert (tmp_path / "victim").read_bytes() == b"mine"


def _as(mode: int) -> Callable[[zipfile.ZipInfo], None]:
    def change(info: zipfile.ZipInfo) -> None:
        info.external_attr = mode << 16

    return change


def _compressed(kind: int) -> Callable[[zipfile.ZipInfo], None]:
    def change(info: zipfile.ZipInfo) -> None:
        info.compress_type = kind

    return change


REVIEW = ("review.md", b"review")
HOSTILE: dict[str, tuple[bytes, str]] = {
    "no archive": (b"not a zip", "cannot be unpacked"),
    "nothing": (b"", "cannot be unpacked"),
    "cut short": (archive(REVIEW)[:-10], "cannot be unpacked"),
    "damaged": (archive(REVIEW).replace(b"review.md", b"review.mD", 1), "cannot be unpacked"),
    "without the file": (archive(("other", b"")), "holds `review.md` 0 times"),
    "a symbolic link": (archive(("review.md", b"/etc/passwd"), change=_as(stat.S_IFLNK | 0o777)), "is no plain file"),
    "a device": (archive(REVIEW, change=_as(stat.S_IFBLK | 0o600)), "is no plain file"),
    "a pipe": (archive(REVIEW, change=_as(stat.S_IFIFO | 0o600)), "is no plain file"),
    "a bomb": (archive(("review.md", b"\0" * (artifact.MOST_FILE + 1))), "has more than 16,777,216 bytes"),
    "memory hungry": (archive(REVIEW, change=_compressed(zipfile.ZIP_LZMA)), "compressed in a way"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_our_workflow_does_not_make_is_refused(name: str) -> None:
    raw, words = HOSTILE[name]
    with pytest.raises(ToolError, match=words):
        unpack(raw, ["review.md"])


def test_two_members_of_one_name_are_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        raw = archive(REVIEW, REVIEW)
    with pytest.raises(ToolError, match=r"holds `review\.md` 2 times"):
        unpack(raw, ["review.md"])


def test_an_encrypted_member_is_refused() -> None:
    raw = bytearray(archive(REVIEW))
    raw[raw.index(b"PK\x03\x04") + 6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ToolError, match="is no plain file"):
        unpack(bytes(raw), ["review.md"])


def test_a_size_that_lies_does_not_get_past_the_bound(hub: GitHub, tmp_path: Path) -> None:
    hub.add_artifact(12, "review", archive(REVIEW), size_in_bytes=artifact.MOST_ARCHIVE + 1)
    done = fetch(hub, tmp_path)
    assert (done.code, "more than 67,108,864" in done.stderr) == (3, True)
    assert not [line for line in hub.asked if "/zip" in line]


def test_a_refusal_writes_nothing(hub: GitHub, tmp_path: Path) -> None:
    hub.add_artifact(12, "review", archive(REVIEW))
    done = fetch(hub, tmp_path)
    assert (done.code, "holds `review.sarif` 0 times" in done.stderr) == (3, True)
    assert everything(tmp_path) == {}


@pytest.mark.parametrize("file", ["../review.md", "/etc/passwd", ".hidden", "a/b", "-x"])
def test_only_plain_names_can_be_asked_for(file: str, hub: GitHub, tmp_path: Path) -> None:
    assert fetch(hub, tmp_path, "--", file).code == 2
    assert hub.asked == []


@given(st.binary(max_size=300), st.integers(0, 200), st.integers(0, 255))
def test_no_damage_makes_anything_but_a_refusal_or_bytes(tail: bytes, at: int, value: int) -> None:
    raw = bytearray(archive(REVIEW) + tail)
    raw[at % len(raw)] = value
    try:
        found = unpack(bytes(raw), ["review.md"])
    except ToolError:
        return
    assert found.keys() == {"review.md"}
