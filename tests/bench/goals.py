"""The figures that are promised, and what they are made of."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.bench.cases import BASE_DIFF, STAMP
from tests.bench.measure import Measured, Ratio, ratio
from tests.bench.peers.honest import Compared

MIB = 1024**2


@dataclass(frozen=True, slots=True)
class PeerResult:
    """A peer, what it used and whether its output is ours."""

    measured: Measured
    compared: Compared
    note: str


@dataclass(frozen=True, slots=True)
class Results:
    """All that a run has found. `cases` are by the command's name."""

    number: int
    """Tenants of the fleet."""
    cases: Mapping[str, Measured]
    smaller: Measured | None
    """A warm render of a fleet a tenth as large."""
    peers: Sequence[PeerResult]
    missing: Mapping[str, str]
    """What could not be measured, and why."""
    bytes_added: Mapping[str, int]
    facts: Mapping[str, str] = field(default_factory=dict)
    """The machine, its load, the day, the versions."""


@dataclass(frozen=True, slots=True)
class Row:
    """A goal with what was measured for it; no figure where a command it needs is missing."""

    what: str
    ran: str
    unit: str
    least: float
    aim: float
    more_is_better: bool
    figure: float | None
    spread: str = ""

    @property
    def verdict(self) -> str:
        if self.figure is None:
            return "not measured"
        sign = 1 if self.more_is_better else -1
        reached = [
            name for name, goal in (("aim", self.aim), ("least", self.least)) if sign * self.figure >= sign * goal
        ]
        return reached[0] if reached else "missed"


def rows(results: Results) -> list[Row]:
    """Every goal, in the order in which they were set."""
    cases, peers = results.cases, {each.measured.command.name: each.measured for each in results.peers}
    alone, warm, cold = cases.get(STAMP), cases.get("render, warm"), cases.get("publish, cold")
    kustomize, library = peers.get("kustomize"), peers.get("kustomize library")
    return [
        _times("clean render against kustomize, a process a tenant", kustomize, alone, 500, 1500),
        _times("clean render against kustomize as a library", library, alone, 200, 600),
        _times("clean render against go-jsonnet as a library", peers.get("go-jsonnet library"), alone, 50, 100),
        _times("clean render against plain Jinja2, untyped", peers.get("plain Jinja2"), alone, 1, 2),
        _times("cold, whole loop, against kustomize alone", kustomize, cold, 100, 200),
        _times("warm, whole loop, against kustomize alone", kustomize, cases.get("publish, warm"), 300, 500),
        _within(
            "one tenant changes: validate, diff, publish",
            cases.get("one tenant"),
            cases.get("bare Python and 3 git processes"),
            5,
            2,
        ),
        _within(
            "nothing changes", cases.get("publish, unchanged"), cases.get("git ls-tree -r and bare Python"), 3, 1.5
        ),
        _times(
            "base change: grouped diff against `git diff`",
            cases.get("git diff of the two trees"),
            cases.get(BASE_DIFF),
            50,
            120,
        ),
        _amount("bytes added to git for a tenant rendered again", "KB", 5, 1.3, _bytes(results)),
        _amount("peak memory", "MiB", 300, 150, _memory(results)),
        _within(
            _growth(results),
            warm,
            results.smaller,
            1.5,
            1.0,
        ),
        _within("quad --version", cases.get("quad --version"), cases.get("python -I -c pass"), 3, 2),
    ]


def whole_render(results: Results) -> str:
    """What the whole command `quad render` uses against the peers of the first goals; nothing where it was not measured."""
    ours = results.cases.get("render, warm")
    if ours is None:
        return ""
    named = ("kustomize", "kustomize library", "go-jsonnet library", "plain Jinja2")
    found = {each.measured.command.name: ratio(each.measured.cpu, ours.cpu) for each in results.peers}
    return ", ".join(f"{name} {figure(found[name].of_medians)}x" for name in named if name in found)


def _times(what: str, peer: Measured | None, ours: Measured | None, least: float, aim: float) -> Row:
    """How many times less CPU than the peer."""
    return _ratio(what, peer, ours, (ours, peer), least, aim, more_is_better=True)


def _within(what: str, ours: Measured | None, yardstick: Measured | None, least: float, aim: float) -> Row:
    """How many times the CPU of the yardstick."""
    return _ratio(what, ours, yardstick, (ours, yardstick), least, aim, more_is_better=False)


def _ratio(
    what: str,
    above: Measured | None,
    below: Measured | None,
    ran: tuple[Measured | None, Measured | None],
    least: float,
    aim: float,
    *,
    more_is_better: bool,
) -> Row:
    named = " / ".join(each.command.name if each else "missing" for each in ran)
    if above is None or below is None:
        return Row(what, named, "x", least, aim, more_is_better, None)
    found: Ratio = ratio(above.cpu, below.cpu)
    return Row(
        what, named, "x", least, aim, more_is_better, found.of_medians, f"{figure(found.least)} to {figure(found.most)}"
    )


def _amount(what: str, unit: str, least: float, aim: float, found: tuple[str, float] | None) -> Row:
    ran, amount = found or ("missing", None)
    return Row(what, ran, unit, least, aim, more_is_better=False, figure=amount)


def _bytes(results: Results) -> tuple[str, float] | None:
    added = results.bytes_added.get("again")
    return None if added is None else ("publish a base change", added / results.number / 1000)


def _memory(results: Results) -> tuple[str, float] | None:
    ours = [each for name, each in results.cases.items() if name.startswith(("render", "publish", "diff", "one"))]
    largest = max(ours, key=lambda each: each.memory, default=None)
    return (f"{largest.command.name}, its largest process", largest.memory / MIB) if largest else None


def _growth(results: Results) -> str:
    fewer = f"{results.smaller.command.tenants:,}" if results.smaller else "a tenth"
    return f"growth: CPU a tenant at {results.number:,} against {fewer}"


def figure(value: float) -> str:
    """Three digits that count, thousands set apart."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def middle(values: Sequence[float]) -> float:
    return statistics.median(values)
