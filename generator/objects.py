"""What a component of the catalogue holds: its kustomizations and its objects, and which selectors take them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from generator.model import Component
from generator.source import Document, Path

_BUILT_IN_GROUPS = {"", "apps", "batch", "autoscaling", "policy"}


@dataclass(frozen=True)
class Object:
    """One Kubernetes object that a component brings: its document, and where in it the object begins."""

    document: Document
    data: Mapping[str, Any]
    path: Path = ()

    @property
    def kind(self) -> str:
        """Its kind."""
        return str(self.data.get("kind", ""))

    @property
    def group(self) -> str:
        """Its API group, empty for the core group."""
        return str(self.data.get("apiVersion", "")).rpartition("/")[0]

    @property
    def name(self) -> str:
        """Its name."""
        metadata = self.data.get("metadata")
        return str(metadata.get("name", "")) if isinstance(metadata, Mapping) else ""

    @cached_property
    def identity(self) -> Mapping[str, str]:
        """What selectors ask for, by their keys."""
        version = str(self.data.get("apiVersion", "")).rpartition("/")[2]
        return {"kind": self.kind, "name": self.name, "group": self.group, "version": version}


def kustomizations(component: Component) -> Iterator[tuple[str, Document]]:
    """A component's kustomization.yaml files with the folder of each, relative to the component's and ending in a slash."""
    for name, documents in component.documents.items():
        if name.endswith("kustomization.yaml") and not name.startswith("examples/"):
            for document in documents:
                if isinstance(document.data, Mapping):
                    yield name.removesuffix("kustomization.yaml"), document


def nodes(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every node of a document with its path, parents first, in the file's own order."""
    yield path, data
    children = data.items() if isinstance(data, Mapping) else enumerate(data) if isinstance(data, list) else ()
    for part, child in children:
        yield from nodes(child, (*path, part))


def objects(component: Component) -> Iterator[Object]:
    """The objects of a component: its manifests, and the ConfigMaps and Secrets that its generators make."""
    listed = {
        f"{folder}{name}"
        for folder, document in kustomizations(component)
        for name in document.data.get("resources", [])
    }
    for name, documents in component.documents.items():
        if name in listed:
            for document in documents:
                if isinstance(document.data, Mapping):
                    yield Object(document, document.data)
    for folder, document in kustomizations(component):
        yield from _generated(component, folder, document)


def _generated(component: Component, folder: str, document: Document) -> Iterator[Object]:
    for key, kind in (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")):
        for index, entry in enumerate(document.data.get(key, [])):
            lines = [str(text) for text in entry.get("literals", [])]
            for name in entry.get("envs", []):
                lines += component.files.get(f"{folder}{name}", b"").decode("utf-8", "replace").splitlines()
            literals = dict(text.partition("=")[::2] for text in lines if "=" in text and not text.startswith("#"))
            files = {str(text).partition("=")[0].rpartition("/")[2]: "" for text in entry.get("files", [])}
            data = {
                "apiVersion": "v1",
                "kind": kind,
                "metadata": {"name": entry.get("name", "")},
                "data": {**literals, **files},
            }
            yield Object(document, data, (key, index))


def is_custom(group: str) -> bool:
    """Whether kustomize knows no schema for the kinds of the group."""
    return group not in _BUILT_IN_GROUPS and not group.endswith(".k8s.io")


def matches(select: Mapping[str, Any], found: Object) -> bool:
    """Whether a selector of a replacement or patch takes the object, as far as group, kind and name go."""
    return all(fits(str(select[key]), value) for key, value in found.identity.items() if key in select)


@lru_cache(1 << 16)
def fits(pattern: str, value: str) -> bool:
    """Whether kustomize takes the value for the selector's pattern: both ends are anchored."""
    try:
        return pattern == value or re.fullmatch(pattern, value) is not None
    except re.error:
        return False
