"""A tenant that is there before and nowhere after."""

from __future__ import annotations

from collections.abc import Iterator

from generator.changes import ABSENT, TenantChange
from generator.destruction.data_removed import lost_with
from generator.destruction.loss import Context, Loss, removed, tenant_id

_PROCEED = (
    "put the file back; a tenant goes in two steps: first stop it by its `state` and verify a last backup, "
    "then remove the file"
)


def find(change: TenantChange, context: Context) -> Iterator[Loss]:
    """The tenant, with what it leaves behind."""
    if change.before is None or change.after is not None:
        return
    if context.arrived.get(change.tenant, change.environment) != change.environment:
        return
    held = sorted(str(each.id) for each, before in removed(change) if lost_with(each, before))
    state = change.before.get("state")
    why = f"the site is switched off (its state was `{state}`), and its Application and everything not guarded are deleted"
    if held:
        why += f"; nobody looks after its data any more: {', '.join(held)}"
    yield Loss(tenant_id(change), "", change.tenant, ABSENT, why, _PROCEED)
