"""Traps in the objects: names no hook can have, namespaces that are overwritten, apply modes that fight a Rollout."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from generator.diagnostics import Diagnostic
from generator.model import Component
from generator.objects import Object, objects
from generator.source import Path
from generator.traps.view import View

_HASH_LABEL = "rollouts-pod-template-hash"


def find(view: View) -> Iterator[Diagnostic]:
    """All of them, in every component."""
    for component in view.catalogue.components:
        for found in objects(component):
            yield from _generate_name(found)
            if component.kind not in ("argocd", "platform"):
                yield from _namespace(component, found)
            if component.kind != "platform":  # operators' charts have no Rollouts, and CRDs too large for anything else
                yield from _server_side_apply(found)
            if component.kind == "base":
                yield from _pod_lists(found)


def _metadata(found: Object) -> dict[str, Any]:
    metadata = found.data.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _generate_name(found: Object) -> Iterator[Diagnostic]:
    if "generateName" in _metadata(found):
        message = f"{found.kind} has `generateName`, which kustomize refuses"
        help = "give it a `name`, and an Argo CD hook the delete policy BeforeHookCreation"
        yield Diagnostic("trap-generate-name", message, found.document.key(("metadata", "generateName")), help=help)


def _namespace(component: Component, found: Object) -> Iterator[Diagnostic]:
    if found.kind == "Namespace":
        message = (
            f"{component.kind} `{component.name}` brings a Namespace, whose name the overlay's namespace overwrites"
        )
        help = "remove it; Argo CD makes the tenant's namespace"
        yield Diagnostic("trap-namespace", message, found.document.value(("kind",)), help=help)
    if "namespace" in _metadata(found):
        message = "the overlay's namespace overwrites this one"
        yield Diagnostic("trap-namespace", message, found.document.key(("metadata", "namespace")), help="remove it")


def _pod_lists(found: Object) -> Iterator[Diagnostic]:
    """Features append to lists of the base's pods by `add .../-`, which fails where the list is not there."""
    spec = found.data.get("spec")
    template = spec.get("template") if isinstance(spec, dict) else None
    pod = template.get("spec") if isinstance(template, dict) else None
    if not isinstance(pod, dict):
        return
    path: Path = ("spec", "template", "spec")
    for name in ("volumes", "initContainers"):
        if not isinstance(pod.get(name), list):
            message = f"the pods of {found.kind} `{found.name}` have no list `{name}` for features to append to"
            yield Diagnostic("trap-pod-lists", message, found.document.key(path), help=f"write `{name}: []`")
    first = (pod.get("containers") or [{}])[0]
    if first.get("name") != "php":
        message = f"the first container of {found.kind} `{found.name}` is not `php`, which features count on"
        span = found.document.value((*path, "containers", 0, "name"))
        yield Diagnostic("trap-pod-lists", message, span, help="put the container `php` first")
    for name in ("env", "volumeMounts"):
        if not isinstance(first.get(name), list):
            message = (
                f"the container `php` of {found.kind} `{found.name}` has no list `{name}` for features to append to"
            )
            span = found.document.key((*path, "containers", 0))
            yield Diagnostic("trap-pod-lists", message, span, help=f"write `{name}: []`")


def _server_side_apply(found: Object) -> Iterator[Diagnostic]:
    message = f"server-side apply with self-heal takes `{_HASH_LABEL}` off the active Service"
    annotations = _metadata(found).get("annotations") or {}
    key = "argocd.argoproj.io/sync-options"
    if found.kind in ("Service", "Rollout") and "ServerSideApply=true" in str(annotations.get(key, "")):
        span = found.document.value(("metadata", "annotations", key))
        yield Diagnostic("trap-server-side-apply", message, span, help="remove it from Services and Rollouts")
    spec = found.data.get("spec")
    if found.kind != "Application" or not isinstance(spec, dict):
        return
    options = (spec.get("syncPolicy") or {}).get("syncOptions") or []
    ignored = _HASH_LABEL in json.dumps(spec.get("ignoreDifferences", []))
    if "ServerSideApply=true" in options and not (ignored and "RespectIgnoreDifferences=true" in options):
        span = found.document.value(("spec", "syncPolicy", "syncOptions", options.index("ServerSideApply=true")))
        help = f"remove it, or ignore differences of `{_HASH_LABEL}` with RespectIgnoreDifferences=true"
        yield Diagnostic("trap-server-side-apply", message, span, help=help)
