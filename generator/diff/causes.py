"""Which line made a change: of a tenant file, of fleet.yaml, of a feature's folder or of any file of the catalogue.

First the leaves of the tenant's spec that differ and the replacements that carry them to fields; then components that came
or went; then the files of the catalogue that differ. A cause that is not known stays None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from generator import schema as schemas
from generator.changes import Edit, FieldPath, Item, ObjectChange, ObjectId, TenantChange
from generator.compile import GROUP, slug_of
from generator.derive import dependencies
from generator.diagnostics import Span
from generator.diff.catalogue_causes import CatalogueCauses
from generator.diff.pairing import unhashed
from generator.diff.reach import Reach, Reaches, selects
from generator.layers import span_of
from generator.model import UNDER_WAY, WORKS_WITH, Repository, Schema, Spec, Tenant
from generator.snapshot import Snapshot
from generator.source import Path

_STRUCTURE = {("state",), UNDER_WAY, *(path for _, path in WORKS_WITH.values())}
_LABELS = {f"{GROUP}/{name}": (name,) for name in ("ring", "environment")}


def attribute(
    changes: Sequence[TenantChange],
    repository: Repository,
    tenants: Sequence[Tenant],
    before: Snapshot,
    after: Snapshot,
) -> list[TenantChange]:
    """The changes of one environment, each object and each edit with the line that made it, where that is known."""
    known = {(tenant.environment, tenant.name): tenant for tenant in tenants}
    schema = schemas.resolved(repository)
    reaches = Reaches(repository.catalogue)
    catalogue = CatalogueCauses(repository.catalogue, before, after)
    result = []
    for change in changes:
        tenant = known.get((change.environment, change.tenant))
        if tenant is not None:
            finder = _Finder(schema, tenant, change, reaches, catalogue)
            change = replace(change, objects=tuple(finder.object(item) for item in change.objects))  # noqa: PLW2901
        elif change.after is None and change.before is not None:
            gone = Span(f"tenants/{change.environment}/{change.tenant}.yaml")
            change = replace(change, objects=tuple(replace(item, cause=gone) for item in change.objects))  # noqa: PLW2901
        result.append(change)
    return result


class _Finder:
    """Looks for the causes of one tenant's changes."""

    def __init__(
        self, schema: Schema, tenant: Tenant, change: TenantChange, reaches: Reaches, catalogue: CatalogueCauses
    ) -> None:
        self.schema, self.tenant, self.change, self.catalogue = schema, tenant, change, catalogue
        self.leaves = _changed(change.before or {}, change.after or {}, ())
        found = reaches.of(tenant) if self.leaves and change.before is not None else ()
        self.reaches = [
            (leaf, reach) for reach in found for leaf in self.leaves if _related(leaf, reach.source) is not None
        ]

    def object(self, item: ObjectChange) -> ObjectChange:
        """The object with causes."""
        if self.change.before is None:
            return replace(item, cause=self.tenant.document.key(("name",)))
        if item.action != "changed":
            return replace(item, cause=self._of_object(item.id))
        if self.change.like is not None and not self.leaves:
            edits = self.catalogue.with_causes(self.tenant, unhashed(item.id), item.edits)
            return ObjectChange(item.id, item.before, item.after, edits)
        return replace(item, edits=tuple(replace(edit, cause=self._of_edit(item, edit)) for edit in item.edits))

    def _of_object(self, id: ObjectId) -> Span | None:
        """Why an object is there, or no longer: an item of a list, a component, or a file of the catalogue."""
        for leaf, (old, new) in self.leaves.items():
            if isinstance(old, list) or isinstance(new, list):
                items = [item for item in new or [] if item not in (old or [])]
                items += [item for item in old or [] if item not in (new or [])]
                for item in items:
                    if isinstance(item, str | dict) and id.name.endswith(f"-{_slug(item)}"):
                        return self._span(self._place(leaf, item))
        return self._structure() or self.catalogue.of_object(self.tenant, unhashed(id))

    def _place(self, leaf: Path, item: Any) -> Path:
        """Where the tenant's list has the item, which its overlay may have sorted; the list where it does not."""
        said: Any = self.tenant.spec
        for key in leaf:
            said = said.get(key, {})
        return (*leaf, said.index(item)) if item in said else leaf

    def _of_edit(self, item: ObjectChange, edit: Edit) -> Span | None:
        if not self.leaves:
            return self.catalogue.of_edit(self.tenant, unhashed(item.id), edit)
        leaf = _LABELS.get(str(edit.path[-1])) or self._reaching(unhashed(item.id), edit) or self._carried(edit)
        if leaf in self.leaves:
            return self._span(leaf)
        return self.catalogue.of_edit(self.tenant, unhashed(item.id), edit) or self._structure()

    def _reaching(self, id: ObjectId, edit: Edit) -> Path | None:
        """The leaf that a replacement carries to the edit's field; the closest, where a map is carried whole."""
        best: tuple[int, Path] | None = None
        for leaf, reach in self.reaches:
            if selects(reach.select, id) and (score := _fits(leaf, reach, edit.path)) and (not best or score > best[0]):
                best = (score, leaf)
        return best[1] if best else None

    def _carried(self, edit: Edit) -> Path | None:
        """The leaf whose change is the edit's own, as a whole or inside a text."""
        for leaf, (old, new) in self.leaves.items():
            if (old, new) == (edit.before, edit.after):
                return leaf
        for leaf, (old, new) in self.leaves.items():
            texts = (old, new, edit.before, edit.after)
            if all(isinstance(text, str) and text for text in texts) and edit.before.replace(old, new) == edit.after:
                return leaf
        return None

    def _structure(self) -> Span | None:
        """The line of the component that changed; None where none or several did."""
        changed: set[Path] = {leaf for leaf in self.leaves if leaf in _STRUCTURE}
        features = {leaf[:2] for leaf in self.leaves if leaf[0] == "features" and len(leaf) > 1}
        changed |= {path for path in features if self._came_or_went(str(path[1]))}
        spans = {self._span(path) for path in changed}  # a server that follows from the model has the model's line
        return spans.pop() if len(spans) == 1 else None

    def _came_or_went(self, feature: str) -> bool:
        sides = [(spec or {}).get("features", {}) for spec in (self.change.before, self.change.after)]
        return (feature in sides[0]) != (feature in sides[1])

    def _span(self, leaf: Path, seen: frozenset[Path] = frozenset()) -> Span | None:
        """Where the leaf's value was given; for what is derived, where the value it follows from was."""
        own = self.tenant.document
        if leaf in own.places:
            return own.value(leaf) if leaf in self.tenant.origins else own.key(leaf)
        origins = self.tenant.origins.get(leaf)
        if origins and origins[0].layer == "derived":
            rule = (schemas.at(self.schema, leaf) or {}).get("x-derive", {"arguments": []})
            for other in dependencies(rule):
                if other in self.leaves and other not in seen:
                    return self._span(other, seen | {leaf})
            return self._span(("plan",)) if ("plan",) in self.leaves and ("plan",) not in seen else None
        if origins or any(leaf[:length] in self.tenant.origins for length in range(1, len(leaf))):
            return span_of(own, self.tenant.origins, leaf)
        below = sorted((path for path in self.tenant.origins if path[: len(leaf)] == leaf), key=str)
        for path in below:
            if self.tenant.origins[path][0].layer not in ("schema", "derived"):
                return self.tenant.origins[path][0].span
        return own.key(leaf[:1]) if leaf[:1] in own.places else None


