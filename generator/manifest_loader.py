"""Reads what kustomize prints and what others write for Kubernetes, as plain data."""

from __future__ import annotations

import yaml


class ManifestLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader for which a bare `=` and a date are text, as they are for Kubernetes; a date may be no day at all."""


for _kind in ("value", "timestamp"):
    ManifestLoader.add_constructor(f"tag:yaml.org,2002:{_kind}", lambda loader, node: loader.construct_scalar(node))
