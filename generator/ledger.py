"""What the commits of a rendered branch say of themselves, and the arithmetic that holds them to it.

Every commit that `publish.py` writes ends in trailers: which source it was made from and by which generator, what was held
back, and the id of its tree (`Tree-Check`), so that whoever changes a file by hand is found out. Pure.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.model import Entry
from generator.report.printable import printable

METADATA = "hydrator.metadata"
"""The one file that `Tree-Check` leaves out: it changes with every source commit, whether or not anything else does."""

UNEQUAL = (METADATA, "index.html")
"""The files that name the source commit; trees that differ in nothing else are equal, and make no commit."""

_SUBJECT = 100
_COMMIT = re.compile(r"[0-9a-f]{40}")
_FORMS = {
    "Source-Commit": _COMMIT,
    "Source-Tree": _COMMIT,
    "Generator": re.compile(r"\S+ sha256:[0-9a-f]{64}(, rolled back by \S+ sha256:[0-9a-f]{64})?"),
    "Tree-Check": _COMMIT,
    "Catalogue": re.compile(r"[a-z0-9-]+ [0-9a-f]{40}"),
    "Held": re.compile(r"[a-z0-9-]+@[0-9a-f]{40}"),
    "Left-Out": re.compile(r"[a-z0-9-]+"),
    "Rolled-Back-To": _COMMIT,
    "Overwrites": _COMMIT,
}
_NEEDED = ("Source-Commit", "Source-Tree", "Generator", "Tree-Check")
_ONCE = (*_NEEDED, "Rolled-Back-To", "Overwrites")


@dataclass(frozen=True, slots=True)
class Person:
    """Who (`Ann <ann@example.org>`) and when, as a commit has it: seconds since 1970 and the time zone (`+0200`)."""

    who: str
    seconds: int
    zone: str

    @property
    def date(self) -> str:
        """The time as git takes it on its command line."""
        return f"{self.seconds} {self.zone}"


@dataclass(frozen=True, slots=True)
class Commit:
    """What a commit object holds; `message` is all of it."""

    tree: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    message: str

    @property
    def subject(self) -> str:
        """The first paragraph on one line, as `git log --format=%s` prints it."""
        return " ".join(self.message.strip("\n").split("\n\n")[0].split("\n"))

    @property
    def body(self) -> str:
        """What follows the first paragraph."""
        return self.message.strip("\n").partition("\n\n")[2].strip("\n")


@dataclass(frozen=True, slots=True)
class Source:
    """A commit that tenants and catalogue are read from: its id, what it says, and which folder of its tree is the fleet's."""

    id: str
    commit: Commit
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """The trailers of a commit that we published.

    `held` maps a tenant to the commit of the same branch whose tree it has; `left_out` are broken tenants that had none.
    """

    source: str
    source_tree: str
    generator: str
    check: str
    catalogues: Mapping[str, str]
    held: Mapping[str, str]
    left_out: tuple[str, ...] = ()
    rolled_back_to: str = ""
    overwrites: str = ""


def message(subject: str, body: Sequence[str], record: Record) -> str:
    """A commit message; the subject may come from anywhere, the lines of the body are ours."""
    words = " ".join(printable(subject).split())
    first = words if len(words) <= _SUBJECT else f"{words[: _SUBJECT - 1]}…"
    return "\n".join([first, "", *body, "", *_trailers(record), ""])


def _trailers(record: Record) -> Iterator[str]:
    yield f"Source-Commit: {record.source}"
    yield f"Source-Tree: {record.source_tree}"
    yield f"Generator: {record.generator}"
    yield from (f"Catalogue: {ring} {digest}" for ring, digest in sorted(record.catalogues.items()))
    yield f"Tree-Check: {record.check}"
    yield from (f"Held: {tenant}@{commit}" for tenant, commit in sorted(record.held.items()))
    yield from (f"Left-Out: {tenant}" for tenant in sorted(record.left_out))
    if record.rolled_back_to:
        yield f"Rolled-Back-To: {record.rolled_back_to}"
    if record.overwrites:
        yield f"Overwrites: {record.overwrites}"


