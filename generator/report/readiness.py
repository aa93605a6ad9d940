"""The readiness of a fleet for a release, for people on a terminal, for programs, and as a page of its own."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from markupsafe import Markup

from generator.report.changes_html import hash_of, source_of, templates
from generator.report.printable import printable
from generator.report.upgrade import table
from generator.upgrade.readiness import STATES, Bundled, Readiness

_HEAD = ("tenant", "environment", "ring", "release", "secure for", "state", "class", "way")


def secure(days: int) -> str:
    """How long security fixes still come."""
    return f"{days:,} days" if days >= 0 else f"over, {-days:,} days ago"


def readiness_text(found: Sequence[Readiness], to: str, today: date) -> str:
    """A table, what is in the way of each tenant, and the states in numbers."""
    lines = [*table(_HEAD, [_cells(one) for one in found]), ""]
    for one in found:
        notes = list(_notes(one))
        lines += [f"{one.tenant}:", *(f"  - {note}" for note in notes)] if notes else []
    counted = Counter(one.state for one in found)
    said = ", ".join(f"{counted[state]:,} {state}" for state in STATES if counted[state])
    lines += ["", f"{to} on {today}: {said or 'no tenant'}"]
    return "".join(f"{printable(line)}\n" for line in lines)


def readiness_json(found: Sequence[Readiness], to: str, today: date) -> str:
    """For programs."""
    data = {"to": to, "date": today.isoformat(), "tenants": [_data(one) for one in found]}
    return json.dumps(data, indent=2, ensure_ascii=True) + "\n"


def readiness_html(found: Sequence[Readiness], to: str, today: date) -> str:
    """One page that loads nothing and runs no script."""
    environment = templates()
    style = source_of(environment, "readiness.css")
    policy = f"default-src 'none'; style-src {hash_of(style)}; base-uri 'none'; form-action 'none'"
    counted = Counter(one.state for one in found)
    states = [(state, meaning, counted[state]) for state, meaning in STATES.items()]
    rows = [(one, _cells(one), list(_notes(one))) for one in found]
    template = environment.get_template("readiness.html.jinja")
    return template.render(
        to=to,
        today=today.isoformat(),
        head=_HEAD,
        rows=rows,
        states=states,
        style=Markup(style),  # noqa: S704  # our own file
        policy=policy,
    )


def _cells(one: Readiness) -> tuple[str, ...]:
    names = (one.tenant, one.environment, one.ring, one.release)
    return (*names, secure(one.days), one.state, one.letter or "-", " -> ".join(one.way) or "-")


def _notes(one: Readiness) -> Iterator[str]:
    """What is in the way, and how to mend it; then what nobody can say."""
    for problem in one.blockers:
        yield f"{problem.message}: {problem.help}" if problem.help else problem.message
    for plugin in one.plugins:
        if plugin.silent and not plugin.reason:
            yield f"{plugin.component} {plugin.version} does not say which branches it supports"


def _data(one: Readiness) -> Mapping[str, object]:
    return {
        "tenant": one.tenant,
        "environment": one.environment,
        "ring": one.ring,
        "release": one.release,
        "secureUntil": one.until,
        "daysLeft": one.days,
        "state": one.state,
        "class": one.letter,
        "way": list(one.way),
        "plugins": [_plugin(plugin) for plugin in one.plugins],
        "blockers": [
            {"code": problem.code, "message": problem.message, "help": problem.help, "at": str(problem.span)}
            for problem in one.blockers
        ],
    }


def _plugin(plugin: Bundled) -> Mapping[str, object]:
    ready = False if plugin.reason else None if plugin.silent else True
    return {"component": plugin.component, "version": plugin.version, "ready": ready, "reason": plugin.reason}


LAYOUTS: Mapping[str, Callable[[Sequence[Readiness], str, date], str]] = {
    "text": readiness_text,
    "json": readiness_json,
    "html": readiness_html,
}
