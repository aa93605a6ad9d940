"""The contract every folder of the catalogue keeps, so that a feature needs no Python.

Here is what a folder must have and what its schema may say; the traps of kustomize are in `traps`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from generator import schema as schemas
from generator.derive import FUNCTIONS
from generator.diagnostics import Diagnostic, Span
from generator.expressions import syntax_error
from generator.model import WORKS_WITH, Component, Repository
from generator.objects import nodes
from generator.schema_errors import closest, located_in, schema_problems
from generator.source import Document, Path
from generator.traps import trap_problems

_NEEDED = {
    "base": ("README.md", "kustomization.yaml"),
    "argocd": ("README.md", "kustomization.yaml"),
    "database": ("README.md", "kustomization.yaml", "schema.yaml"),
    "cache": ("README.md", "kustomization.yaml", "schema.yaml"),
    "model": ("README.md", "kustomization.yaml", "schema.yaml"),
    "state": ("README.md", "kustomization.yaml", "schema.yaml"),
    "transaction": ("README.md", "kustomization.yaml", "schema.yaml"),
    "platform": ("README.md", "kustomization.yaml", "schema.yaml"),
    "feature": ("README.md", "kustomization.yaml", "schema.yaml", "examples/minimal.yaml"),
}
_FIXED = ("base", "argocd", "argocd-root")
_CORE_SCHEMAS = ("tenant.core.yaml", "fleet.yaml", "release.yaml", "feature.meta.yaml")


def schema_faults(repository: Repository) -> list[Diagnostic]:
    """What makes the tenant's schema unusable: our own schemas gone, a schema.yaml not of our form, a passport that is none."""
    broken = [name for name in _CORE_SCHEMAS if not _is_schema(repository.schemas.get(name))]
    if broken:
        help = "restore it from the project"
        return [Diagnostic("broken-schema", "no schema is here", Span(f"schemas/{name}"), help=help) for name in broken]
    meta = repository.schemas["feature.meta.yaml"].data
    problems: list[Diagnostic] = []
    for component in repository.catalogue.components:
        if component.schema is None and "schema.yaml" in component.files:
            span = Span(f"{component.folder}/schema.yaml")
            problems.append(
                Diagnostic("broken-schema", "no schema is here", span, help="write at least title and properties")
            )
        if document := component.schema:
            subject = f"the schema of `{component.name}`"
            found = schema_problems(document.data, meta, located_in(document), subject)
            problems += found or list(_patterns(component))
    return problems + _releases(repository)


def _is_schema(document: Document | None) -> bool:
    return document is not None and isinstance(document.data, Mapping) and bool(document.data.get("properties"))


def _patterns(component: Component) -> Iterator[Diagnostic]:
    assert component.schema is not None
    for path, node, _ in _nodes(component.schema.data, ()):
        try:
            re.compile(node.get("pattern", ""))
        except re.error as error:
            span = component.schema.value((*path, "pattern"))
            yield Diagnostic("bad-pattern", f"no regular expression: {error}", span, help="mend the pattern")


def catalogue_problems(repository: Repository) -> list[Diagnostic]:
    """Every other way in which the catalogue breaks its contract; its schemas must be without fault."""
    problems: list[Diagnostic] = []
    catalogue = repository.catalogue
    there = {component.name for component in catalogue.components if component.kind in ("base", "argocd")}
    for name in _FIXED:
        if name not in there:
            help = "restore it from the project"
            problems.append(
                Diagnostic("component-incomplete", f"`{name}` is missing", Span(f"overlays/{name}"), help=help)
            )
    for component in catalogue.components:
        problems += _lacking(component)
        problems += _no_mapping(component)
        if component.schema is not None:
            problems += [*_properties(component), *_names(repository, component)]
    return problems or trap_problems(catalogue, repository.schemas["tenant.core.yaml"])


def _no_mapping(component: Component) -> Iterator[Diagnostic]:
    """kustomization.yaml and examples that hold something else than fields; an empty one kustomize refuses late."""
    for name, documents in component.documents.items():
        if not (name.endswith("kustomization.yaml") or (name.startswith("examples/") and component.kind == "feature")):
            continue
        if len(documents) != 1 or not isinstance(documents[0].data, Mapping):
            message = f"{name} of {_called(component)} does not hold one mapping"
            span = Span(f"{component.folder}/{name}")
            yield Diagnostic(
                "component-incomplete", message, span, help="write `field: value` lines, or {} in an example"
            )


