"""Every image is pinned by its digest.

Source: design, section 8; Kubernetes, "Images": a tag can be moved, a digest names content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from generator.model import Manifest
from generator.rules.pods import templates
from generator.rules.violation import Context, Violation
from generator.rules.walk import at, walk
from generator.source import Path

_PINNED = re.compile(r"^[^@\s]+@sha256:[0-9a-f]{64}$")
_HELP = "append the digest: `name:tag@sha256:...`"


def find(manifests: Sequence[Manifest], _: Context) -> Iterator[Violation]:
    """Every image that is named by a tag alone."""
    for manifest, path, image in _images(manifests):
        if not _PINNED.match(str(image or "")):
            yield Violation(manifest, path, "the image has no digest" if image else "no image is named", _HELP)


def _images(manifests: Sequence[Manifest]) -> Iterator[tuple[Manifest, Path, object]]:
    for template in templates(manifests):
        for container in template.containers:
            yield template.manifest, (*container.path, "image"), container.body.get("image")
        for path, image in walk(template.spec, ("volumes", "*", "image", "reference")):
            yield template.manifest, (*template.path, "spec", *path), image
    clusters = (
        manifest for manifest in manifests if (manifest.group, manifest.kind) == ("postgresql.cnpg.io", "Cluster")
    )
    for cluster in clusters:
        if at(cluster.object, "spec", "imageCatalogRef") is None:
            yield cluster, ("spec", "imageName"), at(cluster.object, "spec", "imageName")
