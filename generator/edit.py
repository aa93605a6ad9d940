"""Writes tenants/, and nothing else does: files with their comments, whole or not at all.

An edit touches the bytes it is about and no other: ruamel says where a value stands, and what comes out is read again.
"""

from __future__ import annotations

import io
import os
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.nodes import MappingNode, Node

from generator.diagnostics import ToolError
from generator.model import Schema

WIDTH = 100


def new_tenant(schema: Schema, values: Mapping[str, Any], offered: Mapping[str, Any]) -> bytes:
    """A tenant file: the values, each under its schema's description, then what else may be said, commented out."""
    document = CommentedMap()
    for name, value in values.items():
        document[name] = value
        document.yaml_set_comment_before_after_key(name, before=_description(schema, name))
    out = io.StringIO()
    out.write("# yaml-language-server: $schema=../../schemas/tenant.schema.json\n")
    _yaml().dump(document, out)
    for name, value in offered.items():
        out.write("".join(f"## {line}\n" for line in _description(schema, name).splitlines()))
        example = io.StringIO()
        _yaml().dump({name: value}, example)
        out.write("".join(f"# {line}\n" for line in example.getvalue().splitlines()))
    return out.getvalue().encode()


def write_new(path: Path, raw: bytes) -> None:
    """Write a file that must not exist yet, in one step."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(raw)
        os.link(beside, path)
    except FileExistsError:
        raise ToolError(f"{path.name} exists already", "choose another name, or edit the file") from None
    except OSError as error:
        raise ToolError(f"cannot write {path.name}: {error.strerror}", "mend the folder's permissions") from error
    finally:
        beside.unlink(missing_ok=True)


def write_over(path: Path, before: bytes, after: bytes) -> None:
    """Replace the bytes of a file in one step; one that is not as it was read is left alone."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.read_bytes() != before:
            raise ToolError(f"{path.name} was changed meanwhile", "try again")
        beside.write_bytes(after)
        beside.chmod(path.stat().st_mode)
        beside.replace(path)
    except OSError as error:
        raise ToolError(f"cannot write {path.name}: {error.strerror}", "mend the folder's permissions") from error
    finally:
        beside.unlink(missing_ok=True)


def with_pin(raw: bytes, ring: int, commit: str) -> bytes:
    """fleet.yaml with the ring of that index pinned to the commit, or not pinned any more where it is empty."""
    text = raw.decode()
    expected = _plain(text)
    entry = expected["rings"][ring]
    if not commit and "catalogue" not in entry:
        return raw
    new = _spliced(text, _ring_node(text, ring), "catalogue", commit)
    entry["catalogue"] = commit
    if not commit:
        del entry["catalogue"]
    if _plain(new) != expected:
        raise ToolError("fleet.yaml is written in a way that cannot be edited", "write `catalogue` by hand")
    return new.encode()


def _ring_node(text: str, ring: int) -> MappingNode:
    top = _yaml().compose(text)
    node = next(value for key, value in top.value if key.value == "rings").value[ring]
    assert isinstance(node, MappingNode)
    return node


def _spliced(text: str, node: MappingNode, name: str, value: str) -> str:
    """The text with one quoted field of a mapping set, in the mapping's own style, or taken out where the value is empty."""
    pairs: list[tuple[Node, Node]] = node.value
    found = next((index for index, (key, _) in enumerate(pairs) if key.value == name), None)
    if found is None:
        last = _end(pairs[-1][1])
        field = f'{name}: "{value}"'
        if node.flow_style:
            return f"{text[:last]}, {field}{text[last:]}"
        last = _line_end(text, last)
        newline = "\r\n" if text[: text.rfind("\n", 0, last)].endswith("\r") else "\n"
        return f"{text[:last]}{newline}{' ' * pairs[0][0].start_mark.column}{field}{text[last:]}"
    key, old = pairs[found]
    if value:
        return f'{text[: _start(old)]}"{value}"{text[_end(old) :]}'
    if node.flow_style:
        start, end = _start(key), _end(old)
        start, end = (_end(pairs[found - 1][1]), end) if found else (start, _start(pairs[1][0]))
        return text[:start] + text[end:]
    if found:
        return text[: text.rindex("\n", 0, _start(key))].removesuffix("\r") + text[_line_end(text, _end(old)) :]
    return text[: _start(key)] + text[_line_end(text, _end(old)) :].lstrip(" \r\n")


def _start(node: Node) -> int:
    return int(node.start_mark.index)


def _end(node: Node) -> int:
    return int(node.end_mark.index)


def _line_end(text: str, at: int) -> int:
    """The end of the line without its break: a comment after a value stays with it."""
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if text[at:end].endswith("\r") else end


def _plain(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def _description(schema: Schema, name: str) -> str:
    text = str(schema["properties"].get(name, {}).get("description", ""))
    return "\n".join(textwrap.wrap(text, WIDTH))


def _yaml() -> YAML:
    yaml = YAML()
    yaml.width = 1000
    yaml.indent(mapping=2, sequence=2, offset=0)
    return yaml
