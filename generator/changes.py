"""What differs between two rendered trees: the words that diff, destruction and their reports share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal, Protocol

from generator.diagnostics import Span
from generator.model import Spec

Action = Literal["added", "removed", "changed"]


class Absent(Enum):
    """The value of a field that is not there; `null` is a value."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Item:
    """The item of a list whose field `key` (`name`, `containerPort`, `type` ...) has the value: Kubernetes' merge key."""

    key: str
    value: str | int


Step = str | int | Item
"""One step into an object: a field, the index of an item, or the item of a keyed list."""

FieldPath = tuple[Step, ...]


@dataclass(frozen=True, slots=True, order=True)
class ObjectId:
    """Which object: its version is no part of it, so that a move to a newer API version is a change."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Edit:
    """One field: `ABSENT` before where it is added, `ABSENT` after where it is removed. `cause` is the line that made it."""

    path: FieldPath
    before: Any
    after: Any
    cause: Span | None = None


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """One object of one tenant: both states whole (None where there is none), and the fields that differ."""

    id: ObjectId
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    edits: tuple[Edit, ...] = ()
    cause: Span | None = None

    @property
    def action(self) -> Action:
        """What happens to the object."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


class Like(Protocol):
    """What a tenant's change has in common with those of others, who differ from it in their values alone."""

    @property
    def unknown(self) -> TenantChange:
        """The change of them all, with an unknown for each of the values; the very same for all of them."""

    def whole(self, change: TenantChange) -> TenantChange:
        """The tenant's own, its objects whole."""


@dataclass(frozen=True, slots=True)
class TenantChange:
    """All that changes for one tenant, or for a root of Argo CD (`ring` empty, specs None).

    `before` and `after` are the resolved tenants as both trees' `overlay/tenant.yaml` hold them; None where it is not there.
    A change that is `like` others has the same texts and edits as they have, the very same objects where no value is in them;
    of objects that only change, both states have unknowns for values.
    """

    tenant: str
    environment: str
    ring: str
    cluster: str
    before: Spec | None
    after: Spec | None
    objects: tuple[ObjectChange, ...]
    like: Like | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Danger:
    """One change that destroys something, and what it takes to make it nonetheless.

    `code` names the class, `field` the path in the object as text (`spec.resources.requests.storage`), `why` what is lost and
    `proceed` how to go on. `allowed` is the reason of the entry under `allow:` that permits it, empty where none does.
    """

    code: str
    tenant: str
    environment: str
    object: ObjectId
    field: str
    before: Any
    after: Any
    why: str
    proceed: str
    cause: Span | None = None
    allowed: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """One tenant in a group of identical changes, with the object as it is called there."""

    tenant: str
    environment: str
    ring: str
    cluster: str
    object: ObjectId


@dataclass(frozen=True, slots=True)
class Group:
    """One change that is the same for all its members once each tenant's own values are abstracted (`<host>`, `<name>`).

    `object`, `edits` and their values hold the abstractions; `before` and `after` are whole abstracted objects where the object
    is added or removed. `dangers` are those of its members. `causes` are the lines that made it, the one that made most of it
    first, which is `cause`. `rolls` are the objects that change only in that they name the object by its new hash.
    """

    action: Action
    object: ObjectId
    edits: tuple[Edit, ...]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    members: tuple[Member, ...]
    dangers: tuple[Danger, ...] = ()
    cause: Span | None = None
    causes: tuple[Span, ...] = ()
    rolls: tuple[ObjectId, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """What a pull request changes: the groups, the most dangerous and the widest first, and what it was compared with.

    `before` and `after` say in words what was compared (`rendered/production at 1a2b3c4`, `the working tree`); `tenants` is
    the number of tenants in the newer trees, changed or not; `files` counts the rendered files that differ.
    """

    before: str
    after: str
    groups: tuple[Group, ...]
    dangers: tuple[Danger, ...]
    tenants: int
    files: int


def show_path(path: FieldPath) -> str:
    """`spec.template.spec.containers[name=php].resources.limits.memory`; a field with dots stands in brackets and quotes."""
    text = ""
    for step in path:
        match step:
            case Item(key, value):
                text += f"[{key}={value}]"
            case int():
                text += f"[{step}]"
            case str() if "." in step or "[" in step or not step:
                text += f'["{step}"]'
            case _:
                text += f".{step}" if text else step
    return text
