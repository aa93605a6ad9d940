"""Reads what kustomize prints and what others write for Kubernetes, as plain data."""

from __future__ import annotations

from typing import Any

import yaml


class ManifestLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader for which a bare `=` and a date are text, as they are for Kubernetes; a date may be no day at all.

    So are digits that fit no number of Kubernetes: decimal ones one of 64 bits with a point, others one of 64 bits.
    """


def _integer(loader: Any, node: yaml.ScalarNode) -> Any:
    text = loader.construct_scalar(node)
    try:
        value = loader.construct_yaml_int(node)
    except ValueError:  # more digits than Python reads
        return text
    is_decimal = text.lstrip("+-").replace("_", "").isdecimal()
    return value if abs(value).bit_length() <= (1024 if is_decimal else 64) else text


for _kind in ("value", "timestamp"):
    ManifestLoader.add_constructor(f"tag:yaml.org,2002:{_kind}", lambda loader, node: loader.construct_scalar(node))
ManifestLoader.add_constructor("tag:yaml.org,2002:int", _integer)
