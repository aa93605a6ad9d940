"""What a process has read of a catalogue once, it need not read again: the tests read the project's own some two thousand times.

Remembered is only what pure functions say of bytes: the documents of a file under overlays/ or schemas/, and what the traps are
for components; a component of the same bytes and documents is the same object, so that what `generator/` remembers of it holds on.
One answer in fifty is found again and must be the same, so that nothing that is shared is ever changed in silence.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import generator.catalogue_checks
import generator.reader
from generator.diagnostics import Diagnostic
from generator.model import Catalogue, Component, ComponentKind
from generator.source import Document

_MOST = 20_000
_AGAIN = 50
_SHARED = ("overlays/", "schemas/")
Read = Callable[[str, bytes], tuple[Any, list[Diagnostic]]]
Find = Callable[[Catalogue, Document], list[Diagnostic]]
_turns = itertools.count(1)


def begin() -> None:
    """From now on this process remembers; twice is once."""
    reader: Any = generator.reader
    checks: Any = generator.catalogue_checks
    if reader.Component is Component:
        reader.parse, reader.parse_all = _read_once(reader.parse), _read_once(reader.parse_all)
        reader.Component = _interned
        checks.trap_problems = _found_once(checks.trap_problems)


def _keep(known: dict[Any, Any], key: object, value: object) -> None:
    if len(known) >= _MOST:
        known.clear()
    known[key] = value


def _is_the_same(known: object, found: object) -> None:
    assert known == found, "what tests share was changed by one of them, or is not what it was found from alone"


def _read_once(read: Read) -> Read:
    known: dict[tuple[str, bytes], tuple[Any, list[Diagnostic]]] = {}

    def once(path: str, raw: bytes) -> tuple[Any, list[Diagnostic]]:
        if not path.startswith(_SHARED):
            return read(path, raw)
        key = path, raw
        if key not in known:
            _keep(known, key, read(path, raw))
        elif next(_turns) % _AGAIN == 0:
            _is_the_same(_said(*known[key]), _said(*read(path, raw)))
        found, problems = known[key]
        return (found.copy() if isinstance(found, list) else found), problems.copy()

    return once


def _said(found: object, problems: list[Diagnostic]) -> object:
    documents = found if isinstance(found, list) else [found]
    return [document.data for document in documents if isinstance(document, Document)], problems


_COMPONENTS: dict[object, Component] = {}


def _interned(
    kind: ComponentKind,
    name: str,
    folder: str,
    files: Mapping[str, bytes],
    documents: Mapping[str, tuple[Document, ...]],
) -> Component:
    """The component that was made of the same, where its documents are those very objects."""
    if type(documents) is not dict:  # they are read when somebody asks
        return Component(kind, name, folder, files, documents)
    parts = tuple((path, tuple(map(id, found))) for path, found in documents.items())
    key = kind, name, folder, tuple(files.items()), parts
    if key not in _COMPONENTS:
        _keep(_COMPONENTS, key, Component(kind, name, folder, files, documents))
    known = _COMPONENTS[key]
    _is_the_same(known.files, files)
    return known


def _found_once(find: Find) -> Find:
    known: dict[object, tuple[Document, list[Diagnostic]]] = {}

    def once(catalogue: Catalogue, core: Document) -> list[Diagnostic]:
        key = catalogue.components, id(core)
        if key not in known:
            _keep(known, key, (core, find(catalogue, core)))
        elif next(_turns) % _AGAIN == 0:
            _is_the_same(known[key][1], find(catalogue, core))
        return known[key][1].copy()

    return once
