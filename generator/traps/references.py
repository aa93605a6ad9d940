"""The trap of unknown references: a name with a hash that a custom resource reads is not followed unless it is configured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.diagnostics import Diagnostic
from generator.model import Component
from generator.objects import is_custom, kustomizations, objects
from generator.source import Path
from generator.traps.view import View

_KEYS = {"configMapRef", "configMapKeyRef", "configMap"}


def find(view: View) -> Iterator[Diagnostic]:
    """Every place where a custom resource names a generated ConfigMap and no `nameReference` follows it."""
    hashed = {name for component in view.catalogue.components for name in _hashed(component)}
    always = {kind for component in view.catalogue.of("base").values() for kind in _followed(component)}
    for component in view.catalogue.components:
        followed = {*always, *_followed(component)}  # what another model or feature configures is not always there
        for found in objects(component):
            if not is_custom(found.group) or (found.group, found.kind) in followed:
                continue
            for path, name in _names(found.data, ()):
                if name in hashed:
                    message = f"{found.kind} names the ConfigMap `{name}`, which kustomize renames without following this reference"
                    help = "add a `nameReference` for the kind to a file under `configurations`"
                    yield Diagnostic("trap-name-reference", message, found.document.value(path), help=help)


def _hashed(component: Component) -> Iterator[str]:
    for _, document in kustomizations(component):
        for entry in document.data.get("configMapGenerator", []):
            if not entry.get("options", {}).get("disableNameSuffixHash"):
                yield str(entry.get("name", ""))


def _followed(component: Component) -> Iterator[tuple[str, str]]:
    for folder, document in kustomizations(component):
        for name in document.data.get("configurations", []):
            for configuration in component.documents.get(f"{folder}{name}", ()):
                for reference in (configuration.data or {}).get("nameReference", []):
                    if reference.get("kind") == "ConfigMap":
                        specs = reference.get("fieldSpecs", [])
                        yield from ((str(spec.get("group", "")), str(spec.get("kind", ""))) for spec in specs)


def _names(data: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(data, Mapping):
        for key, value in data.items():
            if key in _KEYS and isinstance(value, Mapping) and "name" in value:
                yield (*path, key, "name"), str(value["name"])
            yield from _names(value, (*path, key))
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from _names(item, (*path, index))
