"""Every kind has a schema: a builtin one that the cluster's Kubernetes serves, or a CustomResourceDefinition that was fetched.

Source: issue 4 of this project: what has no schema is checked by nobody, here or in Argo CD, until a cluster refuses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.model import Manifest
from generator.rules.deprecations import is_removed
from generator.rules.kubernetes_schema import is_builtin_group, is_served
from generator.rules.violation import Context, Violation


def find(manifests: Sequence[Manifest], context: Context) -> Iterator[Violation]:
    """Every object of a kind that nothing describes; custom resources only where schemas were fetched at all."""
    for manifest in manifests:
        version = str(manifest.object.get("apiVersion", ""))
        if is_removed(version, manifest.kind, manifest.kubernetes):
            continue  # `deprecated-api` says it, and what to use
        if is_builtin_group(manifest.kubernetes, manifest.group):
            if not is_served(manifest.kubernetes, version, manifest.kind):
                message = f"Kubernetes {manifest.kubernetes} has no such kind in `{version}`"
                help = "name a version of the API that the cluster serves"
                yield Violation(manifest, ("apiVersion",), message, help)
        elif (
            context.custom is not None
            and (manifest.group, version.rpartition("/")[2], manifest.kind) not in context.custom
        ):
            message = f"no schema for kind `{manifest.kind}` of `{version}`"
            help = "correct it, or put its CustomResourceDefinition below .build/crds/"
            yield Violation(manifest, ("apiVersion",), message, help)
