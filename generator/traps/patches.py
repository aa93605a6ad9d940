"""Traps in patches: a strategic merge on a kind kustomize has no schema for, and lists that features do anything to but append."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from generator.diagnostics import Diagnostic, Span
from generator.model import Component
from generator.objects import is_custom, kustomizations
from generator.source import Document, Path, parse_all
from generator.traps.view import View

_POD_LIST = re.compile(
    r"/spec/(?:.*/)?spec/(?:volumes|containers|initContainers|(?:containers|initContainers)/\d+/(?:env|volumeMounts))\b"
)


def find(view: View) -> Iterator[Diagnostic]:
    """All of them, in every component."""
    for component in view.catalogue.components:
        for folder, document in kustomizations(component):
            if "patchesStrategicMerge" in document.data:
                message = "`patchesStrategicMerge` is deprecated, and on a Rollout it wipes image and env"
                span = document.key(("patchesStrategicMerge",))
                yield Diagnostic("trap-strategic-merge", message, span, help="write a JSON6902 patch under `patches`")
            for index, entry in enumerate(document.data.get("patches", [])):
                yield from _patch(component, folder, document, index, entry)


def _patch(
    component: Component, folder: str, document: Document, index: int, entry: Mapping[str, Any]
) -> Iterator[Diagnostic]:
    target = entry.get("target") or {}
    for content in _contents(component, folder, document, entry):
        place = (content, ()) if content.path != document.path else (document, ("patches", index))
        if isinstance(content.data, list):
            if component.kind == "feature":
                yield from _operations(content, place)
        elif isinstance(content.data, Mapping):
            version = str(content.data.get("apiVersion", ""))
            group = str(target.get("group", version.rpartition("/")[0]))
            kind = str(target.get("kind", content.data.get("kind", "")))
            deletes = content.data.get("$patch") == "delete"
            if (is_custom(group) or kind == "Rollout") and not deletes:
                message = (
                    f"a strategic merge on a {kind} replaces its lists whole: image and env are wiped without a word"
                )
                help = "write a JSON6902 patch: a list of operations"
                yield Diagnostic("trap-strategic-merge", message, _span(place), help=help)


def _span(place: tuple[Document, Path]) -> Span:
    document, path = place
    return document.value(path)


def _contents(component: Component, folder: str, document: Document, entry: Mapping[str, Any]) -> list[Document]:
    if "path" in entry:
        return list(component.documents.get(f"{folder}{entry['path']}", ()))
    documents, _ = parse_all(document.path, str(entry.get("patch", "")).encode())
    return documents


def _operations(content: Document, place: tuple[Document, Path]) -> Iterator[Diagnostic]:
    for operation in content.data:
        path, verb = str(operation.get("path", "")), operation.get("op")
        if verb == "test" or not _POD_LIST.search(path):
            continue
        if verb != "add" or not path.endswith("/-"):
            message = f"`{verb} {path}` counts on what stands in a list that other features append to"
            help = "a feature only appends: `op: add` with a path that ends in `/-`"
            yield Diagnostic("trap-not-append", message, _span(place), help=help)
