"""A tenant that is there before and nowhere after; in one step, where it was in no state from which a tenant may go."""

from __future__ import annotations

from collections.abc import Iterator

from generator.changes import ABSENT, TenantChange
from generator.destruction.data_removed import lost_with
from generator.destruction.loss import Context, Loss, removed, tenant_id

_PROCEED = (
    "put the file back; a tenant goes in two steps: first stop it by its `state` and verify a last backup, "
    "then remove the file"
)
_LEFT_RUNNING = (
    "nothing stops its Compose project: the containers run on, on a machine that nobody looks after, with the site's database "
    "and files in their volumes, and the files to stop them with go at the next pull"
)
_PROCEED_THERE = (
    "put the file back; take a last backup and stop the project on its machine, as its model's README says, "
    "then remove the file"
)
_IN_ONE_STEP = "one-step-removal"
"""The code where the first step is left out; an entry that allows it has to name it."""


def find(change: TenantChange, context: Context) -> Iterator[Loss]:
    """The tenant, with what it leaves behind."""
    if change.before is None or change.after is not None:
        return
    if context.arrived.get(change.tenant, change.environment) != change.environment:
        return
    if change.before.get("model") in context.composing:
        # No state that it can be in is final: its machine is not ours to clear.
        yield Loss(tenant_id(change), "", change.tenant, ABSENT, _LEFT_RUNNING, _PROCEED_THERE, code=_IN_ONE_STEP)
        return
    held = sorted(str(each.id) for each, before in removed(change) if lost_with(each, before))
    state = change.before.get("state")
    why = f"the site is switched off (its state was `{state}`), and its Application and everything not guarded are deleted"
    if held:
        why += f"; nobody looks after its data any more: {', '.join(held)}"
    if context.final and state not in context.final:
        states = " or ".join(f"`{name}`" for name in sorted(context.final))
        proceed = (
            f"put the file back; set `state` to {states}, which asks for a last backup, and publish; then remove it"
        )
        yield Loss(tenant_id(change), "", change.tenant, ABSENT, why, proceed, code=_IN_ONE_STEP)
    else:
        yield Loss(tenant_id(change), "", change.tenant, ABSENT, why, _PROCEED)
