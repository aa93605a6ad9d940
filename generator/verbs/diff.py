"""`quad diff`. Layouts are imported when they are asked for."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator import trees
from generator.cache import Cache, default_folder
from generator.census import WholeFleetError
from generator.changes import Review, TenantChange
from generator.comparison import PUBLISHED, Base, Pairs, base, pairs, sources
from generator.diagnostics import Diagnostic, has_errors
from generator.diff import attribute, compare
from generator.diff.review import own_paths, review
from generator.hydrate import using, usual
from generator.judgement import Case, judged
from generator.model import Fleet
from generator.partial_diff import Compared, part_pairs
from generator.report.changes_text import text
from generator.report.changes_words import counts
from generator.staging import write
from generator.terminal import (
    echo,
    judging_day,
    paint_on,
    print_diagnostics,
    print_state,
    progress,
    unknown,
    usage_error,
    write_to,
)

SUFFIXES = {"text": "txt", "markdown": "md", "html": "html", "json": "json", "sarif": "sarif"}
"""The layouts, and what the name of a file in one ends with."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says."""

    wanted: frozenset[str] = frozenset()
    against: str | None = None
    environments: tuple[str, ...] = ()
    layout: str = "text"
    output: Path | None = None
    folder: Path | None = None
    workers: str = ""
    exit_code: bool = False


def run(root: Path, asked: Asked = Asked()) -> int:
    """Show what changes; the exit code."""
    compared = _part(root) if asked.against is None and not asked.environments else None
    fleet = compared.fleet if compared else _read(root)
    if has_errors(fleet.problems):
        print_diagnostics(fleet.problems, "text")
        print_state(fleet.problems, "nothing was compared")
        return 1
    meant = _base(root, asked.against)
    names = _environments(fleet, asked.environments, meant)
    found = compared.pairs if compared else _whole(root, fleet, meant, names, asked.workers, not asked.environments)
    if found.failed:
        print_diagnostics(found.problems, "text")
        print_state(found.problems, f"{found.failed} cannot be rendered, nothing was compared")
        return 1
    case = Case(
        root,
        fleet.repository,
        "HEAD",
        _chosen(found, fleet, asked.wanted).trees,
        judging_day(root),
        root / ".build" / "crds",
        sources(root, fleet, meant, names),
        complete=not (asked.wanted or asked.environments),
        others=compared.allowed if compared else (),
    )
    made, problems = _review(fleet, case)
    if asked.folder:
        files = {f"review.{SUFFIXES[name]}": _laid_out(made, name).encode() for name in SUFFIXES if name != "text"}
        write(asked.folder, files)
    else:
        _show(made, asked.layout, asked.output)
    print_diagnostics([each for each in problems if each.code.startswith("allow-")], "text")
    print_state([], counts(made.groups, made.dangers))
    return 1 if has_errors(problems) or (asked.exit_code and made.groups) else 0


def _read(root: Path) -> Fleet:
    from generator.remembered import read_tree  # noqa: PLC0415  # what judges a whole fleet

    return read_tree(root, Cache(default_folder()))


def _laid_out(made: Review, layout: str) -> str:
    module = importlib.import_module(f"generator.report.changes_{layout}")
    return str(getattr(module, layout)(made))


def _part(root: Path) -> Compared | None:
    try:
        with progress("rendering") as bar:
            return part_pairs(root, root / ".build" / "crds", usual(), bar)
    except WholeFleetError:
        return None


def _whole(root: Path, fleet: Fleet, meant: Base, names: Sequence[str], workers: str, whole: bool) -> Pairs:
    with using(workers) as how, progress("rendering") as bar:
        return pairs(root, fleet, meant, names, how, bar, whole=whole)


def _base(root: Path, against: str | None) -> Base:
    if against is None:
        return PUBLISHED
    meant = base(root, against)
    if meant is None:
        raise usage_error(f"--against: `{against}` is no branch, no commit and no folder")
    if meant.kind == "folder" and not trees.of_place(Path(against)):
        raise usage_error(f"--against: `{against}` holds no rendered tree; `quad render` makes them in rendered/")
    return meant


def _environments(fleet: Fleet, asked: Sequence[str], against: Base) -> list[str]:
    """What was asked for; a single tree is of one environment, which its name tells where nobody says it."""
    assert fleet.repository.fleet is not None
    known = list(fleet.repository.fleet.data["environments"])
    for name in asked:
        if name not in known:
            raise usage_error(unknown("environment", name, known))
    names = list(dict.fromkeys(asked)) or known
    if against.kind not in ("branch", "tree") or len(names) == 1:
        return names
    told = [name for name in names if name == Path(against.name).name]
    if not told:
        raise usage_error(f"`{against.name}` is one rendered tree; --environment says of which environment")
    return told


def _chosen(found: Pairs, fleet: Fleet, wanted: Collection[str]) -> Pairs:
    """The trees of the chosen tenants alone, which may be in either tree."""
    if not wanted:
        return found
    known = {tenant.name for tenant in fleet.tenants}
    known |= {name for pair in found.trees for tree in pair for name in trees.tenants_of(tree)}
    for name in sorted(wanted):
        if name not in known:
            raise usage_error(unknown("tenant", name, sorted(known)))
    return Pairs(tuple((trees.only(before, wanted), trees.only(after, wanted)) for before, after in found.trees))


def _review(fleet: Fleet, case: Case) -> tuple[Review, list[Diagnostic]]:
    changes: list[TenantChange] = []
    for before, after in case.pairs:
        changes += attribute(compare(before, after), fleet.repository, fleet.tenants, before, after)
    dangers, problems = judged(case, changes)
    return review(case.pairs, changes, dangers, own_paths(fleet.repository)), problems


def _show(made: Review, layout: str, output: Path | None) -> None:
    if output is None:
        echo(text(made, paint_on("stdout")) if layout == "text" else _laid_out(made, layout), nl=False)
    else:
        write_to(output, _laid_out(made, layout))
