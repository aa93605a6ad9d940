"""Trailers and tree ids: what is written is read back, nothing else is, and git counts the same."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import git, hydrator, ledger
from generator.ledger import METADATA, Commit, Person, Record, Source, message, parse_commit, parse_record
from generator.model import Entry

IDS = st.text("0123456789abcdef", min_size=40, max_size=40)
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,10}[a-z0-9]", fullmatch=True)
GENERATOR = "0.1.0 sha256:" + "a" * 64
RECORDS = st.builds(
    Record,
    IDS,
    IDS,
    st.sampled_from([GENERATOR, f"{GENERATOR}, rolled back by {GENERATOR}"]),
    IDS,
    st.dictionaries(NAMES, IDS, max_size=3),
    st.dictionaries(NAMES, IDS, max_size=3),
    st.lists(NAMES, max_size=3, unique=True).map(lambda names: tuple(sorted(names))),
    st.one_of(st.just(""), IDS),
    st.one_of(st.just(""), IDS),
)


@given(RECORDS, st.text(), st.lists(NAMES, max_size=3))
def test_what_is_written_is_read_back_whatever_the_subject(record: Record, subject: str, body: list[str]) -> None:
    assert parse_record(message(subject, body, record)) == record


@given(st.text())
def test_no_other_message_is_a_record(text: str) -> None:
    assert parse_record(text) is None


RECORD = Record("1" * 40, "2" * 40, GENERATOR, "3" * 40, {}, {})


@pytest.mark.parametrize(
    "line",
    [
        f"Tree-Check: {'4' * 40}",
        f"Source-Commit: {'4' * 40}",
        "Held: a@short",
        "Held: ../etc@" + "1" * 40,
        "Left-Out: A B",
        "Generator: any",
    ],
)
def test_a_trailer_said_twice_or_wrongly_is_no_record(line: str) -> None:
    words = message("subject", ["body"], RECORD)
    assert parse_record(words) == RECORD
    assert parse_record(f"{words}{line}\n") is None
    assert parse_record(f"{words}\n{line}\n") is None
    assert parse_record(f"{words}Signed-off-by: Bo <bo@example.org>\n") == RECORD


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    return root


SEGMENTS = st.text(
    st.characters(exclude_characters="/\0", categories=["L", "N", "P", "S", "Z"]), min_size=1, max_size=6
).filter(lambda name: name not in (".", "..") and name.lower() != ".git")


@given(st.lists(st.lists(SEGMENTS, min_size=1, max_size=3).map("/".join), max_size=8, unique=True), st.data())
def test_git_gives_a_tree_the_same_id(repository: Path, paths: list[str], data: st.DataObject) -> None:
    paths = [path for path in paths if not any(other.startswith(f"{path}/") for other in paths)]
    modes = ("100644", "100755", "120000")
    entries = {
        path: Entry(data.draw(st.sampled_from(modes)), data.draw(IDS.filter(lambda name: name != "0" * 40)))
        for path in paths
    }
    index = "".join(f"{entry.mode} {entry.id}\t{path}\0" for path, entry in entries.items()).encode()
    variables = {"GIT_INDEX_FILE": str(repository / "index"), "GIT_CONFIG_COUNT": "0"}
    (repository / "index").unlink(missing_ok=True)
    git.run(repository, ["update-index", "-z", "--index-info"], index, variables)
    written = git.run(repository, ["write-tree", "--missing-ok"], b"", variables).decode().strip()
    assert ledger.tree_id(entries) == written
    inside: dict[str, dict[str, Entry]] = {}
    for path in (path for path in entries if path.count("/") > 1):
        first, second, rest = path.split("/", 2)
        inside.setdefault(f"{first}/{second}", {})[rest] = entries[path]
    known = {folder: ledger.tree_id(files) for folder, files in inside.items()}
    assert ledger.tree_id(entries, known) == written
    assert all(ledger.tree_id(entries, {**known, folder: "0" * 40}) != written for folder in known)
    raw = git.blobs(repository, [written])[written]
    assert ledger.check_of(entries) == ledger.check_of_object(raw)
    more = {**entries, METADATA: Entry("100644", "1" * 40)}
    assert ledger.check_of(more) == ledger.check_of(entries)


def test_a_commit_object_is_read_whatever_is_in_it() -> None:
    raw = (
        b"tree " + b"1" * 40 + b"\nparent " + b"2" * 40 + b"\nparent " + b"3" * 40 + b"\nauthor A \xff <a> 5 -0330\n"
        b"committer B <b> 7 +0200\ngpgsig -----BEGIN\n more\n -----END\n\nSubject\nin two lines\n\nBody \xff\n\nEnd\n"
    )
    commit = parse_commit(raw)
    assert (commit.tree, commit.parents) == ("1" * 40, ("2" * 40, "3" * 40))
    assert (commit.author, commit.committer) == (Person("A \ufffd <a>", 5, "-0330"), Person("B <b>", 7, "+0200"))
    assert (commit.subject, commit.body) == ("Subject in two lines", "Body \ufffd\n\nEnd")
    assert commit.committer.date == "7 +0200"


@pytest.mark.parametrize(
    ("seconds", "zone", "expected"),
    [
        (0, "-0330", "1969-12-31T20:30:00-03:30"),
        (1763712000, "+0200", "2025-11-21T10:00:00+02:00"),
        (10**15, "+0000", ""),
        (0, "+9999", "1970-01-02T00:57:00+23:59"),
    ],
)
def test_moments(seconds: int, zone: str, expected: str) -> None:
    if zone != "+9999":
        assert hydrator.moment(Person("A", seconds, zone)) == expected
    else:
        assert hydrator.moment(Person("A", seconds, zone)).endswith("+23:59")


@given(st.text(), st.text())
def test_metadata_is_json_whatever_the_message(words: str, who: str) -> None:
    person = Person(who, 0, "+0000")
    commit = Commit("1" * 40, (), person, person, words)
    raw = hydrator.metadata("https://git.example.org/x.git", Source("2" * 40, replace(commit)))
    found = json.loads(raw)
    assert found["drySha"] == "2" * 40
    assert found.get("subject", "") == commit.subject
