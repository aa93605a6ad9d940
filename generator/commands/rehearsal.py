"""What `quad upgrade --rehearsed-by` asks, says and writes."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from generator.diagnostics import Diagnostic
from generator.edit import with_release, write_all
from generator.kubectl import Kubectl
from generator.model import Fleet, Tenant
from generator.rehearsing import health_of, jobs_of, origin_of
from generator.report.printable import printable
from generator.report.upgrade import table
from generator.soaking import since
from generator.terminal import print_diagnostics, print_state
from generator.upgrade.rehearsal import Rehearsal, misfits, shown

_SECONDS = 60


def record_rehearsal(
    root: Path, fleet: Fleet, source: Tenant, clone: Tenant, goal: str, reader: Kubectl, argocd: str, dry: bool
) -> int:
    """Write into the source's file what the upgrade of its clone has shown, a failure too; nothing where it is not over."""
    problems = list(misfits(source, clone, origin_of(root, clone), goal))
    if problems:
        return _refused(problems)
    jobs = jobs_of(reader, argocd, fleet, clone)
    asked = since(root, [clone]).get(clone.name)
    found = shown(clone, health_of(reader, argocd, fleet, clone), jobs, asked)
    if isinstance(found, Diagnostic):
        return _refused([found])
    for line in _said(source, clone, found):
        click.echo(printable(line))
    if not dry:
        path, name = root / source.document.path, source.document.path
        raw = path.read_bytes()
        write_all([(path, raw, with_release(raw, {"rehearsed": found.record}, name))])
    print_state([], "nothing was written" if dry else f"recorded in {source.document.path}")
    return 0


def _refused(problems: list[Diagnostic]) -> int:
    print_diagnostics(problems, "text")
    print_state(problems, "nothing was written")
    return 1


def _said(source: Tenant, clone: Tenant, found: Rehearsal) -> list[str]:
    """The text of the pull request."""
    way = f"{source.name}: rehearsed on {clone.name}, from {found.before} to {found.after}"
    rows = [
        (f"- {step.name}", f"{(step.ended - step.began).total_seconds() / _SECONDS:.1f} min", step.error or "complete")
        for step in found.steps
    ]
    end = (
        f"It failed, and counts for none: {found.errors}."
        if found.errors
        else f"It took {found.minutes} min; twice that is announced."
    )
    return [f"{way}.", *table(("- Job", "took", "ended"), rows), end]
