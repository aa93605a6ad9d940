"""Writes tenants/, and nothing else does: new files with their comments, whole or not at all."""

from __future__ import annotations

import io
import os
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

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


def _description(schema: Schema, name: str) -> str:
    text = str(schema["properties"].get(name, {}).get("description", ""))
    return "\n".join(textwrap.wrap(text, WIDTH))


def _yaml() -> YAML:
    yaml = YAML()
    yaml.width = 1000
    yaml.indent(mapping=2, sequence=2, offset=0)
    return yaml
