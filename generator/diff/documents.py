"""Manifests as bytes: cut into documents without parsing, and each document read as JSON-like data.

A rendered branch may have been edited by anyone, so what is read is judged: no tags, no aliases, no deep nesting, no keys
but text. Dates stay text, as they are for Kubernetes.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from generator.diagnostics import ToolError

MAX_DEPTH = 100
_MARK = re.compile(rb"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
_WIDE = re.compile(rb"^[ ?:-]{%d}" % MAX_DEPTH, re.MULTILINE)
_SHARED = re.compile(rb"""(?:^|[\s\[{,:?-])[&!][^\s&!=(|>]""", re.MULTILINE)
_TYPES = ("null", "bool", "int", "float", "str", "seq", "map")
_RESOLVED = frozenset(f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float"))


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """libyaml's reader for plain data alone: every other tag is an error."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in _RESOLVED]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}
_Loader.yaml_constructors = {
    f"tag:yaml.org,2002:{name}": _Loader.yaml_constructors[f"tag:yaml.org,2002:{name}"] for name in _TYPES
} | {None: _Loader.yaml_constructors[None]}  # what refuses every other tag
_Loader.yaml_multi_constructors = {}


def _construct_float(loader: Any, node: yaml.ScalarNode) -> float | str:
    """A number; `.nan` and `.inf` stay text, as they are no JSON and `.nan` does not equal itself."""
    text = str(loader.construct_scalar(node))
    return text if text.lower().endswith(("nan", "inf")) else float(loader.construct_yaml_float(node))


_Loader.add_constructor("tag:yaml.org,2002:float", _construct_float)


def split(raw: bytes) -> list[bytes]:
    """The documents of a file; a line that begins with `---` ends one wherever it stands, also inside a block of text."""
    plain = raw[:3] != b"---" and raw.count(b"\n---") == raw.count(b"\n---\n")
    parts = raw.split(b"\n---\n") if plain else _MARK.split(raw)
    return [part for part in parts if part.strip()]


def differing(before: Iterable[bytes], after: Iterable[bytes]) -> tuple[list[bytes], list[bytes]]:
    """The documents of each side that the other side does not have byte for byte, in their order."""
    old, new = Counter(before), Counter(after)
    return _left(old, new), _left(new, old)


def _left(these: Counter[bytes], those: Counter[bytes]) -> list[bytes]:
    return [part for part, times in these.items() for _ in range(times - those[part])]


def of_project(name: str, raw: bytes) -> bytes:
    """A file of a Compose project as an object, line by line, so that any text can be compared and shown as edits."""
    lines = raw.decode("utf-8", "replace").split("\n")
    named = (
        line.partition("=") if name == ".env" else (f"{number:04}", "", line) for number, line in enumerate(lines, 1)
    )
    data = {key: value for key, _, value in named if key}
    body = {"apiVersion": "quadrangle.dev/v1", "kind": "ComposeFile", "metadata": {"name": name}, "data": data}
    return yaml.safe_dump(body, width=math.inf).encode()


def load(raw: bytes, where: str) -> Any:
    """The data of one document; ToolError where it is none that kustomize would print."""
    try:
        if _SHARED.search(raw) or _WIDE.search(raw) or raw.count(b"[") + raw.count(b"{") > MAX_DEPTH:
            _judge(raw, where)
        raw.decode("utf-8")  # libyaml would read UTF-16 as well
        data = yaml.load(raw, Loader=_Loader)  # noqa: S506  # a safe loader with even less
    except yaml.YAMLError as error:
        raise _unreadable(where, str(getattr(error, "problem", None) or "not YAML")) from error
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise _unreadable(where, "not YAML in UTF-8") from error
    if data is not None and not _is_object(data):
        raise _unreadable(where, "a document that is no Kubernetes object")
    return data


def _judge(raw: bytes, where: str) -> None:
    """Refuse aliases, tags and depth before anything is built: a small text may stand for more than fits in memory."""
    depth = 0
    for event in yaml.parse(raw, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise _unreadable(where, "an alias")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise _unreadable(where, f"nesting deeper than {MAX_DEPTH} levels")


def _is_object(data: Any) -> bool:
    metadata = data.get("metadata", {}) if isinstance(data, Mapping) else None
    return isinstance(metadata, Mapping) and _all_text(data)


def _all_text(data: Any) -> bool:
    """Whether every key is text."""
    if isinstance(data, dict):
        return all(type(key) is str for key in data) and all(_all_text(value) for value in data.values())
    return not isinstance(data, list) or all(_all_text(value) for value in data)


def _unreadable(where: str, what: str) -> ToolError:
    return ToolError(
        f"{where} cannot be compared: {what}", "a rendered tree is never edited by hand; publish or render it again"
    )
