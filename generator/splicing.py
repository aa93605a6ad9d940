"""One value of a YAML text set or taken out, with no other byte touched: ruamel says where a value stands.

What comes out is read again; where it is not what was meant, nothing is written. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from generator.diagnostics import ToolError

Value = str | int | Mapping[str, str | int]
"""What can be set: a text, which is quoted, a number, or a map of such on one line."""


def with_fields(raw: bytes, path: Sequence[str | int], fields: Mapping[str, Value | None], name: str) -> bytes:
    """The text with fields of the mapping at a path set, or taken out where they are None; a mapping of the top is made if need be.

    `name` is what the file is called, for the case that it cannot be edited.
    """
    text = raw.decode()
    expected = deepcopy(plain(text))
    entry = expected
    for part in path:
        entry = entry.setdefault(part, {}) if isinstance(entry, dict) else entry[part]
    for field, value in fields.items():
        if value == entry.get(field):
            continue
        node = _at(text, path)
        if value is not None:
            entry[field] = value
        elif field in entry:
            del entry[field]
        else:
            continue
        if node is None:
            text = _spliced(text, _top(text), str(path[0]), f"{{{field}: {_written(value)}}}")
        else:
            text = _spliced(text, node, field, _written(value))
    if plain(text) != expected:
        raise ToolError(f"{name} is written in a way that cannot be edited", f"write {', '.join(fields)} by hand")
    return text.encode()


def plain(text: str) -> Any:
    """The data of a text."""
    return YAML(typ="safe", pure=True).load(text)


def _written(value: Value | None) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {_written(each)}' for name, each in value.items())}}}"
    return str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False)


def _top(text: str) -> MappingNode:
    node = YAML().compose(text)
    assert isinstance(node, MappingNode)
    return node


def _at(text: str, path: Sequence[str | int]) -> MappingNode | None:
    """The mapping at a path; None where there is none."""
    node: Any = _top(text)
    for part in path:
        inside = node.value if isinstance(node, MappingNode) else []
        found = node.value[part] if isinstance(part, int) else [value for key, value in inside if key.value == part]
        node = found if isinstance(part, int) else found[0] if found else None
        if node is None:
            return None
    return node if isinstance(node, MappingNode) else None


def _spliced(text: str, node: MappingNode, name: str, value: str) -> str:
    """The text with one field of a mapping set, in the mapping's own style, or taken out where the value is empty."""
    pairs: list[tuple[Node, Node]] = node.value
    found = next((index for index, (key, _) in enumerate(pairs) if key.value == name), None)
    if found is None:
        return _added(text, node, f"{name}: {value}")
    key, old = pairs[found]
    if value:
        return f"{text[: _start(old)]}{value}{text[_end(old) :]}"
    if node.flow_style:
        start, end = _start(key), _end(old)
        start, end = (_end(pairs[found - 1][1]), end) if found else (start, _start(pairs[1][0]))
        return text[:start] + text[end:]
    if found:
        return text[: text.rindex("\n", 0, _start(key))].removesuffix("\r") + text[_line_end(text, _end(old)) :]
    return text[: _start(key)] + text[_line_end(text, _end(old)) :].lstrip(" \r\n")


def _added(text: str, node: MappingNode, field: str) -> str:
    """The text with a field more: behind the last one, or in a block behind the words that it begins with."""
    pairs: list[tuple[Node, Node]] = node.value
    if not pairs:
        start = _start(node) + 1
        return f"{text[:start]}{field}{text[start:]}"
    if node.flow_style:
        last = _end(pairs[-1][1])
        return f"{text[:last]}, {field}{text[last:]}"
    words = [value for _, value in pairs if isinstance(value, ScalarNode) and value.style not in ("|", ">")]
    if not words:
        first = _start(pairs[0][0])
        return f"{text[:first]}{field}\n{' ' * pairs[0][0].start_mark.column}{text[first:]}"
    leading = next((index for index, (_, value) in enumerate(pairs) if value not in words), len(pairs))
    behind = pairs[leading - 1][1] if leading else words[-1]
    last = _line_end(text, _end(behind))
    newline = "\r\n" if text[: text.rfind("\n", 0, last)].endswith("\r") else "\n"
    return f"{text[:last]}{newline}{' ' * pairs[0][0].start_mark.column}{field}{text[last:]}"


def _start(node: Node) -> int:
    return int(node.start_mark.index)


def _end(node: Node) -> int:
    return int(node.end_mark.index)


def _line_end(text: str, at: int) -> int:
    """The end of the line without its break: a comment after a value stays with it."""
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if text[at:end].endswith("\r") else end
