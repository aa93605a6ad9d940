"""`quad publish`. What compiles is imported when there is something to compile: an unchanged fleet does without."""

from __future__ import annotations

from pathlib import Path

from generator.cache import Cache, default_folder
from generator.publish import Published, Request
from generator.since import Since, begin
from generator.terminal import print_diagnostics, print_outcomes, print_state, progress, usage


def run(root: Path) -> int:
    """Publish all environments to the branches here."""
    return publish(Request(root), "", "text")


def publish(request: Request, workers: str, layout: str) -> int:
    """Do what is asked for, and say what came of it; its exit code."""
    crds = request.root / ".build" / "crds"
    begun = begin(request, Cache(default_folder()), crds)
    return _report(begun if isinstance(begun, Published) else _publish(request, begun, crds, workers), layout)


def _publish(request: Request, begun: Since, crds: Path, workers: str) -> Published:
    from generator.hydrate import using
    from generator.publication import judge, publish
    from generator.rendering import Tools

    with using(workers) as how, progress("rendering") as bar, usage():
        return publish(request, Tools(how, crds, bar), judge, begun)


def _report(done: Published, layout: str) -> int:
    print_diagnostics(done.problems, layout)
    print_outcomes(done.outcomes, layout)
    if done.failed:
        untouched = not any(outcome.state == "published" for outcome in done.outcomes)
        print_state(done.problems, "nothing was published" if untouched else "the rest was published")
    return int(done.failed)
