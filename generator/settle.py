"""Where a resolved tenant's problem is shown: in the tenant's own file, or once in what many tenants share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from generator.diagnostics import Diagnostic, Related
from generator.source import Document

_NAMED = 5

Found = tuple[Document, Diagnostic]
"""A tenant's file, and a problem of that tenant whose place is where the winning layer gives the value."""


def settle(found: Iterable[Found]) -> list[Diagnostic]:
    """Each problem once: what two tenants or more owe to a shared line is shown at that line, with their number."""
    settled: list[Diagnostic] = []
    shared: dict[Diagnostic, list[Document]] = defaultdict(list)
    for document, problem in found:
        if problem.span.path == document.path:
            settled.append(problem)
        else:
            shared[problem].append(document)
    for problem, documents in shared.items():
        settled.append(_in_the_tenant(problem, documents[0]) if len(documents) == 1 else _for_many(problem, documents))
    return settled


def _in_the_tenant(problem: Diagnostic, document: Document) -> Diagnostic:
    origin = Related(problem.span, "the value comes from here")
    return replace(problem, span=document.value(("name",)), label="of this tenant", related=(origin, *problem.related))


def _for_many(problem: Diagnostic, documents: list[Document]) -> Diagnostic:
    names = sorted(document.path.rpartition("/")[2].removesuffix(".yaml") for document in documents)
    listed = ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")
    return replace(problem, notes=(*problem.notes, f"for {len(names)} tenants: {listed}"))
