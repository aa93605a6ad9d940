"""Every object has a name of its own, hooks included.

Source: kustomize refuses objects without `metadata.name`, and Argo CD cannot tell whether an object with `generateName` has
run: each sync makes another one. Design, section 5, the traps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.model import Manifest
from generator.rules.violation import Context, Violation
from generator.rules.walk import at, everything, mapping

_HOOKS = ("argocd.argoproj.io/hook", "helm.sh/hook")


def find(manifests: Sequence[Manifest], _: Context) -> Iterator[Violation]:
    """Every object or template that leaves its name to the API server."""
    for manifest in manifests:
        yield from _generated(manifest)
        if not manifest.name:
            annotations = mapping(at(manifest.object, "metadata", "annotations"))
            what = "the hook" if any(hook in annotations for hook in _HOOKS) else "the object"
            yield Violation(manifest, ("metadata", "name"), f"{what} has no name", "write `metadata.name`")


def _generated(manifest: Manifest) -> Iterator[Violation]:
    for path, value in everything(manifest.object):
        if path[-2:] == ("metadata", "generateName") and value:
            yield Violation(manifest, path, "the name is left to the API server", "write `metadata.name` instead")
