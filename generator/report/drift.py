"""Drift for people and for programs. Values that look like secrets are hidden, for someone put them there by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from generator.changes import ABSENT, Edit, FieldPath, Item, show_path
from generator.drift.compare import Comparison, Drifted
from generator.report.printable import printable
from generator.secrets import SECRET_KEY, SHAPES

_WIDTH = 100
_HIDDEN = "(hidden: it looks like a secret)"
_WORDS = {"changed": "~", "missing": "-", "extra": "+"}


def drift_text(found: Sequence[Comparison]) -> str:
    """One block for each tenant that differs: `~` changed, `-` missing in the cluster, `+` there and not in git."""
    return "".join(f"{line}\n" for comparison in found for line in _block(comparison))


def drift_json(found: Sequence[Comparison]) -> str:
    """`{"tenants": [...]}`, those without drift included."""
    return json.dumps({"tenants": [_tenant(comparison) for comparison in found]}, indent=2, ensure_ascii=True) + "\n"


def _block(comparison: Comparison) -> Iterator[str]:
    if not comparison.drifted:
        return
    expected = comparison.expected
    yield printable(f"{expected.tenant} ({expected.environment}, namespace {expected.namespace})")
    for one in comparison.drifted:
        yield from _object(one)


def _object(one: Drifted) -> Iterator[str]:
    said = {"changed": "", "missing": ": not in the cluster", "extra": ": in the cluster, not in git"}[one.state]
    yield printable(f"  {_WORDS[one.state]} {one.id}{said}")
    for edit in one.edits:
        yield printable(f"      {show_path(edit.path)}")
        git, live = _sides(edit)
        yield f"        git:  {git}"
        yield f"        live: {live}"


def _sides(edit: Edit) -> tuple[str, str]:
    """Both values on a line each; of texts with many lines, the first line that differs."""
    before, after = _open(edit.path, edit.before), _open(edit.path, edit.after)
    if isinstance(before, str) and isinstance(after, str) and "\n" in before + after:
        return _first_difference(before.splitlines(), after.splitlines())
    return _shown(before), _shown(after)


def _first_difference(before: list[str], after: list[str]) -> tuple[str, str]:
    for number, (one, other) in enumerate(zip(before, after, strict=False), 1):
        if one != other:
            return f"line {number}: {_shown(one)}", f"line {number}: {_shown(other)}"
    return f"{len(before)} lines", f"{len(after)} lines"


def _shown(value: Any) -> str:
    if value is ABSENT:
        return "(not set)"
    text = value if value == _HIDDEN else json.dumps(value, ensure_ascii=False, default=str)
    return printable(text if len(text) <= _WIDTH else f"{text[:_WIDTH]}…")


def _open(path: FieldPath, value: Any) -> Any:
    """The value, or a word where it or something in it is a secret by its look or by its name."""
    name = next((str(step.value if isinstance(step, Item) else step) for step in reversed(path) if step != "value"), "")
    if _is_secret(name, value):
        return _HIDDEN
    return value


def _is_secret(name: str, value: Any) -> bool:
    match value:
        case str():
            return bool(SECRET_KEY.search(name)) or any(shape.search(value) for shape in SHAPES.values())
        case dict():
            named = str(value.get("name", ""))
            return any(_is_secret(named if key == "value" else str(key), child) for key, child in value.items())
        case list():
            return any(_is_secret(name, child) for child in value)
    return False


def _tenant(comparison: Comparison) -> dict[str, Any]:
    expected = comparison.expected
    return {
        "tenant": expected.tenant,
        "environment": expected.environment,
        "server": expected.server,
        "namespace": expected.namespace,
        "notes": list(comparison.notes),
        "objects": [_one(one) for one in comparison.drifted],
    }


def _one(one: Drifted) -> dict[str, Any]:
    id = one.id
    return {
        "state": one.state,
        "group": id.group,
        "kind": id.kind,
        "namespace": id.namespace,
        "name": id.name,
        "edits": [
            {
                "path": show_path(edit.path),
                **{
                    side: _open(edit.path, value)
                    for side, value in (("git", edit.before), ("live", edit.after))
                    if value is not ABSENT
                },
            }
            for edit in one.edits
        ],
    }
