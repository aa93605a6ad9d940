"""The schemas: the committed ones are current, everything in them is explained, and they say what resolve needs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
import pytest

from generator import schema as schemas
from generator.docs import generated
from generator.load import load
from tests.conftest import ROOT

REPOSITORY, _ = load(ROOT)


def properties(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, child in schema.get("properties", {}).items():
        yield f"{path}{name}", child
        yield from properties(child, f"{path}{name}.")
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), Mapping):
            yield f"{path}{key}", schema[key]
            yield from properties(schema[key], f"{path}{key}.")


@pytest.mark.parametrize("name", sorted(generated(REPOSITORY)))
def test_generated_files_are_current(name: str) -> None:
    assert (ROOT / name).read_bytes() == generated(REPOSITORY)[name], "run `quad schema`"


@pytest.mark.parametrize("name", sorted(schemas.assembled(REPOSITORY)))
def test_every_property_is_explained(name: str) -> None:
    schema = json.loads(schemas.assembled(REPOSITORY)[name])
    jsonschema.Draft202012Validator.check_schema(schema)
    for path, child in properties(schema):
        assert child.get("title"), path
        assert child.get("description"), path
        if not child.get("properties") and "items" not in child and child.get("type") != "object":
            assert "default" in child or "examples" in child or "enum" in child, path


def test_examples_and_defaults_fit_their_own_schema() -> None:
    for path, child in properties(schemas.resolved(REPOSITORY)):
        if path == "features":
            continue
        for value in [*child.get("examples", []), *([child["default"]] if "default" in child else [])]:
            errors = [error.message for error in jsonschema.Draft202012Validator(child).iter_errors(value)]
            assert errors == [], (path, value)


def test_every_leaf_of_the_core_has_a_value_from_somewhere() -> None:
    core = schemas.without_local(schemas.inline(REPOSITORY.schemas["tenant.core.yaml"].data))
    given = {"name", "displayName", "host", "cluster", "ring", "plan", "release.version", "release.from"}
    given |= {f"rest.lastBackup.{name}" for name in ("database", "files", "verified")}  # of an archived site alone
    given |= {f"release.rehearsed.{name}" for name in ("from", "to", "minutes", "date", "errors")} | {
        "release.floor"
    }  # of an upgrade
    given |= {f"restore.{name}" for name in ("id", "at", "leaves", "leavesFrom", "leavesFloor")} | {
        "drill.id"
    }  # of a restore, a drill
    copied = ("id", "at", "from", "url", "location", "endpoint", "region", "secretPath", "egress")
    given |= {f"clone.{name}" for name in copied}
    given.add("project.syncWindows")  # of examinations
    for path, leaf in schemas.leaves(core):
        dotted = ".".join(str(part) for part in path)
        assert dotted in given or "default" in leaf or "x-derive" in leaf, dotted
