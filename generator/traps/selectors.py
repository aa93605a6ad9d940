"""Traps in selectors: kustomize says nothing where a replacement or a patch matches no object, or more than was meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.diagnostics import Diagnostic, Span
from generator.model import Component
from generator.objects import kustomizations, matches
from generator.replacements import replacements_of
from generator.schema_errors import closest
from generator.source import Document, Path
from generator.traps.view import Sight, View


def find(view: View) -> Iterator[Diagnostic]:
    """Every selector that is ambiguous, or that matches nothing with something the component works with."""
    for component in view.catalogue.components:
        seen, inside = view.sights[component.folder], Sight(view.brought[component.folder], {})
        for select, document, path, nested in _selects(component):
            if "kind" in select and not ("name" in select or "group" in select or "labelSelector" in select):
                message = f"`kind: {select['kind']}` alone also takes kinds of that name in other API groups"
                yield Diagnostic(
                    "trap-ambiguous-selector", message, document.value(path), help="name the object, or the group"
                )
                continue
            sight = inside if nested else seen
            if (lacking := sight.blind(select)) is not None:
                yield _nothing(select, document.value(path), lacking, sight)


def _nothing(select: Mapping[str, Any], span: Span, lacking: tuple[str, str], sight: Sight) -> Diagnostic:
    wanted = " ".join(str(select[key]) for key in ("kind", "name") if key in select)
    names = [f"{item.kind} {item.name}" for item in sight.everything if not matches(select, item)]
    kind, name = lacking
    where = f" with the {kind} `{name}`" if kind else ""
    message = f"`{wanted}` selects no object{where}, and kustomize would say nothing"
    help = "select an object that exists there" + (f", or say with `x-{kind}s` what it works with" if kind else "")
    return Diagnostic("trap-no-target", message, span, label=closest(wanted, names), help=help)


def _selects(component: Component) -> Iterator[tuple[Mapping[str, Any], Document, Path, bool]]:
    """Each selector with its place, and whether it stands in a folder of `each/`, which sees only its own objects."""
    for replacement in replacements_of(component):
        nested = "/each/" in replacement.document.path
        for target in replacement.targets:
            yield target.select, replacement.document, (*target.path[:-2], "select"), nested
    for folder, document in kustomizations(component):
        for index, entry in enumerate(document.data.get("patches", [])):
            if entry.get("target"):
                yield entry["target"], document, ("patches", index, "target"), folder.startswith("each/")
