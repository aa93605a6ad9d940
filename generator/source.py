"""Strict YAML in, with the place of every key and value; deterministic YAML out.

The language is the part of YAML that 1.1 and 1.2 read alike: no anchors, aliases, tags or merge keys, no duplicate keys, no
scalar that one reads as text and the other as something else. Reading never raises: a fault is a diagnostic and the document
is None.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.diagnostics import Diagnostic, Span

Path = tuple[str | int, ...]

MAX_BYTES = 1_000_000
"""What a file of the repository may have; checked before it is read."""
MAX_DEPTH = 64
MAX_SPAN_TEXT = 500

_INTEGER = re.compile(r"^-?(0|[1-9][0-9]{0,17})$")
_FLOAT = re.compile(r"^-?(0|[1-9][0-9]*)\.[0-9]+$")
_AMBIGUOUS = re.compile(
    r"""^(y|yes|n|no|on|off|true|false|null|~)$        # words that are not lower-case true, false, null
      | ^[-+]?0[box][0-9a-f_]*$                         # binary, octal, hexadecimal
      | ^[-+]?([0-9][0-9_]*\.?[0-9_]*|\.[0-9_]+)(e[-+]?[0-9_]*)?$  # numbers that are not canonical decimals
      | ^[-+]?[0-9][0-9_]*(:[0-9_]+)+(\.[0-9_]*)?$      # base 60
      | ^[-+]?\.(inf|nan)$
      | ^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?$      # dates
      | ^=$ | ^<<$""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Places:
    """Where a node stands: its key in the parent mapping (the node itself inside a list) and its value."""

    key: Span
    value: Span


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: plain data, and the places of every path in it."""

    path: str
    data: Any
    places: Mapping[Path, Places]

    def key(self, path: Path) -> Span:
        """The span of the key at `path`, or of the nearest ancestor's."""
        return self._nearest(path).key

    def value(self, path: Path) -> Span:
        """The span of the value at `path`, or of the nearest ancestor's."""
        return self._nearest(path).value

    def _nearest(self, path: Path) -> Places:
        while path not in self.places and path:
            path = path[:-1]
        return self.places.get(path, Places(Span(self.path), Span(self.path)))


def parse(path: str, raw: bytes) -> tuple[Document | None, list[Diagnostic]]:
    """Read a file that holds exactly one document."""
    documents, problems = parse_all(path, raw)
    if problems:
        return None, problems
    if len(documents) != 1 or documents[0].data is None:
        what = "the file is empty" if not documents or documents[0].data is None else "the file holds several documents"
        return None, [Diagnostic("yaml-documents", what, Span(path), help="write exactly one YAML document")]
    return documents[0], []


def parse_all(path: str, raw: bytes) -> tuple[list[Document], list[Diagnostic]]:
    """Read a file of any number of documents; on a fault there is no document and one diagnostic."""
    from generator import yaml_reading  # noqa: PLC0415  # as below

    return yaml_reading.read(path, raw)


def plain_scalar(text: str) -> str | int | float | bool | None:
    """What an unquoted scalar means where YAML 1.1 and 1.2 agree; ValueError where they do not."""
    if text == "":
        return None
    known: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None}
    if text in known:
        return known[text]
    if _INTEGER.match(text) and text != "-0":
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    if _AMBIGUOUS.match(text):
        raise ValueError(text)
    return text


_SAFE_PLAIN = re.compile(r"[A-Za-z/.][A-Za-z0-9 ./_@+-]*[A-Za-z0-9/]")


def is_plain(text: str) -> bool:
    """Whether `dump` writes the text without quotes."""
    return bool(_SAFE_PLAIN.fullmatch(text)) and not _AMBIGUOUS.match(text)


def dump(data: object) -> bytes:
    """YAML bytes, in the data's own order of keys, the same on every machine."""
    from generator import yaml_writing  # noqa: PLC0415  # PyYAML is slow to import, and most runs do without

    return yaml_writing.dump(data)


def dump_line(data: object) -> str:
    """The same YAML on one line, to be shown and pasted."""
    from generator import yaml_writing  # noqa: PLC0415  # as above

    return yaml_writing.dump_line(data)
