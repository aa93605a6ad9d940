"""Destruction found before merge: what a change takes away that nobody gets back by undoing it.

One class a file, listed here by the code its findings carry; `marked_value` alone brings codes of its own, from the schemas.
Every class is a pure function of one tenant's change. What becomes of a finding is decided in `judge`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NoReturn

from generator.changes import ABSENT, Danger, TenantChange
from generator.destruction.access_mode import find as access_mode
from generator.destruction.allowances import Allowance, Allowances, allowance_problems, allowances_of
from generator.destruction.backup_removed import find as backup_removed
from generator.destruction.context import context_of
from generator.destruction.data_removed import find as data_removed
from generator.destruction.drain_blocked import find as drain_blocked
from generator.destruction.guard_removed import find as guard_removed
from generator.destruction.immutable_field import find as immutable_field
from generator.destruction.judge import judge
from generator.destruction.kind_swapped import find as kind_swapped
from generator.destruction.loss import Context, Find, Loss
from generator.destruction.marked_value import find as marked_value
from generator.destruction.network_policy import find as network_policy
from generator.destruction.replicas_zero import find as replicas_zero
from generator.destruction.ring_backwards import ring_backwards
from generator.destruction.secret_removed import find as secret_removed
from generator.destruction.service_address import find as service_address
from generator.destruction.storage_class import find as storage_class
from generator.destruction.storage_shrink import find as storage_shrink
from generator.destruction.tenant_moved import find as tenant_moved
from generator.destruction.tenant_moved import stays
from generator.destruction.tenant_removed import find as tenant_removed
from generator.diff.unknowns import AskedError

__all__ = [
    "CLASSES",
    "Allowance",
    "Allowances",
    "Context",
    "allowance_problems",
    "allowances_of",
    "context_of",
    "dangers",
    "judge",
    "ring_backwards",
]

OF_TENANTS: Mapping[str, Find] = {
    "tenant-removed": tenant_removed,
    "tenant-moved": tenant_moved,
    "marked-value": marked_value,
}
"""Classes that look at the tenant itself."""

OF_OBJECTS: Mapping[str, Find] = {
    "data-removed": data_removed,
    "storage-shrink": storage_shrink,
    "storage-class": storage_class,
    "access-mode": access_mode,
    "backup-removed": backup_removed,
    "kind-swapped": kind_swapped,
    "immutable-field": immutable_field,
    "service-address": service_address,
    "secret-removed": secret_removed,
    "network-policy": network_policy,
    "replicas-zero": replicas_zero,
    "guard-removed": guard_removed,
    "drain-blocked": drain_blocked,
}
"""Classes that look at a tenant's objects, where the tenant stays what and where it is: gone or moved, that says it all."""

CLASSES: Mapping[str, Find] = {**OF_TENANTS, **OF_OBJECTS}


def dangers(changes: Sequence[TenantChange], context: Context) -> list[Danger]:
    """Everything that the changes destroy, in the order of the changes and of the classes."""
    arrived = {change.tenant: change.environment for change in changes if change.before is None and change.after}
    known = replace(context, arrived={**context.arrived, **arrived})
    harmless: dict[int, bool] = {}
    found: list[Danger] = []
    for change in changes:
        like = change.like
        if like is None:
            found += _of(change, known)
            continue
        if (key := id(like.unknown)) not in harmless:
            harmless[key] = _is_harmless(like.unknown, known)
        if not harmless[key]:
            found += _of(like.whole(change), known)
    return found


def _is_harmless(unknown: TenantChange, context: Context) -> bool:
    """Whether the change destroys nothing, whatever the values are that it does not know."""
    try:
        return not any(_of(unknown, replace(context, standing=_nobody_knows)))
    except (AskedError, TypeError):  # a TypeError is what C code says of an unknown
        return False


def _nobody_knows(_: TenantChange) -> NoReturn:
    raise AskedError


def _of(change: TenantChange, context: Context) -> Iterator[Danger]:
    classes = CLASSES if stays(change) else OF_TENANTS
    for code, find in classes.items():
        for loss in find(change, context):
            yield _danger(code, change, loss)


def _danger(code: str, change: TenantChange, loss: Loss) -> Danger:
    return Danger(
        code=loss.code or code,
        tenant=change.tenant,
        environment=change.environment,
        object=loss.object,
        field=loss.field,
        before=ABSENT if loss.before is None else loss.before,
        after=ABSENT if loss.after is None else loss.after,
        why=loss.why,
        proceed=loss.proceed,
        cause=loss.cause,
        allowed=loss.allowed,
    )
