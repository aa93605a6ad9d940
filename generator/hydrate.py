"""Stage 5: run the real kustomize over every overlay. This plain way is the specification of any faster one.

It reads the overlays from a staged copy of the tree, so that the bytes are what `kubectl kustomize` prints for anyone.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path

from generator.diagnostics import Diagnostic, Span
from generator.kustomize import Kustomize
from generator.model import Build

_COMPONENT = re.compile(r"/catalogue/[^/]+/((?:features|models|states)/[^/':]+|base|argocd(?:-root)?)")


def hydrate(
    builds: Sequence[Build], staged: Path, kustomize: Kustomize, progress: Callable[[], None] = lambda: None
) -> tuple[dict[str, bytes], list[Diagnostic]]:
    """The output of each build by its path, and a diagnostic for each build that kustomize refused."""
    outputs: dict[str, bytes] = {}
    refused: dict[Diagnostic, set[str]] = defaultdict(set)
    for build, (output, complaint) in _run_all(builds, staged, kustomize):
        if complaint:
            refused[_refused(build, complaint, staged)].add(build.subject)
        else:
            outputs[build.output] = output
        progress()
    problems = [replace(problem, tenants=tuple(sorted(subjects))) for problem, subjects in refused.items()]
    return dict(sorted(outputs.items())), problems


def _run_all(builds: Sequence[Build], staged: Path, kustomize: Kustomize) -> Iterator[tuple[Build, tuple[bytes, str]]]:
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        running = {pool.submit(kustomize.build, staged / build.overlay): build for build in builds}
        try:
            for future in as_completed(running):
                yield running[future], future.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _refused(build: Build, complaint: str, staged: Path) -> Diagnostic:
    """The complaint without the machine's paths, placed at the innermost catalogue folder it names."""
    folders = _COMPONENT.findall(complaint)
    text = complaint.replace(str(staged.resolve()), "").replace(str(staged), "").removeprefix("error: ")
    text = re.sub(r"/catalogue/[^/]+/", "overlays/", text).replace("'/", "'")
    place = f"overlays/{folders[-1]}/kustomization.yaml" if folders else build.overlay
    what = f"`{folders[-1]}`" if folders else f"the overlay of `{build.subject}`"
    return Diagnostic(
        "kustomize-failed",
        f"kustomize cannot build {what}",
        Span(place),
        help="mend what kustomize names, then render again",
        notes=(f"kustomize says: {_cause(text)}",),
    )


def _cause(text: str) -> str:
    """The innermost of kustomize's nested complaints."""
    return re.split(r": (?=accumulat|couldn't|loading|unable|recursed)", text)[-1].strip(' "')
