"""Writes tenants/, and nothing else does: files with their comments, whole or not at all.

An edit touches the bytes it is about and no other (`splicing.py`).
"""

from __future__ import annotations

import io
import os
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from generator.diagnostics import ToolError
from generator.model import Schema
from generator.splicing import Value, with_fields

Change = tuple[Path, bytes, bytes]
"""A file, its bytes as they were read, and as they are to be."""
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


def write_all(changes: Sequence[Change]) -> None:
    """Replace the bytes of many files, each in one step; where one cannot be written, those before it are as they were."""
    done: list[Change] = []
    try:
        for path, before, after in changes:
            write_over(path, before, after)
            done.append((path, before, after))
    except BaseException:
        for path, before, after in reversed(done):
            write_over(path, after, before)
        raise


def with_pin(raw: bytes, ring: int, commit: str) -> bytes:
    """fleet.yaml with the ring of that index pinned to the commit, or not pinned any more where it is empty."""
    return with_fields(raw, ("rings", ring), {"catalogue": commit or None}, "fleet.yaml")


def with_frozen(raw: bytes, ring: int, reason: str) -> bytes:
    """fleet.yaml with the ring of that index frozen for the reason, or not frozen any more where it is empty."""
    return with_fields(raw, ("rings", ring), {"frozen": reason or None}, "fleet.yaml")


def with_release(raw: bytes, fields: Mapping[str, Value | None], name: str) -> bytes:
    """A tenant's file with fields of its `release` set, or taken out where they are None."""
    return with_fields(raw, ("release",), fields, name)


def with_block(raw: bytes, block: str, fields: Mapping[str, str | int] | None, name: str) -> bytes:
    """A tenant's file with one map on one line, or without it."""
    return with_fields(raw, (), {block: fields}, name)


def _description(schema: Schema, name: str) -> str:
    text = str(schema["properties"].get(name, {}).get("description", ""))
    return "\n".join(textwrap.wrap(text, WIDTH))


def _yaml() -> YAML:
    yaml = YAML()
    yaml.width = 1000
    yaml.indent(mapping=2, sequence=2, offset=0)
    return yaml
