"""Reads what kustomize prints and what others write for Kubernetes, as plain data."""

from __future__ import annotations

import yaml


class ManifestLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader for which a bare `=` is text, as it is for Kubernetes."""


ManifestLoader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: loader.construct_scalar(node))