def parse_record(text: str) -> Record | None:
    """The trailers of a commit message; None where it is not one of ours.

    Only the last paragraph counts, so that no subject or body of a source commit can pass for a trailer.
    """
    found: dict[str, list[str]] = {}
    for line in text.rstrip("\n").rpartition("\n\n")[2].split("\n"):
        key, colon, value = line.partition(": ")
        if colon and key in _FORMS:
            if not _FORMS[key].fullmatch(value):
                return None
            found.setdefault(key, []).append(value)
    if any(key not in found for key in _NEEDED) or any(len(found.get(key, "x")) > 1 for key in _ONCE):
        return None
    return Record(
        found["Source-Commit"][0],
        found["Source-Tree"][0],
        found["Generator"][0],
        found["Tree-Check"][0],
        dict(_pair(value, " ") for value in found.get("Catalogue", [])),
        dict(_pair(value, "@") for value in found.get("Held", [])),
        tuple(found.get("Left-Out", [])),
        found.get("Rolled-Back-To", [""])[0],
        found.get("Overwrites", [""])[0],
    )


def _pair(text: str, separator: str) -> tuple[str, str]:
    first, _, second = text.partition(separator)
    return first, second


def parse_commit(raw: bytes) -> Commit:
    """A commit object as `git cat-file` prints it; what is no UTF-8 is replaced."""
    head, _, body = raw.partition(b"\n\n")
    fields: dict[str, list[str]] = {}
    for line in head.decode(errors="replace").split("\n"):
        key, _, value = line.partition(" ")
        fields.setdefault(key, []).append(value)
    author, committer = (_person(fields[key][0]) for key in ("author", "committer"))
    return Commit(fields["tree"][0], tuple(fields.get("parent", [])), author, committer, body.decode(errors="replace"))


def _person(text: str) -> Person:
    name, seconds, zone = text.rsplit(" ", 2)
    return Person(name, int(seconds), zone)


def check_of(entries: Mapping[str, Entry], known: Mapping[str, str] | None = None) -> str:
    """What `Tree-Check` of a tree is: its id without the metadata; `known` as for `tree_id`."""
    return tree_id({path: entry for path, entry in entries.items() if path != METADATA}, known)


def check_of_object(raw: bytes) -> str:
    """The same from the bytes of the tree's own object, without a look at the folders below."""
    kept = [line + raw[end : end + 20] for line, end in _lines(raw) if not line.endswith(b" hydrator.metadata\0")]
    return _hash(b"".join(kept))


def _lines(raw: bytes) -> Iterator[tuple[bytes, int]]:
    at = 0
    while at < len(raw):
        end = raw.index(b"\0", at) + 1
        yield raw[at:end], end
        at = end + 20


def catalogues_of(entries: Mapping[str, Entry]) -> dict[str, str]:
    """The id of every ring's catalogue in a rendered tree."""
    rings: dict[str, dict[str, Entry]] = {}
    for path, entry in entries.items():
        if path.startswith("catalogue/"):
            _, ring, name = path.split("/", 2)
            rings.setdefault(ring, {})[name] = entry
    return {ring: tree_id(files) for ring, files in rings.items()}


def tree_id(entries: Mapping[str, Entry], known: Mapping[str, str] | None = None) -> str:
    """The id git gives a tree of these files; `known` are the ids of folders two levels deep that need not be worked out."""
    top: dict[str, Any] = {}
    for folder, id in (known or {}).items():
        first, _, second = folder.partition("/")
        top.setdefault(first, {})[second] = id
    for path, entry in entries.items():
        if known and "/".join(path.split("/", 2)[:2]) in known:
            continue
        *folders, name = path.split("/")
        node = top
        for folder in folders:
            node = node.setdefault(folder, {})
        node[name] = entry
    return _tree(top)


def _tree(node: Mapping[str, Any]) -> str:
    lines = []
    for name, child in node.items():
        raw = name.encode(errors="surrogateescape")
        if isinstance(child, Entry):
            lines.append((raw, child.mode.encode(), child.id))
        else:
            id = child if isinstance(child, str) else _tree(child)
            lines.append((raw + b"/", b"40000", id))  # git sorts a folder as if its name ended so
    lines.sort()
    return _hash(b"".join(mode + b" " + raw.rstrip(b"/") + b"\0" + bytes.fromhex(id) for raw, mode, id in lines))


def _hash(body: bytes) -> str:
    return hashlib.sha1(b"tree %d\0" % len(body) + body, usedforsecurity=False).hexdigest()
