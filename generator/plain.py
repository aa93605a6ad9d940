"""The real kustomize over overlays on disk: the specification of every faster way, and the way of what none is proven for.

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

from generator.cache import NO_CACHE, Cache, Kind, digest
from generator.diagnostics import Diagnostic, Span
from generator.identity import workshop
from generator.kustomize import Kustomize
from generator.model import Build
from generator.pinned import inherited

_COMPONENT = re.compile(r"/catalogue/[^/]+/((?:features|models|states)/[^/':]+|base|argocd(?:-root)?)")
_KIND: Kind = "build"

Outputs = dict[str, bytes]


def build_all(
    builds: Sequence[Build],
    staged: Path,
    kustomize: Kustomize,
    cache: Cache = NO_CACHE,
    progress: Callable[[], None] = lambda: None,
) -> tuple[Outputs, list[Diagnostic]]:
    """The output of each build by its path, and a diagnostic for each build that kustomize refused."""
    outputs: Outputs = {}
    refused: dict[Diagnostic, set[str]] = defaultdict(set)
    for build, (output, complaint) in _run_all(builds, staged, kustomize, cache):
        if complaint:
            refused[_refused(build, complaint, staged)].add(build.subject)
        else:
            outputs[build.output] = output
        progress()
    problems = [replace(problem, tenants=tuple(sorted(subjects))) for problem, subjects in refused.items()]
    return dict(sorted(outputs.items())), problems


def _run_all(
    builds: Sequence[Build], staged: Path, kustomize: Kustomize, cache: Cache
) -> Iterator[tuple[Build, tuple[bytes, str]]]:
    catalogue = _digest(staged / "catalogue") if cache.folder and builds else ""
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        running = {pool.submit(_run, staged / build.overlay, kustomize, cache, catalogue): build for build in builds}
        try:
            for future in as_completed(running):
                yield running[future], future.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _run(folder: Path, kustomize: Kustomize, cache: Cache, catalogue: str) -> tuple[bytes, str]:
    if cache.folder is None:
        return kustomize.build(folder)
    key = digest(workshop(), catalogue, _digest(folder))
    kept = cache.get(_KIND, key)
    if kept is not None:
        return kept, ""
    output, complaint = kustomize.build(folder)
    if not complaint:
        cache.put(_KIND, key, output)
    return output, complaint


def _digest(folder: Path) -> str:
    """Of the names and bytes of all files below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return digest(*(part for path in files for part in (path.relative_to(folder).as_posix(), path.read_bytes())))


def _refused(build: Build, complaint: str, staged: Path) -> Diagnostic:
    """The complaint without the machine's paths, placed at the innermost catalogue folder it names."""
    folders = _COMPONENT.findall(complaint)
    text = complaint.replace(str(staged.resolve()), "").replace(str(staged), "").removeprefix("error: ")
    text = re.sub(r"/catalogue/[^/]+/", "overlays/", text).replace("'/", "'")
    place = f"overlays/{folders[-1]}/kustomization.yaml" if folders else build.overlay
    what = f"`{folders[-1]}`" if folders else f"the overlay of `{build.subject}`"
    problem = Diagnostic(
        "kustomize-failed",
        f"kustomize cannot build {what}",
        Span(place),
        help="mend what kustomize names, then render again",
        notes=(f"kustomize says: {_cause(text)}",),
    )
    return inherited(problem, (), build.commit) if build.commit else problem


def _cause(text: str) -> str:
    """The innermost of kustomize's nested complaints."""
    return re.split(r": (?=accumulat|couldn't|loading|unable|recursed)", text)[-1].strip(' "')
