"""What is printed, and where: data to standard output, diagnostics and progress to standard error.

Every verb loads this file, so that what only some need is imported where it is needed, click too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from generator.diagnostics import Diagnostic, ToolError, Waived, ordered
from generator.report import FORMATS
from generator.report.printable import printable
from generator.report.text import Paint, plain, text

if TYPE_CHECKING:
    import rich_click as click

    from generator.model import Fleet, Progress, Repository, Tenant
    from generator.publish import Outcome
    from generator.source import Document

_LISTED = 20
_COLOURS = {"error": "red", "warning": "yellow", "place": "blue", "help": "green", "note": "cyan"}
_STATES = {
    "published": "published",
    "planned": "would be published",
    "unchanged": "nothing to do, the tree is the same",
    "older": "nothing to do",
    "refused": "not published, the branch is as it was",
}


def repository(context: click.Context) -> Path:
    """The repository the user means: --repo, or the nearest folder upwards that holds tenants/fleet.yaml."""
    root = repository_at(context.obj)
    if root is None and context.obj is not None:
        raise usage_error(f"{context.obj} is no fleet repository: it has no folder tenants/")
    if root is None:
        raise usage_error(
            "no tenants/fleet.yaml here or above; `quad init DIR` makes a fleet repository, `-C DIR` names one"
        )
    return root


def repository_at(named: str | os.PathLike[str] | None) -> Path | None:
    """The repository in the folder that is named, or the nearest upwards; None where there is none."""
    if named is not None:
        root = Path(named).resolve()
        return root if (root / "tenants").is_dir() else None
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "tenants" / "fleet.yaml").is_file()), None)


def usage_error(message: str) -> Exception:
    """That the command line is wrong."""
    import rich_click as click

    return click.UsageError(message)


def echo(text: str, nl: bool = True, err: bool = False) -> None:
    """Print it as click does, which knows streams of every encoding."""
    stream = sys.stderr if err else sys.stdout
    if (stream.encoding or "").lower() != "utf-8":
        import rich_click as click

        click.echo(text, nl=nl, err=err)
        return
    stream.write(f"{text}\n" if nl else text)
    stream.flush()


def usable(root: Path, ring: str | None = None) -> Repository:
    """The repository where its schemas can be used, as a ring sees it; else their faults are printed and the run ends."""
    from generator.catalogue_checks import schema_faults
    from generator.load import load
    from generator.rings import rings_of

    loaded, problems = load(root)
    own = [problem for problem in problems if not problem.span.path.startswith("tenants/")]
    if ring is not None:
        rings = {known.name: known for known in rings_of(loaded.fleet)}
        if ring not in rings:
            raise usage_error(unknown("ring", ring, list(rings)))
        own += [problem for problem in problems if problem.span == rings[ring].span]
        loaded = loaded.seen_by(ring)
    own = own or schema_faults(loaded)
    if own:
        print_diagnostics(own, "text")
        print_state(own, "nothing was written")
        raise SystemExit(1)
    return loaded


def find_tenant(fleet: Fleet, name: str) -> Tenant:
    """The resolved tenant of that name; where it has problems of its own, they are shown instead."""
    for tenant in fleet.tenants:
        if tenant.name == name:
            return tenant
    own = [item for item in fleet.problems if item.span.path.endswith(f"/{name}.yaml")]
    own = own or [item for item in fleet.problems if item.code.startswith("catalogue-")]  # they hide whole rings
    if own or not fleet.tenants:
        print_diagnostics(own or fleet.problems, "text")
        raise SystemExit(1)
    names = [tenant.name for tenant in fleet.tenants]
    raise usage_error(unknown("tenant", name, names))


@contextmanager
def usage() -> Iterator[None]:
    """What the command line names and is not there is a wrong command line."""
    from generator.publish import RequestError

    try:
        yield
    except RequestError as error:
        raise usage_error(unknown(error.what, error.name, error.known)) from error


def unknown(what: str, name: str, known: Sequence[str]) -> str:
    """No such thing, what was perhaps meant, and what there is."""
    from generator.schema_errors import closest

    listed = ", ".join(sorted(known)[:_LISTED]) + (" …" if len(known) > _LISTED else "")
    return " ".join(
        part for part in (f"no {what} `{name}`.", closest(name, list(known)), listed and f"There are: {listed}") if part
    )


def write_to(output: Path, text: str) -> None:
    """Write the file that the user names; `-` is standard output."""
    import rich_click as click

    try:
        with click.open_file(str(output), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ToolError(f"cannot write {output}: {error.strerror}", "choose another --output") from error


def print_diagnostics(diagnostics: Sequence[Diagnostic], layout: str) -> None:
    """Text goes to standard error, what programs read to standard output."""
    if layout != "text":
        echo(FORMATS[layout](diagnostics), nl=False)
    elif diagnostics:
        echo(text(diagnostics, _paint if _coloured() else plain), nl=False, err=True)


def print_state(diagnostics: Sequence[Diagnostic], otherwise: str) -> None:
    """The last line: what is wrong in numbers, or what was done."""
    wrong = [diagnostic for diagnostic in ordered(diagnostics) if diagnostic.severity == "error"]
    errors, files = len(wrong), len({diagnostic.span.path for diagnostic in wrong})
    if errors:
        otherwise = f"{count(errors, 'error')} in {count(files, 'file')}; {otherwise}"
    echo(otherwise, err=True)


def print_outcomes(outcomes: Sequence[Outcome], layout: str) -> None:
    """What became of each branch, to standard error; the commits published to standard output, for programs."""
    for outcome in outcomes:
        where = f" at {outcome.commit[:12]}" if outcome.commit else ""
        echo(f"{outcome.branch}: {_STATES[outcome.state]}{where}", err=True)
        for line in outcome.said:
            echo(f"  {printable(line)}", err=True)
        if outcome.state == "published" and layout == "text":
            echo(f"{outcome.branch} {outcome.commit}")


def print_waived(waived: Sequence[Waived], verbose: bool) -> None:
    """How many findings are accepted, and if asked for which, why and until when."""
    for each in waived if verbose else ():
        message = f"{each.finding.message} ({each.reason}; until {each.until})"
        echo(printable(f"waived[{each.finding.code}]: {message}"), err=True)
    if waived:
        echo(f"{count(len(waived), 'finding')} waived by tenants/fleet.yaml", err=True)


def today(root: Path, fleet: Document | None) -> date | None:
    """The day by which waivers expire: the commit's, or outside of git the calendar's; it is asked for only where there are any."""
    from generator.waivers import waivers_of

    return judging_day(root) if waivers_of(fleet) else None


def judging_day(root: Path) -> date:
    """The day by which dates in the input are judged: the commit's, or outside of git the calendar's."""
    from generator import git

    return git.day(root) or datetime.now(UTC).date()


def count(number: int, noun: str) -> str:
    """`1 tenant`, `2 tenants`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def fail(message: str, help: str = "") -> None:
    """Say on standard error that the run failed for a reason outside the input."""
    head = _paint("error", "error") if _coloured() else "error"
    echo(f"{head}: {printable(message)}", err=True)
    if help:
        echo(f"  = help: {printable(help)}", err=True)


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """A progress bar on a terminal, silence elsewhere."""
    from generator.model import Progress

    if not sys.stderr.isatty():
        yield Progress()
        return
    from rich import progress as bars
    from rich.console import Console

    columns = (bars.TextColumn(label), bars.BarColumn(), bars.MofNCompleteColumn(), bars.TimeElapsedColumn())
    with bars.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield Progress(lambda total: bar.update(task, total=total), lambda: bar.advance(task))


def paint_on(stream: Literal["stdout", "stderr"]) -> Paint:
    """Colours where the stream is a terminal and nobody minds."""
    return _paint if getattr(sys, stream).isatty() and not os.environ.get("NO_COLOR") else plain


def _coloured() -> bool:
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR")


def _paint(part: str, role: str) -> str:
    import rich_click as click

    return click.style(part, fg=_COLOURS.get(role), bold=role in ("error", "warning"))
