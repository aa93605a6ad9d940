"""The real kustomize over overlays on disk: the specification of every faster way, and the way of what none is proven for.

It reads the overlays from a staged copy of the tree, so that the bytes are what `kubectl kustomize` prints for anyone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from generator.cache import NO_CACHE, Cache, Kind, digest
from generator.diagnostics import Diagnostic, Span
from generator.ground import Ground
from generator.identity import workshop
from generator.kustomize import Answer, Builder, Overlay
from generator.pinned import inherited
from generator.units import Build

_COMPONENT = re.compile(r"/catalogue/[^/]+/((?:features|models|states)/[^/':]+|base|argocd(?:-root)?)")
_KIND: Kind = "build"

Outputs = dict[str, bytes]


def build_all(
    builds: Sequence[Build],
    ground: Ground,
    kustomize: Builder,
    cache: Cache = NO_CACHE,
    progress: Callable[[], None] = lambda: None,
) -> tuple[Outputs, list[Diagnostic]]:
    """The output of each build by its path, and a diagnostic for each build that kustomize refused."""
    outputs: Outputs = {}
    refused: dict[Diagnostic, set[str]] = defaultdict(set)
    for build, (output, complaint) in _run_all(builds, ground, kustomize, cache):
        if complaint:
            refused[_refused(build, complaint, ground.place)].add(build.subject)
        else:
            outputs[build.output] = output
        progress()
    problems = [replace(problem, tenants=tuple(sorted(subjects))) for problem, subjects in refused.items()]
    return dict(sorted(outputs.items())), problems


def _run_all(
    builds: Sequence[Build], ground: Ground, kustomize: Builder, cache: Cache
) -> Iterator[tuple[Build, Answer]]:
    if not builds:
        return
    from concurrent.futures import ThreadPoolExecutor, as_completed  # noqa: PLC0415  # slow to import, and often not needed

    catalogue = ground.digest("catalogue") if cache.folder else ""
    size = min(kustomize.batch, -(-len(builds) // kustomize.width)) or 1
    batches = [builds[first : first + size] for first in range(0, len(builds), size)]
    with ThreadPoolExecutor(max_workers=kustomize.width) as pool:
        running = {
            pool.submit(_run, [build.overlay for build in batch], ground, kustomize, cache, catalogue): batch
            for batch in batches
        }
        try:
            for future in as_completed(running):
                yield from zip(running[future], future.result(), strict=True)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _run(overlays: Sequence[str], ground: Ground, kustomize: Builder, cache: Cache, catalogue: str) -> list[Answer]:
    def answers(wanted: Sequence[str]) -> list[Answer]:
        place = ground.stand()
        return list(kustomize.answers([Overlay(place, each) for each in wanted]))

    if cache.folder is None:
        return answers(overlays)
    keys = {each: digest(workshop(), catalogue, ground.digest(each)) for each in overlays}
    kept = {each: cache.get(_KIND, key) for each, key in keys.items()}
    found = {each: (output, "") for each, output in kept.items() if output is not None}
    new = [each for each in overlays if each not in found]
    for each, (output, complaint) in zip(new, answers(new) if new else (), strict=True):
        found[each] = output, complaint
        if not complaint:
            cache.put(_KIND, keys[each], output)
    return [found[each] for each in overlays]


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
