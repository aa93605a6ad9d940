"""Which file of the catalogue made a change: one whose bytes differ, and that holds, patches or fills the object."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from generator.changes import Edit, Item, ObjectId
from generator.diagnostics import Span
from generator.diff.reach import selects
from generator.model import Catalogue, Component, Tenant
from generator.snapshot import Snapshot, blob_id, differing
from generator.source import Document, Path


class CatalogueCauses:
    """The differing files of both trees' catalogues, and what each is about."""

    def __init__(self, catalogue: Catalogue, before: Snapshot, after: Snapshot) -> None:
        self._catalogue, self._ids = catalogue, after.ids
        self._changed = {path for path in differing(before, after) if path.startswith("catalogue/")}
        self._known: dict[Any, list[tuple[Component, str]]] = {}
        self._shared: dict[Any, tuple[Edit, ...]] = {}

    def of_object(self, tenant: Tenant, id: ObjectId) -> Span | None:
        """The file that an object came or went with."""
        for component, name in self._files(tenant, id):
            for document in component.documents.get(name, ()):
                if _is(document.data, id):
                    return self._shown(tenant, component, name, document.key(("kind",)))
        return self._first(tenant, id)

    def of_edit(self, tenant: Tenant, id: ObjectId, edit: Edit) -> Span | None:
        """The line that an edit came with, else the file."""
        for component, name in self._files(tenant, id):
            for document in component.documents.get(name, ()):
                if _is(document.data, id) and (path := _found(document, edit)):
                    return self._shown(tenant, component, name, document.value(path))
        for component, name in self._files(tenant, id):
            line = _line(component.files.get(name, b""), edit)
            if line and not component.documents.get(name):
                return self._shown(tenant, component, name, _line_span(component, name, line))
        return self._first(tenant, id)

    def with_causes(self, tenant: Tenant, id: ObjectId, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """Edits with their causes, found once for the very same edits of tenants of the same components and ring."""
        key = (builtins.id(edits), tenant.components, tenant.spec["ring"], id.group, id.kind, id.name)
        if key not in self._shared:
            self._shared[key] = tuple(replace(edit, cause=self.of_edit(tenant, id, edit)) for edit in edits)
        return self._shared[key]

    def _first(self, tenant: Tenant, id: ObjectId) -> Span | None:
        files = self._files(tenant, id)
        return Span(f"{files[0][0].folder}/{files[0][1]}") if files else None

    def _shown(self, tenant: Tenant, component: Component, name: str, span: Span) -> Span:
        """The line, where the file is what the tenant's ring was compiled against; a pinned ring has an older one."""
        path = f"catalogue/{tenant.spec['ring']}/{component.folder.removeprefix('overlays/')}/{name}"
        same = self._ids.get(path) == blob_id(component.files.get(name, b""))
        return span if same else Span(f"{component.folder}/{name}")

    def _files(self, tenant: Tenant, id: ObjectId) -> list[tuple[Component, str]]:
        """The differing files that are about the object; those that hold it first, the kustomizations last."""
        key = (tenant.components, tenant.spec["ring"], id.kind, id.name)
        if key not in self._known:
            found = list(self._differing(tenant))
            about = [item for item in found if self._is_about(*item, id)]
            sole = found if len(found) == 1 else []
            self._known[key] = sorted(about or sole, key=lambda item: item[1].endswith("kustomization.yaml"))
        return self._known[key]

    def _differing(self, tenant: Tenant) -> Iterator[tuple[Component, str]]:
        if not self._changed:
            return
        for component in self._catalogue.components:
            if (component.kind, component.name) in tenant.components or component.kind == "argocd":
                folder = f"catalogue/{tenant.spec['ring']}/{component.folder.removeprefix('overlays/')}/"
                names = {path.removeprefix(folder) for path in self._changed if path.startswith(folder)}
                yield from ((component, name) for name in sorted(names))

    def _is_about(self, component: Component, name: str, id: ObjectId) -> bool:
        own = [document.data for document in component.documents.get(name, ())]
        if any(_is(data, id) or _mentions(data, id) for data in own):
            return True
        for other, documents in component.documents.items():
            if not other.endswith("kustomization.yaml"):
                continue
            base = other.removesuffix("kustomization.yaml")
            relative = name.removeprefix(base)
            for document in documents:
                if isinstance(document.data, Mapping) and _gives(document.data, relative, id):
                    return True
        return False


def _is(data: Any, id: ObjectId) -> bool:
    """Whether the document is the object, or a patch of it."""
    if not isinstance(data, Mapping) or data.get("kind") != id.kind:
        return False
    metadata = data.get("metadata")
    name = str(metadata.get("name", "")) if isinstance(metadata, Mapping) else ""
    return id.name == name or id.name.startswith(f"{name}-")


def _mentions(data: Any, id: ObjectId) -> bool:
    """Whether a kustomization, or a file of replacements, does something to the object by itself."""
    entries = data if isinstance(data, list) else data.get("replacements", []) if isinstance(data, Mapping) else []
    targets = [target for entry in entries if isinstance(entry, Mapping) for target in entry.get("targets", [])]
    if any(selects(target.get("select", {}), id) for target in targets):
        return True
    return isinstance(data, Mapping) and (
        any(selects(patch.get("target", {}), id) for patch in data.get("patches", []) if "path" not in patch)
        or any(entry.get("name") == id.name for entry in _generators(data) if id.kind in ("ConfigMap", "Secret"))
    )


def _gives(kustomization: Mapping[str, Any], name: str, id: ObjectId) -> bool:
    """Whether a kustomization makes the object of the file, or patches it with the file."""
    for patch in kustomization.get("patches", []):
        if patch.get("path") == name and patch.get("target") and selects(patch["target"], id):
            return True
    listed = [entry for entry in _generators(kustomization) if entry.get("name") == id.name]
    texts = [text for entry in listed for kind in ("files", "envs") for text in entry.get(kind, [])]
    return id.kind in ("ConfigMap", "Secret") and any(text.rpartition("=")[2] == name for text in texts)


def _generators(kustomization: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*kustomization.get("configMapGenerator", []), *kustomization.get("secretGenerator", [])]


def _found(document: Document, edit: Edit) -> Path | None:
    """The edit's path in the document, as far as the document goes along with it."""
    path: Path = ()
    node = document.data
    for step in edit.path:
        if isinstance(node, Mapping) and isinstance(step, str) and step in node:
            path, node = (*path, step), node[step]
        elif isinstance(node, list) and (place := _place(node, step)) is not None:
            path, node = (*path, place), node[place]
        else:
            break
    return path or None


def _place(items: list[Any], step: str | int | Item) -> int | None:
    if isinstance(step, Item):
        keys = [item.get(step.key) if isinstance(item, Mapping) else None for item in items]
        return keys.index(step.value) if step.value in keys else None
    return step if isinstance(step, int) and step < len(items) else None


def _line(raw: bytes, edit: Edit) -> int:
    """The first line that differs, where the file is the very text of the edit."""
    if not isinstance(edit.after, str) or raw != edit.after.encode():
        return 0
    old = edit.before.splitlines() if isinstance(edit.before, str) else []
    new = edit.after.splitlines()
    for number, line in enumerate(new):
        if number >= len(old) or old[number] != line:
            return number + 1
    return len(new)


def _line_span(component: Component, name: str, line: int) -> Span:
    """A whole line of a file."""
    text = component.files[name].decode("utf-8", "replace").splitlines()[line - 1]
    return Span(f"{component.folder}/{name}", line, 1, max(1, len(text)), text)
