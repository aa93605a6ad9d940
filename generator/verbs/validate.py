"""`quad validate`. What reads is imported when there is something to read: an unchanged fleet does without."""

from __future__ import annotations

from pathlib import Path

from generator.cache import Cache, default_folder
from generator.diagnostics import Diagnostic, has_errors
from generator.terminal import count, print_diagnostics, print_state
from generator.validity import Input, Valid, input_of, keep, look


def run(root: Path, layout: str = "text") -> int:
    """Every problem of the fleet; its exit code."""
    cache = Cache(default_folder())
    found = input_of(root)
    known = look(root, found, cache)
    problems, number = ([], known) if known is not None else _judged(root, found, cache)
    print_diagnostics(problems, layout)
    failed = has_errors(problems)
    print_state(problems, "nothing was written" if failed else f"{count(number, 'tenant')}, no problem")
    return int(failed)


def _judged(root: Path, found: Input | None, cache: Cache) -> tuple[list[Diagnostic], int]:
    from generator.part import rows_of
    from generator.remembered import read_tree

    fleet = read_tree(root, cache)
    if found is not None and not fleet.problems and input_of(root) == found:
        keep(root, Valid(found, rows_of(fleet), fleet.repository.pins), cache)
    return fleet.problems, len(fleet.tenants)
