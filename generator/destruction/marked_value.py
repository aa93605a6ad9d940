"""A value of the tenant that its schema marks with `x-danger`: features say by themselves what of theirs must not change.

`when: comes` is a value where there was none or another, `changes` any other value, `falls` a smaller number, quantity or version,
`loses` an item of a list that goes. The code, what is lost and how to proceed stand in the schema. A leaf that is gone with its
feature is the objects' affair.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.changes import ABSENT, TenantChange
from generator.destruction.loss import Context, Loss, Mark, tenant_id
from generator.destruction.quantities import falls
from generator.rules.walk import at


def find(change: TenantChange, context: Context) -> Iterator[Loss]:
    """Every marked leaf that does what it is marked for."""
    if change.before is None or change.after is None:
        return
    for mark in context.marks:
        old, new = at(change.before, *mark.path), at(change.after, *mark.path)
        there = new is not None and (old is not None or mark.when == "comes")
        if there and old != new and _does(mark, old, new):
            field = ".".join(str(part) for part in mark.path)
            yield Loss(
                tenant_id(change), field, ABSENT if old is None else old, new, mark.why, mark.proceed, code=mark.code
            )


def _does(mark: Mark, old: Any, new: Any) -> bool:
    match mark.when:
        case "falls":
            return falls(old, new)
        case "loses":
            return isinstance(old, list) and isinstance(new, list) and any(item not in new for item in old)
        case _:
            return True
