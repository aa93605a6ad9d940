"""API versions that the cluster's Kubernetes, or one that it is soon upgraded to, gives up.

Source: Kubernetes, "Kubernetes Deprecation Policy": a deprecated version goes on for a while, and then objects in it are refused.
An object that is stored is served in the newer version, but what Argo CD applies must name it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.model import Manifest
from generator.rules.deprecations import DEPRECATIONS, Version, numbers
from generator.rules.violation import Context, Violation


def find(manifests: Sequence[Manifest], context: Context) -> Iterator[Violation]:
    """An error where the version is gone, a warning where it is deprecated now or within `context.ahead` minor versions."""
    for manifest in manifests:
        version = str(manifest.object.get("apiVersion", ""))
        found = DEPRECATIONS.get((version, manifest.kind))
        if found is None:
            continue
        major, minor = numbers(manifest.kubernetes)
        help = f"use {found.replacement}"
        if found.removed is not None and found.removed <= (major, minor):
            message = f"this kind of `{version}` is gone from Kubernetes {_text(found.removed)} on"
            yield Violation(manifest, ("apiVersion",), message, help)
        elif found.deprecated <= (major, minor + context.ahead):
            gone = f" and gone in {_text(found.removed)}" if found.removed else ""
            message = f"this kind of `{version}` is deprecated from Kubernetes {_text(found.deprecated)} on{gone}"
            yield Violation(manifest, ("apiVersion",), message, help, "warning")


def _text(version: Version) -> str:
    return f"{version[0]}.{version[1]}"
