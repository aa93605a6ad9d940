"""The plan of an upgrade for people, for a pull request and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from generator.diagnostics import Diagnostic
from generator.report.printable import printable
from generator.upgrade.classes import MEANINGS
from generator.upgrade.plan import Move, Plan

_HEAD = ("tenant", "environment", "ring", "from", "to", "class", "outage", "why")
_REASONS = 2


def window(minutes: int | None) -> str:
    """The outage to announce."""
    if minutes is None:
        return "not rehearsed"
    return f"{minutes} min" if minutes else "none"


def why(reasons: Sequence[str]) -> str:
    """The first reasons, and how many more there are."""
    more = len(reasons) - _REASONS
    return "; ".join(reasons[:_REASONS]) + (f"; {more} more" if more > 0 else "")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines with the cells one below the other."""
    widths = [max(len(row[index]) for row in (head, *rows)) for index in range(len(head))]
    for row in (head, *rows):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def plan_text(plan: Plan) -> str:
    """A table, a line for each tenant; the letters it has, in words."""
    if not plan.moves:
        return ""
    lines = [*table(_HEAD, [_cells(move) for move in plan.moves]), ""]
    lines += [f"{letter}: {meaning}" for letter, meaning in _meanings(plan)]
    return "".join(f"{printable(line)}\n" for line in lines)


def plan_markdown(plan: Plan) -> str:
    """The same for a pull request, with what was overruled."""
    lines = [f"### Upgrade to {plan.goal.name}", ""]
    lines += [f"| {' | '.join(_HEAD)} |", f"|{'---|' * len(_HEAD)}"]
    lines += [f"| {' | '.join(_escaped(cell) for cell in _cells(move))} |" for move in plan.moves]
    lines += ["", *(f"- **{letter}**: {meaning}" for letter, meaning in _meanings(plan))]
    for words, names in (("Have it already", plan.there), ("Stay as they are", plan.left)):
        lines += ["", f"{words}: {', '.join(names)}."] if names else []
    lines += ["", *(_said(problem) for problem in plan.problems)] if plan.problems else []
    return "".join(f"{printable(line)}\n" for line in lines)


def plan_json(plan: Plan) -> str:
    """For programs."""
    data = {
        "to": plan.goal.name,
        "tenants": [_move(move) for move in plan.moves],
        "there": list(plan.there),
        "left": list(plan.left),
        "problems": [
            {"code": problem.code, "severity": problem.severity, "message": problem.message, "at": str(problem.span)}
            for problem in plan.problems
        ],
    }
    return json.dumps(data, indent=2, ensure_ascii=True) + "\n"


def _cells(move: Move) -> tuple[str, ...]:
    found = move.found
    names = (move.tenant, move.environment, move.ring, move.before, move.after)
    return (*names, found.letter, window(move.minutes), why(found.reasons))


def _meanings(plan: Plan) -> list[tuple[str, str]]:
    letters = {move.found.letter for move in plan.moves}
    return [(letter, meaning) for letter, meaning in MEANINGS.items() if letter in letters]


def _move(move: Move) -> Mapping[str, object]:
    return {
        "tenant": move.tenant,
        "environment": move.environment,
        "ring": move.ring,
        "from": move.before,
        "to": move.after,
        "class": move.found.letter,
        "outageMinutes": move.minutes,
        "reasons": list(move.found.reasons),
    }


def _said(problem: Diagnostic) -> str:
    word = "Refused" if problem.severity == "error" else "Overruled"
    return f"- {word} (`{problem.code}`): {_escaped(problem.message)}"


def _escaped(text: str) -> str:
    """Nothing of a reason, which people write, becomes markup."""
    return "".join(f"\\{sign}" if sign in "\\|*_[]()#<>&@!~" else sign for sign in text).replace("`", "'")


PLANS: Mapping[str, Callable[[Plan], str]] = {"text": plan_text, "markdown": plan_markdown, "json": plan_json}
