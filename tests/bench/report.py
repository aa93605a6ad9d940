"""The figures in words: a table for the terminal and docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.bench.goals import MIB, PeerResult, Results, Row, figure, middle, rows, whole_render
from tests.bench.measure import Measured

SPREAD = "The figure is of the medians; beside it the smallest and the largest of the rounds, which ran the commands in turn."
Table = Sequence[Sequence[str]]


def text(results: Results) -> str:
    """Tables in columns."""
    tables = [_goals(results), _cases(results), *([_peers(results)] if results.peers else [])]
    parts = ["\n".join(_columns(table)) for table in tables]
    return "\n\n".join([*parts, *_missing(results), "\n".join(_facts(results))])


def markdown(results: Results) -> str:
    """docs/benchmarks.md."""
    made = "`make bench` measured this page (tests/bench/). CPU is user and system time of a command and all it starts."
    loop = (
        "A peer gets templates made from quad's own output, with every value ready for its place (also the hashes of "
        "ConfigMaps), and neither validates nor checks nor publishes. `render` reads and validates the fleet, renders the "
        "tenants, their Argo CD Applications and overlays, and holds them against the rules; `publish` does so from the "
        "commit, and commits them."
    )
    parts = [
        "# Benchmarks",
        made,
        "![CPU time a tenant](benchmarks.svg)",
        "## Goals",
        "\n".join(_piped(_goals(results))),
        f"{SPREAD} {_whole(results)}".rstrip(),
        "## What quad uses",
        "\n".join(_piped(_cases(results))),
        *(
            ["## Peers, the same objects in the same run", loop, "\n".join(_piped(_peers(results)))]
            if results.peers
            else []
        ),
        *_missing(results),
        "## The run",
        "\n".join(f"- {line}" for line in _facts(results)),
    ]
    return "\n\n".join(parts) + "\n"


def _whole(results: Results) -> str:
    """The first goals are of rendering alone, as the peers do it; this is of all that the command does."""
    found = whole_render(results)
    alone = (
        "`render alone` is what peers do: profiles are compiled, values ready, and a tenant's manifests become a file."
    )
    return (
        found
        and f"{alone} The whole of `quad render`, warm, with all it reads, judges and writes, against the same: {found}."
    )


def _goals(results: Results) -> Table:
    heads = ("goal", "measured", "rounds", "at least", "aim", "reached", "what ran")
    return [heads, *(_goal(row) for row in rows(results))]


def _goal(row: Row) -> Sequence[str]:
    sign = "" if row.more_is_better else "≤ "
    unit = row.unit if row.unit == "x" else f" {row.unit}"
    measured = "-" if row.figure is None else f"{figure(row.figure)}{unit}"
    return (
        row.what,
        measured,
        row.spread or "-",
        f"{sign}{row.least:,g}{unit}",
        f"{sign}{row.aim:,g}{unit}",
        row.verdict,
        row.ran,
    )


def _cases(results: Results) -> Table:
    heads = ("command", "tenants", "CPU", "CPU a tenant", "wall", "memory")
    found = [*results.cases.values(), *([results.smaller] if results.smaller else [])]
    return [heads, *(_case(each) for each in found)]


def _case(each: Measured) -> Sequence[str]:
    cpu, wall = (middle([getattr(run, what) for run in each.runs]) for what in ("cpu", "wall"))
    number = f"{each.command.tenants:,}"
    return (
        each.command.name,
        number,
        _seconds(cpu),
        _seconds(middle(each.cpu)),
        _seconds(wall),
        f"{each.memory / MIB:,.0f} MiB",
    )


def _peers(results: Results) -> Table:
    heads = ("peer", "CPU a tenant", "rounds", "wall a tenant", "memory", "tenants run", "equal to quad's", "how")
    return [heads, *(_peer(each) for each in sorted(results.peers, key=lambda each: -middle(each.measured.cpu)))]


def _peer(each: PeerResult) -> Sequence[str]:
    measured, compared = each.measured, each.compared
    equal = f"{compared.equal} of {compared.tenants}"
    if compared.first:
        equal += f" ({compared.first})"
    spread = f"{_seconds(min(measured.cpu))} to {_seconds(max(measured.cpu))}"
    number = f"{measured.command.tenants:,}"
    memory = f"{measured.memory / MIB:,.0f} MiB"
    return (
        measured.command.name,
        _seconds(middle(measured.cpu)),
        spread,
        _seconds(middle(measured.wall)),
        memory,
        number,
        equal,
        each.note,
    )


def _seconds(value: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if value >= size:
            return f"{figure(value / size)} {unit}"
    return f"{figure(value / 1e-6)} us"


def _missing(results: Results) -> list[str]:
    return (
        ["\n".join(f"NOT MEASURED: {name}: {why}" for name, why in results.missing.items())] if results.missing else []
    )


def _facts(results: Results) -> list[str]:
    return [f"{name}: {value}" for name, value in results.facts.items()]


def _columns(table: Table) -> Iterator[str]:
    widths = [min(60, max(len(row[at]) for row in table)) for at in range(len(table[0]))]
    for row in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _piped(table: Table) -> Iterator[str]:
    for at, row in enumerate(table):
        cells = (cell.replace("|", "\\|") for cell in row)
        yield f"| {' | '.join(cells)} |"
        if at == 0:
            yield f"|{' --- |' * len(row)}"
