"""The schemas of custom resources, read from CustomResourceDefinition files (by default those that `make crds` fetched)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader for which a bare `=` is text, as it is for Kubernetes."""


_Loader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: loader.construct_scalar(node))


def read_crds(folder: Path) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    """The OpenAPI schema of each served (group, version, kind); nothing where the folder does not exist."""
    schemas: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    for path in sorted([*folder.rglob("*.yaml"), *folder.rglob("*.yml")]):
        for document in yaml.load_all(path.read_bytes(), Loader=_Loader):
            if not isinstance(document, Mapping) or document.get("kind") != "CustomResourceDefinition":
                continue
            spec = document["spec"]
            for version in spec["versions"]:
                if version.get("served") and "schema" in version:
                    schema = version["schema"]["openAPIV3Schema"]
                    schemas[spec["group"], version["name"], spec["names"]["kind"]] = schema
    return schemas
