"""The schemas of custom resources, read from CustomResourceDefinition files (by default those that `make crds` fetched)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from generator.cache import NO_CACHE, Cache, Kind, digest
from generator.diagnostics import Diagnostic, Span
from generator.manifest_loader import ManifestLoader

_KIND: Kind = "crd"


def read_crds(folder: Path, kinds: Collection[tuple[str, str]]) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    """The OpenAPI schema of each served (group, version, kind) of those (group, kind) pairs that have a CRD below the folder.

    Files that name none of the kinds are not parsed: all the CRDs of a platform are megabytes, those in use a few.
    """
    schemas: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    for path in sorted([*folder.rglob("*.yaml"), *folder.rglob("*.yml")]):
        raw = path.read_bytes()
        if not any(group.encode() in raw and f"kind: {kind}".encode() in raw for group, kind in kinds):
            continue
        for document in yaml.load_all(raw, Loader=ManifestLoader):
            if not isinstance(document, Mapping) or document.get("kind") != "CustomResourceDefinition":
                continue
            spec = document["spec"]
            if (spec["group"], spec["names"]["kind"]) not in kinds:
                continue
            for version in spec["versions"]:
                if version.get("served") and "schema" in version:
                    schema = version["schema"]["openAPIV3Schema"]
                    schemas[spec["group"], version["name"], spec["names"]["kind"]] = schema
    return schemas


@dataclass(slots=True)
class CustomSchemas:
    """The schemas of custom resources, read when a kind is first asked for; none of any where the folder is missing.

    `key` is the digest of the folder's files and of who reads them: by it and the kind they are kept, for YAML takes long to read.
    """

    folder: Path
    key: str = ""
    cache: Cache = NO_CACHE
    _read: set[tuple[str, str]] = field(default_factory=set)
    _found: dict[tuple[str, str, str], Mapping[str, Any]] = field(default_factory=dict)

    def of(self, kinds: Collection[tuple[str, str]]) -> dict[tuple[str, str, str], Mapping[str, Any]] | None:
        """By (group, version, kind), for at least those (group, kind) pairs; None where nothing was fetched."""
        if not self.folder.is_dir():
            return None
        new = set(kinds) - self._read
        if new:
            self._read |= new
            self._read_new({pair for pair in new if not self._kept(pair)})
        return self._found

    def _kept(self, pair: tuple[str, str]) -> bool:
        raw = self.cache.get(_KIND, digest(self.key, *pair))
        if raw is not None:
            self._found.update({(pair[0], version, pair[1]): schema for version, schema in json.loads(raw).items()})
        return raw is not None

    def _read_new(self, pairs: Collection[tuple[str, str]]) -> None:
        found = read_crds(self.folder, pairs) if pairs else {}
        self._found.update(found)
        for group, kind in pairs:
            versions = {name[1]: schema for name, schema in found.items() if (name[0], name[2]) == (group, kind)}
            with suppress(TypeError):  # a date, which JSON has not
                self.cache.put(_KIND, digest(self.key, group, kind), json.dumps(versions).encode())


_FETCH = (
    "put the CustomResourceDefinitions of the clusters below it; in Quadrangle's repository `make crds` fetches them"
)


def schemas_missing() -> Diagnostic:
    """Custom resources would be checked by nobody."""
    message = "there are no schemas of custom resources, so that nobody checks those"
    return Diagnostic("schemas-missing", message, Span(".build/crds"), help=_FETCH)