def _lacking(component: Component) -> Iterator[Diagnostic]:
    for name in _NEEDED[component.kind]:
        if name == "kustomization.yaml" and component.composes and component.kind != "base":
            continue
        if name not in component.files:
            message = f"{_called(component)} lacks {name}"
            help = "CONTRIBUTING.md says what a folder of the catalogue holds"
            yield Diagnostic("component-incomplete", message, Span(f"{component.folder}/{name}"), help=help)


def _called(component: Component) -> str:
    return f"`{component.name}`" if component.kind in ("base", "argocd") else f"{component.kind} `{component.name}`"


def _properties(component: Component) -> Iterator[Diagnostic]:
    document = component.schema
    assert document is not None
    for path, node, required in _nodes(document.data, ()):
        name = ".".join(str(part) for part in path if part != "properties")
        if not (required or "default" in node or "x-derive" in node or node.get("properties")):
            message = f"the knob `{name}` has no default and is not required"
            help = "kustomize fails on a missing value: give a default, derive it, or require it"
            yield Diagnostic("knob-without-default", message, document.key(path), help=help)
        function = node.get("x-derive", {}).get("function")
        if function is not None and function not in FUNCTIONS:
            label = closest(function, list(FUNCTIONS))
            span = document.value((*path, "x-derive", "function"))
            help = f"use one of: {', '.join(FUNCTIONS)}"
            yield Diagnostic("unknown-function", f"unknown function `{function}`", span, label=label, help=help)
    for path, node, _ in _nodes(document.data, ()):
        yield from _empty(component, path, node)
    yield from _expressions(component)


def _empty(component: Component, path: Path, node: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """A list or map that may be empty: kustomize refuses an empty source of a replacement."""
    assert component.schema is not None
    needed = {"array": "minItems"}.get(str(node.get("type")))
    if node.get("type") == "object" and not node.get("properties"):
        needed = "minProperties"
    if needed and not node.get(needed):
        message = f"`{path[-1]}` may be empty, and an empty value cannot be copied by a replacement"
        help = f"give it `{needed}: 1`; what may be absent is a feature of its own"
        yield Diagnostic("trap-empty-source", message, component.schema.key(path), help=help)


def _expressions(component: Component) -> Iterator[Diagnostic]:
    assert component.schema is not None
    for path, node in nodes(component.schema.data):
        if path[-1:] == ("expression",) and "x-check" in path and (wrong := syntax_error(str(node))):
            help = "write an expression of the Common Expression Language over `self` and `tenant`"
            yield Diagnostic("bad-expression", f"not CEL: {wrong}", component.schema.value(path), help=help)


def _nodes(schema: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, Mapping[str, Any], bool]]:
    for name, child in schema.get("properties", {}).items():
        here = (*path, "properties", name)
        yield here, child, name in schema.get("required", [])
        yield from _nodes(child, here)


def _names(repository: Repository, component: Component) -> Iterator[Diagnostic]:
    document = component.schema
    assert document is not None
    works_with = {key: kind for key, (kind, _) in WORKS_WITH.items()}
    known = {
        "x-states": "state",
        "x-requires": "feature",
        "x-conflicts": "feature",
        "x-needs": "platform",
        **works_with,
    }
    for key, kind in known.items():
        names = list(repository.catalogue.of(kind))
        said = document.data.get(key, [])
        for index, name in enumerate(said):
            if name not in names:
                label = closest(name, names)
                help = f"use one of: {', '.join(names)}"
                span = document.key((key, name)) if isinstance(said, Mapping) else document.value((key, index))
                yield Diagnostic(f"unknown-{kind}", f"unknown {kind} `{name}`", span, label=label, help=help)


def _releases(repository: Repository) -> list[Diagnostic]:
    problems = []
    passport = schemas.inline(repository.schemas["release.yaml"].data)
    for version, document in repository.catalogue.releases.items():
        found = schema_problems(document.data, passport, located_in(document), "the passport")
        if not found and document.data["version"] != version:
            message = f"the passport is for `{document.data['version']}`, but its file `{version}.yaml`"
            found = [
                Diagnostic(
                    "file-name", message, document.value(("version",)), help="rename the file, or mend the version"
                )
            ]
        problems += found
    return problems
