"""A ring whose pin of the catalogue goes back: every tenant of the ring would get an older platform.

It concerns no tenant's tree alone, so it is no class; whoever reads the pins from fleet.yaml asks here.
"""

from __future__ import annotations

from collections.abc import Callable


def ring_backwards(before: str | None, after: str | None, is_ancestor: Callable[[str, str], bool]) -> bool:
    """Whether the pin goes to an ancestor, or aside to a commit that does not have the old one.

    A pin is a commit's full id, None the newest catalogue. `is_ancestor(a, b)` says whether `b` has `a` in its history.
    """
    if before == after or after is None:
        return False
    return before is None or not is_ancestor(before, after)