def _changed(before: Spec, after: Spec, path: Path) -> dict[Path, tuple[Any, Any]]:
    """The leaves that differ, with both values; None for one that is not there."""
    if before is after:
        return {}
    found: dict[Path, tuple[Any, Any]] = {}
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        here = (*path, key)
        if isinstance(old, Mapping) or isinstance(new, Mapping):
            sides = [side if isinstance(side, Mapping) else {} for side in (old, new)]
            found |= _changed(sides[0], sides[1], here)
            if (key in before) != (key in after):
                found.setdefault(here, (old, new))
        elif type(old) is not type(new) or old != new:
            found[here] = (old, new)
    return found


def _related(leaf: Path, source: Path) -> Path | None:
    """What is left of the longer of two paths of which one begins with the other; None where neither does."""
    short = min(len(leaf), len(source))
    return (*leaf[short:], *source[short:]) if leaf[:short] == source[:short] else None


def _fits(leaf: Path, reach: Reach, path: FieldPath) -> int:
    """How well the edit's path is where the leaf arrives: 2 exactly, 1 above or below it, 0 elsewhere."""
    common = min(len(reach.fields), len(path))
    if not all(_same(part, step) for part, step in zip(reach.fields[:common], path[:common], strict=True)):
        return 0
    carried = [str(part) for part in leaf[len(reach.source) :]]
    inside = [str(step) for step in path[len(reach.fields) :]]
    if len(path) >= len(reach.fields) and carried == inside:
        return 2
    return (
        1 if not carried or not inside or carried[: len(inside)] == inside or inside[: len(carried)] == carried else 0
    )


def _same(part: str, step: str | int | Item) -> bool:
    if isinstance(step, Item):
        return part in ("*", f"[{step.key}={step.value}]") or part.isdigit()
    return part in ("*", str(step))


def _slug(item: str | dict[str, Any]) -> str:
    return slug_of(item) if isinstance(item, str) or "name" in item else "\n"
