"""`quad validate`. What reads is imported when there is something to read: an unchanged fleet does without."""

from __future__ import annotations

from pathlib import Path

from generator.cache import Cache, default_folder
from generator.diagnostics import Diagnostic, has_errors
from generator.terminal import count, print_diagnostics, print_state
from generator.validity import input_of, look


def run(root: Path, layout: str = "text") -> int:
    """Every problem of the fleet; its exit code."""
    cache = Cache(default_folder())
    found = input_of(root)
    known = look(root, found, cache)
    problems, number = ([], known) if known is not None else _judged(root, cache)
    print_diagnostics(problems, layout)
    failed = has_errors(problems)
    print_state(problems, "nothing was written" if failed else f"{count(number, 'tenant')}, no problem")
    return int(failed)


def _judged(root: Path, cache: Cache) -> tuple[list[Diagnostic], int]:
    from generator.remembered import read_tree

    fleet = read_tree(root, cache)
    return fleet.problems, len(fleet.tenants)
