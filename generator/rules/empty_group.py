"""No `group: ""` under an Application's `ignoreDifferences`: core kinds leave the field out.

Source: Argo CD writes the Application without the empty text (`omitempty`), so that the parent application finds a difference
and heals it for ever; seen on a real control plane (tests/e2e).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.model import Manifest
from generator.rules.violation import Context, Violation
from generator.rules.walk import at, items


def find(manifests: Sequence[Manifest], _: Context) -> Iterator[Violation]:
    """Every such entry."""
    for manifest in manifests:
        if (manifest.group, manifest.kind) != ("argoproj.io", "Application"):
            continue
        for index, entry in enumerate(items(at(manifest.object, "spec", "ignoreDifferences"))):
            if entry.get("group") == "":
                message = "Argo CD drops an empty group, and the parent application puts it back for ever"
                yield Violation(manifest, ("spec", "ignoreDifferences", index, "group"), message, "leave the field out")
