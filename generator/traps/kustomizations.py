"""Traps in what a kustomization.yaml says of itself: labels, namespaces, paths outside, generators."""

from __future__ import annotations

from collections.abc import Iterator

from generator.diagnostics import Diagnostic
from generator.model import Component
from generator.objects import kustomizations, nodes
from generator.source import Document
from generator.traps.view import View

_PRUNE_GUARD = "Prune=false"


def find(view: View) -> Iterator[Diagnostic]:
    """All of them, in every component."""
    for component in view.catalogue.components:
        for _, document in kustomizations(component):
            yield from _kind(document)
            yield from _labels(document)
            yield from _namespace(component, document)
            yield from _outside(document)
            yield from _generators(document)


def _kind(document: Document) -> Iterator[Diagnostic]:
    if document.data.get("kind") != "Component":
        message = "a folder of the catalogue is a Component, so that it can read the tenant"
        yield Diagnostic("trap-not-a-component", message, document.value(("kind",)), help="write `kind: Component`")


def _labels(document: Document) -> Iterator[Diagnostic]:
    for index, entry in enumerate(document.data.get("labels", [])):
        if entry.get("includeSelectors"):
            message = "`includeSelectors` reaches a Service's selector but not a Rollout's, and the Service then selects nothing"
            help = "remove it; labels are set once, in the overlay that `quad` compiles"
            yield Diagnostic(
                "trap-include-selectors", message, document.key(("labels", index, "includeSelectors")), help=help
            )
    if document.data.get("commonLabels"):
        message = "`commonLabels` changes selectors, a Service's but not a Rollout's"
        yield Diagnostic("trap-include-selectors", message, document.key(("commonLabels",)), help="remove it")
    for key in ("labels", "commonAnnotations"):
        if document.data.get(key):
            message = f"`{key}` in a component misses the components that come after it"
            help = "put the label on the object itself; those of the tenant are set in the compiled overlay"
            yield Diagnostic("trap-component-labels", message, document.key((key,)), help=help)


def _namespace(component: Component, document: Document) -> Iterator[Diagnostic]:
    if component.kind != "argocd" and "namespace" in document.data:
        message = "the overlay's own namespace overwrites this one"
        yield Diagnostic("trap-namespace", message, document.key(("namespace",)), help="remove it")


def _outside(document: Document) -> Iterator[Diagnostic]:
    for path, value in nodes(document.data):
        if not path or path[0] not in (
            "resources",
            "components",
            "patches",
            "configurations",
            "configMapGenerator",
            "replacements",
        ):
            continue
        if not isinstance(value, str) or not (
            value.startswith(("/", "../", "http:", "https:", "git@", "ssh:", "github.com/")) or "=../" in value
        ):
            continue
        if path[0] == "patches" and path[-1] != "path":
            continue
        if path[0] == "replacements" and path[-1] != "path":
            continue
        message = f"`{value}` lies outside the component's folder"
        help = "a component reads only its own folder: put the file there, or make it a component of its own"
        yield Diagnostic("trap-outside-folder", message, document.value(path), help=help)


def _generators(document: Document) -> Iterator[Diagnostic]:
    general = document.data.get("generatorOptions", {})
    for index, entry in enumerate(document.data.get("configMapGenerator", [])):
        options = {**general, **entry.get("options", {})}
        guard = options.get("annotations", {}).get("argocd.argoproj.io/sync-options", "")
        if (
            entry.get("behavior") in ("merge", "replace")
            or options.get("disableNameSuffixHash")
            or _PRUNE_GUARD in guard
        ):
            continue
        message = (
            f"the ConfigMap `{entry.get('name')}` gets a new name with every change, and Argo CD prunes the old one"
        )
        notes = ("the pods of the active colour still need it while the new ones come up",)
        help = f"annotate it in `options`: argocd.argoproj.io/sync-options: {_PRUNE_GUARD}"
        span = document.value(("configMapGenerator", index, "name"))
        yield Diagnostic("trap-hash-pruned", message, span, notes=notes, help=help)
    for index, entry in enumerate(document.data.get("secretGenerator", [])):
        message = f"the Secret `{entry.get('name')}` would put its values into git"
        span = document.value(("secretGenerator", index))
        yield Diagnostic("trap-secret-generator", message, span, help="use an ExternalSecret")
