"""Reads YAML by the parser's events, strictly: what `source.py` promises. It is imported where a file has to be read so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from generator.diagnostics import Diagnostic, Related, Span
from generator.source import MAX_DEPTH, MAX_SPAN_TEXT, Document, Path, Places, plain_scalar

_LINE_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")


class _FaultError(Exception):
    """Ends the reading of one file; never leaves this module."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def read(path: str, raw: bytes) -> tuple[list[Document], list[Diagnostic]]:
    """Any number of documents; on a fault there is no document and one diagnostic."""
    try:
        text = _decode(path, raw)
        return list(_Reader(path, text).documents()), []
    except _FaultError as fault:
        return [], [fault.diagnostic]


def _decode(path: str, raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rsplit(b"\n", 1)[-1].decode("utf-8")) + 1
        line_bytes = raw.split(b"\n")[line - 1]
        shown = line_bytes.decode("utf-8", "replace")
        span = Span(path, line, column, 1, shown)
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8"
        raise _FaultError(Diagnostic("not-utf8", message, span, help="save the file as UTF-8")) from None


class _Reader:
    """Builds documents from parser events, so that anchors, tags, duplicates and depth are seen before anything is built."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.lines = _LINE_BREAK.split(text)
        self.events = self._events(text)
        self.places: dict[Path, Places] = {}

    def documents(self) -> Iterator[Document]:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.places = {}
                data = self._node(next(self.events), (), None)
                yield Document(self.path, data, self.places)

    def _events(self, text: str) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except yaml.YAMLError as error:
            raise _FaultError(self._syntax(error)) from None

    def _syntax(self, error: yaml.YAMLError) -> Diagnostic:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        line = mark.line + 1 if mark else 1
        column = mark.column + 1 if mark else 1
        span = self._span(line, column, 1)
        if "\t" in span.text[:column]:
            column = span.text.index("\t") + 1
            return Diagnostic(
                "yaml-tab", "a tab cannot indent YAML", self._span(line, column, 1), help="indent with blanks"
            )
        context = getattr(error, "context", None)
        notes = (f"{context}",) if context else ()
        return Diagnostic(
            "yaml-syntax", f"not YAML: {problem}", span, notes=notes, help="mend the syntax at or before this place"
        )

    def _span(self, line: int, column: int, length: int) -> Span:
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        if len(text) > MAX_SPAN_TEXT:
            text = text[:MAX_SPAN_TEXT]
        column = min(column, len(text) + 1)
        return Span(self.path, line, column, max(1, min(length, len(text) - column + 1)), text)

    def _event_span(self, event: yaml.Event) -> Span:
        start, end = event.start_mark, event.end_mark
        assert start is not None
        assert end is not None
        length = end.column - start.column if end.line == start.line else len(self.lines[start.line]) - start.column
        return self._span(start.line + 1, start.column + 1, length)

    def _refuse(self, event: yaml.Event, code: str, message: str, help: str) -> _FaultError:
        return _FaultError(Diagnostic(code, message, self._event_span(event), help=help))

    def _node(self, event: yaml.Event, path: Path, key: Span | None) -> Any:
        if len(path) > MAX_DEPTH:
            raise self._refuse(event, "yaml-depth", f"nested deeper than {MAX_DEPTH} levels", "flatten it")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._refuse(event, "yaml-anchor", "anchors and aliases are not read", "write the value out")
        if (tag := getattr(event, "tag", None)) is not None:
            raise self._refuse(event, "yaml-tag", f"the tag `{tag}` is not read", "remove the tag")
        value = self._event_span(event)
        self.places[path] = Places(key or value, value)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._scalar(event)

    def _mapping(self, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        spans: dict[str, Span] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            name = self._key(event)
            span = self._event_span(event)
            if name in result:
                raise _FaultError(_duplicate(name, span, spans[name]))
            spans[name] = span
            result[name] = self._node(next(self.events), (*path, name), span)
        return result

    def _key(self, event: yaml.Event) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise self._refuse(event, "yaml-key", "a key must be a plain name", "write `name: value`")
        if event.anchor or event.tag is not None:
            raise self._refuse(event, "yaml-anchor", "anchors and tags are not read", "write the key out")
        if event.value == "<<" and event.implicit[0]:
            raise self._refuse(event, "yaml-anchor", "merge keys are not read", "write the fields out")
        key = event.value if not event.implicit[0] else self._scalar(event)
        if not isinstance(key, str):
            raise self._refuse(
                event, "ambiguous-scalar", f"the key `{event.value}` is not text", f'write "{event.value}"'
            )
        return key

    def _sequence(self, path: Path) -> list[Any]:
        result: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            result.append(self._node(event, (*path, len(result)), None))
        return result

    def _scalar(self, event: yaml.Event) -> Any:
        assert isinstance(event, yaml.ScalarEvent)
        if not event.implicit[0]:
            return event.value
        try:
            return plain_scalar(event.value)
        except ValueError:
            message = f"`{event.value}` means different things in YAML 1.1 and 1.2"
            raise self._refuse(
                event, "ambiguous-scalar", message, f'quote it: "{event.value}"; or write true, false or null'
            ) from None


def _duplicate(name: str, span: Span, first: Span) -> Diagnostic:
    return Diagnostic(
        "duplicate-key",
        f"the key `{name}` is given twice",
        span,
        label="given again here",
        help="keep one of them",
        related=(Related(first, "first given here"),),
    )
