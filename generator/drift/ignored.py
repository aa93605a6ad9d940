"""The fields that an Application tells Argo CD to leave alone: its `ignoreDifferences`, taken out before comparing."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from generator.drift.jq import NotUnderstoodError, paths
from generator.rules.walk import children, items
from generator.source import Path

Object = Mapping[str, Any]


def without(application: Object, rendered: Object, live: Object) -> tuple[Object, Object]:
    """Both states of one object without the ignored fields.

    A field that only one state gives up is ignored where the other lacks it: an expression that looks at values, such as
    `select(.replicas != 0)`, means both.
    """
    entries = [entry for entry in _entries(application) if _matches(entry, rendered)]
    if not entries:
        return rendered, live
    ours, theirs = copy.deepcopy(rendered), copy.deepcopy(live)
    for entry in entries:
        for mine, others in _reached(entry, rendered, live):
            both = bool(mine and others)
            _remove(ours, [path for path in mine if both or not _holds(live, path)])
            _remove(theirs, [path for path in others if both or not _holds(rendered, path)])
    return ours, theirs


def not_understood(application: Object) -> list[str]:
    """What of `ignoreDifferences` cannot be honoured, in words."""
    said = []
    for entry in _entries(application):
        for expression in entry.get("jqPathExpressions") or []:
            try:
                paths(str(expression), {})
            except NotUnderstoodError:
                said.append(f"the jq expression `{expression}` is not understood, and its fields are compared")
        if entry.get("managedFieldsManagers"):
            said.append("`managedFieldsManagers` is not looked at, and the fields of those managers are compared")
    return said


def _entries(application: Object) -> list[Mapping[str, Any]]:
    return items(application.get("spec", {}).get("ignoreDifferences"))


def _matches(entry: Mapping[str, Any], body: Object) -> bool:
    metadata = body["metadata"]
    wanted = (entry.get("group", ""), entry.get("kind", ""))
    is_kind = all(
        fnmatchcase(value, str(pattern))
        for value, pattern in zip((str(body["apiVersion"]).rpartition("/")[0], body["kind"]), wanted, strict=True)
    )
    return is_kind and all(entry.get(field) in (None, "", metadata.get(field)) for field in ("name", "namespace"))


def _reached(entry: Mapping[str, Any], rendered: Object, live: Object) -> Iterator[tuple[list[Path], list[Path]]]:
    for pointer in entry.get("jsonPointers") or []:
        yield _pointed(str(pointer), rendered), _pointed(str(pointer), live)
    for expression in entry.get("jqPathExpressions") or []:
        try:
            yield paths(str(expression), rendered), paths(str(expression), live)
        except NotUnderstoodError:
            continue


def _pointed(pointer: str, body: Any) -> list[Path]:
    path: Path = ()
    for part in pointer.removeprefix("/").split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        key = int(name) if isinstance(body, list) and name.isdigit() else name
        found = dict(children(body))
        if key not in found:
            return []
        path, body = (*path, key), found[key]
    return [path]


def _holds(body: Any, path: Path) -> bool:
    for key in path:
        found = dict(children(body))
        if key not in found:
            return False
        body = found[key]
    return True


def _remove(body: Any, found: list[Path]) -> None:
    """From the last to the first, so that indices stay right."""
    for path in sorted(found, key=lambda path: [(isinstance(key, str), key) for key in path], reverse=True):
        holder = body
        for key in path[:-1]:
            holder = holder[key]
        del holder[path[-1]]
