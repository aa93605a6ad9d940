"""What a class of destruction sees and says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from generator.changes import ABSENT, ObjectChange, ObjectId, TenantChange, show_path
from generator.diagnostics import Span
from generator.source import Path

Object = Mapping[str, Any]
Kind = tuple[str, str]
"""API group and kind; the group of the core is empty."""

GROUP = "quadrangle.dev"
PRECIOUS = f"{GROUP}/precious"
"""The annotation by which the catalogue says what would be lost with an object: `data`, a `backup-schedule`, or `nothing`."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An `x-danger` of the schema: which leaf of the tenant, when its change destroys, and what to say of it."""

    path: Path
    code: str
    when: str
    why: str
    proceed: str


@dataclass(frozen=True, slots=True)
class Context:
    """What classes know besides the change.

    `marks` are the leaves of the tenant that its schema marks with `x-danger`; `fixed` the paths that a CustomResourceDefinition
    says cannot change, by kind; `declared` the tenants (environment, name) whose own file says their state; `standing` gives all
    objects that a tenant has afterwards, None where nobody can tell; `arrived` is the environment that each tenant is in now;
    `final` the states that a tenant must be in to be removed, none where the catalogue names none; `composing` the models whose
    tenants are Compose projects.
    """

    marks: Sequence[Mark] = ()
    fixed: Mapping[Kind, Sequence[Path]] = field(default_factory=dict)
    declared: Collection[tuple[str, str]] = ()
    standing: Callable[[TenantChange], Sequence[Object] | None] = lambda _: None
    arrived: Mapping[str, str] = field(default_factory=dict)
    final: Collection[str] = ()
    composing: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Loss:
    """One finding of a class: a Danger without its tenant. `code` is set only where the class itself does not name the fault."""

    object: ObjectId
    field: str
    before: Any
    after: Any
    why: str
    proceed: str
    cause: Span | None = None
    allowed: str = ""
    code: str = ""


Find = Callable[[TenantChange, Context], Iterator[Loss]]


def kind_of(change: ObjectChange) -> Kind:
    """API group and kind of the object."""
    return change.id.group, change.id.kind


def both(change: TenantChange) -> Iterator[tuple[ObjectChange, Object, Object]]:
    """The objects that are there before and after."""
    for each in change.objects:
        if each.before is not None and each.after is not None:
            yield each, each.before, each.after


def removed(change: TenantChange) -> Iterator[tuple[ObjectChange, Object]]:
    """The objects that are there before and not after."""
    for each in change.objects:
        if each.before is not None and each.after is None:
            yield each, each.before


def loss(each: ObjectChange, path: str, before: Any, after: Any, why: str, proceed: str) -> Loss:
    """A finding at a field of an object; its cause is that of the edit there, where one is known."""
    edits = ((show_path(edit.path), edit.cause) for edit in each.edits if edit.cause is not None)
    cause = next((cause for edited, cause in edits if edited.startswith(path) or path.startswith(edited)), each.cause)
    return Loss(each.id, path, before, after, why, proceed, cause)


def whole(each: ObjectChange, why: str, proceed: str) -> Loss:
    """A finding that a whole object is removed."""
    return Loss(each.id, "", str(each.id), ABSENT, why, proceed, each.cause)


def tenant_id(change: TenantChange) -> ObjectId:
    """The tenant itself, as an object."""
    spec = change.before or change.after or {}
    return ObjectId(GROUP, "Tenant", str(spec.get("namespace", "")), change.tenant)


def annotations_of(body: Object) -> Mapping[str, Any]:
    """The object's annotations."""
    metadata = body.get("metadata")
    found = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def declared(change: TenantChange, context: Context) -> str:
    """A tenant's own word. A state that comes from a default of many tenants stops them all, and nobody said so of this one."""
    old, new = ((spec or {}).get("state") for spec in (change.before, change.after))
    if old == new or (change.environment, change.tenant) not in context.declared:
        return ""
    return f"the tenant's own file changes its state from {old} to {new}"
